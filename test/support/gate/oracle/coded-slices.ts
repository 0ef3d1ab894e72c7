// All coded pictures of the originals, so that 32 bytes of them are found in an answer wherever they stand. Blocks of 16 bytes are indexed where
// their place divides by 16: whatever is 31 bytes long holds one of them whole. An answer is read byte by byte with a rolling sum; whatever
// it hits is compared byte by byte.
import { slicesOf, type Coded } from './find-slices.js';

/** So many bytes of an original in a row are a leak. */
const run = 32;
/**
 * A run counts with so many different byte values at least: of 32 random bytes 30 differ. With less it is padding, or a plain area coded again
 * and again in the same few bits. Every encoder with the standard tables writes those in JPEG: runs with 13 values were seen in pictures that
 * had nothing in common. In H.264 none was seen with 4.
 */
const leastValues = { nal: 8, scan: 16, whole: 16 } as const satisfies Record<Coded['kind'], number>;
const fewestValues = Math.min(...Object.values(leastValues));
const block = 16;

/** Slices lie one behind the other in chunks of memory; none lies across two. */
const chunkBytes = 4 * 1024 ** 2;

const multiplier = 0x01000193;
/** multiplier to the power of `block`, modulo 2^32: what the byte that leaves a block still weighs. */
const leaving = Array.from({ length: block }).reduce<number>((power) => Math.imul(power, multiplier), 1);
const spread = (sum: number): number => Math.imul(sum ^ (sum >>> 15), 0x85ebca6b) >>> 0;

function sumAt(bytes: Uint8Array, at: number): number {
  let sum = 0;
  for (let offset = 0; offset < block; offset++) sum = (Math.imul(sum, multiplier) + bytes[at + offset]!) | 0;
  return sum;
}

interface Slice {
  original: string;
  leastValues: number;
  /** In all chunks together, and behind its last byte. */
  from: number;
  to: number;
}

export class CodedSlices {
  #chunks: Buffer[] = [];
  #end = 0;
  #slices: Slice[] = [];
  /** Of each indexed block: its place divided by 16, and the block before it in the same drawer, plus one. Lengths are powers of two. */
  #places = new Uint32Array(1024);
  #before = new Uint32Array(1024);
  #count = 0;
  #drawers = new Uint32Array(2048);
  /** One bit for many sums: most places of an answer cost one look here. */
  #seen = new Uint32Array(1024);

  /** Bytes of coded pictures. */
  get bytes(): number {
    return this.#slices.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** An original: MP4 or MOV, JPEG, a stream of NAL units; anything else counts whole. Adding a file again after it grew is well. */
  add(original: string, bytes: Buffer): void {
    for (const { kind, data } of slicesOf(bytes))
      // Longer ones overlap by a run, so that none is lost between two chunks.
      for (let at = 0; at < data.length; at += chunkBytes - run)
        this.#keep(original, leastValues[kind], data.subarray(at, at + chunkBytes));
  }

  #keep(original: string, least: number, slice: Buffer): void {
    if (slice.length < run) return;
    const used = this.#end % chunkBytes;
    if (this.#chunks.length === 0 || used + slice.length > chunkBytes || used === 0) {
      this.#end = this.#chunks.length * chunkBytes;
      // Not zeroed: no block beyond what is written is ever indexed.
      this.#chunks.push(Buffer.allocUnsafeSlow(chunkBytes));
    }
    const from = this.#end;
    slice.copy(this.#chunks.at(-1)!, from % chunkBytes);
    this.#end = from + slice.length;
    this.#slices.push({ original, leastValues: least, from, to: this.#end });
    this.#index(this.#slices.at(-1)!);
  }

  /** Every block that a run which counts can hold. */
  #index({ from, to, leastValues: least }: Slice): void {
    const chunk = this.#chunks.at(-1)!;
    const start = this.#end - (this.#end % chunkBytes || chunkBytes);
    for (let at = Math.ceil(from / block) * block; at + block <= to; at += block)
      if (saysSomething(chunk, Math.max(from, at - (run - block)) - start, Math.min(to, at + run) - start, least))
        this.#put(at / block, sumAt(chunk, at - start));
  }

