// Is every entry in the log that the manifest names?
import { Broken } from './broken.js';
import { sameBytes, textOf } from './bytes.js';
import { lineAt, type Line } from './history.js';
import type { Manifest } from './manifest.js';
import { rootOfProof } from './merkle.js';
import { nearHashes, openCheckpoint, readProof, type Checkpoint } from './note.js';
import { readWhole, type Source } from './source.js';

export const checkpointPath = 'journal/checkpoint';
export const proofPath = (index: number): string => `journal/${String(index).padStart(12, '0')}.tlog-proof`;
const mostNoteBytes = 64 * 1024;

type SignedCheckpoint = Checkpoint & { note: string };

/** Throws Broken `file-missing`, `proof-invalid`. */
async function checkpointOf(source: Source, log: Manifest['log']): Promise<SignedCheckpoint> {
  const note = textOf(await readWhole(source, checkpointPath, mostNoteBytes, 'proof-invalid'));
  const checkpoint = note === null ? null : openCheckpoint(note, log.vkey);
  if (note === null || checkpoint?.origin !== log.origin) throw new Broken('proof-invalid', checkpointPath);
  return { ...checkpoint, note };
}

/** Throws Broken `file-missing`, `proof-invalid`: not for this entry, or with another checkpoint in it. */
async function proofOf(source: Source, { index }: Line, { note }: SignedCheckpoint): Promise<Uint8Array[]> {
  const path = proofPath(index);
  const text = textOf(await readWhole(source, path, 2 * mostNoteBytes, 'proof-invalid'));
  const proof = text === null ? null : readProof(text);
  if (proof?.index !== index || proof.note !== note) throw new Broken('proof-invalid', path);
  return proof.hashes;
}

function leads({ size, root }: Checkpoint, { index, leaf }: Line, hashes: readonly Uint8Array[]): boolean {
  const found = rootOfProof(index, size, leaf, hashes);
  return found !== null && sameBytes(found, root);
}

/** Never throws for what is in the package. */
export async function isIncluded(source: Source, log: Manifest['log'], line: Line): Promise<boolean> {
  try {
    const checkpoint = await checkpointOf(source, log);
    return leads(checkpoint, line, await proofOf(source, line, checkpoint));
  } catch (error) {
    if (error instanceof Broken) return false;
    throw error;
  }
}

/** Throws Broken `file-missing`, `proof-invalid`, `entry-changed` (the proof is whole, the entry is not the logged one). */
export async function checkInclusion(source: Source, lines: readonly Line[], log: Manifest['log']): Promise<void> {
  const checkpoint = await checkpointOf(source, log);
  for (const [i, line] of lines.entries()) {
    const path = proofPath(line.index);
    if (!source.files.has(path))
      throw isRenumbered(source, lines, i) ? new Broken('entry-changed', lineAt(i)) : new Broken('file-missing', path);
    const hashes = await proofOf(source, line, checkpoint);
    if (leads(checkpoint, line, hashes)) continue;
    // The next entry names this one by its hash: if it is in the log, this one is whole, and its proof is not. Behind the last there is no
    // next; its proof is called damaged where one bit turned back makes it fit.
    const next = lines[i + 1];
    const isVouchedFor = next !== undefined && (await isIncluded(source, log, next));
    const isNear = hashes.some((hash, at) => [...nearHashes(hash)].some((near) => leads(checkpoint, line, hashes.with(at, near))));
    throw isVouchedFor || isNear ? new Broken('proof-invalid', path) : new Broken('entry-changed', lineAt(i));
  }
}

/** Of the last entry: no proof of its number, and one of a number that nobody bears. */
function isRenumbered(source: Source, lines: readonly Line[], i: number): boolean {
  const named = new Set(lines.map(({ index }) => proofPath(index)));
  return i === lines.length - 1 && [...source.files.keys()].some((path) => /^journal\/\d{12,}\.tlog-proof$/.test(path) && !named.has(path));
}
