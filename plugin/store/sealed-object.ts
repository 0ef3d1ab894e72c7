// One sealed object in the making: enciphered, written and summed in one pass under a temporary name, made durable, then given its name.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../domain/artifact.js';
import { digestOf } from '../domain/formats/digest.js';
import { Problem } from '../domain/problem.js';
import type { Suite } from './ciphers.js';
import { diskProblem, syncFolder } from './disk.js';
import { SealedReader } from './sealed-reader.js';
import type { Wrapping } from './sealed-reader.js';
import { sealHeader, sealSegment, segmentBytes, segmentCount, segmentStart } from './segments.js';
import type { Sum, Sums } from './sums.js';
import { SyncAhead } from './sync-ahead.js';

/** What is no larger is summed where it is, in 0.4 ms: a thread would be asked as long, or started for it. */
const smallBytes = 64 * 1024;

export interface Paths {
  folder: string;
  temporary: string;
  final: string;
}

/**
 * Bytes go in, encrypted segments go to disk: plaintext is never there. Ends with `finish` or `abort`.
 *
 * The sums are of the bytes that were enciphered, made while they were written; the disk is not asked. What it gives back later cannot be
 * something else unnoticed: each segment, its place, the object's length and its end are authenticated by AES-256-GCM (NIST SP 800-38D), or
 * SM4 with HMAC-SM3, and a byte that is not what was sealed does not open. The self-audit reads and sums every object each day.
 */
export class SealedWriter {
  readonly #file: FileHandle;
  readonly #paths: Paths;
  readonly #wrapping: Wrapping;
  readonly #suite: Suite;
  readonly #sums: Sums;
  readonly #ahead: SyncAhead;
  readonly #key = randomBytes(32);
  /** Kept to the end: Matroska's size and duration are written there when they are known, and a segment is enciphered once, for under one
   *  nonce two texts would give each other away. */
  readonly #first = Buffer.alloc(segmentBytes);
  /** The segment under way (from the second on): it is sealed when it is known whether it is the last. */
  readonly #current = Buffer.alloc(segmentBytes);
  #filled = 0;
  #length = 0;
  /** Begun with the second segment. */
  #sum: Sum | null = null;
  /** The first segment is not what was summed. */
  #isRewritten = false;
  #turn: Promise<unknown> = Promise.resolve();
  #state: 'open' | 'failed' | 'ended' = 'open';

  constructor(
    readonly id: string,
    file: FileHandle,
    paths: Paths,
    wrapping: Wrapping,
    sums: Sums,
  ) {
    this.#file = file;
    this.#ahead = new SyncAhead(file);
    this.#paths = paths;
    this.#wrapping = wrapping;
    this.#sums = sums;
    this.#suite = wrapping.suite ?? 'aes';
  }

