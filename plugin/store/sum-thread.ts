// Program of a thread that sums: it reads the pieces where they lie in shared memory, in the order in which they are told, and says of each
// when it is done with it.
import { createHash, type Hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { crc32 } from 'node:zlib';

export type SumName = 'sha256' | 'sm3' | 'crc32';

/** What the thread is started with. */
export interface SumWork {
  sums: readonly SumName[];
  memory: SharedArrayBuffer;
  /** Slot `n` begins at `n * slotBytes`. */
  slotBytes: number;
}

/** `bytes` of a slot are next in sum `of`; or the sum ends and is asked for; or nobody asks for it, or for any more (`end`). */
export type SumOrder = { of: number; slot: number; bytes: number } | { of: number; then: 'tell' | 'drop' | 'end' };

export interface SumTold {
  /** Bytes that were summed. */
  bytes: number;
  /** Lower-case hex. */
  sha256?: string;
  sm3?: string;
  crc32?: number;
}

/** A slot is read; or a sum is there. */
export type SumAnswer = { slot: number } | { of: number; told: SumTold };

class Running {
  readonly #hashes: ['sha256' | 'sm3', Hash][] = [];
  #crc32: number | undefined;
  #bytes = 0;

  constructor(sums: readonly SumName[]) {
    for (const sum of sums)
      if (sum === 'crc32') this.#crc32 = 0;
      else this.#hashes.push([sum, createHash(sum)]);
  }

  update(bytes: Buffer): void {
    for (const [, hash] of this.#hashes) hash.update(bytes);
    if (this.#crc32 !== undefined) this.#crc32 = crc32(bytes, this.#crc32);
    this.#bytes += bytes.length;
  }

  tell(): SumTold {
    const digests = Object.fromEntries(this.#hashes.map(([name, hash]) => [name, hash.digest('hex')]));
    return { bytes: this.#bytes, ...digests, ...(this.#crc32 !== undefined && { crc32: this.#crc32 }) };
  }
}

const { sums, memory, slotBytes } = workerData as SumWork;
const running = new Map<number, Running>();
const answer = (said: SumAnswer): void => parentPort!.postMessage(said);

parentPort!.on('message', (order: SumOrder) => {
  const sum = running.get(order.of) ?? new Running(sums);
  if ('slot' in order) {
    running.set(order.of, sum);
    sum.update(Buffer.from(memory, order.slot * slotBytes, order.bytes));
    answer({ slot: order.slot });
    return;
  }
  if (order.then === 'end') return parentPort!.close();
  running.delete(order.of);
  if (order.then === 'tell') answer({ of: order.of, told: sum.tell() });
});