  #put(place: number, sum: number): void {
    if (this.#count === this.#places.length) this.#grow();
    const hash = spread(sum);
    this.#seen[(hash >>> 5) & (this.#seen.length - 1)]! |= 1 << (hash & 31);
    const drawer = hash & (this.#drawers.length - 1);
    this.#places[this.#count] = place;
    this.#before[this.#count] = this.#drawers[drawer]!;
    this.#drawers[drawer] = ++this.#count;
  }

  #grow(): void {
    const places = this.#places.subarray(0, this.#count);
    const size = this.#count * 2;
    [this.#places, this.#before, this.#drawers] = [new Uint32Array(size), new Uint32Array(size), new Uint32Array(size * 2)];
    this.#seen = new Uint32Array(size);
    this.#count = 0;
    for (const place of places) this.#put(place, sumAt(this.#chunkOf(place * block), (place * block) % chunkBytes));
  }

  #chunkOf(place: number): Buffer {
    return this.#chunks[Math.floor(place / chunkBytes)]!;
  }

  /** Where an answer holds 32 bytes of an original's coded pictures, in words; null: nowhere. */
  leaks(answer: Buffer): string | null {
    if (answer.length < run || this.#count === 0) return null;
    const [seen, mask] = [this.#seen, this.#seen.length - 1];
    let sum = sumAt(answer, 0);
    for (let at = 0; ; at++) {
      const hash = spread(sum);
      if (seen[(hash >>> 5) & mask]! & (1 << (hash & 31))) {
        const found = this.#compare(answer, at, hash);
        if (found) return found;
      }
      if (at + block >= answer.length) return null;
      sum = (Math.imul(sum, multiplier) + answer[at + block]! - Math.imul(answer[at]!, leaving)) | 0;
    }
  }

  #compare(answer: Buffer, at: number, hash: number): string | null {
    const [first, last] = [Math.max(0, at - (run - block)), Math.min(answer.length, at + run)];
    if (!saysSomething(answer, first, last, fewestValues)) return null;
    for (let entry = this.#drawers[hash & (this.#drawers.length - 1)]!; entry > 0; entry = this.#before[entry - 1]!) {
      const place = this.#places[entry - 1]! * block;
      const [chunk, offset] = [this.#chunkOf(place), place % chunkBytes];
      if (answer.compare(chunk, offset, offset + block, at, at + block) !== 0) continue;
      const slice = this.#sliceOf(place);
      let [from, to] = [at, at + block];
      while (from > first && place - (at - from) > slice.from && answer[from - 1] === chunk[offset - (at - from) - 1]) from--;
      while (to < last && place + (to - at) < slice.to && answer[to] === chunk[offset + (to - at)]) to++;
      if (to - from >= run && saysSomething(answer, from, to, slice.leastValues))
        return `byte ${from} and on are coded picture of ${slice.original}: ${answer.toString('hex', from, from + run)}`;
    }
    return null;
  }

  #sliceOf(place: number): Slice {
    let [low, high] = [0, this.#slices.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#slices[middle]!.from <= place) low = middle;
      else high = middle - 1;
    }
    return this.#slices[low]!;
  }
}

const counts = new Uint8Array(256);

/** Is there a run between these places with so many values? */
function saysSomething(bytes: Uint8Array, from: number, to: number, least: number): boolean {
  if (to - from < run) return false;
  counts.fill(0);
  let values = 0;
  for (let at = from; at < to; at++) {
    if (counts[bytes[at]!]!++ === 0) values++;
    if (at - from >= run && --counts[bytes[at - run]!]! === 0) values--;
    if (values >= least) return true;
  }
  return false;
}
