// Every codec: the pictures of a part decode as at the source, at their times; sound is stored as it came.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Sample } from '../../plugin/domain/vms.js';
import { combine, decodedSound, fixture, md5, packets, readFootage } from './footage.js';
import type { Footage } from './footage.js';
import { mux, zero } from './street.js';
import { ask, bundledTools, inFolder, machineTools, shownFrames } from './tools.js';

const asAlaw = (footage: Footage): Footage => ({
  ...footage,
  tracks: footage.tracks.map((track) => (track.kind === 'audio' ? { ...track, codec: 'pcma' as const } : track)),
});
const soundOf = (samples: readonly Sample[]): Sample[] => samples.filter(({ track }) => track === 1);

const [b, g711, h265, jpeg] = ['street-b.mp4', 'street-g711.mov', 'street-h265.mp4', 'street-jpeg.mov'];
const table: [string, () => Footage, string, string, string, string | null][] = [
  // codecs                       samples                                                        pictures as in  file   codec             sound
  ['H.264 with B-frames and AAC', () => readFootage(b), b, 'mp4', 'avc1.64000c', 'aac'],
  ['H.264 and G.711 mu-law', () => readFootage(g711), g711, 'mov', 'avc1.64000b', 'pcmu'],
  ['H.264 and G.711 A-law', () => asAlaw(readFootage(g711)), g711, 'mov', 'avc1.64000b', 'pcma'],
  ['H.265', () => readFootage(h265), h265, 'mp4', 'hvc1.1.6.L60.90', null],
  ['H.265 and AAC', () => combine(readFootage(h265), readFootage(b)), h265, 'mp4', 'hvc1.1.6.L60.90', 'aac'],
  ['H.265 and G.711 A-law', () => combine(readFootage(h265), asAlaw(readFootage(g711))), h265, 'mov', 'hvc1.1.6.L60.90', 'pcma'],
  ['JPEG', () => readFootage(jpeg), jpeg, 'mkv', 'mjpeg', null],
  ['JPEG and AAC', () => combine(readFootage(jpeg), readFootage(b)), jpeg, 'mkv', 'mjpeg', 'aac'],
  ['JPEG and G.711 mu-law', () => combine(readFootage(jpeg), readFootage(g711)), jpeg, 'mkv', 'mjpeg', 'pcmu'],
  ['JPEG and G.711 A-law', () => combine(readFootage(jpeg), asAlaw(readFootage(g711))), jpeg, 'mkv', 'mjpeg', 'pcma'],
];

describe('each codec', function () {
  this.timeout(30_000);

  for (const [sentence, read, source, container, codec, sound] of table)
    it(`${sentence}: pictures, sound and times are those of the source`, () =>
      inFolder(async (folder) => {
        const [{ ffmpeg, ffprobe }, { samples, tracks }] = [await machineTools(), read()];
        const { files, parts, units } = await mux(samples, tracks);
        const file = path.join(folder, `01.${container}`);
        await writeFile(file, files[0]!);
        const [wanted, shown] = [await shownFrames(ffmpeg, fixture(source)), await shownFrames(ffmpeg, file)];
        assert.deepEqual(shown, wanted);
        const [part] = parts;
        const heard = soundOf(samples);
        assert.deepEqual([parts.length, part!.container, part!.codec, part!.audio?.codec ?? null], [1, container, codec, sound]);
        assert.deepEqual([part!.frames, part!.audio?.units ?? 0], [wanted.length, heard.length]);
        if (heard.length > 0)
          assert.deepEqual(
            await packets(ffprobe, file, 'a'),
            heard.map(({ data, utcMicros }) => ({ micros: utcMicros - zero, md5: md5(data) })),
          );
        const stored = await packets(ffprobe, file, 'v');
        const sent = samples.filter(({ track }) => track === 0);
        assert.deepEqual(
          stored,
          sent.map(({ data, utcMicros }) => ({ micros: utcMicros - zero, md5: md5(data) })),
        );
        assert.deepEqual(units.map((line) => [line.track, line.bytes]).length, samples.length);
      }));

  it('G.711 decodes to what raw mu-law and A-law decode to', () =>
    inFolder(async (folder) => {
      const { ffmpeg } = await machineTools();
      for (const [footage, format] of [
        [readFootage(g711), 'mulaw'],
        [asAlaw(readFootage(g711)), 'alaw'],
        [combine(readFootage(jpeg), readFootage(g711)), 'mulaw'],
        [combine(readFootage(jpeg), asAlaw(readFootage(g711))), 'alaw'],
      ] as const) {
        const { files } = await mux(footage.samples, footage.tracks);
        const [part, raw] = [path.join(folder, 'part'), path.join(folder, 'raw')];
        await writeFile(part, files[0]!);
        await writeFile(raw, Buffer.concat(soundOf(footage.samples).map(({ data }) => data)));
        assert.equal(await decodedSound(ffmpeg, ['-i', part]), await decodedSound(ffmpeg, ['-f', format, '-ar', '8000', '-ac', '1', '-i', raw]));
      }
    }));

  it('the bundled ffmpeg of 2018 decodes each of them to the same pictures', () =>
    inFolder(async (folder) => {
      const [old, now] = [await bundledTools(), await machineTools()];
      for (const [sentence, read, , container] of table.filter(([, , , , , sound]) => sound !== 'pcma')) {
        const { samples, tracks } = read();
        const { files } = await mux(samples, tracks);
        const file = path.join(folder, `part.${container}`);
        await writeFile(file, files[0]!);
        assert.deepEqual(await shownFrames(old.ffmpeg, file), await shownFrames(now.ffmpeg, file), sentence);
        await ask(old.ffmpeg, ['-v', 'error', '-xerror', '-i', file, '-f', 'null', '-']);
      }
    }));
});
