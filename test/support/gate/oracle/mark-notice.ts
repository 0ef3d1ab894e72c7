// Does a picture bear the gate's text mark? Its first words are looked for where the mark stands: at the left edge of the lower part, white on
// a dark box. No letter is read: the words are drawn with the shipped font and compared.
import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findFont } from '../../../../plugin/media/font.js';
import { ask, inFolder, machineTools } from '../../../media/tools.js';
import { crop, shrink, squaresOf, sumsOf, wholeOf, type Light, type Sums } from './light.js';

/** The beginning of the notice, as a person reads it. Written out here: a mark that says something else is none. */
const words = '查阅件,非原件';
/** Sizes of letters that are looked for, pixels. Smaller ones nobody reads. */
const smallest = 8;
/** What is drawn larger than this is the same letters made larger; below, each size has its own. */
const [hinted, largest] = [48, 100];
/** From one size to the next where the picture may have been scaled behind the mark. */
const step = 1.025;
/** Letters larger than this are looked for in a smaller picture first. */
const coarse = 10;
/**
 * Over the whole of the words (oracle-marks.long.test.ts). Seen: marked and encoded 0.93 and more; unmarked 0.41 and less. Where a picture was
 * scaled behind its mark, the search ends at the first size that is good enough.
 */
const leastScore = 0.6;
/** Of 255, from the box to the letters. */
const leastContrast = 80;

/** Where the words stand in a picture, and how much it is they. */
export interface Sighting {
  /** Normalised cross-correlation with the drawn words: 1 the same, 0 unrelated. */
  score: number;
  /** Steps of light from the box to the letters. */
  contrast: number;
  /** Of the letters, pixels. */
  size: number;
  left: number;
  top: number;
}

export const isMark = ({ score, contrast }: Sighting): boolean => score >= leastScore && contrast >= leastContrast;

const nowhere: Sighting = { score: 0, contrast: 0, size: 0, left: 0, top: 0 };

type Drawing = (size: number) => Light;
let drawing: Promise<Drawing> | undefined;

/** The words at each size, cut to what is drawn: at whole sizes as ffmpeg draws them, at others the largest made smaller. */
async function draw(): Promise<Drawing> {
  const { ffmpeg } = await machineTools();
  const sizes = [...Array.from({ length: hinted - smallest + 1 }, (_, at) => smallest + at), largest];
  const tops = sizes.map((_, at) => 2 * sizes.slice(0, at).reduce((sum, size) => sum + size, 0));
  const width = largest * 8;
  const gray = await inFolder(async (folder) => {
    await symlink(findFont(), path.join(folder, 'font.ttf'));
    await writeFile(path.join(folder, 'words.txt'), words);
    const looks = 'drawtext=fontfile=font.ttf:textfile=words.txt:expansion=none:fontcolor=white:x=4';
    const filters = ['format=gray', ...sizes.map((size, at) => `${looks}:fontsize=${size}:y=${tops[at]! + 4}`)].join(',');
    const canvas = `color=black:s=${width}x${tops.at(-1)! + 2 * largest}`;
    const args = ['-v', 'error', '-f', 'lavfi', '-i', canvas, '-frames:v', '1', '-vf', filters, '-f', 'rawvideo', '-pix_fmt', 'gray', '-'];
    return ask(ffmpeg, args, folder);
  });
  const lineOf = (size: number, top: number): Light => ({
    width,
    height: 2 * size,
    pixels: gray.subarray(top * width, (top + 2 * size) * width),
  });
  const drawn = new Map(sizes.map((size, at) => [size, cut(lineOf(size, tops[at]!))]));
  const big = drawn.get(largest)!;
  const bigSums = sumsOf(big);
  return (size) => {
    if (!drawn.has(size)) drawn.set(size, shrink(bigSums, wholeOf(big), largest / size));
    return drawn.get(size)!;
  };
}

