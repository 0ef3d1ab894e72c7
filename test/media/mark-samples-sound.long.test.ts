// The sound of a marked clip of samples: with its pictures, silent where there is none.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Sample } from '../../plugin/domain/vms.js';
import { decodedSound, packets, readFootage, type Footage } from './footage.js';
import { begin, builds, cut, pieces, second, seen, shownTimes, withJpeg } from './plays.js';
import { zero } from './street.js';
import { ask, inFolder, machineTools } from './tools.js';

const asAlaw = (footage: Footage): Footage => ({
  ...footage,
  tracks: footage.tracks.map((track) => (track.kind === 'audio' ? { ...track, codec: 'pcma' as const } : track)),
});

describe('the sound of a marked clip', function () {
  this.timeout(120_000);

  const rms = (sound: Buffer, from: number, to: number): number => {
    const values = Array.from({ length: Math.round((to - from) * 8000) }, (_, at) => sound.readInt16LE(2 * (Math.round(from * 8000) + at)));
    return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  };
  const heard = async (folder: string): Promise<Buffer> =>
    ask((await machineTools()).ffmpeg, ['-v', 'error', '-i', 'seen.mp4', '-map', '0:a:0', '-ac', '1', '-ar', '8000', '-f', 's16le', '-'], folder);
  const sounds: [string, () => Footage][] = [
    ['AAC', () => readFootage('street-b.mp4')],
    ['G.711 mu-law', () => readFootage('street-g711.mov')],
    ['G.711 A-law beside JPEG', () => asAlaw(withJpeg())],
  ];
  for (const [build, find] of builds)
    for (const [what, read] of sounds)
      it(`${what} is heard with its pictures, and not where there is none, by ${build}`, () =>
        inFolder(async (folder) => {
          const whole = read();
          const footage = cut(whole, 1_000_000, 3_900_000);
          const gap = (sample: Sample): boolean => sample.track === 1 && sample.utcMicros > zero + 2_000_000 && sample.utcMicros < zero + 2_700_000;
          const samples = footage.samples.filter((sample) => !gap(sample));
          const bytes = Buffer.concat(await pieces(begin(await find(), { ...footage, samples }, folder, { kind: 'clip', sound: true })));
          const times = shownTimes(footage);
          assert.deepEqual(await seen(folder, bytes), times.map((time) => time - times[0]!));
          const sound = await heard(folder);
          const [loud, silent, again] = [rms(sound, 0.2, 0.9), rms(sound, 1.15, 1.6), rms(sound, 1.85, 2.6)];
          assert.ok(loud > 20 * silent && again > 20 * silent, `${loud} ${silent} ${again}`);
          const found = await packets((await machineTools()).ffprobe, path.join(folder, 'seen.mp4'), 'a');
          assert.ok(Math.abs(found.at(-1)!.micros - 2_900_000) < 100_000, `${found.at(-1)!.micros}`);
        }));

  it('goes with its pictures over a hole of five hours', () =>
    inFolder(async (folder) => {
      const { tracks, samples } = readFootage('street-b.mp4');
      const moved = samples.map((sample) => (sample.utcMicros < zero + 4 * second ? sample : { ...sample, utcMicros: sample.utcMicros + 18_000 * second }));
      const quiet = moved.filter(({ track, utcMicros }) => track === 0 || utcMicros < zero + 3 * second || utcMicros > zero + 18_005 * second);
      await seen(folder, Buffer.concat(await pieces(begin(await machineTools(), { tracks, samples: quiet }, folder, { kind: 'clip', sound: true }))));
      const sound = await heard(folder);
      // 3.9 s of pictures, a minute, and a second of pictures before the sound comes again.
      const [loud, silent, again] = [rms(sound, 1, 2.9), rms(sound, 4, 64.8), rms(sound, 65.1, 67)];
      assert.ok(loud > 20 * silent && again > 20 * silent, `${loud} ${silent} ${again}`);
    }));

  const silences: [string, (sample: Sample) => boolean][] = [
    ['sound that is told of and never comes', ({ track }) => track === 0],
    ['sound that comes after three seconds', ({ track, utcMicros }) => track === 0 || utcMicros > zero + 3 * second],
  ];
  for (const [what, keep] of silences)
    it(`${what}: the clip is silent, and whole`, () =>
      inFolder(async (folder) => {
        const { tracks, samples } = readFootage('street-b.mp4');
        const footage = { tracks, samples: samples.filter(keep) };
        const times = shownTimes(footage);
        const bytes = Buffer.concat(await pieces(begin(await machineTools(), footage, folder, { kind: 'clip', sound: true })));
        assert.deepEqual(await seen(folder, bytes), times.map((time) => time - times[0]!));
        await assert.rejects(decodedSound((await machineTools()).ffmpeg, ['-i', path.join(folder, 'seen.mp4')]));
      }));
});
