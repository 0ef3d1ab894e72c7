// What may be drawn over a picture, and each thing that may not.
import assert from 'node:assert/strict';
import { faultOfArea, faultsOfAreas, mostAreas, type Corner, type MaskArea } from '../../plugin/domain/mask-area.js';

const rectangle = (x: number, y: number, width: number, height: number): MaskArea['shape'] => ({ kind: 'rectangle', x, y, width, height });
const polygon = (...corners: Corner[]): MaskArea['shape'] => ({ kind: 'polygon', corners });
const area: MaskArea = { shape: rectangle(0, 0, 10_000, 10_000), style: 'solid', hides: ['faces'], reason: '示例' };
/** Corners on a circle. */
const round = (count: number): Corner[] =>
  Array.from({ length: count }, (_, at) => [5000 + Math.round(4000 * Math.cos((at * 2 * Math.PI) / count)), 5000 + Math.round(4000 * Math.sin((at * 2 * Math.PI) / count))]);

const shapes: [what: string, shape: MaskArea['shape'], fault: RegExp | null][] = [
  ['the whole picture', rectangle(0, 0, 10_000, 10_000), null],
  ['the last pixel', rectangle(9999, 9999, 1, 1), null],
  ['a rectangle over the right edge', rectangle(9000, 0, 1001, 10), /lies on the picture/],
  ['a rectangle before the left edge', rectangle(-1, 0, 10, 10), /lies on the picture/],
  ['no width', rectangle(0, 0, 0, 10), /width and a height/],
  ['a width that is no number', rectangle(0, 0, NaN, 10), /whole numbers/],
  ['a width without end', rectangle(0, 0, Infinity, 10), /whole numbers/],
  ['a width that is no whole number', rectangle(0, 0, 10.5, 10), /whole numbers/],
  ['a width below nothing', rectangle(100, 0, -50, 10), /width and a height/],
  ['a triangle', polygon([0, 0], [10_000, 0], [0, 10_000]), null],
  ['a triangle the other way round', polygon([0, 0], [0, 10_000], [10_000, 0]), null],
  ['an angle that looks inwards', polygon([0, 0], [300, 0], [300, 600], [700, 600], [700, 900], [0, 900]), null],
  ['a corner on a straight edge', polygon([0, 0], [500, 0], [1000, 0], [0, 1000]), null],
  ['64 corners', polygon(...round(64)), null],
  ['65 corners', polygon(...round(65)), /3 to 64/],
  ['two corners', polygon([0, 0], [100, 100]), /3 to 64/],
  ['no corner', polygon(), /3 to 64/],
  ['a corner that is no number', polygon([0, 0], [NaN, 0], [0, 100]), /whole numbers/],
  ['a corner beside the picture', polygon([0, 0], [10_001, 0], [0, 100]), /lies on the picture/],
  ['three corners in a line', polygon([0, 0], [100, 100], [200, 200]), /no edge meets/],
  ['a corner twice', polygon([0, 0], [100, 0], [100, 0], [0, 100]), /no edge meets/],
  ['one point', polygon([5, 5], [5, 5], [5, 5]), /no edge meets/],
  ['a bow tie', polygon([0, 0], [100, 100], [100, 0], [0, 100]), /no edge meets/],
  ['a star of one line', polygon([500, 0], [800, 1000], [0, 400], [1000, 400], [200, 1000]), /no edge meets/],
  ['an edge that goes back', polygon([0, 0], [100, 0], [50, 0], [0, 100]), /no edge meets/],
  ['an edge through a corner', polygon([0, 0], [400, 0], [400, 400], [200, 0], [0, 400]), /no edge meets/],
  ['a last edge that crosses the first', polygon([0, 100], [200, 100], [200, 200], [100, 0]), /no edge meets/],
];

const others: [what: string, change: Partial<MaskArea>, fault: RegExp][] = [
  ['a span of no time', { span: { from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:00:00.000Z' } }, /ends after it begins/],
  ['a span that runs backwards', { span: { from: '2026-03-01T02:00:01.000Z', to: '2026-03-01T02:00:00.000Z' } }, /ends after it begins/],
  ['nothing to hide', { hides: [] }, /one at least/],
  ['a thing twice', { hides: ['faces', 'faces'] }, /at most once/],
  ['no reason', { reason: ' ' }, /1 to 200/],
  ['a long reason', { reason: '示'.repeat(201) }, /1 to 200/],
];

describe('an area', () => {
  for (const [what, shape, fault] of shapes)
    it(`${what}: ${fault?.source ?? 'may be'}`, () => {
      const found = faultOfArea({ ...area, shape });
      if (fault) assert.match(found ?? 'nothing is wrong', fault);
      else assert.equal(found, null);
    });
  for (const [what, change, fault] of others) it(`${what}: ${fault.source}`, () => assert.match(faultOfArea({ ...area, ...change }) ?? 'nothing is wrong', fault));

  it('is one of 64 of a camera, and each fault is told with its place', () => {
    assert.deepEqual(faultsOfAreas(Array.from({ length: mostAreas }, () => area)), []);
    assert.deepEqual(faultsOfAreas(Array.from({ length: mostAreas + 1 }, () => area)).map(({ code }) => code), ['areas-too-many']);
    assert.deepEqual(faultsOfAreas([area, { ...area, reason: '' }, area, { ...area, hides: [] }]).map(({ code, where }) => `${code} ${where}`), [
      'area-malformed areas/2',
      'area-malformed areas/4',
    ]);
  });
});
