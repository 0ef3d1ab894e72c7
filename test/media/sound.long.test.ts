// Sound beside pictures: its true times, gaps, holes and borders; and the order in which tracks are brought.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { Problem } from '../../plugin/domain/problem.js';
import type { AudioTrack, Sample } from '../../plugin/domain/vms.js';
import { inTimeOrder } from '../../plugin/media/in-time-order.js';
import { combine, md5, packets, readFootage } from './footage.js';
import type { Footage } from './footage.js';
import { mux, stream, zero } from './street.js';
import { inFolder, machineTools, shownFrames } from './tools.js';

const isSound = ({ track }: Sample): boolean => track === 1;
const at = (seconds: number): number => zero + seconds * 1_000_000;
const isProblem = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

const sources: [string, () => Footage][] = [
  ['AAC in MP4', () => readFootage('street-b.mp4')],
  ['G.711 in MOV', () => readFootage('street-g711.mov')],
  ['G.711 in Matroska', () => combine(readFootage('street-jpeg.mov'), readFootage('street-g711.mov'))],
  ['AAC in Matroska', () => combine(readFootage('street-jpeg.mov'), readFootage('street-b.mp4'))],
];

/** Four seconds tell as much as twelve. */
const firstSeconds = ({ tracks, samples }: Footage): Footage => ({ tracks, samples: samples.filter((sample) => sample.utcMicros < at(4)) });

/** What a part holds of the sound, against what came. */
async function assertKept(folder: string, footage: Footage, kept = footage.samples.filter(isSound)): Promise<void> {
  const { ffprobe, ffmpeg } = await machineTools();
  const { files, parts } = await mux(footage.samples, footage.tracks);
  const file = path.join(folder, `01.${parts[0]!.container}`);
  await writeFile(file, files[0]!);
  const expected = kept.map((sample) => ({ micros: sample.utcMicros - parts[0]!.firstUtcMicros, md5: md5(sample.data) }));
  assert.deepEqual(await packets(ffprobe, file, 'a'), expected);
  const shown = footage.samples.filter((sample) => !isSound(sample) && !sample.preRoll).map((sample) => sample.utcMicros - parts[0]!.firstUtcMicros);
  assert.deepEqual(
    (await shownFrames(ffmpeg, file)).map((frame) => frame.micros),
    shown.sort((a, b) => a - b),
  );
}

describe('sound', function () {
  this.timeout(30_000);

  const table: [string, (sample: Sample) => Sample | null][] = [
    ['with a gap keeps the gap', (sample) => (sample.utcMicros >= at(1) && sample.utcMicros < at(2.5) ? null : sample)],
    ['with a crooked clock keeps every microsecond', (sample) => ({ ...sample, utcMicros: sample.utcMicros + (sample.sequence[0] * 7919) % 1000 })],
    ['that begins late begins late', (sample) => (sample.utcMicros < at(1.2) ? null : { ...sample, utcMicros: sample.utcMicros + 17 })],
    ['that ends early ends early', (sample) => (sample.utcMicros < at(1) ? sample : null)],
  ];
  for (const [source, read] of sources)
    for (const [sentence, change] of table)
      it(`${source} ${sentence}`, () =>
        inFolder(async (folder) => {
          const { tracks, samples } = firstSeconds(read());
          const changed = samples.map((sample) => (isSound(sample) ? change(sample) : sample)).filter((sample) => sample !== null);
          await assertKept(folder, { tracks, samples: changed });
        }));

  for (const [source, read] of sources.slice(0, 2))
    it(`${source} before the first picture shown is in the file, at its time`, () =>
      inFolder(async (folder) => {
        const { tracks, samples } = read();
        const led = samples
          .filter((sample) => !isSound(sample) || sample.utcMicros >= at(0.71))
          .map((sample) => (isSound(sample) ? sample : { ...sample, preRoll: sample.utcMicros < at(0.71) }));
        await assertKept(folder, { tracks, samples: led });
      }));

  it('before the first picture is not kept in Matroska, which has no such time', () =>
    inFolder(async (folder) => {
      const { tracks, samples } = sources[2]![1]();
      const led = samples
        .filter((sample) => !isSound(sample) || sample.utcMicros >= at(0.71))
        .map((sample) => (isSound(sample) ? sample : { ...sample, preRoll: sample.utcMicros < at(0.71) }));
      const kept = led.filter((sample) => isSound(sample) && sample.utcMicros >= at(0.8));
      await assertKept(folder, { tracks, samples: led }, kept);
    }));

  it('in a hole between pictures stays with the part before; around the hole with the part that it sounds with', async () => {
    const { tracks, samples } = readFootage('street-g711.mov');
    // Pictures from 6 s to 13 s are missing, sound goes on; it is sent up to half a second late and early.
    const moved = samples.map((sample) => (!isSound(sample) && sample.utcMicros >= at(6) ? { ...sample, utcMicros: sample.utcMicros + 7_000_000 } : sample));
    const sound = samples.filter(isSound).map((sample) => ({ ...sample, utcMicros: sample.utcMicros + 12_000_000 }));
    const order = (sample: Sample): number => sample.utcMicros + (isSound(sample) ? Math.sin(sample.sequence[0] / 50) * 480_000 : 0);
    const sent = [...moved, ...sound].sort((a, b) => order(a) - order(b));
    const { parts, units } = await mux(sent, tracks);
    assert.deepEqual(
      parts.map((part) => part.frames),
      [60, 60],
    );
    const heard = units.filter((line) => line.track === 1);
    assert.equal(heard.length, samples.filter(isSound).length * 2);
    for (const line of heard) assert.equal(line.part, line.utc < '2026-03-01T02:00:13' ? 1 : 2, line.utc);
  });

  for (const late of [4, 8])
    it(`that a busy recorder sends ${late} s late is kept around a hole, with the part that it sounds with`, async () => {
      const { tracks, samples } = readFootage('street-b.mp4');
      const behind = samples.map((sample) => ({ ...sample, utcMicros: sample.utcMicros + 40_000_000 }));
      // Seconds of sending: the hole between is none.
      const sentAt = (sample: Sample): number => sample.utcMicros + (isSound(sample) ? late * 1_000_000 : 0);
      const sent = [...samples.map((sample) => ({ sample, at: sentAt(sample) })), ...behind.map((sample) => ({ sample, at: sentAt(sample) - 27_000_000 }))]
        .sort((one, other) => one.at - other.at)
        .map(({ sample }) => sample);
      const { parts, units } = await mux(sent, tracks);
      const sounds = (within: readonly Sample[]): number => within.filter(isSound).length;
      assert.deepEqual(parts.map(({ audio }) => audio?.units), [sounds(samples), sounds(behind)]);
      for (const line of units.filter(({ track }) => track === 1)) assert.equal(line.part, line.utc < '2026-03-01T02:00:40' ? 1 : 2, line.utc);
    });

  const sound = (change: Partial<AudioTrack>): AudioTrack => ({
    track: 1,
    token: 'sound',
    kind: 'audio',
    codec: 'aac',
    clockRate: 16_000,
    channels: 1,
    configuration: Buffer.from([0x14, 0x08]),
    ...change,
  });
  const refused: [string, AudioTrack[]][] = [
    ['AAC without its configuration', [sound({ configuration: Buffer.alloc(0) })]],
    ['no channels', [sound({ codec: 'pcmu', channels: 0 })]],
    ['an impossible sampling rate', [sound({ codec: 'pcmu', clockRate: 1 })]],
    ['two tracks of sound', [sound({}), sound({ track: 2 })]],
  ];
  for (const [sentence, sounds] of refused)
    it(`${sentence} → codec-unsupported`, async () => {
      const { tracks, samples } = readFootage('street-b.mp4');
      await assert.rejects(mux(samples, [tracks[0]!, ...sounds]), isProblem('codec-unsupported'));
    });

  it('an empty unit of sound → wrong-footage', async () => {
    const { tracks, samples } = readFootage('street-b.mp4');
    const empty = samples.map((sample, index) => (isSound(sample) && index > 50 ? { ...sample, data: Buffer.alloc(0) } : sample));
    await assert.rejects(mux(empty, tracks), isProblem('wrong-footage'));
  });
});

