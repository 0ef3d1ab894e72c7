// The newest checkpoint in a file that lies off the machine: what the journal is held against at start, whoever has had the machine since.
import path from 'node:path';
import type { MerkleTree } from '../domain/formats/merkle.js';
import { Problem } from '../domain/problem.js';
import { putFile, syncFolder } from './durable.js';
import { openCheckpoint, type LogKeys } from '../domain/formats/signed-checkpoint.js';
import { readNote } from './read-checkpoint.js';

/** Problem `journal-corrupt`: the file is not there, is no checkpoint of this log, or the journal does not continue it. */
export function judgeHeld(file: string, vkeys: LogKeys, tree: MerkleTree): void {
  const note = readNote(file);
  // A share that is not mounted is an empty folder: that must not pass for a beginning.
  if (note === null)
    throw refused(`there is no checkpoint at ${file}, which journal.heldCheckpoint names. Mount it, or, once, put the journal’s own there`);
  const held = openCheckpoint(note, vkeys);
  if (!held) throw refused(`what lies at ${file} is no checkpoint that this log signed`);
  if (tree.size < held.size) throw refused(`it has ${tree.size} entries, and the checkpoint held at ${file} signs ${held.size}`);
  if (!tree.root(held.size).equals(held.root))
    throw refused(`its ${tree.size} entries do not continue the ${held.size} that the checkpoint held at ${file} signs`);
}

export async function writeHeld(file: string, note: string): Promise<void> {
  await putFile(file, note, `${file}.part`);
  await syncFolder(path.dirname(file));
}

const refused = (what: string): Problem =>
  new Problem('journal-corrupt', `The journal is not the one that was held: ${what}. Nothing is done before somebody has looked at it.`);
