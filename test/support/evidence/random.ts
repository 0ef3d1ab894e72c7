// Seeded positions: a failing one can be made again.
import { createHash } from 'node:crypto';

/** The i-th of a seed's whole numbers below `limit`. */
export const pick = (seed: string, i: number, limit: number): number =>
  createHash('sha256').update(`${seed}/${i}`).digest().readUIntBE(0, 6) % limit;
