// The threads that sum, and the memory that they read: they begin together, and where one ends, all do and whatever they were at fails.
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Digest } from '../domain/artifact.js';
import { Problem } from '../domain/problem.js';
import type { SumAnswer, SumName, SumOrder, SumTold, SumWork } from './sum-thread.js';

/** Smaller ones would cost the thread of SM3 more messages than it has time for. */
export const slotBytes = 512 * 1024;
/** In flight at most, for all objects that are being written: 2 MiB, some 10 ms of SM3. With 6 MiB a pull took 20 MB more. */
export const slots = 4;

/** SM3 takes as long as all else together, so it has a thread of its own; the others beside it would make it 15 % slower. */
const shares: readonly (readonly SumName[])[] = [['sm3'], ['sha256', 'crc32']];

/** Beside this file, as source or built. */
const program = path.join(import.meta.dirname, `sum-thread${path.extname(import.meta.filename)}`);
/** A thread does not have the loader of TypeScript that its process was given, and takes it for what is required alone. */
const asSource = { eval: true, execArgv: ['--require', 'tsx/cjs'] };

/** MiB of each thread's heap: it makes next to nothing, so that little is kept for what is young. */
const resourceLimits = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 64 };

interface Asked {
  told: SumTold[];
  resolve: (digest: Digest) => void;
  reject: (cause: Problem) => void;
}

function joined(told: readonly SumTold[]): Digest {
  const { bytes, sha256, sm3, crc32 } = Object.assign({}, ...told) as SumTold;
  if (sha256 === undefined || sm3 === undefined || crc32 === undefined || told.some((one) => one.bytes !== bytes))
    throw new Problem('internal', 'The threads that sum did not sum the same bytes.');
  return { bytes, sha256, sm3, crc32 };
}

export class SumCrew {
  readonly #memory = new SharedArrayBuffer(slots * slotBytes);
  readonly #threads: Worker[] = [];
  readonly #free = Array.from({ length: slots }, (_, slot) => slot);
  /** Threads that still read a slot. */
  readonly #readers = new Uint8Array(slots);
  #waiting: { resolve: (slot: number) => void; reject: (cause: Problem) => void }[] = [];
  readonly #asked = new Map<number, Asked>();
  #sums = 0;
  /** Slots that are read and sums that are asked for: meanwhile the process does not end. */
  #owed = 0;
  #fault: Problem | null = null;

  /** `start`: a file in the place of the threads' program. `onEnd`: it is of no more use, and another has to be asked. */
  constructor(
    private readonly onEnd: (ended: SumCrew) => void,
    start: string = program,
  ) {
    for (const sums of shares) {
      const workerData: SumWork = { sums, memory: this.#memory, slotBytes };
      const thread = start.endsWith('.ts')
        ? new Worker(`require(${JSON.stringify(start)})`, { ...asSource, workerData, resourceLimits })
        : new Worker(start, { workerData, resourceLimits });
      this.#threads.push(thread);
      thread.on('message', (answer: SumAnswer) => this.#take(answer));
      thread.on('error', (cause) => this.#end(cause));
      thread.on('exit', (code) => this.#end(new Error(`A thread that sums ended with ${code}.`)));
      thread.unref();
    }
  }

  begin(): number {
    return this.#sums++;
  }

  /** Copies `bytes`, a slot's at most, and has them summed behind what came before. They are the caller's again. */
  async add(of: number, bytes: Buffer): Promise<void> {
    const slot = await this.#slot();
    if (this.#fault) throw this.#fault;
    const place = this.#at(slot);
    place.set(bytes);
    // Behind what is no full slot, another's plaintext may lie.
    place.fill(0, bytes.length);
    this.#readers[slot] = this.#threads.length;
    this.#owe(1);
    this.#order({ of, slot, bytes: bytes.length });
  }

  /** Problems: `store-unavailable`, `internal`. */
  tell(of: number): Promise<Digest> {
    return new Promise((resolve, reject) => {
      if (this.#fault) return reject(this.#fault);
      this.#asked.set(of, { told: [], resolve, reject });
      this.#owe(1);
      this.#order({ of, then: 'tell' });
    });
  }

  drop(of: number): void {
    if (!this.#fault) this.#order({ of, then: 'drop' });
  }

  #slot(): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#fault) return reject(this.#fault);
      const slot = this.#waiting.length === 0 ? this.#free.pop() : undefined;
      if (slot === undefined) this.#waiting.push({ resolve, reject });
      else resolve(slot);
    });
  }

  #at(slot: number): Uint8Array {
    return new Uint8Array(this.#memory, slot * slotBytes, slotBytes);
  }

  #order(order: SumOrder): void {
    for (const thread of this.#threads) thread.postMessage(order);
  }

  #take(answer: SumAnswer): void {
    if (this.#fault) return;
    if ('slot' in answer) this.#release(answer.slot);
    else this.#told(answer.of, answer.told);
  }

  /** Plaintext lies in a slot no longer than it is read: it is wiped, or what somebody waits to put there comes over it at once. */
  #release(slot: number): void {
    if (--this.#readers[slot]! > 0) return;
    this.#owe(-1);
    const next = this.#waiting.shift();
    if (next) return next.resolve(slot);
    this.#at(slot).fill(0);
    this.#free.push(slot);
  }

  #told(of: number, told: SumTold): void {
    const asked = this.#asked.get(of);
    if (!asked || asked.told.push(told) < this.#threads.length) return;
    this.#asked.delete(of);
    this.#owe(-1);
    try {
      asked.resolve(joined(asked.told));
    } catch (thrown) {
      asked.reject(Problem.from(thrown));
    }
  }

  #owe(more: number): void {
    const before = this.#owed;
    this.#owed += more;
    if (before === 0) for (const thread of this.#threads) thread.ref();
    if (this.#owed === 0) for (const thread of this.#threads) thread.unref();
  }

  /** Fail closed: nothing that these threads were summing gets a sum. */
  #end(cause: unknown): void {
    if (this.#fault) return;
    const fault = new Problem('store-unavailable', 'What was to be sealed could not be summed. The operators’ log has the cause.', { cause });
    this.#fault = fault;
    this.onEnd(this);
    new Uint8Array(this.#memory).fill(0);
    // They end by themselves: a thread that is terminated while it throws takes the whole process with it (an assertion of Node 20).
    this.#order({ of: 0, then: 'end' });
    for (const thread of this.#threads) thread.unref();
    for (const { reject } of [...this.#waiting, ...this.#asked.values()]) reject(fault);
    this.#waiting = [];
    this.#asked.clear();
  }
}
