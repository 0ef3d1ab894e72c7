// What is hidden of a camera's picture in every derivative: an area of it, how, when, what lies in it and why it must not be seen.
import type { Masking } from './duty.js';
import type { Fault } from './problem.js';
import type { Span } from './span.js';

/** One colour, behind which nothing is left, or few large dots, of which a face or a plate cannot be read. */
export const maskStyles = ['solid', 'blur'] as const;
export type MaskStyle = (typeof maskStyles)[number];

/** What lies in an area: what a plan can ask to be masked, or a place that is nobody's business (a window, a yard). */
export const hiddenThings = ['faces', 'plates', 'names', 'place'] as const satisfies readonly (Masking | 'place')[];
export type HiddenThing = (typeof hiddenThings)[number];

/** So many parts of the picture's width, or height, to the whole: an area fits every resolution of the camera. */
export const wholeSide = 10_000;
export const mostAreas = 64;
export const [fewestCorners, mostCorners] = [3, 64];
export const longestReason = 200;

/** From the left and from the top, 0 to `wholeSide`. */
export type Corner = readonly [x: number, y: number];
export type Shape =
  | { kind: 'rectangle'; x: number; y: number; width: number; height: number }
  | { kind: 'polygon'; corners: readonly Corner[] };

export interface MaskArea {
  shape: Shape;
  style: MaskStyle;
  /** By the recorder's clock; left out: always. */
  span?: Span;
  hides: readonly HiddenThing[];
  reason: string;
}

/** Corners in their order, of a rectangle too. */
export function cornersOf(shape: Shape): readonly Corner[] {
  if (shape.kind === 'polygon') return shape.corners;
  const { x, y, width, height } = shape;
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}

const isOnPicture = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= wholeSide;

/** Twice the area of three corners, with its sign. */
const turn = ([ax, ay]: Corner, [bx, by]: Corner, [cx, cy]: Corner): number => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
/** Does a corner that is in line with an edge lie on it? */
const isBetween = ([ax, ay]: Corner, [bx, by]: Corner, [x, y]: Corner): boolean =>
  Math.min(ax, bx) <= x && x <= Math.max(ax, bx) && Math.min(ay, by) <= y && y <= Math.max(ay, by);

function touch(a: Corner, b: Corner, c: Corner, d: Corner): boolean {
  const [toC, toD, toA, toB] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (toC * toD < 0 && toA * toB < 0) return true;
  return (
    (toC === 0 && isBetween(a, b, c)) || (toD === 0 && isBetween(a, b, d)) || (toA === 0 && isBetween(c, d, a)) || (toB === 0 && isBetween(c, d, b))
  );
}

/** Does the line turn back on itself in its middle corner, or stand still? */
const foldsBack = (a: Corner, b: Corner, c: Corner): boolean =>
  turn(a, b, c) === 0 && (a[0] - b[0]) * (c[0] - b[0]) + (a[1] - b[1]) * (c[1] - b[1]) >= 0;

/** Edges that are no neighbours must not meet, and neighbours only in their corner: else nobody can say what is inside. */
function crossesItself(corners: readonly Corner[]): boolean {
  const at = (place: number): Corner => corners[place % corners.length]!;
  return corners.some((corner, i) => {
    if (foldsBack(corner, at(i + 1), at(i + 2))) return true;
    // The edges from the next but one on, up to the one before this.
    return corners.slice(i + 2, i === 0 ? -1 : undefined).some((other, j) => touch(corner, at(i + 1), other, at(i + 3 + j)));
  });
}

function faultOfShape(shape: Shape): string | null {
  const corners = cornersOf(shape);
  if (corners.length < fewestCorners || corners.length > mostCorners) return `a polygon has ${fewestCorners} to ${mostCorners} corners`;
  if (!corners.flat().every(isOnPicture)) return `lies on the picture: whole numbers from 0 to ${wholeSide}, of its width and of its height`;
  if (shape.kind === 'rectangle') return shape.width > 0 && shape.height > 0 ? null : 'has a width and a height of more than nothing';
  return crossesItself(corners) ? 'no edge meets another one but in their corner' : null;
}

/** What is wrong with one area, in words for who drew it: what would be right. null: nothing. */
export function faultOfArea({ shape, span, hides, reason }: MaskArea): string | null {
  const ofShape = faultOfShape(shape);
  if (ofShape) return `shape: ${ofShape}`;
  if (span && span.from >= span.to) return 'span: ends after it begins';
  if (hides.length === 0 || new Set(hides).size < hides.length) return `hides: each of ${hiddenThings.join(', ')} at most once, and one at least`;
  return reason.trim() === '' || reason.length > longestReason ? `reason: 1 to ${longestReason} characters` : null;
}

/** All of them; `where` tells which one, counted from 1. */
export function faultsOfAreas(areas: readonly MaskArea[]): Fault[] {
  const tooMany = { code: 'areas-too-many', where: 'areas', zh: '区域过多', detail: `${areas.length} areas; a camera has at most ${mostAreas}.` };
  if (areas.length > mostAreas) return [tooMany];
  return areas.flatMap((area, at) => {
    const fault = faultOfArea(area);
    return fault ? [{ code: 'area-malformed', where: `areas/${at + 1}`, zh: '区域有误', detail: `Right would be: ${fault}.` }] : [];
  });
}