describe('the order of time', () => {
  const tracks = readFootage('street-g711.mov').tracks;
  const one = (track: number, utcMicros: number, bytes = 1): Sample => ({
    track,
    utcMicros,
    key: true,
    flags: { c: false, e: false, d: false, t: false },
    sequence: [0, 0],
    preRoll: false,
    data: Buffer.alloc(bytes),
  });
  const ordered = async (samples: Sample[]): Promise<Sample[]> => {
    const out: Sample[] = [];
    for await (const sample of inTimeOrder(stream(samples), tracks, 3_000_000)) out.push(sample);
    return out;
  };

  it('loses nothing, doubles nothing, and keeps each track’s own order, whatever comes', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: -5_000_000, max: 5_000_000 })), { maxLength: 80 }), async (drawn) => {
        const samples = drawn.map(([track, micros]) => one(track, zero + micros));
        const out = await ordered(samples);
        assert.equal(out.length, samples.length);
        for (const track of [0, 1])
          assert.deepEqual(
            out.filter((sample) => sample.track === track),
            samples.filter((sample) => sample.track === track),
          );
      }),
      { numRuns: 200 },
    ));

  it('is mended where the tracks are less than three seconds apart', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: -2_900_000, max: 2_900_000 }), async (late) => {
        const pictures = Array.from({ length: 100 }, (_, index) => ({ sample: one(0, zero + index * 40_000), sent: index * 40_000 }));
        const sounds = Array.from({ length: 200 }, (_, index) => ({ sample: one(1, zero + 1 + index * 20_000), sent: index * 20_000 + late }));
        const out = await ordered([...pictures, ...sounds].sort((a, b) => a.sent - b.sent).map(({ sample }) => sample));
        const times = out.map((sample) => sample.utcMicros);
        assert.deepEqual(
          times,
          [...times].sort((a, b) => a - b),
        );
      }),
      { numRuns: 60 },
    ));

  it('does not wait for a track that is silent: three seconds, or 16 MB', async () => {
    for (const [count, bytes, step] of [
      [1000, 10, 40_000],
      [100, 1_000_000, 1],
    ] as const) {
      let sent = 0;
      let most = 0;
      async function* pictures(): AsyncGenerator<Sample> {
        for (let index = 0; index < count; index++) {
          sent++;
          yield one(0, zero + index * step, bytes);
        }
      }
      let got = 0;
      for await (const sample of inTimeOrder(pictures(), tracks, 3_000_000)) {
        assert.equal(sample.track, 0);
        most = Math.max(most, sent - ++got);
      }
      assert.equal(got, count);
      assert.ok(most <= 80, `${most} held`);
    }
  });
});
