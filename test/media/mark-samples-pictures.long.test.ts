// Marked pictures of samples, one by one: as parts that keep the pace, and the one still of a time.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Sample } from '../../plugin/domain/vms.js';
import { readJpegSize } from '../../plugin/media/jpeg-size.js';
import { assertClocks, framesOf, lumaOf } from './drawn.js';
import { readFootage } from './footage.js';
import { begin, builds, codecs, cut, never, pictures, pieces, second, shownTimes, small, sourcePictures, street, timeOf } from './plays.js';
import { zero } from './street.js';
import { inFolder, machineTools } from './tools.js';

/** Luma of these JPEGs, all of one size. */
async function lumaOfAll(folder: string, jpegs: readonly Buffer[], filters: string, bytes: number): Promise<Buffer[]> {
  for (const [at, jpeg] of jpegs.entries()) await writeFile(path.join(folder, `one-${at}.jpg`), jpeg);
  return framesOf(await lumaOf(await machineTools(), folder, ['-i', 'one-%d.jpg'], filters), bytes);
}

/** Fixtures of H.264 and H.265 in their sizes, JPEG in its. */
const sizes: Readonly<Record<string, { width: number; height: number }>> = { 'H.264': { width: 768, height: 576 }, 'JPEG with G.711': { width: 320, height: 176 } };

describe('marked pictures of samples', function () {
  this.timeout(120_000);

  for (const [build, find] of builds)
    for (const [what, read] of codecs)
      it(`of ${what} are parts as the stream program writes them, one for each picture shown, by ${build}`, () =>
        inFolder(async (folder) => {
          const footage = cut(await read(), 1_250_000, 3_150_000);
          const parts = await pieces(begin(await find(), footage, folder, { ...pictures, scalePercent: 50 }));
          assert.equal(parts.length, 19);
          const own = sizes[what] ?? { width: 320, height: 240 };
          for (const part of parts) {
            const head = /^--ZoneMinderFrame\r\nContent-Type: image\/jpeg\r\nContent-Length: (\d+)\r\n\r\n/.exec(part.toString('latin1', 0, 200));
            const jpeg = part.subarray(head![0].length, head![0].length + Number(head![1]));
            assert.equal(part.toString('latin1', head![0].length + jpeg.length), '\r\n');
            // Half of so small a picture would be too small for its mark.
            assert.deepEqual(readJpegSize(jpeg), own.width / 2 < 320 ? own : { width: own.width / 2, height: own.height / 2 });
            assert.deepEqual([...jpeg.subarray(-2)], [0xff, 0xd9]);
          }
        }));

  it('begin where they are told to, each with its own time', () =>
    inFolder(async (folder) => {
      const footage = await street();
      const from = zero + 2_350_000;
      const parts = await pieces(begin(await machineTools(), footage, folder, { ...pictures, from: new Date(from / 1000).toISOString() }));
      const times = shownTimes(footage).filter((time) => time >= from);
      assert.equal(parts.length, times.length);
      const size = { width: 768, height: 576 };
      const jpegs = parts.map((part) => part.subarray(part.indexOf('\r\n\r\n') + 4, -2));
      const frames = await lumaOfAll(folder, jpegs, '', size.width * size.height);
      await assertClocks(await machineTools(), folder, frames, size, times, [0, 6, 7, 11, 35]);
    }));

  it('come at the pace of their times, whatever hole there is', () =>
    inFolder(async (folder) => {
      const { samples, tracks } = readFootage('street-jpeg.mov');
      const torn = samples.map((sample, at) => (at < 10 ? sample : { ...sample, utcMicros: sample.utcMicros + 3600 * second }));
      let time = 0;
      const waits: number[] = [];
      const clock = {
        now: () => time,
        wait: async (milliseconds: number) => {
          waits.push(Math.round(milliseconds));
          time += milliseconds;
        },
      };
      const play = begin(await machineTools(), { tracks, samples: torn }, folder, { ...pictures, ratePercent: 400 }, {}, never, clock);
      assert.equal((await pieces(play)).length, 40);
      assert.deepEqual(waits, Array.from({ length: 39 }, (_, at) => (at === 9 ? 5000 : 25)));
    }));
});

describe('a marked still of samples', function () {
  this.timeout(120_000);

  for (const [what, read] of codecs)
    it(`of ${what} is the picture at a time or last before it, and no more is read than it needs`, () =>
      inFolder(async (folder) => {
        const whole = await read();
        const footage = cut(whole, 1_250_000, 3_950_000);
        const table: [at: number, wanted: number][] = [
          [2_000_000, 2_000_000],
          [2_050_000, 2_000_000],
          [2_099_000, 2_000_000],
          [2_100_000, 2_100_000],
          [1_300_000, 1_300_000],
          // All are later: the first.
          [1_250_000, 1_300_000],
          [0, 1_300_000],
          // All are earlier: the last.
          [9_000_000, 3_900_000],
          [1_990_000, 1_900_000],
        ];
        const stills: Buffer[] = [];
        for (const [at] of table) {
          let read = 0;
          let isOver = false;
          async function* counted(): AsyncGenerator<Sample> {
            try {
              for (const sample of footage.samples) {
                read++;
                yield sample;
              }
            } finally {
              isOver = true;
            }
          }
          const form = { kind: 'still', at: new Date((zero + at) / 1000).toISOString(), width: null, height: null } as const;
          const [still, ...more] = await pieces(begin(await machineTools(), footage, folder, form, { marks: [], samples: counted() }));
          assert.deepEqual(more, []);
          stills.push(still!);
          assert.ok(isOver, 'the source is told that it is over');
          if (at < 1_300_000) assert.ok(read < footage.samples.length - 5, `${read} of ${footage.samples.length} were read`);
        }
        const source = await sourcePictures(folder, whole);
        const frames = await lumaOfAll(folder, stills, small, 160 * 90);
        assert.deepEqual(frames.map((frame) => timeOf(source, frame) - zero), table.map(([, wanted]) => wanted));
      }));

  const wishes: [width: number | null, height: number | null, wanted: [number, number]][] = [
    [null, null, [768, 576]],
    [384, null, [384, 288]],
    [null, 288, [384, 288]],
    [400, 201, [400, 200]],
    // Never larger than the camera's, never too small to be marked.
    [10_000, 10_000, [768, 576]],
    [null, 144, [320, 240]],
    [1, 1, [320, 320]],
  ];
  for (const [build, find] of builds)
    it(`has the size that is asked for, and the time of its picture, by ${build}`, () =>
      inFolder(async (folder) => {
        const [tools, footage] = [await find(), await street()];
        for (const [width, height, wanted] of wishes) {
          const [still] = await pieces(begin(tools, footage, folder, { kind: 'still', at: '2026-03-01T02:00:03.456Z', width, height }));
          assert.deepEqual(Object.values(readJpegSize(still!)), wanted);
          if (width !== 384 && width !== null) continue;
          await writeFile(path.join(folder, 'still.jpg'), still!);
          const frame = await lumaOf(await machineTools(), folder, ['-i', 'still.jpg'], '');
          await assertClocks(tools, folder, [frame], { width: wanted[0], height: wanted[1] }, [zero + 3_400_000], [0]);
        }
      }));
});
