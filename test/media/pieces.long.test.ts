// A long part is made in pieces beside each other and joined: the same pictures at the same times as the part has, no seam, and the same bytes by one worker or many.
import assert from 'node:assert/strict';
import { readFile, writeFile, mkdir, copyFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import { leastPieceFrames } from '../../plugin/media/cut-points.js';
import type { Part } from '../../plugin/media/mux-parts.js';
import { probe } from '../../plugin/media/probe.js';
import { readViewingRecipe, remakeViewing } from '../../plugin/media/remake.js';
import { renderViewing, type Rendering } from '../../plugin/media/render.js';
import { combine, readFootage, type Footage } from './footage.js';
import { mux } from './street.js';
import { ask, bundledTools, inFolder, machineTools, shownFrames } from './tools.js';

const text = { requestId: 'EG-310000-SZX01-2026-000123', unit: '沪江市公安局城东分局', officers: ['张三', '李四'] };

/** The same footage again and again, `frames` pictures of it at least; the times of each turn a bit longer than those before, so that no two gaps are alike. */
function repeated({ tracks, samples }: Footage, frames: number): Footage {
  const first = samples[0]!.utcMicros;
  const period = Math.max(...samples.map(({ utcMicros }) => utcMicros)) - first + 100_000;
  const pictures = samples.filter(({ track }) => track === 0).length;
  const turns = Math.ceil(frames / pictures);
  return { tracks, samples: Array.from({ length: turns }, (_, turn) => samples.map((one) => ({ ...one, utcMicros: one.utcMicros + turn * (period + 1357) }))).flat() };
}

/** What a player shows of the part, and when. */
const timesIn = async (ffmpeg: string, file: string): Promise<number[]> => (await shownFrames(ffmpeg, file, 5000)).map(({ micros }) => micros);

async function longPart(folder: string, footage: Footage): Promise<{ part: Part; rendering: Rendering }> {
  const { files, parts } = await mux(footage.samples, footage.tracks);
  const input = path.join(folder, `01.${parts[0]!.container}`);
  await writeFile(input, files[0]!);
  return { part: parts[0]!, rendering: { input, workFolder: folder, part: parts[0]!, marks: ['text', 'clock', 'tile'], times: 'proven', text } };
}

describe('a long part in pieces', function () {
  this.timeout(180_000);
  const least = 2 * leastPieceFrames + 60;
  const footages: [what: string, find: () => Footage][] = [
    ['H.264', () => readFootage('street.mp4')],
    ['H.264 with B-frames and AAC', () => readFootage('street-b.mp4')],
    ['H.265', () => readFootage('street-h265.mp4')],
    ['H.264 and G.711', () => readFootage('street-g711.mov')],
    ['JPEG and G.711', () => combine(repeated(readFootage('street-jpeg.mov'), 120), readFootage('street-g711.mov'))],
  ];
  for (const [what, find] of footages)
    it(`shows the pictures of the part at their times, with its sound: ${what}`, () =>
      inFolder(async (folder) => {
        const tools = await machineTools();
        const { part, rendering } = await longPart(folder, repeated(find(), least));
        const told: number[] = [];
        const { output, recipe, undecoded } = await renderViewing(tools, { ...rendering, onProgress: (percent) => told.push(percent) });
        assert.ok(recipe.pieces!.cuts.length > 2, `${part.frames} pictures in ${recipe.pieces?.cuts.length} pieces`);
        assert.equal(undecoded, 0);
        assert.deepEqual(await timesIn(tools.ffmpeg, output), await timesIn(tools.ffmpeg, rendering.input));
        const found = await probe(tools, output, { container: 'mp4', codec: 'avc1', audio: part.audio && { codec: 'aac' } });
        assert.equal(found.audio, part.audio && 'aac');
        assert.deepEqual(told, [...told].sort((a, b) => a - b));
        assert.equal(told.at(-1), 100);
        assert.deepEqual((await readdir(folder)).filter((name) => /-\d{4}\.mp4$/.test(name)), [], 'no piece is left');
      }));

  it('shows them at their times also where the camera slows down at a cut', () =>
    inFolder(async (folder) => {
      const tools = await machineTools();
      const footage = repeated(readFootage('street-b.mp4'), least);
      const [pictures, start] = [footage.samples.filter(({ track }) => track === 0), footage.samples[0]!.utcMicros];
      const slows = pictures.find(({ key }, at) => key && at >= leastPieceFrames)!.utcMicros;
      const slow = (micros: number): number => (micros < slows ? micros : slows + (micros - slows) * 4);
      const { rendering } = await longPart(folder, { tracks: footage.tracks.slice(0, 1), samples: pictures.map((one) => ({ ...one, utcMicros: slow(one.utcMicros) })) });
      const { output, recipe } = await renderViewing(tools, { ...rendering, marks: [] });
      assert.ok(recipe.pieces!.cuts.includes(slows - start));
      assert.deepEqual(await timesIn(tools.ffmpeg, output), await timesIn(tools.ffmpeg, rendering.input));
    }));

  it('by the bundled ffmpeg too', () =>
    inFolder(async (folder) => {
      const tools = await bundledTools();
      const { rendering } = await longPart(folder, repeated(readFootage('street.mp4'), least));
      const { output, recipe } = await renderViewing(tools, rendering);
      assert.ok(recipe.pieces);
      assert.deepEqual(await timesIn((await machineTools()).ffmpeg, output), await timesIn((await machineTools()).ffmpeg, rendering.input));
    }));

  it('has no seam: no picture is less like the original than those of a copy in one piece are', () =>
    inFolder(async (folder) => {
      const tools = await machineTools();
      const { rendering } = await longPart(folder, repeated(readFootage('street.mp4'), least));
      const { output } = await renderViewing(tools, { ...rendering, marks: [] });
      const said = await ask(tools.ffmpeg, ['-v', 'error', '-i', rendering.input, '-i', output, '-lavfi', '[0:v][1:v]ssim=stats_file=-', '-f', 'null', '-']);
      const likeness = [...said.toString().matchAll(/All:([0-9.]+)/g)].map(([, one]) => Number(one));
      assert.ok(likeness.length >= least);
      const [worst, mean] = [Math.min(...likeness), likeness.reduce((sum, one) => sum + one, 0) / likeness.length];
      assert.ok(worst > 0.97 && worst > mean - 0.02, `the worst ${worst}, of ${mean}`);
    }));

  it('is the same bytes by one worker and by many, and made again by its recipe', () =>
    inFolder(async (folder) => {
      const tools = await machineTools();
      const { part, rendering } = await longPart(folder, repeated(readFootage('street-b.mp4'), least));
      const many = await renderViewing(tools, { ...rendering, workers: 3 });
      const bytes = await readFile(many.output);
      const one = await renderViewing(tools, { ...rendering, workers: 1 });
      assert.ok(bytes.equals(await readFile(one.output)), 'one worker');
      assert.deepEqual(one.recipe, many.recipe);
      const again = path.join(folder, 'again');
      await mkdir(again);
      await copyFile(rendering.input, path.join(again, path.basename(rendering.input)));
      const read = readViewingRecipe(many.recipe, part, (await readFile(rendering.input)).length)!;
      const made = await remakeViewing(tools, { recipe: many.recipe, part, folder: again, read });
      assert.ok('output' in made && bytes.equals(await readFile(made.output)), 'made again');
    }));

  it('ends as a whole where one piece cannot be made, and nothing goes on', () =>
    inFolder(async (folder) => {
      const tools = await machineTools();
      const { rendering } = await longPart(folder, repeated(readFootage('street.mp4'), least));
      const stop = new AbortController();
      const work = renderViewing(tools, { ...rendering, signal: stop.signal, onProgress: (percent) => percent > 0 && stop.abort(new Error('stopped')) });
      await assert.rejects(work, (thrown: unknown) => thrown instanceof Problem && thrown.code === 'render-failed');
      const before = await readdir(folder);
      await ask(tools.ffmpeg, ['-version']);
      assert.deepEqual(await readdir(folder), before);
    }));
});
