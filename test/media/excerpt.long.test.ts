// An excerpt holds the units of its span as the original does, byte for byte, and shows the same pictures at the same times.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import type { Span } from '../../plugin/domain/span.js';
import type { Sample } from '../../plugin/domain/vms.js';
import { cutPart } from '../../plugin/media/excerpt.js';
import type { Part, UnitLine } from '../../plugin/media/mux-parts.js';
import { combine, md5, packets, readFootage, type Footage } from './footage.js';
import { elementary, mux, noFlags, readStreet, videoTrack, zero, type Muxed } from './street.js';
import { ask, inFolder, machineTools, shownFrames } from './tools.js';

const at = (seconds: number): string => new Date(zero / 1000 + seconds * 1000).toISOString();
const microsAt = (seconds: number): number => zero + seconds * 1_000_000;

/** A part of what was muxed, cut in memory. */
async function cut(folder: string, { files, parts, units }: Muxed, span: Span, number = 1): Promise<Muxed> {
  const part = parts[number - 1]!;
  const input = path.join(folder, `input-${number}.${part.container}`);
  await writeFile(input, files[number - 1]!);
  const made: Muxed = { parts: [], files: [], units: [] };
  await cutPart({
    input, part, span, units: units.filter((line) => line.part === number),
    open: async (at) => ({
      write: async (data, position) => {
        const file = made.files[at - 1] ?? Buffer.alloc(0);
        const grown = Buffer.concat([file, Buffer.alloc(Math.max(0, position + data.length - file.length))]);
        data.copy(grown, position);
        made.files[at - 1] = grown;
      },
    }),
    onUnit: (line: UnitLine) => void made.units.push(line),
    onPart: (one: Part) => void made.parts.push(one),
  });
  return made;
}

const keyOf = ({ track, utc, sha256, bytes, key, sequence }: UnitLine): string => JSON.stringify([track, utc, sha256, bytes, key, sequence]);
const isShown = ({ preRoll, postRoll }: UnitLine): boolean => !preRoll && !postRoll;
const street = async (): Promise<Footage> => {
  const { samples, parameterSets } = await readStreet();
  return { samples, tracks: [videoTrack(parameterSets)] };
};
const h265WithSound = () => combine(readFootage('street-h265.mp4'), readFootage('street-b.mp4'));
const jpegWithSound = () => combine(readFootage('street-jpeg.mov'), readFootage('street-g711.mov'));

const table: [what: string, read: () => Footage | Promise<Footage>, from: number, to: number][] = [
  // what                                            footage                              span, seconds
  ['H.264, first frame in the middle of a GOP',      street,                              2.73, 4.21],
  ['H.264, first frame a key frame',                 street,                              2, 4],
  ['H.264, the whole of it',                         street,                              0, 60],
  ['H.264 with B-frames and AAC',                    () => readFootage('street-b.mp4'),   1.07, 2.53],
  ['H.264 with G.711 in MOV',                        () => readFootage('street-g711.mov'), 1.234, 3.456],
  ['H.265',                                          () => readFootage('street-h265.mp4'), 1.11, 2.22],
  ['H.265 and AAC',                                  h265WithSound,                       0.51, 1.99],
  ['JPEG',                                           () => readFootage('street-jpeg.mov'), 1.05, 2.95],
  ['JPEG with G.711 in Matroska',                    jpegWithSound,                       1.05, 2.95],
  ['JPEG and AAC in Matroska',                       () => combine(readFootage('street-jpeg.mov'), readFootage('street-b.mp4')), 0.4, 2],
  ['one frame',                                      street,                              2.65, 2.75],
];

