// What must be known of a play before its first byte: what its pictures are and whether there is sound.
import { Problem } from '../domain/problem.js';
import type { Picture } from './part-file.js';
import type { Pictures } from './pictures.js';
import type { PictureUnit, PlayUnit } from './play-units.js';

export interface Begun {
  picture: Picture;
  /** Of the first picture that came. */
  first: PictureUnit;
  /** The earliest picture shown, microseconds since 1970, where sound was waited for. */
  firstShown: number;
  hasSound: boolean;
  /** All units, those that were waited for too. */
  units: AsyncGenerator<PlayUnit>;
}

/** H.264 and H.265 reorder over at most 16 frames: until one more has come, an earlier one may still be shown first. */
const reordered = 16;
/** Sound that does not come with the first two seconds of pictures is not waited for, and not played. */
const longestWait = 2_000_000;
const mostBytes = 64 * 1024 * 1024;

/** Without sound the first picture is enough. Problems: `footage-missing`, `codec-unsupported`, and what `units` throws. */
export async function beginPlay(units: AsyncGenerator<PlayUnit>, pictures: Pictures, wantsSound: boolean): Promise<Begun> {
  const held: PlayUnit[] = [];
  let picture: Picture | undefined;
  let first: PictureUnit | undefined;
  let [shown, firstShown, newest, bytes, hasSound] = [0, Infinity, -Infinity, 0, false];
  const isEnough = (): boolean =>
    !wantsSound || (shown > reordered && (hasSound || newest - firstShown > longestWait)) || bytes > mostBytes;
  while (!first || !isEnough()) {
    const step = await units.next();
    if (step.done) break;
    const unit = step.value;
    held.push(unit);
    bytes += unit.data.length;
    if (unit.kind === 'sound') hasSound = true;
    else {
      picture ??= pictures.describe(unit.data);
      first ??= unit;
      if (unit.place !== 'shown') continue;
      shown++;
      [firstShown, newest] = [Math.min(firstShown, unit.utcMicros), Math.max(newest, unit.utcMicros)];
    }
  }
  if (!picture || !first) throw new Problem('footage-missing', 'The video system holds no picture for this span.');
  return { picture, first, firstShown, hasSound, units: withHeld(held, units) };
}

async function* withHeld(held: PlayUnit[], units: AsyncGenerator<PlayUnit>): AsyncGenerator<PlayUnit> {
  for (let unit = held.shift(); unit; unit = held.shift()) yield unit;
  yield* units;
}
