// Merkle tree hashing (RFC 6962 section 2.1): leaf, node, root, inclusion and consistency proof.
import { hash as hashOf } from 'node:crypto';

const hashBytes = 32;
const leafPrefix = 0x00;
const nodePrefix = 0x01;

const sha256 = (bytes: Buffer): Buffer => hashOf('sha256', bytes, 'buffer');

/** Where prefix and content are put together: a million entries are two million hashes of a few bytes each. */
const together = Buffer.alloc(16 * 1024);

/** Hash of one entry's bytes. The prefix keeps a leaf from passing for a node. */
export function leafHash(data: Buffer): Buffer {
  if (data.length >= together.length) return sha256(Buffer.concat([Buffer.of(leafPrefix), data]));
  together[0] = leafPrefix;
  data.copy(together, 1);
  return sha256(together.subarray(0, 1 + data.length));
}

/** Root of the tree without leaves. */
export const emptyRoot = (): Buffer => sha256(Buffer.alloc(0));

const pair = together.subarray(0, 1 + 2 * hashBytes);

export function nodeHash(left: Buffer, right: Buffer): Buffer {
  pair[0] = nodePrefix;
  left.copy(pair, 1);
  right.copy(pair, 1 + hashBytes);
  return sha256(pair);
}

/** Where a tree of `size` ≥ 2 leaves is split: the largest power of two below it. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Hashes behind each other in one buffer: a million leaves are 64 MB, not a million objects. */
class HashList {
  #bytes = Buffer.alloc(hashBytes * 16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(hash: Buffer): void {
    const end = this.#length * hashBytes;
    if (end === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(end)]);
    hash.copy(this.#bytes, end);
    this.#length += 1;
  }

  /** Hash of the node above the last two. */
  aboveLast(): Buffer {
    pair[0] = nodePrefix;
    this.#bytes.copy(pair, 1, (this.#length - 2) * hashBytes, this.#length * hashBytes);
    return sha256(pair);
  }

  at(index: number): Buffer {
    return this.slice(index, index + 1);
  }

  /** A copy: whoever gets it cannot change the tree. */
  slice(from: number, to: number): Buffer {
    return Buffer.from(this.#bytes.subarray(from * hashBytes, to * hashBytes));
  }
}

/** A growing tree. Every complete subtree is kept, so roots and proofs of any past size cost O(log n) hashes. */
export class MerkleTree {
  /** `levels[k]` holds the hashes of the complete subtrees of 2^k leaves. */
  readonly #levels: HashList[] = [new HashList()];

  get size(): number {
    return this.#levels[0]!.length;
  }

  /** Takes a leaf hash (32 bytes, see `leafHash`), not the entry's data. */
  append(leaf: Buffer): void {
    if (leaf.length !== hashBytes) throw new RangeError(`A leaf hash has ${hashBytes} bytes, not ${leaf.length}.`);
    this.#levels[0]!.push(leaf);
    for (let level = 0; this.#levels[level]!.length % 2 === 0; level++) {
      (this.#levels[level + 1] ??= new HashList()).push(this.#levels[level]!.aboveLast());
    }
  }

  /** Leaf hash at `index`. */
  leaf(index: number): Buffer {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size) throw new RangeError(`The tree has no leaf ${index}.`);
    return this.#levels[0]!.at(index);
  }

  /** Hashes `from` to `to` (excluded) of the complete subtrees of 2^level leaves, behind each other. */
  hashes(level: number, from: number, to: number): Buffer {
    const list = this.#levels[level];
    if (!list || from < 0 || from > to || to > list.length) throw new RangeError(`Level ${level} has no hashes ${from} to ${to}.`);
    return list.slice(from, to);
  }

  /** Root of the first `size` leaves; of all, if not told. */
  root(size = this.size): Buffer {
    this.#expectSize(size);
    return size === 0 ? emptyRoot() : this.#rangeHash(0, size);
  }

