// How large the pictures of a play are: never larger than the camera's, and never so small that nothing could be marked on them.
import type { Size } from './play-recipe.js';

const smallest = 32;

/** H.264 halves the colours' rows and columns: both sides are even. */
const side = (wanted: number, own: number): number => Math.max(smallest, 2 * Math.floor(Math.min(wanted, Math.max(own, smallest)) / 2));

export const scaled = ({ width, height }: Size, percent: number): Size => ({
  width: side((width * percent) / 100, width),
  height: side((height * percent) / 100, height),
});

/** Of a side that is left out the picture's own shape decides. */
export function fitted(picture: Size, width: number | null, height: number | null): Size {
  const byWidth = width === null ? null : width / picture.width;
  const byHeight = height === null ? null : height / picture.height;
  return {
    width: side(picture.width * (byWidth ?? byHeight ?? 1), picture.width),
    height: side(picture.height * (byHeight ?? byWidth ?? 1), picture.height),
  };
}
