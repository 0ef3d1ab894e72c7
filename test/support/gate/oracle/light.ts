// Light of a decoded picture, of pieces of it, and pieces made smaller.

/** Luma, 0 to 255, row by row. */
export interface Light {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** Pixels. */
export interface Piece {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Sums over everything above and left of a place, so that any piece costs four look-ups. */
export interface Sums {
  of(piece: Piece): number;
}

function add({ width, height, pixels }: Light, value: (pixel: number) => number): Sums {
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += value(pixels[y * width + x]!);
      sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1]! + row;
    }
  }
  return {
    of({ left, top, width, height }) {
      const [above, below] = [top * stride + left, (top + height) * stride + left];
      return sums[below + width]! - sums[above + width]! - sums[below]! + sums[above]!;
    },
  };
}

export const sumsOf = (light: Light): Sums => add(light, (pixel) => pixel);
export const squaresOf = (light: Light): Sums => add(light, (pixel) => pixel * pixel);

export const wholeOf = ({ width, height }: Light): Piece => ({ left: 0, top: 0, width, height });

export function crop(light: Light, { left, top, width, height }: Piece): Light {
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    pixels.set(light.pixels.subarray((top + y) * light.width + left, (top + y) * light.width + left + width), y * width);
  return { width, height, pixels };
}

/** `piece` of the picture that `sums` are of, `factor` of its pixels in one: the mean of each, edges rounded to whole pixels. */
export function shrink(sums: Sums, piece: Piece, factor: number): Light {
  const [width, height] = [Math.floor(piece.width / factor), Math.floor(piece.height / factor)];
  const pixels = new Uint8Array(width * height);
  const edge = (at: number): number => Math.round(at * factor);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = { left: piece.left + edge(x), top: piece.top + edge(y), width: edge(x + 1) - edge(x), height: edge(y + 1) - edge(y) };
      pixels[y * width + x] = Math.round(sums.of(from) / (from.width * from.height));
    }
  return { width, height, pixels };
}
