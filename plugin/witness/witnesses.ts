// The witnesses of this log: all are asked at once, and one that fails is left alone for a while.
import type { Log } from '../domain/log.js';
import { askWitness, WitnessRefusal, type Candidate, type Witness } from './ask-witness.js';

interface Parts {
  witnesses: readonly Witness[];
  log: Log;
  now: () => Date;
  /** For connecting, sending and the whole answer of one witness, milliseconds. */
  timeoutMs: number;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;

interface Standing {
  /** Size of the checkpoint that it cosigned last, as far as we know. */
  known: number;
  failures: number;
  notBefore: number;
}

export class Witnesses {
  readonly #parts: Parts;
  readonly #standing = new Map<Witness, Standing>();

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const witness of parts.witnesses) this.#standing.set(witness, { known: 0, failures: 0, notBefore: 0 });
  }

  /** Verified cosignature lines of those that gave one, in the order of the configuration. Never throws: a witness may be away. */
  async cosign(candidate: Candidate): Promise<string[]> {
    const asked = await Promise.all(this.#parts.witnesses.map((witness) => this.#ask(witness, candidate)));
    return asked.filter((line) => line !== null);
  }

  async #ask(witness: Witness, candidate: Candidate): Promise<string | null> {
    const standing = this.#standing.get(witness)!;
    const at = this.#parts.now().getTime();
    // A clock that was put back does not keep a witness out for longer than the longest wait.
    if (at < standing.notBefore && standing.notBefore - at <= LONGEST_WAIT_MS) return null;
    try {
      const line = await askWitness(witness, candidate, standing.known, AbortSignal.timeout(this.#parts.timeoutMs));
      Object.assign(standing, { known: candidate.size, failures: 0, notBefore: 0 });
      return line;
    } catch (cause) {
      standing.notBefore = this.#parts.now().getTime() + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** standing.failures);
      standing.failures = Math.min(standing.failures + 1, 16);
      this.#tell(witness, cause);
      return null;
    }
  }

  /** One that has seen more, or another history, is why there are witnesses: somebody should get up. */
  #tell({ vkey }: Witness, cause: unknown): void {
    const said = cause instanceof WitnessRefusal ? cause.said : null;
    const isGrave = said === 409 || said === 422;
    this.#parts.log(isGrave ? 'error' : 'warn', {
      event: isGrave ? 'witness-disagrees' : 'witness-failed',
      subject: vkey.split('+')[0]!,
      ...(said !== null && { status: said }),
      cause,
    });
  }
}
