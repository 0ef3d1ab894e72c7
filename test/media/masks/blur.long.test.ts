// A blurred area shows a few flat dots: what was written there cannot be told from what might have been, and the rest of the picture stays.
import assert from 'node:assert/strict';
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import type { MaskArea } from '../../../plugin/domain/mask-area.js';
import { findFont } from '../../../plugin/media/font.js';
import { renderStill } from '../../../plugin/media/still.js';
import { ask, bundledTools, inFolder, machineTools } from '../tools.js';
import { renderViewing } from '../../../plugin/media/render.js';
import { anArea, copyOf, instant, text, writeOriginal, type Kind } from './originals.js';

const kind: Kind = { codec: 'h264', pixels: 'yuv420p', width: 640, height: 360 };
/** In the middle, 300×72 pixels: a plate that fills it. */
const plate = anArea({ kind: 'rectangle', x: 2656, y: 4000, width: 4688, height: 2000 }, { style: 'blur', hides: ['plates'] });
const isInside = (x: number, y: number): boolean => x >= 160 && x < 480 && y >= 136 && y < 224;

/** The same picture with these letters on a white plate. */
async function withPlate(folder: string, name: string, letters: string) {
  const { ffmpeg } = await machineTools();
  const bare = await writeOriginal(folder, `${name}-bare`, kind, '0', 1);
  const input = path.join(folder, `${name}.mp4`);
  const filter = `drawbox=x=170:y=144:w=300:h=72:color=white:t=fill,drawtext=fontfile=${findFont()}:text=${letters}:fontsize=64:fontcolor=black:x=180:y=148`;
  const coded = ['-c:v', 'libx264', '-qp', '0', '-preset', 'ultrafast', '-bf', '0', '-video_track_timescale', '90000'];
  await ask(ffmpeg, ['-v', 'error', '-i', bare.input, '-vf', filter, ...coded, '-y', input]);
  return { input, part: bare.part };
}

/** Largest difference in the area, and beside it, between two pictures. */
function differences(one: Buffer, other: Buffer): { inside: number; mean: number; outside: number } {
  let [inside, sum, count, outside] = [0, 0, 0, 0];
  for (let y = 0; y < kind.height; y++)
    for (let x = 0; x < kind.width; x++) {
      const difference = Math.abs(one[y * kind.width + x]! - other[y * kind.width + x]!);
      if (isInside(x, y)) [inside, sum, count] = [Math.max(inside, difference), sum + difference, count + 1];
      else outside = Math.max(outside, difference);
    }
  return { inside, mean: sum / count, outside };
}

/** How many places of the area's middle row differ much from the one before: edges of what could be read. */
const edges = (picture: Buffer, y: number): number =>
  Array.from({ length: 300 }, (_, at) => Math.abs(picture[y * kind.width + 171 + at]! - picture[y * kind.width + 170 + at]!)).filter((step) => step > 24).length;

describe('what lies under a blurred area', function () {
  this.timeout(120_000);

  const pairs: [string, string][] = [['A88888', 'A33333'], ['B00000', 'B80808'], ['C12345', 'C12346'], ['D66666', 'D99999']];
  for (const [one, other] of pairs)
    it(`cannot be read: ${one} or ${other}`, () =>
      inFolder(async (folder) => {
        const [first, second] = [await withPlate(folder, '01', one), await withPlate(folder, '02', other)];
        const [plain, plainOther] = [(await copyOf(first, []))[0]!, (await copyOf(second, []))[0]!];
        const [hidden, hiddenOther] = [(await copyOf(first, [plate]))[0]!, (await copyOf(second, [plate]))[0]!];
        const [seen, left] = [differences(plain, plainOther), differences(hidden, hiddenOther)];
        assert.ok(seen.inside > 150, 'the letters differ, and it would be seen');
        assert.ok(left.inside <= 40, `${left.inside} of ${seen.inside} is left`);
        assert.ok(edges(plain, 180) > 10 && edges(hidden, 180) <= 3, `${edges(hidden, 180)} edges are left of ${edges(plain, 180)}`);
      }));

  it('is blurred in its time alone, and beside it the picture stays', () =>
    inFolder(async (folder) => {
      const original = await withPlate(folder, '01', 'A12345');
      const timed: MaskArea = { ...plate, span: { from: instant(0.3), to: instant(0.8) } };
      const [masked, plain] = [await copyOf(original, [timed]), await copyOf(original, [])];
      for (const [at, picture] of masked.entries()) {
        const isOn = at >= 3 && at < 8;
        assert.equal(edges(picture, 180) <= 3, isOn, `picture ${at}`);
        assert.ok(differences(picture, plain[at]!).outside < 90, `picture ${at}`);
      }
    }));

  const bounds: [what: string, kind: Kind, area: MaskArea][] = [
    ['the whole picture', kind, { ...plate, shape: { kind: 'rectangle', x: 0, y: 0, width: 10_000, height: 10_000 } }],
    ['one pixel in a corner', kind, { ...plate, shape: { kind: 'rectangle', x: 9999, y: 9999, width: 1, height: 1 } }],
    ['a thin line over a large picture', { ...kind, width: 1920, height: 1080 }, { ...plate, shape: { kind: 'rectangle', x: 0, y: 5000, width: 10_000, height: 1 } }],
    ['a polygon', kind, { ...plate, shape: { kind: 'polygon', corners: [[1000, 1000], [9000, 2000], [4000, 9000]] } }],
    ['JPEG of odd sides', { codec: 'jpeg', pixels: 'yuvj422p', width: 321, height: 241 }, { ...plate, shape: { kind: 'rectangle', x: 6000, y: 6000, width: 4000, height: 4000 } }],
  ];
  const builds = [['the machine’s ffmpeg', machineTools], ['the bundled ffmpeg', bundledTools]] as const;
  for (const [name, find] of builds)
    for (const [what, of, area] of bounds)
      it(`may be ${what}, as a copy and as a still, by ${name}`, () =>
        inFolder(async (folder) => {
          const { input, part } = await writeOriginal(folder, '01', of, '0', 1);
          const drawing = { input, workFolder: folder, part, times: 'proven' as const, marks: ['text', 'clock'] as const, text, areas: [area, { ...area, style: 'solid' as const }, area] };
          const { output } = await renderViewing(await find(), drawing);
          assert.ok((await readFile(output)).length > 0);
          const still = await renderStill(await find(), { ...drawing, edge: 'first' });
          assert.equal(still.subarray(0, 2).toString('hex'), 'ffd8');
        }));
});
