// Nothing of what lies under a solid area reaches a copy, not one bit of one pixel; the rest of the picture is what it was.
import assert from 'node:assert/strict';
import type { MaskArea, Shape } from '../../../plugin/domain/mask-area.js';
import { inFolder } from '../tools.js';
import { anArea, copyOf, frames, instant, writeOriginal, type Kind } from './originals.js';

const h264 = (width: number, height: number): Kind => ({ codec: 'h264', pixels: 'yuv420p', width, height });
const jpeg = (pixels: string, width = 640, height = 480): Kind => ({ codec: 'jpeg', pixels, width, height });

/** From the left, from the top, so wide, so high: of ten thousand. */
const rectangle = (x: number, y: number, width: number, height: number): Shape => ({ kind: 'rectangle', x, y, width, height });
const inside = ({ width, height }: Kind, x: number, y: number, wide: number, high: number): string =>
  `gte(X,${(x * width) / 10_000})*lt(X,${((x + wide) * width) / 10_000})*gte(Y,${(y * height) / 10_000})*lt(Y,${((y + high) * height) / 10_000})`;
const diamond: Shape = { kind: 'polygon', corners: [[5000, 1000], [8000, 5000], [5000, 9000], [2000, 5000]] };
const inDiamond = ({ width, height }: Kind): string => `lte(abs((X+0.5)/${width}-0.5)/0.3+abs((Y+0.5)/${height}-0.5)/0.4,1)`;
/** An L, whose corner looks inwards. */
const angle: Shape = { kind: 'polygon', corners: [[1000, 1000], [3000, 1000], [3000, 6000], [7000, 6000], [7000, 9000], [1000, 9000]] };
const inAngle = (kind: Kind): string => `gt(${inside(kind, 1000, 1000, 2000, 8000)}+${inside(kind, 1000, 6000, 6000, 3000)},0)`;

const table: [what: string, kind: Kind, area: MaskArea, where: (kind: Kind) => string][] = [
  ['a rectangle', h264(640, 360), anArea(rectangle(2500, 2500, 2500, 2500)), (kind) => inside(kind, 2500, 2500, 2500, 2500)],
  ['a rectangle on no whole pixel', h264(638, 358), anArea(rectangle(1234, 3337, 2223, 1111)), (kind) => inside(kind, 1234, 3337, 2223, 1111)],
  ['a rectangle at the edges', h264(320, 180), anArea(rectangle(7000, 6000, 3000, 4000)), (kind) => inside(kind, 7000, 6000, 3000, 4000)],
  ['one pixel of a picture', h264(320, 180), anArea(rectangle(5000, 5000, 1, 1)), () => 'eq(X,160)*eq(Y,90)'],
  ['a polygon', h264(640, 360), anArea(diamond), inDiamond],
  ['a polygon on a small picture', h264(176, 144), anArea(diamond), inDiamond],
  ['a polygon on a large picture', h264(1280, 720), anArea(diamond), inDiamond],
  ['a polygon that looks inwards', h264(640, 360), anArea(angle), inAngle],
  ['the whole picture', h264(320, 180), anArea(rectangle(0, 0, 10_000, 10_000)), () => '1'],
  ['a rectangle of JPEG', jpeg('yuvj420p'), anArea(rectangle(2500, 3000, 2500, 4000)), (kind) => inside(kind, 2500, 3000, 2500, 4000)],
  // Its colours are mixed on their way to the copy, over the edge of the area.
  ['a rectangle of JPEG of 4:2:2', jpeg('yuvj422p'), anArea(rectangle(2500, 3000, 2500, 4000)), (kind) => inside(kind, 2500, 3000, 2500, 4000)],
  ['a rectangle at the edge of JPEG of odd sides', jpeg('yuvj420p', 321, 241), anArea(rectangle(4900, 3000, 5100, 7000)), (kind) => inside(kind, 4985, 3320, 5015, 6680)],
  [
    'a span of time',
    h264(320, 180),
    anArea(rectangle(2000, 2000, 5000, 5000), { span: { from: instant(0.3), to: instant(0.8) } }),
    (kind) => `${inside(kind, 2000, 2000, 5000, 5000)}*gte(N,3)*lt(N,8)`,
  ],
  [
    'a span that begins before the footage and ends between two frames',
    h264(320, 180),
    anArea(diamond, { span: { from: instant(-60), to: instant(0.45) } }),
    (kind) => `${inDiamond(kind)}*lt(N,5)`,
  ],
];

/** Largest and mean difference of the luma, where the two differ by the mask alone. */
function compare(masked: Buffer, plain: Buffer, { width, height }: Kind, isHidden: (x: number, y: number) => boolean): { most: number; mean: number; black: number } {
  let [most, sum, count, black] = [0, 0, 0, 0];
  const wide = width + (width % 2);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * wide + x;
      if (isHidden(x, y)) {
        black = Math.max(black, masked[at]!);
        continue;
      }
      const difference = Math.abs(masked[at]! - plain[at]!);
      [most, sum, count] = [Math.max(most, difference), sum + difference, count + 1];
    }
  return { most, mean: count === 0 ? 0 : sum / count, black };
}

describe('what lies under a solid area', function () {
  this.timeout(120_000);

  for (const [what, kind, area, where] of table)
    it(`is not in the copy: ${what}, ${kind.codec} ${kind.pixels} ${kind.width}×${kind.height}`, () =>
      inFolder(async (folder) => {
        const [one, other] = [await writeOriginal(folder, '01', kind, where(kind), 1), await writeOriginal(folder, '02', kind, where(kind), 2)];
        const [ofOne, ofOther, bare, bareOther] = [await copyOf(one, [area]), await copyOf(other, [area]), await copyOf(one, []), await copyOf(other, [])];
        assert.equal(ofOne.length, frames);
        assert.ok(bare.some((picture, at) => !picture.equals(bareOther[at]!)), 'the originals differ, and it would be seen');
        for (const [at, picture] of ofOne.entries()) assert.ok(picture.equals(ofOther[at]!), `picture ${at} tells of what is hidden`);
      }));

  it('is black, and beside it the picture is as good as it was', () =>
    inFolder(async (folder) => {
      const kind = h264(640, 360);
      const original = await writeOriginal(folder, '01', kind, '0', 1);
      const area = anArea(rectangle(2500, 2500, 2500, 2500), { span: { from: instant(0.3), to: instant(0.8) } });
      const [masked, plain] = [await copyOf(original, [area]), await copyOf(original, [])];
      const isHidden = (x: number, y: number): boolean => x >= 156 && x < 324 && y >= 86 && y < 184;
      for (const [at, picture] of masked.entries()) {
        const isOn = at >= 3 && at < 8;
        const { most, mean, black } = compare(picture, plain[at]!, kind, isOn ? isHidden : () => false);
        assert.ok(mean < 1.5, `picture ${at}: ${mean} in the mean`);
        assert.ok(most < 90, `picture ${at}: ${most} at most`);
        // The middle, away from the edges that every encoder softens.
        const middle = picture[180 * 640 - 50 * 640 + 240]!;
        assert.equal(middle <= 18, isOn, `picture ${at}: ${middle}`);
        if (isOn) assert.ok(black < 60, `picture ${at}: ${black}`);
      }
    }));
});
