// A checkpoint that somebody signed as this log's.
import { parseCheckpoint, type Checkpoint } from './checkpoint.js';
import { FormatError } from './format-error.js';
import { openNote } from './signed-note.js';

/** Verifier key of a log, or all that it ever had. */
export type LogKeys = string | readonly string[];

/** What the log of one of these keys signed, or null. */
export function openCheckpoint(note: string, vkeys: LogKeys): Checkpoint | null {
  for (const vkey of typeof vkeys === 'string' ? [vkeys] : vkeys) {
    const checkpoint = openBy(note, vkey);
    if (checkpoint) return checkpoint;
  }
  return null;
}

function openBy(note: string, vkey: string): Checkpoint | null {
  try {
    const checkpoint = parseCheckpoint(openNote(note, vkey));
    // The key's name is the log's: a checkpoint of another log under the same key is no proof of this one.
    return vkey.startsWith(`${checkpoint.origin}+`) ? checkpoint : null;
  } catch (thrown) {
    if (thrown instanceof FormatError) return null;
    throw thrown;
  }
}