/** Without what is empty around it. */
function cut(light: Light): Light {
  let [left, top, right, bottom] = [light.width, light.height, 0, 0];
  light.pixels.forEach((value, at) => {
    if (value < 32) return;
    const [x, y] = [at % light.width, Math.floor(at / light.width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  });
  return shrink(sumsOf(light), { left, top, width: right - left, height: bottom - top }, 1);
}

/** A picture that is searched, and what makes looking quick. */
interface Searched {
  light: Light;
  sums: Sums;
  squares: Sums;
}

const searched = (light: Light): Searched => ({ light, sums: sumsOf(light), squares: squaresOf(light) });

interface Template {
  light: Light;
  sum: number;
  variance: number;
}

function templateOf(light: Light): Template {
  const sum = light.pixels.reduce((total, value) => total + value, 0);
  const squares = light.pixels.reduce((total, value) => total + value * value, 0);
  return { light, sum, variance: squares - (sum * sum) / light.pixels.length };
}

/** How much the picture at this place is the drawn words; null where it cannot be: too plain for letters, or no dark box before them. */
function compare(
  { light, sums, squares }: Searched,
  { light: drawn, sum, variance }: Template,
  left: number,
  top: number,
): Pick<Sighting, 'score' | 'contrast'> | null {
  const piece = { left, top, width: drawn.width, height: drawn.height };
  const count = drawn.width * drawn.height;
  const seen = sums.of(piece);
  const seenVariance = squares.of(piece) - (seen * seen) / count;
  if (seenVariance < count * 600) return null;
  const before = Math.min(left, Math.max(1, Math.round(drawn.height * 0.25)));
  if (before > 0 && sums.of({ ...piece, left: left - before, width: before }) > 120 * before * drawn.height) return null;
  let product = 0;
  for (let y = 0; y < drawn.height; y++) {
    const [row, own] = [(top + y) * light.width + left, y * drawn.width];
    for (let x = 0; x < drawn.width; x++) product += light.pixels[row + x]! * drawn.pixels[own + x]!;
  }
  const covariance = product - (seen * sum) / count;
  return { score: covariance / Math.sqrt(seenVariance * variance), contrast: (255 * covariance) / variance };
}

interface Range {
  left: readonly [number, number];
  top: readonly [number, number];
}

function bestIn(picture: Searched, template: Template, size: number, { left: [from, to], top: [first, last] }: Range): Sighting {
  let best = nowhere;
  const { light } = template;
  for (let top = Math.max(0, first); top <= last && top + light.height <= picture.light.height; top++)
    for (let left = Math.max(0, from); left <= to && left + light.width <= picture.light.width; left++) {
      const found = compare(picture, template, left, top);
      if (found && found.score > best.score) best = { ...found, size, left, top };
    }
  return best;
}

/** The best place for words of one size: letters begin one size from the edge (margin and padding), give or take what rounding does. */
function seek(picture: Searched, drawn: Light, size: number): Sighting {
  const factor = Math.max(1, size / coarse);
  const small = factor === 1 ? picture : searched(shrink(picture.sums, wholeOf(picture.light), factor));
  const template = templateOf(factor === 1 ? drawn : shrink(sumsOf(drawn), wholeOf(drawn), factor));
  const left = [Math.floor((size * 0.8) / factor) - 1, Math.ceil((size * 1.2) / factor) + 1] as const;
  const found = bestIn(small, template, size, { left, top: [0, small.light.height] });
  if (factor === 1 || found.score === 0) return found;
  const place = { ...found, left: Math.round(found.left * factor), top: Math.round(found.top * factor) };
  return lookAt(picture, drawn, place, Math.ceil(factor));
}

const lookAt = (picture: Searched, drawn: Light, { size, left, top }: Sighting, reach: number): Sighting =>
  bestIn(picture, templateOf(drawn), size, { left: [left - reach, left + reach], top: [top - reach, top + reach] });

const usualSize = ({ width, height }: Light): number => Math.min(96, Math.max(14, Math.round(Math.min(height / 27, width / 34))));

/** Whole sizes that the mark has in a picture of this size (layout.ts), then those between, for a picture that was scaled behind it. */
function sizesFor(light: Light): number[] {
  const usual = usualSize(light);
  const whole = Array.from({ length: usual - 7 }, (_, at) => usual - at);
  const between: number[] = [];
  for (let size = smallest; size <= usual * 1.1; size *= step) between.push(size);
  return [...whole, ...between];
}

/**
 * The best sighting in a picture; the first that is good enough. `hint`: where the words stood in the picture before, which is looked at first.
 */
export async function findNotice(light: Light, hint?: Sighting): Promise<Sighting> {
  const drawn = await (drawing ??= draw());
  // The mark hides no more than half of a picture, and the words stand at its left edge.
  const top = Math.floor(light.height * 0.4);
  const width = Math.min(light.width, 10 * usualSize(light));
  const inPicture = (sighting: Sighting): Sighting => ({ ...sighting, top: sighting.top + top });
  if (hint) {
    const near = Math.min(light.width, Math.ceil(hint.left + drawn(hint.size).width + hint.size));
    const from = Math.max(0, Math.floor(hint.top - 2));
    const strip = searched(
      crop(light, { left: 0, top: from, width: near, height: Math.min(light.height - from, drawn(hint.size).height + 4) }),
    );
    const again = lookAt(strip, drawn(hint.size), { ...hint, top: hint.top - from }, 2);
    if (isMark(again)) return { ...again, top: again.top + from };
  }
  const picture = searched(crop(light, { left: 0, top, width, height: light.height - top }));
  let best = nowhere;
  for (const size of sizesFor(light)) {
    const found = seek(picture, drawn(size), size);
    if (found.score > best.score) best = found;
    if (isMark(best)) break;
  }
  return inPicture(best);
}
