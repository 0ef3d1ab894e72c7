// Areas as filters: every point of an area lies in a box, boxes lie on pairs of pixels, and a full list still fits into one argument.
import assert from 'node:assert/strict';
import { cornersOf, type Corner, type MaskArea, type Shape } from '../../../plugin/domain/mask-area.js';
import { buildArguments } from '../../../plugin/media/ffmpeg.js';
import { boxesOf } from '../../../plugin/media/masks/boxes-of.js';
import { drawAreas } from '../../../plugin/media/masks/draw-areas.js';
import { pick } from '../../support/evidence/random.js';
import { zero } from '../street.js';
import { anArea, instant } from './originals.js';

const pictures = [[640, 360], [641, 361], [176, 144], [3840, 2160], [2, 2]] as const;
const shapes: [string, Shape][] = [
  ['a rectangle', { kind: 'rectangle', x: 1234, y: 777, width: 3333, height: 4321 }],
  ['the whole', { kind: 'rectangle', x: 0, y: 0, width: 10_000, height: 10_000 }],
  ['a point', { kind: 'rectangle', x: 9999, y: 9999, width: 1, height: 1 }],
  ['a triangle', { kind: 'polygon', corners: [[100, 200], [9000, 4000], [3000, 9900]] }],
  ['a needle', { kind: 'polygon', corners: [[0, 0], [10_000, 5001], [10_000, 5000]] }],
  ['an angle', { kind: 'polygon', corners: [[1000, 1000], [3000, 1000], [3000, 6000], [7000, 6000], [7000, 9000], [1000, 9000]] }],
];

/** By the number of edges that a line to the right crosses. */
function lies([x, y]: Corner, corners: readonly Corner[]): boolean {
  return corners.filter(([ax, ay], i) => {
    const [bx, by] = corners[(i + 1) % corners.length]!;
    return ay > y !== by > y && x < ax + ((bx - ax) * (y - ay)) / (by - ay);
  }).length % 2 === 1;
}

describe('the boxes of an area', () => {
  for (const [width, height] of pictures)
    for (const [what, shape] of shapes)
      it(`cover ${what} of ${width}×${height}, on pairs of pixels`, () => {
        for (const polygons of [1, 64]) {
          const boxes = boxesOf(anArea(shape), { width, height }, { polygons, spread: 1 });
          for (const box of boxes) {
            assert.deepEqual([box.x, box.y, box.width, box.height].map((side) => side % 2), [0, 0, 0, 0]);
            assert.ok(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0 && box.x + box.width <= width + 1 && box.y + box.height <= height + 1);
          }
          for (let tries = 0; tries < 2000; tries++) {
            const point: Corner = [pick(`${what} x`, tries, 10_000_000) / 1000, pick(`${what} y`, tries, 10_000_000) / 1000];
            if (!lies(point, cornersOf(shape))) continue;
            const [x, y] = [(point[0] * width) / 10_000, (point[1] * height) / 10_000];
            assert.ok(boxes.some((box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height), `${point.join(' ')} shows`);
          }
        }
      });
});

describe('areas as filters', () => {
  const drawn = { width: 3840, height: 2160, firstUtcMicros: zero };
  const written = (areas: readonly MaskArea[]): string => {
    const args = buildArguments({ inputOptions: [], input: '-', filters: drawAreas(areas, drawn), outputOptions: [], output: '-' });
    return args[args.indexOf('-filter:v') + 1]!;
  };

  it('are none where there is none', () => assert.deepEqual(drawAreas([], drawn), []));

  it('stand word for word where a recipe is read again', () =>
    assert.equal(
      written([
        anArea({ kind: 'rectangle', x: 2500, y: 2500, width: 2500, height: 2500 }, { span: { from: instant(0.5), to: instant(2) } }),
        anArea({ kind: 'rectangle', x: 0, y: 0, width: 1000, height: 1000 }, { style: 'blur' }),
      ]),
      'split=outputs=2[m0a][m0b],[m0b]crop=w=388:h=220:x=0:y=0,scale=w=256:h=128:flags=area,scale=w=4:h=2:flags=area,scale=w=388:h=220:flags=neighbor[m0c],' +
        "[m0a][m0c]overlay=x=0:y=0,drawbox=x=956:y=536:w=968:h=548:color=black:t=fill:enable='gte(t,0.4999995)*lt(t,1.9999995)'",
    ));

  it('fit into one argument of a manifest, 64 of the most corners too', () => {
    const corners: Corner[] = Array.from({ length: 64 }, (_, at) => [5000 + Math.round(4900 * Math.cos((at * Math.PI) / 32)), 5000 + Math.round(4900 * Math.sin((at * Math.PI) / 32))]);
    for (const style of ['solid', 'blur'] as const) {
      const areas = Array.from({ length: 64 }, () => anArea({ kind: 'polygon', corners }, { style, span: { from: instant(1000), to: instant(86_000) } }));
      assert.ok(written(areas).length < 60_000, `${written(areas).length}`);
    }
  });

  it('of another syntax are never built', () => {
    for (const label of ['a]b', 'a,b', '', 'a;b', 'A'])
      assert.throws(() => buildArguments({ inputOptions: [], input: '-', filters: [{ filter: 'null', options: {}, outputs: [label] }], outputOptions: [], output: '-' }), TypeError);
  });
});