  /**
   * Appends; or, at a `position` before the end, overwrites inside the first segment. Takes `bytes` over: they must not change
   * until the promise resolves. Problems: `disk-full`, `store-unavailable`.
   */
  write(bytes: Buffer, position?: number): Promise<void> {
    return this.#inTurn(async () => {
      const place = position ?? this.#length;
      if (place < 0 || place > this.#length) throw new Problem('internal', `Object ${this.id} has no byte ${place} to write at.`);
      const within = Math.min(bytes.length, this.#length - place);
      if (within > 0 && place + within > segmentBytes)
        throw new Problem('internal', 'Only the first segment of an object can be written again.');
      bytes.copy(this.#first, place, 0, within);
      // What is overwritten before it is summed is summed as it is then.
      this.#isRewritten ||= within > 0 && this.#sum !== null;
      await this.#append(bytes.subarray(within));
    });
  }

  /**
   * Seals what is left, makes all of it durable, gives the object its name. The digest is of what was written; where bytes were overwritten
   * after they had been summed, of what is read back. Problems: `disk-full`, `store-unavailable`, also where a thread that sums has failed.
   */
  finish(): Promise<Digest & { object: string }> {
    return this.#inTurn(async () => {
      const digest = await this.#seal();
      await this.#file.close();
      await fs.promises.rename(this.#paths.temporary, this.#paths.final);
      await syncFolder(this.#paths.folder);
      this.#state = 'ended';
      this.#forget();
      return { ...digest, object: this.id };
    });
  }

  /** Leaves nothing behind. May be called at any time, also after a failure or the end. */
  async abort(): Promise<void> {
    await this.#turn.catch(() => undefined);
    if (this.#state !== 'open') return;
    this.#state = 'failed';
    await this.#discard();
  }

  async #append(bytes: Buffer): Promise<void> {
    const toFirst = Math.max(0, Math.min(bytes.length, segmentBytes - this.#length));
    bytes.copy(this.#first, this.#length, 0, toFirst);
    this.#length += toFirst;
    for (let rest = bytes.subarray(toFirst); rest.length > 0;) {
      if (!this.#sum) await this.#begin(this.#first);
      if (this.#filled === segmentBytes) await this.#flush(false);
      const taken = rest.copy(this.#current, this.#filled);
      this.#filled += taken;
      this.#length += taken;
      rest = rest.subarray(taken);
    }
  }

  async #begin(bytes: Buffer): Promise<Sum> {
    this.#sum = this.#sums.begin();
    await this.#sum.add(bytes);
    return this.#sum;
  }

  /** Has the segment under way summed, and writes it meanwhile. `#length` counts it already. */
  async #flush(last: boolean): Promise<void> {
    const index = segmentCount(this.#length) - 1;
    const plain = this.#current.subarray(0, this.#filled);
    await this.#sum!.add(plain);
    const [sealed, tag] = sealSegment(this.#suite, this.#key, { object: this.id, index, last }, plain);
    await this.#put(segmentStart(index), sealed, tag);
    this.#ahead.wrote(plain.length);
    this.#filled = 0;
  }

  async #seal(): Promise<Digest> {
    if (this.#filled > 0) await this.#flush(true);
    const place = { object: this.id, index: 0, last: segmentCount(this.#length) === 1 };
    await this.#put(segmentStart(0), ...sealSegment(this.#suite, this.#key, place, this.#first.subarray(0, Math.min(this.#length, segmentBytes))));
    const { version, wrapped } = this.#wrapping.wrap(this.#key, this.id);
    await this.#put(0, sealHeader(this.#key, { suite: this.#suite, object: this.id, length: this.#length, version, wrapped }));
    const [digest] = await Promise.all([this.#digest(), this.#ahead.finish()]);
    if (digest.bytes !== this.#length) throw new Problem('internal', `Object ${this.id} has other bytes than were summed.`);
    return digest;
  }

  async #digest(): Promise<Digest> {
    if (this.#length <= smallBytes) return digestOf(this.#first.subarray(0, this.#length));
    if (this.#isRewritten) return this.#readBack();
    return (this.#sum ?? (await this.#begin(this.#first.subarray(0, this.#length)))).done();
  }

  async #readBack(): Promise<Digest> {
    this.#sum?.drop();
    const sum = (this.#sum = this.#sums.begin());
    for await (const piece of (await SealedReader.open(this.id, this.#file, this.#wrapping)).pieces()) await sum.add(piece);
    return sum.done();
  }

  /** One behind the other from `position` on. */
  async #put(position: number, ...pieces: Buffer[]): Promise<void> {
    for (const bytes of pieces) {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
      position += bytes.length;
    }
  }

  /** One step after the other; the first failure ends the object and removes its file. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      if (this.#state !== 'open') throw new Problem('internal', `Object ${this.id} takes no more bytes.`);
      try {
        return await step();
      } catch (thrown) {
        this.#state = 'failed';
        await this.#discard();
        throw diskProblem(thrown);
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Key and plaintext leave the memory as soon as they have served. */
  #forget(): void {
    this.#sum?.drop();
    for (const bytes of [this.#key, this.#first, this.#current]) bytes.fill(0);
  }

  async #discard(): Promise<void> {
    this.#forget();
    await this.#file.close().catch(() => undefined);
    await fs.promises.rm(this.#paths.temporary, { force: true }).catch(() => undefined);
  }
}
