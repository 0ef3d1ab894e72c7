// Is a journal whole? Judges the files with the log's verifier key alone, and shares with the writer only the bytes' definition.
import fs from 'node:fs';
import path from 'node:path';
import { parseCanonicalJson } from '../domain/formats/canonical-json.js';
import { parseCheckpoint } from '../domain/formats/checkpoint.js';
import type { Checkpoint } from '../domain/formats/checkpoint.js';
import { FormatError } from '../domain/formats/format-error.js';
import { MerkleTree, leafHash } from '../domain/formats/merkle.js';
import { openNote } from '../domain/formats/signed-note.js';

export type JournalFault = { code: 'entry-changed' | 'entry-missing' | 'proof-invalid'; where: string };
/** `root` in hex, over all `size` finished entries. */
export type JournalVerdict = { size: number; root: string; intact: true } | { intact: false; fault: JournalFault };

const maxLineBytes = 8_192;
const maxCheckpointBytes = 65_536;

/** What reading the entries gave, up to the first that cannot stand where it stands. */
interface Walk {
  tree: MerkleTree;
  fault: JournalFault | null;
}

/**
 * Checks, in this order: the checkpoint's form, signature and origin; each entry's form, place and links; the root that the
 * checkpoint signs. An unfinished last line behind the checkpoint is nothing: it was never acknowledged. Reads with constant
 * memory, save 64 bytes per entry. Where names `checkpoint` or `entry <index>`. `vkeys`: the log's key, or all that it ever had: one
 * of them must have signed.
 */
export async function verifyJournal(folder: string, vkeys: string | readonly string[]): Promise<JournalVerdict> {
  const checkpoint = readCheckpoint(folder, typeof vkeys === 'string' ? [vkeys] : vkeys);
  if (!checkpoint) return { intact: false, fault: { code: 'proof-invalid', where: 'checkpoint' } };
  const walk = await walkEntries(path.join(folder, 'entries.ndjson'), checkpoint.origin);
  const fault = judge(walk, checkpoint, folder);
  return fault ? { intact: false, fault } : { size: walk.tree.size, root: walk.tree.root().toString('hex'), intact: true };
}

/** The signed leaves, where they are there, name the entry exactly; without them the first visible break does. */
function judge({ tree, fault }: Walk, checkpoint: Checkpoint, folder: string): JournalFault | null {
  const signed = tree.size >= checkpoint.size && tree.root(checkpoint.size).equals(checkpoint.root);
  if (signed) return fault;
  const leaves = readLeaves(folder, checkpoint);
  const exact = leaves && compare(tree, leaves, checkpoint.size);
  if (exact) return exact;
  if (fault) return fault;
  if (tree.size < checkpoint.size) return { code: 'entry-missing', where: `entry ${tree.size}` };
  return { code: 'proof-invalid', where: 'checkpoint' };
}

/** First entry that is not the signed one. It is missing, not changed, where what stands in its place is the signed one behind it. */
function compare(tree: MerkleTree, leaves: Buffer, size: number): JournalFault | null {
  const leafAt = (index: number): Buffer => leaves.subarray(index * 32, (index + 1) * 32);
  for (let index = 0; index < Math.min(tree.size, size); index++) {
    if (tree.leaf(index).equals(leafAt(index))) continue;
    const gone = tree.size < size && tree.leaf(index).equals(leafAt(index + size - tree.size));
    return { code: gone ? 'entry-missing' : 'entry-changed', where: `entry ${index}` };
  }
  return null;
}

/** The leaf hashes that the writer left, if the checkpoint signs them. */
function readLeaves(folder: string, { size, root }: Checkpoint): Buffer | null {
  const leaves = readSmall(path.join(folder, 'leaves'), size * 32);
  if (!leaves || leaves.length !== size * 32) return null;
  const tree = new MerkleTree();
  for (let index = 0; index < size; index++) tree.append(leaves.subarray(index * 32, (index + 1) * 32));
  return tree.root().equals(root) ? leaves : null;
}