  /** Proof that leaf `index` is in the tree of the first `size` leaves: hashes from the leaf's neighbour up to the root. */
  inclusionProof(index: number, size = this.size): Buffer[] {
    this.#expectSize(size);
    if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw new RangeError(`A tree of ${size} has no leaf ${index}.`);
    const downwards: Buffer[] = [];
    let [start, end] = [0, size];
    while (end - start > 1) {
      const middle = start + splitOf(end - start);
      downwards.push(index < middle ? this.#rangeHash(middle, end) : this.#rangeHash(start, middle));
      if (index < middle) end = middle;
      else start = middle;
    }
    return downwards.reverse();
  }

  /** Proof that the tree of the first `to` leaves continues that of the first `from` (RFC 6962 section 2.1.2). Empty where `from` is 0. */
  consistencyProof(from: number, to = this.size): Buffer[] {
    this.#expectSize(to);
    if (!Number.isSafeInteger(from) || from < 0 || from > to) throw new RangeError(`A tree of ${to} continues none of ${from}.`);
    if (from === 0) return [];
    const downwards: Buffer[] = [];
    let [start, end] = [0, to];
    while (end !== from) {
      const middle = start + splitOf(end - start);
      downwards.push(from <= middle ? this.#rangeHash(middle, end) : this.#rangeHash(start, middle));
      if (from <= middle) end = middle;
      else start = middle;
    }
    // Where the whole older tree is one subtree of the newer, whoever verifies has its root already.
    if (start > 0) downwards.push(this.#rangeHash(start, end));
    return downwards.reverse();
  }

  #expectSize(size: number): void {
    if (!Number.isSafeInteger(size) || size < 0 || size > this.size) throw new RangeError(`The tree has ${this.size} leaves, not ${size}.`);
  }

  /** Hash over the leaves [start, end), a range that RFC 6962's splitting yields: its complete parts are aligned. */
  #rangeHash(start: number, end: number): Buffer {
    const width = end - start;
    const level = Math.round(Math.log2(width));
    if (2 ** level === width) return this.#levels[level]!.at(start / width);
    const middle = start + splitOf(width);
    return nodeHash(this.#rangeHash(start, middle), this.#rangeHash(middle, end));
  }
}

/**
 * Root that a proof leads to (RFC 9162 section 2.1.3.2), or null where the proof does not fit index and size.
 * The caller compares it with the root of a signed checkpoint.
 */
export function rootFromInclusion(index: number, size: number, leaf: Buffer, proof: readonly Buffer[]): Buffer | null {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null;
  if (leaf.length !== hashBytes || proof.some((hash) => hash.length !== hashBytes)) return null;
  let hash = leaf;
  // The place on this level, and the last place on it. Halved with Math.floor: bit shifts would cut at 32 bits.
  let [place, last] = [index, size - 1];
  for (const sibling of proof) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(sibling, hash);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : null;
}

/** A tree: how many leaves, and the root over them. */
export interface TreeHead {
  size: number;
  root: Buffer;
}

/** Does the tree of `newer` continue that of `older`? (RFC 9162 section 2.1.4.2; the trees of no leaf and of equal size included.) */
export function isConsistent(older: TreeHead, newer: TreeHead, proof: readonly Buffer[]): boolean {
  const [from, to] = [older.size, newer.size];
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to) return false;
  if ([older.root, newer.root, ...proof].some((hash) => hash.length !== hashBytes)) return false;
  if (from === 0) return proof.length === 0 && older.root.equals(emptyRoot()) && (to > 0 || newer.root.equals(older.root));
  if (from === to) return proof.length === 0 && older.root.equals(newer.root);
  let [place, last] = [from - 1, to - 1];
  while (place % 2 === 1) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  // A power of two of leaves is one subtree of the newer tree: its hash is the older root, and is not sent.
  const [first, ...rest] = place === 0 ? [older.root, ...proof] : proof;
  if (!first) return false;
  let [olderHash, newerHash] = [first, first];
  for (const hash of rest) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      olderHash = nodeHash(hash, olderHash);
      newerHash = nodeHash(hash, newerHash);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      newerHash = nodeHash(newerHash, hash);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && olderHash.equals(older.root) && newerHash.equals(newer.root);
}