describe('an excerpt', function () {
  this.timeout(30_000);

  for (const [what, read, from, to] of table)
    it(`of ${what}: bytes and pictures are those of the original`, () =>
      inFolder(async (folder) => {
        const [{ ffmpeg, ffprobe }, { samples, tracks }] = [await machineTools(), await read()];
        const original = await mux(samples, tracks);
        const made = await cut(folder, original, { from: at(from), to: at(to) });
        assert.equal(made.parts.length, 1);
        const [part, source] = [made.parts[0]!, original.parts[0]!];
        assert.deepEqual([part.container, part.codec, part.width, part.height], [source.container, source.codec, source.width, source.height]);

        // Units: a run of the original's, sound cut at both ends, pictures from a key frame on.
        const [before, after] = [original.units.map(keyOf), made.units.map(keyOf)];
        assert.ok(after.every((key) => before.includes(key)));
        const inSpan = (line: UnitLine): boolean => line.utc >= at(from).replace('Z', '000Z') && line.utc < at(to).replace('Z', '000Z');
        const [mine, theirs] = [made.units.filter(isShown).map(keyOf), original.units.filter(inSpan).map(keyOf)];
        const firstShown = made.units.filter((line) => line.track === 0 && isShown(line)).map((line) => line.utc).sort()[0]!;
        const kept = part.container === 'mkv' ? theirs.filter((key) => { const [track, utc] = JSON.parse(key) as [number, string]; return track === 0 || utc >= firstShown; }) : theirs;
        assert.deepEqual(mine.toSorted(), kept.toSorted());
        const pictures = made.units.filter(({ track }) => track === 0);
        assert.ok(part.container === 'mkv' || pictures[0]!.key);
        const order = original.units.filter(({ track }) => track === 0).map(keyOf);
        const start = order.indexOf(keyOf(pictures[0]!));
        assert.deepEqual(pictures.map(keyOf), order.slice(start, start + pictures.length));

        // The elementary stream, read out of both files by a stranger.
        const [a, b] = [path.join(folder, `a.${part.container}`), path.join(folder, `b.${part.container}`)];
        await writeFile(a, original.files[0]!);
        await writeFile(b, made.files[0]!);
        const all = await packets(ffprobe, a, 'v');
        assert.deepEqual((await packets(ffprobe, b, 'v')).map(({ md5: sum }) => sum), all.slice(start, start + pictures.length).map(({ md5: sum }) => sum));
        const moved = part.firstUtcMicros - source.firstUtcMicros;
        if (part.audio) {
          const heard = (await packets(ffprobe, b, 'a')).map(({ micros, md5: sum }) => ({ micros: micros + moved, md5: sum }));
          const sound = await packets(ffprobe, a, 'a');
          assert.equal(heard.length, part.audio.units);
          assert.deepEqual(heard, sound.filter(({ micros }) => micros >= heard[0]!.micros && micros <= heard.at(-1)!.micros));
        }

        // What a player shows: the frames of the span, and no others.
        const limits = [microsAt(from) - source.firstUtcMicros, microsAt(to) - source.firstUtcMicros] as const;
        const wanted = (await shownFrames(ffmpeg, a)).filter(({ micros }) => micros >= limits[0] && micros < limits[1]);
        const shown = (await shownFrames(ffmpeg, b)).map(({ micros, md5: sum }) => ({ micros: micros + moved, md5: sum }));
        assert.deepEqual(shown, wanted);
        assert.equal(part.frames - part.preRollFrames - part.postRollFrames, wanted.length);
        assert.ok(part.firstUtcMicros >= microsAt(from) && part.lastUtcMicros < microsAt(to));
        await ask(ffmpeg, ['-v', 'error', '-xerror', '-i', b, '-f', 'null', '-']);

        // The same again gives the same bytes.
        assert.equal(md5((await cut(folder, original, { from: at(from), to: at(to) })).files[0]!), md5(made.files[0]!));
      }));

  it('has the elementary stream of the units that came', () =>
    inFolder(async (folder) => {
      const { samples, tracks } = await street();
      const made = await cut(folder, await mux(samples, tracks), { from: at(2.73), to: at(4.21) });
      const [first] = made.units;
      const begin = samples.findIndex(({ utcMicros }) => new Date(utcMicros / 1000).toISOString() === `${first!.utc.slice(0, 23)}Z`);
      const came = samples.slice(begin, begin + made.units.length).map(({ data }) => data);
      const file = path.join(folder, 'made.mp4');
      await writeFile(file, made.files[0]!);
      const { ffmpeg } = await machineTools();
      // Parameter sets of the file's head come out before each key frame that has none of its own.
      const stream = await ask(ffmpeg, ['-v', 'error', '-ignore_editlist', '1', '-i', file, '-map', '0:v:0', '-c', 'copy', '-f', 'rawvideo', '-']);
      assert.deepEqual(stream, Buffer.concat(came));
      assert.ok(elementary(came).length > 0);
    }));

  it('of an excerpt is an excerpt of the original', () =>
    inFolder(async (folder) => {
      const { samples, tracks } = readFootage('street-b.mp4');
      const original = await mux(samples, tracks);
      const wide = await cut(folder, original, { from: at(0.5), to: at(3.5) });
      const narrow = { from: at(1.3), to: at(2.1) };
      const [twice, once] = [await cut(folder, wide, narrow), await cut(folder, original, narrow)];
      assert.equal(md5(twice.files[0]!), md5(once.files[0]!));
    }));

  it('of two parts around a hole is cut from each', () =>
    inFolder(async (folder) => {
      const { samples, tracks } = await street();
      // Pictures from 2 s to 6 s are missing.
      const moved = samples.map((sample): Sample => (sample.utcMicros < microsAt(2) ? sample : { ...sample, utcMicros: sample.utcMicros + 4_000_000 }));
      const original = await mux(moved, tracks);
      assert.equal(original.parts.length, 2);
      const span = { from: at(1.55), to: at(6.35) };
      const made = [await cut(folder, original, span, 1), await cut(folder, original, span, 2)];
      assert.deepEqual(made.map(({ parts: [part] }) => [part!.frames - part!.preRollFrames, part!.preRollFrames]), [[4, 16], [4, 0]]);
    }));

  const empty: [string, number, number][] = [
    ['before the first frame', -5, -1],
    ['behind the last', 30, 40],
    ['between two frames', 1.01, 1.09],
  ];
  for (const [what, from, to] of empty)
    it(`of a span ${what} is no part, and no failure`, () =>
      inFolder(async (folder) => {
        for (const { samples, tracks } of [await street(), jpegWithSound()]) {
          const made = await cut(folder, await mux(samples, tracks), { from: at(from), to: at(to) });
          assert.deepEqual([made.parts.length, made.files.length, made.units.length], [0, 0, 0]);
        }
      }));

  it('begins earlier where a picture of the span is shown before its key frame', () =>
    inFolder(async (folder) => {
      // An open GOP: two pictures behind the second key frame in decode order are shown before it.
      const { samples, tracks } = await street();
      const open = samples.map((sample, index): Sample => {
        if (index === 20) return { ...sample, utcMicros: samples[22]!.utcMicros };
        return index === 21 || index === 22 ? { ...sample, utcMicros: samples[index - 1]!.utcMicros } : sample;
      });
      const original = await mux(open, tracks);
      const firstOf = async (from: number) => (await cut(folder, original, { from: at(from), to: at(4) })).units[0]!;
      assert.equal((await firstOf(2.05)).utc, `${at(0).slice(0, 23)}000Z`);
      const late = await cut(folder, original, { from: at(2.15), to: at(4) });
      assert.deepEqual([late.units[0]!.index, late.units[0]!.key, late.units[0]!.preRoll], [0, true, false]);
      assert.equal(late.parts[0]!.preRollFrames, 0);
    }));

  const isCorrupt = (thrown: unknown): boolean => thrown instanceof Problem && thrown.code === 'object-corrupt';
  const damages: [string, (file: Buffer, muxed: Muxed) => Muxed][] = [
    ['a unit that was changed', (file, muxed) => { const other = Buffer.from(file); other[Math.floor(file.length / 2)]! ^= 1; return { ...muxed, files: [other] }; }],
    ['a file cut off', (file, muxed) => ({ ...muxed, files: [file.subarray(0, file.length - 100)] })],
    ['no file at all', (_, muxed) => ({ ...muxed, files: [Buffer.alloc(0)] })],
    ['a list of other units', (_, muxed) => ({ ...muxed, parts: [{ ...muxed.parts[0]!, frames: muxed.parts[0]!.frames - 1 }] })],
    ['an index that lies', (file, muxed) => { const other = Buffer.from(file); const stsz = other.lastIndexOf('stsz'); if (stsz > 0) other.writeUInt32BE(0xffffffff, stsz + 12); else other.fill(0xff, 4, 12); return { ...muxed, files: [other] }; }],
  ];
  for (const [what, damage] of damages)
    it(`of ${what}: object-corrupt`, () =>
      inFolder(async (folder) => {
        for (const { samples, tracks } of [await street(), jpegWithSound()]) {
          const original = await mux(samples, tracks);
          await assert.rejects(cut(folder, damage(original.files[0]!, original), { from: at(0), to: at(60) }), isCorrupt, tracks[0]!.codec);
        }
      }));

  it('keeps flags and sequence numbers of what came', () =>
    inFolder(async (folder) => {
      const { samples, tracks } = await street();
      const marked = samples.map((sample, index) => ({ ...sample, flags: { ...noFlags, c: sample.key, e: index === 30 } }));
      const original = await mux(marked, tracks);
      const made = await cut(folder, original, { from: at(2.73), to: at(4.21) });
      for (const line of made.units) assert.ok(original.units.some(({ sequence, flags }) => JSON.stringify([sequence, flags]) === JSON.stringify([line.sequence, line.flags])));
      assert.equal(made.units.filter(({ flags }) => flags.e).length, 1);
    }));
});
