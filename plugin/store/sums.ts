// Sums of what is sealed, made by threads beside the one that enciphers and writes: SM3 alone takes longer than all the rest.
import type { Digest } from '../domain/artifact.js';
import { Problem } from '../domain/problem.js';
import { slotBytes, SumCrew } from './sum-crew.js';

/** Of one object. Ends with `done` or `drop`. */
export interface Sum {
  /** Behind what came before. `bytes` are the caller's again when the promise resolves: it waits where the threads are behind. */
  add(bytes: Buffer): Promise<void>;
  /** SHA-256, SM3, CRC-32 and the count of all that was added. Problem `store-unavailable`: a thread ended before it was asked, or meanwhile. */
  done(): Promise<Digest>;
  /** Nobody asks any more. May be called at any time. */
  drop(): void;
}

/** Threads start with the first sum, and anew behind a failure; idle ones keep no process alive. */
export class Sums {
  #crew: SumCrew | null = null;

  /** `program`: a file in the place of the threads' own. */
  constructor(private readonly program?: string) {}

  /** Problem `store-unavailable`: the system gives no thread. */
  begin(): Sum {
    const crew = (this.#crew ??= this.#start());
    const of = crew.begin();
    let isOpen = true;
    return {
      async add(bytes) {
        for (let at = 0; at < bytes.length; at += slotBytes) await crew.add(of, bytes.subarray(at, at + slotBytes));
      },
      done() {
        isOpen = false;
        return crew.tell(of);
      },
      drop() {
        if (isOpen) crew.drop(of);
        isOpen = false;
      },
    };
  }

  #start(): SumCrew {
    try {
      return new SumCrew((ended) => (this.#crew = this.#crew === ended ? null : this.#crew), this.program);
    } catch (cause) {
      throw new Problem('store-unavailable', 'The system gives no thread to sum with.', { cause });
    }
  }
}

/** Of this process. */
export const sharedSums = new Sums();
