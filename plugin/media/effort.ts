// What the encoder takes for a viewing copy, by the word that a policy says of it.
import type { Effort } from '../domain/duty.js';

/** x264. A quicker preset finds less to save, so that `speed` costs a quarter more bytes than `balance` and loses a little more all the same; at the
 *  same rate factor it would lose less, by far more bytes. */
const settings = {
  speed: ['superfast', 24],
  balance: ['veryfast', 21],
  quality: ['medium', 19],
} as const satisfies Record<Effort, readonly [preset: string, rateFactor: number]>;

export const effortOptions = (effort: Effort): string[] => ['-preset', settings[effort][0], '-crf', String(settings[effort][1])];
