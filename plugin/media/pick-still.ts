// Which picture a still is made of, and which ones the decoder needs for it.
import { Problem } from '../domain/problem.js';
import type { Picture } from './part-file.js';
import type { Pictures } from './pictures.js';
import type { PictureUnit, PlayUnit } from './play-units.js';

export interface Picked {
  target: PictureUnit;
  picture: Picture;
  /** In decode order, from a key frame on; what follows the target is what it may wait for. */
  units: readonly PictureUnit[];
}

/** H.264 and H.265 reorder over at most 16 frames: so many later ones may come before one that is shown earlier. */
const reordered = 16;
/** Ten seconds at 50 Mbit/s. */
const mostBytes = 64 * 1024 * 1024;

/**
 * The last picture shown at `at` or before it, microseconds since 1970; where all are later, the first. Reads no further than it must. Problems
 * `footage-missing`, `wrong-footage`.
 */
export async function pickStill(units: AsyncIterable<PlayUnit>, pictures: Pictures, at: number): Promise<Picked> {
  let kept: PictureUnit[] = [];
  let [bytes, later] = [0, 0];
  let picture: Picture | undefined;
  let target: PictureUnit | undefined;
  for await (const unit of units) {
    if (unit.kind === 'sound') continue;
    // What is decoded after a key frame and shown after it needs nothing before it.
    if (!picture || (unit.key && unit.place !== 'after' && unit.utcMicros <= at)) {
      [kept, bytes, target] = [[], 0, undefined];
      picture = pictures.describe(unit.data);
    }
    kept.push(unit);
    bytes += unit.data.length;
    if (bytes > mostBytes)
      throw new Problem('wrong-footage', 'The recorder sends far more footage before a picture than decoding it needs.');
    if (unit.place === 'shown' && isBetter(unit, target, at)) target = unit;
    if (unit.utcMicros > at && target) later++;
    if (later > reordered) break;
  }
  if (!picture || !target) throw new Problem('footage-missing', 'The video system holds no picture for this time.');
  return { target, picture, units: kept };
}

function isBetter(unit: PictureUnit, target: PictureUnit | undefined, at: number): boolean {
  if (!target) return true;
  if (unit.utcMicros > at) return target.utcMicros > at && unit.utcMicros < target.utcMicros;
  return target.utcMicros > at || unit.utcMicros >= target.utcMicros;
}
