// A marked clip of samples that come in, by real ffmpeg: every shown picture at its time and no other, marked with its own time.
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Sample } from '../../plugin/domain/vms.js';
import { findFont } from '../../plugin/media/font.js';
import { markMakers } from '../../plugin/media/marks/index.js';
import type { Scene } from '../../plugin/media/marks/mark.js';
import { assertClocks, correlate, drawnBox, framesOf, lumaOf } from './drawn.js';
import { readFootage } from './footage.js';
import { begin, builds, clip, codecs, cut, pieces, second, seen, shownTimes, small, sourcePictures, street, text, timeOf } from './plays.js';
import { zero } from './street.js';
import { ask, inFolder, machineTools } from './tools.js';

describe('a marked clip of samples', function () {
  this.timeout(180_000);

  for (const [build, find] of builds)
    for (const [what, read] of codecs)
      it(`of ${what} has every picture at its time, by ${build}, and leaves no file`, () =>
        inFolder(async (folder) => {
          const footage = await read();
          const bytes = Buffer.concat(await pieces(begin(await find(), footage, folder, clip)));
          assert.deepEqual(await readdir(folder), []);
          const times = shownTimes(footage);
          assert.deepEqual(await seen(folder, bytes), times.map((time) => time - times[0]!));
          assert.equal(bytes.toString('latin1', 4, 8), 'ftyp');
          assert.ok(bytes.indexOf('moov') < bytes.indexOf('moof'), 'the index stands before the pictures');
          const streams = await ask((await machineTools()).ffprobe, ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', path.join(folder, 'seen.mp4')]);
          assert.equal(streams.toString().trim(), 'h264');
        }));

  for (const [what, read] of codecs)
    it(`of ${what} shows nothing before the span and nothing behind it`, () =>
      inFolder(async (folder) => {
        const whole = await read();
        const footage = cut(whole, 1_250_000, 3_150_000);
        if (what.includes('B-frames')) assert.ok(footage.samples.some(({ postRoll }) => postRoll), 'a picture behind the span leads to one inside');
        const times = shownTimes(footage);
        assert.equal(times.length, 19);
        const bytes = Buffer.concat(await pieces(begin(await machineTools(), footage, folder, clip, { marks: [] })));
        assert.deepEqual(await seen(folder, bytes), times.map((time) => time - times[0]!));
        const source = await sourcePictures(folder, whole);
        const frames = framesOf(await lumaOf(await machineTools(), folder, ['-i', 'seen.mp4'], small), 160 * 90);
        assert.deepEqual(frames.map((frame) => timeOf(source, frame)), times);
      }));

  it('bears both marks on every picture, each with its own time', () =>
    inFolder(async (folder) => {
      const tools = await machineTools();
      const footage = cut(await street(), 450_000, 2_950_000);
      const bytes = Buffer.concat(await pieces(begin(tools, footage, folder, clip)));
      await seen(folder, bytes);
      const size = { width: 768, height: 576 };
      const frames = framesOf(await lumaOf(tools, folder, ['-i', 'seen.mp4'], ''), size.width * size.height);
      assert.equal(frames.length, 25);
      await assertClocks(tools, folder, frames, size, shownTimes(footage), [0, 1, 4, 5, 14, 15, 23, 24]);
      const scene: Scene = { ...size, firstUtcMicros: zero, times: 'proven', text };
      await writeFile(path.join(folder, 'text.txt'), markMakers.text.write(scene));
      const drawn = Object.entries(markMakers.text.filter(scene, { font: findFont(), text: 'text.txt' }).options).map(([name, value]) => `${name}=${value}`);
      const alone = await lumaOf(tools, folder, ['-f', 'lavfi', '-i', `color=black:s=768x576:r=10:d=0.1`], `drawtext=${drawn.join(':')}`);
      frames.forEach((frame, at) => {
        const likeness = correlate(alone, frame, size.width, drawnBox(alone, size.width));
        assert.ok(likeness >= 0.8, `frame ${at}: ${likeness}`);
      });
    }));

  const irregular: [what: string, change: (sample: Sample, at: number) => Sample, steps: (steps: number[]) => number[]][] = [
    ['a hole of half a minute is as long as it is', (sample, at) => (at < 40 ? sample : { ...sample, utcMicros: sample.utcMicros + 30 * second }), (steps) => steps.map((step, at) => (at === 39 ? 30 * second + 100_000 : step))],
    ['a hole of five hours is a minute long', (sample, at) => (at < 40 ? sample : { ...sample, utcMicros: sample.utcMicros + 18_000 * second }), (steps) => steps.map((step, at) => (at === 39 ? 60 * second : step))],
    ['a clock that steps back by an hour goes on', (sample, at) => (at < 40 ? sample : { ...sample, utcMicros: sample.utcMicros - 3600 * second }), (steps) => steps.map((step, at) => (at === 39 ? 1 : step))],
    ['two pictures of one time are one microsecond apart', (sample, at) => (at === 30 ? { ...sample, utcMicros: sample.utcMicros - 100_000 } : sample), (steps) => steps.map((step, at) => (at === 29 ? 1 : at === 30 ? 200_000 : step))],
    ['steps of odd microseconds stay what they are', (sample, at) => ({ ...sample, utcMicros: sample.utcMicros + ((at * 7919) % 33_333) }), (steps) => steps],
  ];
  for (const [build, find] of builds)
    for (const [what, change, expected] of irregular)
      it(`${what}, by ${build}; the clock says the true time`, () =>
        inFolder(async (folder) => {
          const { samples, tracks } = await street();
          const footage = { tracks, samples: samples.map(change) };
          const tools = await find();
          const bytes = Buffer.concat(await pieces(begin(tools, footage, folder, clip)));
          const times = footage.samples.map(({ utcMicros }) => utcMicros);
          const steps = expected(times.slice(1).map((time, at) => time - times[at]!));
          const shown = await seen(folder, bytes);
          assert.deepEqual(shown.slice(1).map((time, at) => time - shown[at]!), steps);
          assert.equal(shown[0], 0);
          const size = { width: 768, height: 576 };
          const frames = framesOf(await lumaOf(await machineTools(), folder, ['-i', 'seen.mp4'], ''), size.width * size.height);
          await assertClocks(tools, folder, frames, size, times, [0, 30, 39, 40, 41, 59]);
        }));

  for (const [build, find] of builds)
    it(`pictures of another size are shown in the first one’s, marked, by ${build}`, () =>
      inFolder(async (folder) => {
        const { samples, tracks } = await street();
        const other = readFootage('street-g711.mov');
        const video = other.tracks[0]!;
        assert.ok(video.kind === 'video');
        const sets = Buffer.concat(video.parameterSets.flatMap((set) => {
          const length = Buffer.alloc(4);
          length.writeUInt32BE(set.length);
          return [length, set];
        }));
        const small = other.samples.filter(({ track }) => track === 0).slice(0, 20);
        const later = small.map((sample, at) => ({ ...sample, utcMicros: zero + 6 * second + at * 100_000, data: at === 0 ? Buffer.concat([sets, sample.data]) : sample.data }));
        const footage = { tracks, samples: [...samples, ...later] };
        const tools = await find();
        const bytes = Buffer.concat(await pieces(begin(tools, footage, folder, clip)));
        const times = shownTimes(footage);
        assert.deepEqual(await seen(folder, bytes), times.map((time) => time - times[0]!));
        const size = { width: 768, height: 576 };
        const frames = framesOf(await lumaOf(await machineTools(), folder, ['-i', 'seen.mp4'], ''), size.width * size.height);
        await assertClocks(tools, folder, frames, size, times, [59, 60, 79]);
      }));
});
