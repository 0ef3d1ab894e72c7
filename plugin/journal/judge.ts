// Are the entries what the log signed? Read once, by the verifier key alone; shared with the writer is only the bytes' definition.
import fs from 'node:fs';
import path from 'node:path';
import type { Checkpoint } from '../domain/formats/checkpoint.js';
import { MerkleTree, leafHash, type TreeHead } from '../domain/formats/merkle.js';
import { tilePath, tilesOf, tileWidth } from '../domain/formats/tlog-tiles.js';
import { parseEntry, type Shape } from './entry-shape.js';
import { openCheckpoint, type LogKeys } from '../domain/formats/signed-checkpoint.js';
import { readNote } from './read-checkpoint.js';
import { readLines } from './read-lines.js';

export type JournalFaultCode = 'entry-changed' | 'entry-missing' | 'proof-invalid' | 'tile-changed' | 'truncated' | 're-sealed' | 'forked';
/** `where` names `checkpoint`, `entry <index>`, entries, a tile's path, or a kept checkpoint. */
export interface JournalFault {
  code: JournalFaultCode;
  where: string;
}

export interface Judged {
  fault: JournalFault | null;
  tree: MerkleTree;
  /** What stands behind the last newline: never acknowledged. */
  rest: Buffer;
}

export interface Finished {
  /** Null where the line is no entry, which is a fault. */
  entry: Shape | null;
  leaf: Buffer;
  /** With its newline. */
  bytes: number;
}

/**
 * Checks, in this order: the checkpoint's form, signature and origin; the root that it signs; each entry's form, place and links. An
 * unfinished last line behind the checkpoint is nothing. `take` is given each finished line, in order. Memory: 64 bytes an entry, and
 * what `take` keeps.
 */
export async function judgeEntries(folder: string, vkeys: LogKeys, take: (line: Finished) => void = () => undefined): Promise<Judged> {
  const note = readNote(path.join(folder, 'checkpoint'));
  const checkpoint = note === null ? null : openCheckpoint(note, vkeys);
  const tree = new MerkleTree();
  const nowhere = Buffer.alloc(0);
  if (!checkpoint) return { fault: { code: 'proof-invalid', where: 'checkpoint' }, tree, rest: nowhere };
  const requests: Requests = new Map();
  let fault: JournalFault | null = null;
  const rest = await readLines(path.join(folder, 'entries.ndjson'), (line) => {
    const entry = parseEntry(line);
    const leaf = leafHash(line);
    fault ??= faultOf(entry, tree.size, checkpoint.origin, requests);
    tree.append(leaf);
    if (entry?.requestId !== undefined) requests.set(entry.requestId, { sequence: entry.requestSequence!, leaf: leaf.toString('hex') });
    take({ entry, leaf, bytes: line.length + 1 });
  });
  return { fault: judge(tree, fault, checkpoint, folder), tree, rest };
}

/** The signed leaves, where they are there, name the entry exactly; without them the first visible break does. */
function judge(tree: MerkleTree, fault: JournalFault | null, checkpoint: Checkpoint, folder: string): JournalFault | null {
  const signed = tree.size >= checkpoint.size && tree.root(checkpoint.size).equals(checkpoint.root);
  if (signed) return fault;
  const leaves = signedLeaves(folder, checkpoint);
  const exact = leaves && firstChanged(tree, leaves, checkpoint.size);
  if (exact) return exact;
  if (fault) return fault;
  if (tree.size < checkpoint.size) return { code: 'entry-missing', where: `entry ${tree.size}` };
  return { code: 'proof-invalid', where: 'checkpoint' };
}

/** First entry that is not the signed one. It is missing, not changed, where what stands in its place is the signed one behind it. */
export function firstChanged(tree: MerkleTree, leaves: Buffer, size: number): JournalFault | null {
  const leafAt = (index: number): Buffer => leaves.subarray(index * 32, (index + 1) * 32);
  for (let index = 0; index < Math.min(tree.size, size); index++) {
    if (tree.leaf(index).equals(leafAt(index))) continue;
    const gone = tree.size < size && tree.leaf(index).equals(leafAt(index + size - tree.size));
    return { code: gone ? 'entry-missing' : 'entry-changed', where: `entry ${index}` };
  }
  return null;
}

/**
 * All leaf hashes behind each other, from the tiles of level 0, if they lead to this root. Nothing is decided by them: they tell
 * *which* entry is not what it was.
 */
export function signedLeaves(folder: string, { size, root }: TreeHead): Buffer | null {
  const tiles: Buffer[] = [];
  for (const tile of tilesOf(size)) {
    if (tile.level !== 0) continue;
    const bytes = readTile(folder, tilePath(tile)) ?? readTile(folder, tilePath({ ...tile, width: tileWidth }));
    if (!bytes || bytes.length < tile.width * 32) return null;
    tiles.push(bytes.subarray(0, tile.width * 32));
  }
  const leaves = Buffer.concat(tiles);
  const tree = new MerkleTree();
  for (let index = 0; index < size; index++) tree.append(leaves.subarray(index * 32, (index + 1) * 32));
  return tree.root().equals(root) ? leaves : null;
}

const maxTileBytes = tileWidth * 32;

function readTile(folder: string, name: string): Buffer | null {
  try {
    const file = path.join(folder, name);
    return fs.statSync(file).size <= maxTileBytes ? fs.readFileSync(file) : null;
  } catch {
    return null;
  }
}

/** Last entry of each request: sequence and leaf hash (hex). */
type Requests = Map<string, { sequence: number; leaf: string }>;

function faultOf(entry: Shape | null, index: number, origin: string, requests: Requests): JournalFault | null {
  const changed: JournalFault = { code: 'entry-changed', where: `entry ${index}` };
  if (!entry || entry.index < index) return changed;
  if (entry.index > index) return { code: 'entry-missing', where: `entry ${index}` };
  if (index === 0 && !(entry.event === 'journal-opened' && entry.data.origin === origin)) return changed;
  if (entry.requestId === undefined) return null;
  const before = requests.get(entry.requestId);
  const fits = entry.requestSequence === (before ? before.sequence + 1 : 0) && entry.previous === (before?.leaf ?? null);
  return fits ? null : changed;
}
