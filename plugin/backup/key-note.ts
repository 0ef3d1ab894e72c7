// What a copy of the keys says of itself: which keys whoever restores has to have, and what must not come back, also where the data are older than the
// copy. It lies in the copy, and beside the keys that were restored from it until a gate has started there.
import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Commitment } from '../domain/audit-event.js';
import { Problem } from '../domain/problem.js';

export const keyNoteName = 'copy.json';
/** A hundred bytes for each thing that ended, of a million. */
const largestNote = 128 * 1024 * 1024;

const schema = z.strictObject({
  version: z.literal(1),
  /** Whose keys they are. */
  origin: z.string().min(1),
  /** When the copy was written. */
  at: z.iso.datetime(),
  /** Those of the environment too, which are in no copy. */
  keys: z.array(z.strictObject({ kind: z.enum(['log', 'manifest', 'tokens', 'master']), number: z.int().positive(), fingerprint: z.string().regex(/^[0-9a-f]{64}$/) })).max(128),
  /** Names of request keys that the journal says are destroyed. */
  destroyed: z.array(z.string().max(64)).readonly(),
  /** Commitments whose values were erased. */
  erased: z.array(z.string().max(128).transform((text) => text as Commitment)).readonly(),
});
export type KeyNote = z.output<typeof schema>;

/** Null where there is none. Problem `backup-broken`. */
export function readKeyNote(folder: string): KeyNote | null {
  const file = path.join(folder, keyNoteName);
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat) return null;
  try {
    if (stat.size > largestNote) throw new RangeError('It is too large.');
    return schema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new Problem('backup-broken', `${keyNoteName} is not what is written into a copy of the keys.`, { cause });
  }
}
