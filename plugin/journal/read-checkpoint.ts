// A checkpoint that somebody signed as this log's: from the journal's folder, or kept elsewhere.
import { parseCheckpoint, type Checkpoint } from '../domain/formats/checkpoint.js';
import { FormatError } from '../domain/formats/format-error.js';
import { openNote } from '../domain/formats/signed-note.js';
import { readSmall } from './read-small.js';

export const maxCheckpointBytes = 65_536;

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

/** The text of a file with a checkpoint in it, or null where there is none of a fitting length. */
export function readNote(file: string): string | null {
  const note = readSmall(file, maxCheckpointBytes + 1);
  return note === null || note.length > maxCheckpointBytes ? null : note.toString();
}
