// The marks are read back from real viewing copies: what is on the frames is the text, in Chinese, and this officer's name.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Mark } from '../../plugin/domain/duty.js';
import type { Tools } from '../../plugin/media/find-ffmpeg.js';
import { renderViewing } from '../../plugin/media/render.js';
import { mux, readStreet, streetFile } from '../media/street.js';
import { ask, bundledTools, inFolder, machineTools } from '../media/tools.js';

interface Gray {
  width: number;
  pixels: Buffer;
}

interface Region {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The box around what `chosen` picks, a little wider: the text with the ground it stands on. */
function regionOf({ width, pixels }: Gray, chosen: (at: number) => boolean): Region {
  const region = { left: width, top: pixels.length, right: 0, bottom: 0 };
  for (let at = 0; at < pixels.length; at++)
    if (chosen(at)) {
      const [x, y] = [at % width, Math.floor(at / width)];
      Object.assign(region, {
        left: Math.min(region.left, x),
        right: Math.max(region.right, x),
        top: Math.min(region.top, y),
        bottom: Math.max(region.bottom, y),
      });
    }
  assert.ok(region.left < region.right && region.top < region.bottom, 'something is drawn');
  return {
    left: Math.max(0, region.left - 2),
    top: Math.max(0, region.top - 2),
    right: Math.min(width - 1, region.right + 2),
    bottom: Math.min(pixels.length / width - 1, region.bottom + 2),
  };
}

/** Normalised cross-correlation over the region: 1 the same picture, 0 unrelated. */
function correlate(a: Gray, b: Gray, { left, right, top, bottom }: Region): number {
  const columns = right - left + 1;
  const where = Uint32Array.from({ length: columns * (bottom - top + 1) }, (_, at) => (top + Math.floor(at / columns)) * a.width + left + (at % columns));
  return correlateAt(where, (at) => a.pixels[at]!, (at) => b.pixels[at]!);
}

const pixelsOf = ({ pixels }: Gray, chosen: (at: number) => boolean): Uint32Array =>
  Uint32Array.from({ length: pixels.length }, (_, at) => at).filter(chosen);

function correlateAt(where: Uint32Array, a: (at: number) => number, b: (at: number) => number, least = 100): number {
  assert.ok(where.length > least, 'there is something to compare');
  const pairs = Array.from(where, (at): [number, number] => [a(at), b(at)]);
  const mean = (side: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length;
  const [meanA, meanB] = [mean(0), mean(1)];
  let [product, squareA, squareB] = [0, 0, 0];
  for (const [one, other] of pairs) {
    product += (one - meanA) * (other - meanB);
    squareA += (one - meanA) ** 2;
    squareB += (other - meanB) ** 2;
  }
  return product / Math.sqrt(squareA * squareB || 1);
}

/** Each mark by the file that it reads. */
const inTurn = (graph: string): Record<Mark, string> =>
  Object.fromEntries([...graph.matchAll(/drawtext=[^,[]*textfile=01-(\w+)\.txt[^,[]*/g)].map(([filter, mark]) => [mark, filter])) as Record<Mark, string>;

const text = { requestId: 'EG-310000-SZX01-2026-000123', copy: { number: 3, of: 12 }, unit: '沪江市公安局城东分局刑侦支队', officers: ['欧阳明远', '上官静姝'] };
const frames = [2, 14, 27];
const zoneClock = /^录像机时间 UTC\+08:00/;

interface Case {
  folder: string;
  width: number;
  height: number;
  tools: Tools;
  /** The recipe's filter of each mark. */
  filters: Record<Mark, string>;
}

async function grayFrames(tools: Tools, folder: string, input: string[], filters: string, width: number, height: number): Promise<Gray[]> {
  const chosen = `select=${frames.map((frame) => `eq(n\\,${frame})`).join('+')}`;
  const raw = await ask(
    tools.ffmpeg,
    [
      '-v',
      'error',
      ...input,
      '-vf',
      filters ? `${filters},${chosen}` : chosen,
      '-vsync',
      'passthrough',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'gray',
      '-',
    ],
    folder,
  );
  assert.equal(raw.length, width * height * frames.length);
  return frames.map((_, at) => ({ width, pixels: raw.subarray(at * width * height, (at + 1) * width * height) }));
}

/** The filter alone, on black, at the times of the frames. */
const alone = ({ folder, width, height, tools }: Case, filter: string): Promise<Gray[]> =>
  grayFrames(tools, folder, ['-f', 'lavfi', '-i', `color=black:s=${width}x${height}:r=10:d=3`], filter, width, height);

/** The filter, reading another text. */
async function withText(one: Case, mark: Mark, change: (text: string) => string): Promise<string> {
  const file = `01-${mark}.txt`;
  await writeFile(path.join(one.folder, `other-${file}`), change(await readFile(path.join(one.folder, file), 'utf8')));
  return one.filters[mark].replace(file, `other-${file}`);
}

/** No font has it: drawn as `.notdef`, which is what a font without Chinese draws for every Chinese character. */
const missing = '\ue000';
const han = /[\p{Script=Han}、，]/gu;
const blackBelow = 24;

const table: [string, number, number, () => Promise<Tools>][] = [
  ['360p', 640, 360, machineTools],
  ['1080p', 1920, 1080, machineTools],
  ['4K', 3840, 2160, machineTools],
  ['360p by the bundled ffmpeg', 640, 360, bundledTools],
];

for (const [name, width, height, find] of table)
  describe(`marks read back at ${name}`, function () {
    this.timeout(180_000);

    it('are the marks, in Chinese, at three times', () =>
      inFolder(async (folder) => {
        const tools = await find();
        const source = path.join(folder, 'source.mp4');
        await ask(tools.ffmpeg, [
          '-v',
          'error',
          '-i',
          streetFile,
          '-frames:v',
          '30',
          '-vf',
          `scale=${width}:${height}`,
          '-c:v',
          'libx264',
          '-preset',
          'ultrafast',
          '-bf',
          '0',
          '-g',
          '10',
          source,
        ]);
        const street = await readStreet({ to: 30, file: source });
        const { files, parts } = await mux(street.samples, street.parameterSets);
        const input = path.join(folder, '01.mp4');
        await writeFile(input, files[0]!);
        const { output, recipe } = await renderViewing(tools, {
          input,
          workFolder: folder,
          part: parts[0]!,
          times: 'proven',
          marks: ['text', 'clock', 'tile'],
          text,
        });
        const graph = recipe.arguments[recipe.arguments.indexOf('-filter:v') + 1]!;
        const one: Case = { folder, width, height, tools, filters: inTurn(graph) };
        const copy = await grayFrames(tools, folder, ['-i', output], '', width, height);

        for (const mark of ['text', 'clock'] as const) {
          const mine = await alone(one, one.filters[mark]);
          const tofu = await alone(one, await withText(one, mark, (written) => written.replace(han, missing)));
          frames.forEach((frame, at) => {
            const whole = regionOf(mine[at]!, (pixel) => mine[at]!.pixels[pixel]! > blackBelow);
            const right = correlate(mine[at]!, copy[at]!, whole);
            assert.ok(right >= 0.8, `${mark}, frame ${frame}: ${right}`);
            // Tofu differs from the mark where Chinese stands: that is where it is told apart.
            const chinese = pixelsOf(mine[at]!, (pixel) => Math.abs(mine[at]!.pixels[pixel]! - tofu[at]!.pixels[pixel]!) > blackBelow);
            const likeness = (drawn: Gray): number => correlateAt(chinese, (pixel) => drawn.pixels[pixel]!, (pixel) => copy[at]!.pixels[pixel]!);
            assert.ok(likeness(mine[at]!) >= 0.8);
            const boxes = likeness(tofu[at]!);
            assert.ok(boxes < 0.5, `${mark} in boxes, frame ${frame}: ${boxes}`);
          });
        }

        const mine = await alone(one, one.filters.text);
        const other = await alone(one, await withText(one, 'text', (written) => written.replace('欧阳明远', '司马长风')));
        frames.forEach((frame, at) => {
          const person = regionOf(mine[at]!, (pixel) => Math.abs(mine[at]!.pixels[pixel]! - other[at]!.pixels[pixel]!) > blackBelow);
          const [right, wrong] = [correlate(mine[at]!, copy[at]!, person), correlate(other[at]!, copy[at]!, person)];
          assert.ok(right >= 0.8 && wrong < right - 0.4, `frame ${frame}: this officer ${right}, another ${wrong}`);
        });

        // And so is the number of the copy, though one figure alone is another one.
        const eighth = await alone(one, await withText(one, 'text', (written) => written.replace('第 3 份', '第 8 份').replace('COPY 3', 'COPY 8')));
        frames.forEach((frame, at) => {
          const figures = pixelsOf(mine[at]!, (pixel) => Math.abs(mine[at]!.pixels[pixel]! - eighth[at]!.pixels[pixel]!) > blackBelow);
          const [right, wrong] = [mine, eighth].map((drawn) => correlateAt(figures, (pixel) => drawn[at]!.pixels[pixel]!, (pixel) => copy[at]!.pixels[pixel]!, 10)) as [number, number];
          assert.ok(right >= 0.8 && wrong < right - 0.4, `frame ${frame}: copy 3 ${right}, copy 8 ${wrong}`);
        });

        // The clock runs: the time of one frame is not the time of another.
        const clocks = await alone(one, one.filters.clock);
        const digits = regionOf(clocks[0]!, (pixel) => Math.abs(clocks[0]!.pixels[pixel]! - clocks[2]!.pixels[pixel]!) > blackBelow);
        assert.ok(correlate(clocks[0]!, copy[0]!, digits) - correlate(clocks[0]!, copy[2]!, digits) > 0.3);
        assert.match(await readFile(path.join(folder, '01-clock.txt'), 'utf8'), zoneClock);

        // The tile is faint: it is what the copy has over its parent, wherever no other mark stands.
        const over = (filter: string): Promise<Gray[]> => grayFrames(tools, folder, ['-i', input], filter, width, height);
        const parent = await over('');
        const tile = await over(one.filters.tile);
        const another = await over(await withText(one, 'tile', (written) => written.replaceAll('欧阳明远', '司马长风').replaceAll('上官静姝', '东方未白')));
        frames.forEach((frame, at) => {
          const bare = (pixel: number): boolean => mine[at]!.pixels[pixel]! <= blackBelow && clocks[at]!.pixels[pixel]! <= blackBelow;
          const differs = (pixel: number): boolean => Math.abs(tile[at]!.pixels[pixel]! - another[at]!.pixels[pixel]!) > 4;
          const where = pixelsOf(tile[at]!, (pixel) => differs(pixel) && bare(pixel));
          const added = ({ pixels }: Gray) => (pixel: number) => pixels[pixel]! - parent[at]!.pixels[pixel]!;
          const [right, wrong] = [tile, another].map((drawn) => correlateAt(where, added(drawn[at]!), added(copy[at]!))) as [number, number];
          assert.ok(right >= 0.3 && Math.abs(wrong) < 0.1, `tile, frame ${frame}: this officer ${right}, another ${wrong}`);
        });
      }));
  });