function readCheckpoint(folder: string, vkeys: readonly string[]): Checkpoint | null {
  const note = readSmall(path.join(folder, 'checkpoint'), maxCheckpointBytes + 1);
  if (!note || note.length > maxCheckpointBytes) return null;
  for (const vkey of vkeys) {
    const checkpoint = openCheckpoint(note.toString(), vkey);
    // The key's name is the log's: a checkpoint of another log under the same key is no proof of this one.
    if (checkpoint && vkey.startsWith(`${checkpoint.origin}+`)) return checkpoint;
  }
  return null;
}

function openCheckpoint(note: string, vkey: string): Checkpoint | null {
  try {
    return parseCheckpoint(openNote(note, vkey));
  } catch (thrown) {
    if (thrown instanceof FormatError) return null;
    throw thrown;
  }
}

/** At most the first `most` bytes of a file, or null where it cannot be read. */
function readSmall(file: string, most: number): Buffer | null {
  let handle: number;
  try {
    handle = fs.openSync(file, 'r');
  } catch {
    return null;
  }
  try {
    const bytes = Buffer.alloc(Math.min(most, fs.fstatSync(handle).size));
    return bytes.subarray(0, fs.readSync(handle, bytes, 0, bytes.length, 0));
  } finally {
    fs.closeSync(handle);
  }
}

/** Last entry of each request: sequence and leaf hash (hex). */
type Requests = Map<string, { sequence: number; leaf: string }>;

async function walkEntries(file: string, origin: string): Promise<Walk> {
  const tree = new MerkleTree();
  const requests: Requests = new Map();
  let fault: JournalFault | null = null;
  for await (const line of linesOf(file)) {
    const index = tree.size;
    const leaf = leafHash(line);
    tree.append(leaf);
    const entry = line.length > maxLineBytes ? null : parseEntry(line);
    fault ??= faultOf(entry, index, origin, requests);
    if (entry?.requestId !== undefined) requests.set(entry.requestId, { sequence: entry.requestSequence!, leaf: leaf.toString('hex') });
  }
  return { tree, fault };
}

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

/** Entry of a line in canonical form and clean UTF-8, else null. */
function parseEntry(line: Buffer): Shape | null {
  const text = line.toString();
  if (!Buffer.from(text).equals(line)) return null;
  try {
    const value = parseCanonicalJson(text);
    return isEntry(value) ? value : null;
  } catch {
    return null;
  }
}

interface Shape {
  index: number;
  event: string;
  data: Record<string, unknown>;
  requestId?: string;
  requestSequence?: number;
  previous?: string | null;
}

const gateMembers = 'at,by,data,event,index,v';
const requestMembers = 'at,by,data,event,index,previous,requestId,requestSequence,v';

function isEntry(value: unknown): value is Shape {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Record<string, unknown>;
  const members = Object.keys(entry).join();
  if (members !== gateMembers && members !== requestMembers) return false;
  const isHead = entry.v === 1 && isCount(entry.index) && isInstant(entry.at) && isName(entry.by) && isEvent(entry.event);
  const hasData = typeof entry.data === 'object' && entry.data !== null && !Array.isArray(entry.data);
  return (
    isHead && hasData && (members === gateMembers || (isName(entry.requestId) && isCount(entry.requestSequence) && isLink(entry.previous)))
  );
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isName = (value: unknown): boolean => typeof value === 'string' && value.length > 0;
const isEvent = (value: unknown): boolean => typeof value === 'string' && /^[a-z]+(-[a-z]+)*$/.test(value);
const isLink = (value: unknown): boolean => value === null || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
const isInstant = (value: unknown): boolean => {
  if (typeof value !== 'string') return false;
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString() === value;
};

/** Finished lines without their newline. A line longer than any entry is given once, cut, and is the last. */
async function* linesOf(file: string): AsyncGenerator<Buffer> {
  // The size first: a device that never ends, or a writer at work, does not keep us here.
  const size = fs.existsSync(file) ? fs.statSync(file).size : 0;
  if (size === 0) return;
  let rest = Buffer.alloc(0);
  for await (const chunk of fs.createReadStream(file, { end: size - 1 }) as AsyncIterable<Buffer>) {
    let bytes = Buffer.concat([rest, chunk]);
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      yield bytes.subarray(0, end);
      bytes = bytes.subarray(end + 1);
    }
    if (bytes.length > maxLineBytes) {
      yield bytes.subarray(0, maxLineBytes + 1);
      return;
    }
    rest = bytes;
  }
}
