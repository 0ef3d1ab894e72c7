// The text of a checkpoint's file: of the journal's folder, or kept elsewhere.
import { readSmall } from './read-small.js';

export const maxCheckpointBytes = 65_536;

/** The text of a file with a checkpoint in it, or null where there is none of a fitting length. */
export function readNote(file: string): string | null {
  const note = readSmall(file, maxCheckpointBytes + 1);
  return note === null || note.length > maxCheckpointBytes ? null : note.toString();
}
