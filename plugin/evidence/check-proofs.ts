// Is every entry of the history in the log that the manifest names?
import { parseCheckpoint } from '../domain/formats/checkpoint.js';
import type { Checkpoint } from '../domain/formats/checkpoint.js';
import { isCosigned } from '../domain/formats/cosignature.js';
import { rootFromInclusion } from '../domain/formats/merkle.js';
import { openNote } from '../domain/formats/signed-note.js';
import { parseTlogProof } from '../domain/formats/tlog-proof.js';
import { decodeText } from './decode-text.js';
import { checkpointPath, isProofPath, proofPath } from './layout.js';
import type { Manifest } from './manifest-schema.js';
import { Broken } from './package-fault.js';
import { whereLine } from './read-history.js';
import type { Line } from './read-history.js';
import { readWhole } from './source.js';
import type { Source } from './source.js';

const maxNoteBytes = 64 * 1024;

export interface OpenedCheckpoint extends Checkpoint {
  /** The signed note as it lies in the package. */
  note: string;
}

/** The checkpoint, signed by the log that the manifest names. Throws Broken `file-missing`, `proof-invalid`. */
export async function openCheckpoint(source: Source, { origin, vkey }: Manifest['log']): Promise<OpenedCheckpoint> {
  const note = decodeText(await readWhole(source, checkpointPath, maxNoteBytes, 'proof-invalid'));
  const checkpoint = note === null ? null : attempt(() => parseCheckpoint(openNote(note, vkey)));
  if (note === null || checkpoint === null || checkpoint.origin !== origin) throw new Broken('proof-invalid', checkpointPath);
  return { ...checkpoint, note };
}

/** Each of these witnesses (verifier keys of type 0x04) has cosigned the checkpoint. Throws Broken `file-missing`, `proof-invalid`. */
export async function checkCosignatures(source: Source, log: Manifest['log'], witnesses: readonly string[]): Promise<void> {
  if (witnesses.length === 0) return;
  const { note } = await openCheckpoint(source, log);
  if (!witnesses.every((vkey) => isCosigned(note, vkey))) throw new Broken('proof-invalid', checkpointPath);
}

/** The hashes of an entry's proof, which must carry this very checkpoint. Throws Broken `file-missing`, `proof-invalid`. */
async function readProof(source: Source, { index }: Line, { note }: OpenedCheckpoint): Promise<Buffer[]> {
  const path = proofPath(index);
  const text = decodeText(await readWhole(source, path, 2 * maxNoteBytes, 'proof-invalid'));
  const proof = text === null ? null : attempt(() => parseTlogProof(text));
  if (proof?.index !== index || proof.checkpoint !== note) throw new Broken('proof-invalid', path);
  return proof.proof;
}

const leadsToRoot = ({ size, root }: Checkpoint, { index, leaf }: Line, proof: readonly Buffer[]): boolean =>
  rootFromInclusion(index, size, leaf, proof)?.equals(root) ?? false;

/** Never throws for what is in the package: no checkpoint, no proof, no fit, no inclusion. */
export async function isIncluded(source: Source, log: Manifest['log'], line: Line): Promise<boolean> {
  try {
    const checkpoint = await openCheckpoint(source, log);
    return leadsToRoot(checkpoint, line, await readProof(source, line, checkpoint));
  } catch (error) {
    if (error instanceof Broken) return false;
    throw error;
  }
}

/**
 * Every entry leads to the checkpoint's root. Throws Broken: `file-missing`, `proof-invalid`, or `entry-changed` where the proof is
 * whole and the entry is not the one that was logged.
 */
export async function checkProofs(source: Source, lines: readonly Line[], log: Manifest['log']): Promise<void> {
  const checkpoint = await openCheckpoint(source, log);
  for (const [i, line] of lines.entries()) {
    if (!source.files.has(proofPath(line.index))) throw nameMissing(source, lines, i);
    const proof = await readProof(source, line, checkpoint);
    if (leadsToRoot(checkpoint, line, proof)) continue;
    const next = lines[i + 1];
    const vouchedFor = next !== undefined && (await isIncluded(source, log, next));
    if (vouchedFor || isOneFlipAway(checkpoint, line, proof)) throw new Broken('proof-invalid', proofPath(line.index));
    throw new Broken('entry-changed', whereLine(i));
  }
}

/** The last entry's `index` is vouched for by no other entry: if it names no proof and one is left over, the number was altered. */
function nameMissing(source: Source, lines: readonly Line[], i: number): Broken {
  const named = new Set(lines.map((line) => proofPath(line.index)));
  const leftOver = [...source.files.keys()].some((path) => isProofPath(path) && !named.has(path));
  if (i === lines.length - 1 && leftOver) return new Broken('entry-changed', whereLine(i));
  return new Broken('file-missing', proofPath(lines[i]!.index));
}

/**
 * No entry follows the last one and vouches for it, so that a proof that fails may mean either. A damaged proof is told by this: one
 * bit of its text turned back, and it fits. An altered entry cannot be made to fit so.
 */
function isOneFlipAway(checkpoint: Checkpoint, line: Line, proof: readonly Buffer[]): boolean {
  return proof.some((hash, i) => {
    const text = hash.toString('base64');
    return [...neighbours(text)].some((near) => leadsToRoot(checkpoint, line, proof.with(i, near)));
  });
}

function* neighbours(base64: string): Generator<Buffer> {
  const text = Buffer.from(base64);
  for (let bit = 0; bit < text.length * 8; bit++) {
    const flipped = Buffer.from(text);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    const near = Buffer.from(flipped.toString('latin1'), 'base64');
    if (near.length === 32) yield near;
  }
}

function attempt<T>(open: () => T): T | null {
  try {
    return open();
  } catch {
    return null;
  }
}
