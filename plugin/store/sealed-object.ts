// One sealed object in the making: written segment by segment under a temporary name, read back, then given its name.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../domain/artifact.js';
import { Problem } from '../domain/problem.js';
import type { Suite } from './ciphers.js';
import { diskProblem, syncFolder } from './disk.js';
import { SealedReader } from './sealed-reader.js';
import type { Wrapping } from './sealed-reader.js';
import { sealHeader, sealSegment, segmentBytes, segmentCount, segmentStart } from './segments.js';

export interface Paths {
  folder: string;
  temporary: string;
  final: string;
}

/** Bytes go in, encrypted segments go to disk: plaintext is never there. Ends with `finish` or `abort`. */
export class SealedWriter {
  readonly #file: FileHandle;
  readonly #paths: Paths;
  readonly #wrapping: Wrapping;
  readonly #suite: Suite;
  readonly #key = randomBytes(32);
  /** Kept to the end: an MP4's mdat size and ftyp are patched there when the length is known. */
  readonly #first = Buffer.alloc(segmentBytes);
  /** The segment under way (from the second on): it is sealed when it is known whether it is the last. */
  readonly #current = Buffer.alloc(segmentBytes);
  #filled = 0;
  #length = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #state: 'open' | 'failed' | 'ended' = 'open';

  constructor(
    readonly id: string,
    file: FileHandle,
    paths: Paths,
    wrapping: Wrapping,
  ) {
    this.#file = file;
    this.#paths = paths;
    this.#wrapping = wrapping;
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
      await this.#append(bytes.subarray(within));
    });
  }

  /** Seals what is left, reads all back from the disk, gives the object its name. The digest is of what was read back. */
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
      if (this.#filled === segmentBytes) await this.#flush(false);
      const taken = rest.copy(this.#current, this.#filled);
      this.#filled += taken;
      this.#length += taken;
      rest = rest.subarray(taken);
    }
  }

  /** Writes the segment under way. `#length` counts it already. */
  async #flush(last: boolean): Promise<void> {
    const index = segmentCount(this.#length) - 1;
    const [sealed, tag] = sealSegment(this.#suite, this.#key, { object: this.id, index, last }, this.#current.subarray(0, this.#filled));
    await this.#put(segmentStart(index), sealed, tag);
    this.#filled = 0;
  }

  async #seal(): Promise<Digest> {
    if (this.#filled > 0) await this.#flush(true);
    const place = { object: this.id, index: 0, last: segmentCount(this.#length) === 1 };
    await this.#put(segmentStart(0), ...sealSegment(this.#suite, this.#key, place, this.#first.subarray(0, Math.min(this.#length, segmentBytes))));
    const { version, wrapped } = this.#wrapping.wrap(this.#key, this.id);
    await this.#put(0, sealHeader(this.#key, { suite: this.#suite, object: this.id, length: this.#length, version, wrapped }));
    const [digest] = await Promise.all([this.#readBack(), this.#file.sync()]);
    return digest;
  }

  async #readBack(): Promise<Digest> {
    return (await SealedReader.open(this.id, this.#file, this.#wrapping)).digest();
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
    for (const bytes of [this.#key, this.#first, this.#current]) bytes.fill(0);
  }

  async #discard(): Promise<void> {
    this.#forget();
    await this.#file.close().catch(() => undefined);
    await fs.promises.rm(this.#paths.temporary, { force: true }).catch(() => undefined);
  }
}
