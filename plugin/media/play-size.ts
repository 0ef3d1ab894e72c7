// How large the pictures of a play are: never larger than the camera's, and never so small that their mark could not be read, for what bears a
// mark that nobody can read is unmarked. Pages make smaller what is larger than they asked for.
import type { Size } from './play-recipe.js';

/** On so many pixels the whole text mark stands in letters that a person can read. */
const least: Size = { width: 320, height: 180 };
/** Of cameras whose own pictures are smaller than that. */
const smallest: Size = { width: 160, height: 90 };

/** H.264 halves the colours' rows and columns: both sides are even. What arithmetic leaves below a whole number is one. */
const even = (side: number): number => 2 * Math.floor(side / 2 + 1e-6);

/** What makes both sides long enough. */
const growth = ({ width, height }: Size, to: Size): number => Math.max(1, to.width / width, to.height / height);

/** In the shape that is wanted, as far as both bounds let it be. */
function bounded(wanted: Size, own: Size): Size {
  const side = (of: keyof Size): number => even(Math.min(wanted[of] * growth(wanted, least), own[of] * growth(own, smallest)));
  return { width: side('width'), height: side('height') };
}

/** In percent, more than nothing. */
export const scaled = ({ width, height }: Size, percent: number): Size =>
  bounded({ width: (width * percent) / 100, height: (height * percent) / 100 }, { width, height });

/** Of a side that is left out the picture's own shape decides. */
export function fitted(picture: Size, width: number | null, height: number | null): Size {
  const byWidth = width === null ? null : width / picture.width;
  const byHeight = height === null ? null : height / picture.height;
  return bounded({ width: picture.width * (byWidth ?? byHeight ?? 1), height: picture.height * (byHeight ?? byWidth ?? 1) }, picture);
}
