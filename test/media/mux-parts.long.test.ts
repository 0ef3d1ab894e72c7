// The original: bytes as received, exact times, pre-roll hidden, a part per contiguous stretch.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { Problem } from '../../plugin/domain/problem.js';
import type { Sample } from '../../plugin/domain/vms.js';
import { openMovie } from '../../plugin/media/container.js';
import { isoMicros, muxParts } from '../../plugin/media/mux-parts.js';
import type { Part } from '../../plugin/media/mux-parts.js';
import { fixture as fixturePath, readFootage } from './footage.js';
import { readMp4 } from './read-mp4.js';
import { elementary, mux, readStreet, span, stream, streetFile, videoTrack, zero } from './street.js';
import { ask, inFolder, machineTools, shownFrames } from './tools.js';

const shifted = (samples: readonly Sample[], from: number, micros: number): Sample[] =>
  samples.map((sample, at) => (at < from ? sample : { ...sample, utcMicros: sample.utcMicros + micros }));
const flagged = (samples: readonly Sample[], at: number): Sample[] =>
  samples.map((sample, index) => (index === at ? { ...sample, flags: { ...sample.flags, d: true } } : sample));
const isProblem = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

describe('the original', function () {
  this.timeout(30_000);

  it('holds every received byte: the elementary stream is rebuilt from file and units', async () => {
    const { samples, parameterSets } = await readStreet({ from: 20, to: 100, asked: 33 });
    const { files, units, parts } = await mux(shifted(samples, 40, 5_000_000), parameterSets);
    const stored = files.flatMap((file) => readMp4(file).samples);
    assert.deepEqual(
      parts.map((part) => part.frames),
      [40, 40],
    );
    assert.ok(elementary(stored.map((sample) => sample.data)).equals(elementary(samples.map((sample) => sample.data))));
    units.forEach((line, at) => {
      assert.equal(line.bytes, stored[at]!.data.length);
      assert.equal(line.sha256, createHash('sha256').update(stored[at]!.data).digest('hex'));
      assert.deepEqual(line.sequence, samples[at]!.sequence);
    });
    assert.deepEqual(
      units.map((line) => [line.part, line.index]),
      samples.map((_, at) => [at < 40 ? 1 : 2, at % 40]),
    );
  });

  it('is the same bytes for the same samples, and bears the footage’s time instead of the clock’s', async () => {
    const { samples, parameterSets } = await readStreet();
    const [first, second] = [await mux(samples, parameterSets), await mux(samples, parameterSets)];
    assert.ok(first.files[0]!.equals(second.files[0]!));
    assert.equal(readMp4(first.files[0]!).creation, Date.parse('2026-03-01T02:00:00Z') / 1000 + 2_082_844_800);
  });

  it('keeps every time to the microsecond, whatever the rhythm', async () => {
    const { samples, parameterSets } = await readStreet({ to: 60 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 900_000 }), { minLength: 59, maxLength: 59 }), async (steps) => {
        let utcMicros = zero + 123_457;
        const timed = samples.map((sample, at) => ({ ...sample, utcMicros: (utcMicros += at === 0 ? 0 : steps[at - 1]!) }));
        const { files, parts, units } = await mux(timed, parameterSets);
        const mp4 = readMp4(files[0]!);
        assert.equal(parts.length, 1);
        assert.equal(mp4.timescale, 1_000_000);
        assert.deepEqual(
          mp4.samples.map((sample) => sample.time),
          timed.map((sample) => sample.utcMicros - timed[0]!.utcMicros),
        );
        assert.deepEqual(
          units.map((line) => line.utc),
          timed.map((sample) => isoMicros(sample.utcMicros)),
        );
      }),
      { numRuns: 15 },
    );
  });

  it('hides pre-roll: a player shows the asked frames, decoded as at the source', async () => {
    const tools = await machineTools();
    await inFolder(async (folder) => {
      const { samples, parameterSets } = await readStreet({ from: 20, to: 60, asked: 33 });
      const { files, parts } = await mux(samples, parameterSets);
      const file = path.join(folder, '01.mp4');
      await writeFile(file, files[0]!);
      const source = (await shownFrames(tools.ffmpeg, streetFile, 60)).slice(33);
      const shown = await shownFrames(tools.ffmpeg, file);
      assert.deepEqual(
        shown.map((frame) => frame.md5),
        source.map((frame) => frame.md5),
      );
      assert.deepEqual(
        shown.map((frame) => frame.micros),
        source.map((frame) => frame.micros - source[0]!.micros),
      );
      assert.deepEqual(
        readMp4(files[0]!).edits.map((edit) => edit.mediaTime),
        [1_300_000],
      );
      assert.deepEqual(parts, [
        {
          part: 1,
          container: 'mp4',
          firstUtcMicros: zero + 3_300_000,
          lastUtcMicros: zero + 5_900_000,
          durationMicros: 2_700_000,
          preRollMs: 1300,
          frames: 40,
          preRollFrames: 13,
          postRollFrames: 0,
          width: 768,
          height: 576,
          codec: 'avc1.64001f',
          audio: null,
        },
      ]);
    });
  });

  it('takes reordered frames (B-frames, 1080 rows cropped from 1088) with pre-roll', async () => {
    const tools = await machineTools();
    await inFolder(async (folder) => {
      const source = path.join(folder, 'source.mp4');
      await ask(tools.ffmpeg, [
        '-v',
        'error',
        '-i',
        streetFile,
        '-frames:v',
        '50',
        '-vf',
        'scale=1920:1080',
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-bf',
        '3',
        '-g',
        '16',
        '-sc_threshold',
        '0',
        source,
      ]);
      const street = await readStreet({ from: 0, to: 50, file: source });
      // Pre-roll is what lies before the asked time, in whichever order it comes.
      const samples = street.samples.map((sample) => ({ ...sample, preRoll: sample.utcMicros < zero + 700_000 }));
      const { files, parts } = await mux(samples, street.parameterSets);
      const file = path.join(folder, '01.mp4');
      await writeFile(file, files[0]!);
      const wanted = (await shownFrames(tools.ffmpeg, source)).slice(7);
      const shown = await shownFrames(tools.ffmpeg, file);
      assert.deepEqual(
        shown.map((frame) => frame.md5),
        wanted.map((frame) => frame.md5),
      );
      assert.deepEqual(
        shown.map((frame) => frame.micros),
        wanted.map((_, at) => at * 100_000),
      );
      assert.deepEqual([parts[0]!.width, parts[0]!.height, parts[0]!.preRollFrames], [1920, 1080, 7]);
    });
  });

  for (const [fixture, codec] of [
    ['street-b.mp4', 'H.264'],
    ['street-h265.mp4', 'H.265'],
  ] as const)
    it(`hides ${codec} post-roll: in the file for decoding, not shown, not counted`, async () => {
      const { ffmpeg } = await machineTools();
      await inFolder(async (folder) => {
        const footage = readFootage(fixture);
        const pictures = footage.samples.filter((sample) => sample.track === 0);
        // What lies at or after the end and is followed, in decode order, by what lies before it.
        const end = zero + 3_350_000;
        const last = pictures.findLastIndex((sample) => sample.utcMicros < end);
        const more = fixture === 'street-h265.mp4' ? 1 : 0;
        const samples = pictures
          .slice(0, last + 1 + more)
          .map((sample): Sample => ({ ...sample, preRoll: sample.utcMicros < zero + 500_000, ...(sample.utcMicros >= end ? { postRoll: true } : {}) }));
        const behind = samples.filter((sample) => sample.postRoll).length;
        const { files, parts, units } = await mux(samples, [footage.tracks[0]!]);
        const file = path.join(folder, '01.mp4');
        await writeFile(file, files[0]!);
        const wanted = (await shownFrames(ffmpeg, fixturePath(fixture))).slice(5, 34);
        assert.ok(behind > 0);
        assert.deepEqual(
          await shownFrames(ffmpeg, file),
          wanted.map((frame) => ({ ...frame, micros: frame.micros - 500_000 })),
        );
        assert.deepEqual([parts[0]!.frames, parts[0]!.preRollFrames, parts[0]!.postRollFrames], [34 + behind, 5, behind]);
        assert.equal(units.filter((line) => line.postRoll).length, behind);
        assert.ok(parts[0]!.durationMicros <= 2_900_000);
      });
    });

  it('keeps SEI, access unit delimiters and parameter sets in the stream', async () => {
    const { samples, parameterSets } = await readStreet({ to: 30 });
    const unit = (hex: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, hex.length / 2]), Buffer.from(hex, 'hex')]);
    const sets = parameterSets.flatMap((set) => [Buffer.from([0, 0, set.length >> 8, set.length & 255]), set]);
    const dressed = samples.map((sample) => ({
      ...sample,
      data: Buffer.concat([unit('09f0'), ...(sample.key ? sets : []), unit('0605100102030405060708090a0b0c0d0e0f1080'), sample.data]),
    }));
    const { files, parts } = await mux(dressed, parameterSets);
    assert.equal(parts.length, 1);
    assert.deepEqual(
      readMp4(files[0]!).samples.map((sample) => sample.data.toString('hex')),
      dressed.map((sample) => sample.data.toString('hex')),
    );
  });
});

