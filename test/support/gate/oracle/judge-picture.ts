// May this picture leave? It is the web folder's, or a refusal of the gate's, or shows on a live route that it was just taken, or bears the mark.
import { readStrip } from '../../../peers/zoneminder/read-strip.js';
import { crop, sumsOf, type Light } from './light.js';
import { findNotice, isMark, type Sighting } from './mark-notice.js';
import type { Shown } from './pictures.js';

export interface Allowed {
  /** A live answer: pictures of this moment may pass. */
  isLive: boolean;
  /** When it was read. */
  now: Date;
  isRefusal(picture: Shown): boolean;
}

export interface PictureVerdict {
  /** By what it may leave; null: it may not. */
  by: 'refusal' | 'live' | 'mark' | null;
  why: string;
}

/** Milliseconds. Clocks of one machine: a picture from the time to come is a wrong reading. */
const [oldest, youngest] = [10_000, -1000];
/** The strip takes so much of the picture's height (cameras.mjs); its reader wants the picture on so many pixels, and looks at these lines. */
const stripHeight = 16 / 180;
const [readWidth, readHeight, readLines] = [320, 180, 16];

/** Milliseconds since 1970 that a picture says it was taken at; null: it does not say, or has too few columns to say it. */
function burnedTime(light: Light): number | null {
  if (light.width < readWidth / 2) return null;
  const strip = crop(light, { left: 0, top: 0, width: light.width, height: Math.max(1, Math.round(light.height * stripHeight)) });
  const gray = Buffer.alloc(readWidth * readHeight);
  gray.set(fit(strip, readWidth, readLines).pixels);
  return readStrip(gray)?.utcMs ?? null;
}

/** In another size: each pixel the mean of what it covers, or the pixel that it lies in. */
function fit(light: Light, width: number, height: number): Light {
  const sums = sumsOf(light);
  const pixels = new Uint8Array(width * height);
  const edges = (at: number, from: number, to: number): { begin: number; length: number } => {
    const begin = Math.floor((at * from) / to);
    return { begin, length: Math.max(1, Math.floor(((at + 1) * from) / to) - begin) };
  };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [across, down] = [edges(x, light.width, width), edges(y, light.height, height)];
      const sum = sums.of({ left: across.begin, top: down.begin, width: across.length, height: down.length });
      pixels[y * width + x] = Math.round(sum / (across.length * down.length));
    }
  return { width, height, pixels };
}

/** Frames of a film have their mark in one place: where it was last is looked first. */
export function pictureJudge({ isLive, now, isRefusal }: Allowed): (picture: Shown) => Promise<PictureVerdict> {
  const sightings = new Map<string, Sighting>();
  return async (picture) => {
    const { light } = picture;
    if (isRefusal(picture)) return { by: 'refusal', why: 'a refusal of the gate' };
    const taken = isLive ? burnedTime(light) : null;
    const age = taken === null ? null : now.getTime() - taken;
    if (age !== null && age < oldest && age > youngest) return { by: 'live', why: `live, ${age} ms old` };
    const size = `${light.width}×${light.height}`;
    const seen = await findNotice(light, sightings.get(size));
    const score = `${size}, mark ${seen.score.toFixed(2)}`;
    if (isMark(seen)) {
      sightings.set(size, seen);
      return { by: 'mark', why: `marked (${score})` };
    }
    if (!isLive) return { by: null, why: `unmarked (${score})` };
    return { by: null, why: age === null ? `neither marked nor with a time (${score})` : `live, but ${age} ms old (${score})` };
  };
}
