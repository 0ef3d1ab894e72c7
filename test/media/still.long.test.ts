// One frame of a part, or of what is asked for of it: exactly the first and the last one that is shown.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Edge } from '../../plugin/domain/audit-event.js';
import { Problem } from '../../plugin/domain/problem.js';
import { renderStill } from '../../plugin/media/still.js';
import { combine, readFootage, type Footage } from './footage.js';
import { mux } from './street.js';
import { ask, inFolder, machineTools, shownFrames } from './tools.js';

const text = { requestId: 'EG-310000-SZX01-2026-000123', unit: '示例支队', officers: ['欧阳明远'] };

/** Luma of every frame of this file, small: two frames of a street differ by little, and by that little they are told apart. */
async function lumaOf(folder: string, file: string): Promise<Buffer[]> {
  const { ffmpeg } = await machineTools();
  const raw = await ask(ffmpeg, ['-v', 'error', '-i', file, '-vf', 'scale=160:90', '-vsync', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'], folder);
  return Array.from({ length: raw.length / (160 * 90) }, (_, at) => raw.subarray(at * 160 * 90, (at + 1) * 160 * 90));
}

const distance = (a: Buffer, b: Buffer): number => a.reduce((sum, value, at) => sum + Math.abs(value - b[at]!), 0);

describe('a still', function () {
  this.timeout(120_000);

  const films: readonly (readonly [what: string, read: () => Footage | Promise<Footage>])[] = [
    ['H.264 with B-frames', () => readFootage('street-b.mp4')],
    ['H.265', () => readFootage('street-h265.mp4')],
    ['JPEG', () => combine(readFootage('street-jpeg.mov'), readFootage('street-g711.mov'))],
  ];
  for (const [what, read] of films)
    it(`of ${what} is the first or the last frame of the part, or of the stretch that is asked for`, async () => {
      const { samples, tracks } = await read();
      await inFolder(async (folder) => {
        const { files, parts } = await mux(samples, tracks);
        const part = parts[0]!;
        const input = path.join(folder, `01.${part.container}`);
        await writeFile(input, files[0]!);
        const tools = await machineTools();
        const times = (await shownFrames(tools.ffmpeg, input)).map(({ micros }) => micros);
        const frames = await lumaOf(folder, input);
        assert.equal(frames.length, times.length);
        const [third, late] = [Math.floor(times.length / 3), times.length - 5];
        const at = (frame: number): number => part.firstUtcMicros + times[frame]!;
        const table: readonly (readonly [edge: Edge, from: number | undefined, to: number | undefined, frame: number])[] = [
          ['first', undefined, undefined, 0],
          ['last', undefined, undefined, times.length - 1],
          ['first', at(third), undefined, third],
          // Between two frames: the next one is the first that is asked for.
          ['first', at(third) + 1000, at(late), third + 1],
          ['first', undefined, at(late), 0],
          ['last', at(third), undefined, times.length - 1],
          // The end is no part of a span.
          ['last', at(third), at(late), late - 1],
          ['last', undefined, at(late) + 1000, late],
          ['last', at(third), at(third + 2), third + 1],
        ];
        for (const [edge, from, to, wanted] of table) {
          const still = await renderStill(tools, { input, workFolder: folder, part, times: 'proven', marks: [], text, edge, from, to });
          const file = path.join(folder, 'still.jpg');
          await writeFile(file, still);
          const [seen] = await lumaOf(folder, file);
          const distances = frames.map((frame) => distance(frame, seen!));
          assert.equal(distances.indexOf(Math.min(...distances)), wanted, `${edge} ${from && from - part.firstUtcMicros} ${to && to - part.firstUtcMicros}`);
        }
        const empty = renderStill(tools, { input, workFolder: folder, part, times: 'proven', marks: [], text, edge: 'first', from: at(late), to: at(late) });
        await assert.rejects(empty, (thrown) => thrown instanceof Problem && thrown.code === 'span-invalid');
      });
    });
});
