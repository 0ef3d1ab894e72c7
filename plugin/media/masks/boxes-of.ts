// The boxes of pixels that cover an area of a picture: whole pairs of pixels, and a few more on each side than the area names.
import { cornersOf, wholeSide, type Corner, type MaskArea } from '../../domain/mask-area.js';

export interface Picture {
  width: number;
  height: number;
}

/** In pixels; even, but where the picture ends. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Pixels that are hidden beside an area. Whatever changed the picture before (another size, colours by two pixels, the deblocking of H.264) mixed what lies
 * beside each other: so much of the hidden may have come over the edge.
 */
const bleed = 4;
/** Pixels; a polygon is no finer than that. */
const leastBand = 4;
/** Of all polygons of a picture: each box is a filter, and a list of arguments has an end. */
const mostBands = 480;
const mostBandsOfOne = 64;

const downToEven = (pixels: number): number => 2 * Math.floor(pixels / 2);
const upToEven = (pixels: number): number => 2 * Math.ceil(pixels / 2);

/** Edges in pixels, not whole ones. */
interface Reach {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Outwards to even pixels: a pair of them has one colour. A side of an odd length is one pixel longer in a copy. */
function boxOf({ left, right, top, bottom }: Reach, { width, height }: Picture, grown: number): Box {
  const [x, y] = [Math.max(0, downToEven(left - grown)), Math.max(0, downToEven(top - grown))];
  return { x, y, width: Math.min(upToEven(width), upToEven(right + grown)) - x, height: Math.min(upToEven(height), upToEven(bottom + grown)) - y };
}

const inPixels = (corners: readonly Corner[], { width, height }: Picture): Corner[] =>
  corners.map(([x, y]) => [(x * width) / wholeSide, (y * height) / wholeSide]);

function reachOf(corners: readonly Corner[]): Reach {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** What of an edge lies between two heights; null: nothing. */
function within([[ax, ay], [bx, by]]: [Corner, Corner], top: number, bottom: number): [number, number] | null {
  if (Math.max(ay, by) < top || Math.min(ay, by) > bottom) return null;
  if (ay === by) return [Math.min(ax, bx), Math.max(ax, bx)];
  const at = (y: number): number => ax + ((bx - ax) * (Math.min(Math.max(y, Math.min(ay, by)), Math.max(ay, by)) - ay)) / (by - ay);
  const [one, other] = [at(top), at(bottom)];
  return [Math.min(one, other), Math.max(one, other)];
}

/** Bands from top to bottom, each from the polygon's leftmost point in it to its rightmost. */
function bandsOf(corners: readonly Corner[], picture: Picture, grown: number, most: number): Box[] {
  const whole = reachOf(corners);
  const height = Math.max(leastBand, upToEven((whole.bottom - whole.top) / most));
  const edges = corners.map((corner, i): [Corner, Corner] => [corner, corners[(i + 1) % corners.length]!]);
  const boxes: Box[] = [];
  for (let top = downToEven(whole.top); top < whole.bottom; top += height) {
    const bottom = Math.min(top + height, whole.bottom);
    const found = edges.flatMap((edge) => within(edge, top, bottom) ?? []);
    const box = boxOf({ left: Math.min(...found), right: Math.max(...found), top, bottom }, picture, grown);
    const last = boxes.at(-1);
    if (last?.x === box.x && last.width === box.width) last.height = box.y + box.height - last.y;
    else boxes.push(box);
  }
  return boxes;
}

/** Of the picture that contains it; a blurred polygon is blurred as far as that. */
export const boundsOf = ({ shape }: MaskArea, picture: Picture, spread: number): Box =>
  boxOf(reachOf(inPixels(cornersOf(shape), picture)), picture, bleed * spread);

/** `polygons`: how many there are in this picture; `spread`: how many times larger than the camera's own its pixels are, 1 at least. */
export function boxesOf(area: MaskArea, picture: Picture, { polygons, spread }: { polygons: number; spread: number }): Box[] {
  if (area.shape.kind === 'rectangle') return [boundsOf(area, picture, spread)];
  const most = Math.max(1, Math.min(mostBandsOfOne, Math.floor(mostBands / polygons)));
  return bandsOf(inPixels(area.shape.corners, picture), picture, bleed * spread, most);
}