describe('a new part', function () {
  this.timeout(30_000);

  const table: [string, (samples: Sample[]) => Sample[], number[]][] = [
    ['does not begin in one stretch', (samples) => samples, [60]],
    ['begins at a hole', (samples) => shifted(samples, 40, 3_000_000), [40, 20]],
    ['does not begin at a stutter below a second', (samples) => shifted(samples, 40, 850_000), [60]],
    ['begins at the next key frame where a hole ends without one', (samples) => shifted(samples, 30, 3_000_000), [40, 20]],
    ['begins at the D flag with a step', (samples) => flagged(shifted(samples, 40, 400_000), 40), [40, 20]],
    ['does not begin at the D flag alone', (samples) => flagged(samples, 40), [60]],
    ['begins where the recorder’s clock steps back', (samples) => shifted(samples, 20, -5_000_000), [20, 40]],
    [
      'is not torn from a slow camera’s rhythm',
      (samples) => samples.map((sample, at) => ({ ...sample, utcMicros: zero + at * 4_000_000 })),
      [60],
    ],
  ];
  for (const [sentence, change, frames] of table)
    it(sentence, async () => {
      const { samples, parameterSets } = await readStreet({ to: 60 });
      const { parts } = await mux(change(samples), parameterSets);
      assert.deepEqual(
        parts.map((part) => part.frames),
        frames,
      );
    });

  it('begins where the parameter sets change, with the new size', async () => {
    const tools = await machineTools();
    await inFolder(async (folder) => {
      const small = path.join(folder, 'small.mp4');
      await ask(tools.ffmpeg, [
        '-v',
        'error',
        '-i',
        streetFile,
        '-frames:v',
        '20',
        '-vf',
        'scale=320:240',
        '-c:v',
        'libx264',
        '-bf',
        '0',
        '-g',
        '20',
        small,
      ]);
      const street = await readStreet({ to: 20 });
      const other = await readStreet({ to: 20, file: small, start: zero + 2_000_000 });
      const sets = Buffer.concat(other.parameterSets.flatMap((unit) => [Buffer.from([0, 0, unit.length >> 8, unit.length & 255]), unit]));
      const [head, ...rest] = other.samples;
      const { parts, files } = await mux(
        [...street.samples, { ...head!, data: Buffer.concat([sets, head!.data]) }, ...rest],
        street.parameterSets,
      );
      assert.deepEqual(
        parts.map((part) => [part.frames, part.width, part.height]),
        [
          [20, 768, 576],
          [20, 320, 240],
        ],
      );
      assert.ok(readMp4(files[1]!).samples[0]!.data.equals(Buffer.concat([sets, head!.data])));
      await writeFile(path.join(folder, '02.mp4'), files[1]!);
      assert.equal((await shownFrames(tools.ffmpeg, path.join(folder, '02.mp4'))).length, 20);
    });
  });

  it('begins where the size of JPEG pictures changes', async () => {
    const tools = await machineTools();
    await inFolder(async (folder) => {
      const { samples, tracks } = readFootage('street-jpeg.mov');
      const small = await ask(tools.ffmpeg, ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=160x96', '-frames:v', '1', '-c:v', 'mjpeg', '-f', 'image2pipe', '-']);
      const { parts, files } = await mux(
        samples.map((sample, at) => (at < 20 ? sample : { ...sample, data: small })),
        tracks,
      );
      assert.deepEqual(
        parts.map((part) => [part.frames, part.width, part.height]),
        [
          [20, 320, 176],
          [20, 160, 96],
        ],
      );
      await writeFile(path.join(folder, '02.mkv'), files[1]!);
      assert.equal((await shownFrames(tools.ffmpeg, path.join(folder, '02.mkv'))).length, 20);
    });
  });

  it('begins where the index grows too large for the memory, with the next picture that can stand alone', async () => {
    const { samples, tracks } = readFootage('street-jpeg.mov');
    const many = Array.from({ length: 8_050 }, (_, at) => ({ ...samples[0]!, utcMicros: zero + at * 40_000 }));
    const parts: Part[] = [];
    const told: string[] = [];
    await muxParts(stream(many), {
      tracks,
      span,
      open: async (part) => {
        told.push(`open ${part}`);
        return { write: async () => undefined };
      },
      onUnit: () => undefined,
      onPart: async (part) => {
        await new Promise((resolve) => setImmediate(resolve));
        parts.push(part);
        told.push(`whole ${part.part}`);
      },
    });
    assert.deepEqual(
      parts.map((part) => part.frames),
      [8_000, 50],
    );
    assert.deepEqual(told, ['open 1', 'whole 1', 'open 2', 'whole 2']);
  });

  it('is not made of pre-roll alone: nobody asked for it', async () => {
    const { samples, parameterSets } = await readStreet({ to: 60, asked: 20 });
    const { parts, units } = await mux(shifted(samples, 20, 60_000_000), parameterSets);
    assert.deepEqual(
      parts.map((part) => [part.part, part.frames, part.preRollFrames]),
      [[1, 40, 0]],
    );
    assert.equal(units.length, 40);
  });
});

describe('what the recorder may get wrong', function () {
  this.timeout(30_000);

  it('two frames of one time are one microsecond apart in the file, and as received in the units', async () => {
    const { samples, parameterSets } = await readStreet({ to: 20 });
    const { files, units } = await mux(
      samples.map((sample, at) => (at === 5 ? { ...sample, utcMicros: samples[4]!.utcMicros } : sample)),
      parameterSets,
    );
    assert.equal(readMp4(files[0]!).samples[5]!.time, 400_001);
    assert.equal(units[5]!.utc, units[4]!.utc);
  });

  it('footage whose time does not go on, more than memory can hold → wrong-footage', async () => {
    const { samples, parameterSets } = await readStreet({ to: 1 });
    const [head] = samples;
    const filler = Buffer.concat([Buffer.from([0, 16, 0, 0]), Buffer.alloc(1024 * 1024, 0x0c)]);
    const huge = { ...head!, data: Buffer.concat([head!.data, filler]) };
    const still = Array.from({ length: 60 }, (_, at): Sample => ({ ...huge, key: at === 0, utcMicros: zero + at }));
    await assert.rejects(mux(still, parameterSets), isProblem('wrong-footage'));
    const running = still.map((sample, at) => ({ ...sample, utcMicros: zero + at * 40_000 }));
    const target = { write: async () => undefined };
    const sides = { open: async () => target, onUnit: () => undefined, onPart: () => undefined, span };
    await muxParts(stream(running), { ...sides, tracks: [videoTrack(parameterSets)] });
  });

  it('pre-roll without end → wrong-footage', async () => {
    const { samples, parameterSets } = await readStreet({ to: 1 });
    const filler = Buffer.concat([Buffer.from([0, 16, 0, 0]), Buffer.alloc(1024 * 1024, 0x0c)]);
    const lead = { ...samples[0]!, preRoll: true, data: Buffer.concat([samples[0]!.data, filler]) };
    await assert.rejects(mux(Array<Sample>(70).fill(lead), parameterSets), isProblem('wrong-footage'));
  });

  it('more than 5,000 parts → wrong-footage', async () => {
    const { samples, tracks } = readFootage('street-jpeg.mov');
    const torn = Array.from({ length: 5001 }, (_, at) => ({ ...samples[0]!, utcMicros: zero + at * 60_000_000 }));
    let parts = 0;
    const sides = { open: async () => ({ write: async () => undefined }), onUnit: () => undefined, onPart: () => void parts++, span };
    await assert.rejects(muxParts(stream(torn), { ...sides, tracks }), isProblem('wrong-footage'));
    assert.equal(parts, 5000);
  });

  it('a JPEG that is none → wrong-footage; a parameter set that no file can name → codec-unsupported', async () => {
    const jpeg = readFootage('street-jpeg.mov');
    for (const data of [Buffer.from('not a picture'), Buffer.from('ffd8', 'hex'), Buffer.from('ffd8ffd9ffffffffffffff', 'hex')])
      await assert.rejects(mux([{ ...jpeg.samples[0]!, data }], jpeg.tracks), isProblem('wrong-footage'));
    const { samples, parameterSets } = await readStreet({ to: 1 });
    const [sps, pps] = [parameterSets[0]!, parameterSets[1]!];
    await assert.rejects(mux(samples, [Buffer.concat([sps, Buffer.alloc(65_536)]), pps]), isProblem('codec-unsupported'));
  });

  it('no samples make no parts; one frame makes one', async () => {
    const { samples, parameterSets } = await readStreet({ to: 1 });
    assert.deepEqual((await mux([], parameterSets)).parts, []);
    assert.equal((await mux(samples, parameterSets)).parts[0]!.frames, 1);
  });

  const table: [string, string, (sample: Sample) => Sample][] = [
    ['NAL lengths that do not add up', 'wrong-footage', (sample) => ({ ...sample, data: sample.data.subarray(0, sample.data.length - 1) })],
    ['an empty access unit', 'wrong-footage', (sample) => ({ ...sample, data: Buffer.alloc(0) })],
    ['a track that was not announced', 'wrong-footage', (sample) => ({ ...sample, track: 1 })],
  ];
  for (const [sentence, code, change] of table)
    it(`${sentence} → ${code}`, async () => {
      const { samples, parameterSets } = await readStreet({ to: 30 });
      await assert.rejects(
        mux(
          samples.map((sample, at) => (at === 25 ? change(sample) : sample)),
          parameterSets,
        ),
        isProblem(code),
      );
    });

  it('pictures without parameter sets → codec-unsupported', async () => {
    const { samples } = await readStreet({ to: 30 });
    await assert.rejects(mux(samples, []), isProblem('codec-unsupported'));
  });
});

describe('where the bytes go', function () {
  this.timeout(30_000);

  const nobody = { onUnit: () => undefined, onPart: () => undefined, span };
  it('a target that fails ends the mux with its own problem', async () => {
    const { samples, parameterSets } = await readStreet();
    const write = async (_: Buffer, position: number): Promise<void> => {
      if (position > 50_000) throw new Problem('disk-full', 'full');
    };
    await assert.rejects(
      muxParts(stream(samples), { open: async () => ({ write }), ...nobody, tracks: [videoTrack(parameterSets)] }),
      isProblem('disk-full'),
    );
  });

  it('a source that fails passes its problem on', async () => {
    const { samples, parameterSets } = await readStreet();
    async function* failing(): AsyncGenerator<Sample> {
      yield* samples;
      throw new Problem('vms-unreachable', 'gone');
    }
    const target = { write: async () => undefined };
    await assert.rejects(
      muxParts(failing(), { open: async () => target, ...nobody, tracks: [videoTrack(parameterSets)] }),
      isProblem('vms-unreachable'),
    );
  });

  for (const [container, name, cycle, again] of [
    ['mp4', 'street-b.mp4', 12_000_000, 'nothing'],
    ['mov', 'street-g711.mov', 12_000_000, 'nothing'],
    ['mkv', 'street-jpeg.mov', 4_000_000, 'the first kilobyte alone'],
  ] as const)
    it(`positions ascend; ${again} is written again (${container}); the same samples give the same bytes`, async () => {
      const { tracks, samples } = readFootage(name);
      // Longer than the MiB that may be written again, or that makes a box of media data.
      const later = (round: number): Sample[] => samples.map((sample) => ({ ...sample, utcMicros: sample.utcMicros + round * cycle }));
      const long = Array.from({ length: 10 }, (_, round) => later(round)).flat();
      const made = [0, 1].map(async () => {
        const writes: [number, Buffer][] = [];
        const open = async (_: number, told: string) => {
          assert.equal(told, container);
          return { write: async (data: Buffer, position: number) => void writes.push([position, Buffer.from(data)]) };
        };
        await muxParts(stream(long), { ...nobody, tracks, open });
        return writes;
      });
      const [writes, others] = await Promise.all(made);
      let end = 0;
      for (const [position, data] of writes!) {
        assert.ok(position === end || (container === 'mkv' && position + data.length < 1024), `${data.length} bytes at ${position}, end ${end}`);
        end = Math.max(end, position + data.length);
      }
      assert.ok(end > 1024 ** 2);
      assert.deepEqual(others, writes);
    });

  it('Matroska tells its size and its length', async () => {
    const { tracks, samples } = readFootage('street-jpeg.mov');
    const [file] = (await mux(samples, tracks)).files;
    const segment = file!.indexOf(Buffer.from('18538067', 'hex'));
    assert.equal(Number(file!.readBigUInt64BE(segment + 4) & 0xffffffffffffffn), file!.length - segment - 12);
    await inFolder(async (folder) => {
      const { ffprobe } = await machineTools();
      await writeFile(path.join(folder, '01.mkv'), file!);
      const shown = await ask(ffprobe, ['-v', 'error', '-show_entries', 'format=duration:format_tags=creation_time', '-of', 'compact', path.join(folder, '01.mkv')]);
      assert.match(shown.toString(), /duration=4\.000000\|tag:creation_time=2026-03-01T02:00:00\.000000Z/);
    });
  });

  it('an MP4 is opened in H.264 with the size that is told', async () => {
    const { samples } = await readStreet({ to: 1 });
    const written: Buffer[] = [];
    const picture = { codec: 'avc1.64001f', width: 768, height: 576, configuration: Buffer.from([1, 0x64, 0, 0x1f, 0xff, 0xe0, 0]) };
    const target = { write: async (data: Buffer) => void written.push(data) };
    const mp4 = await openMovie(target, 'mp4', { picture, sound: null, creation: new Date(0) });
    await mp4.addPicture(samples[0]!.data, 0, 40_000, true);
    await mp4.finish(40_000);
    assert.ok(Buffer.concat(written).includes('avc1'));
  });
});
