// The witnesses of this log: all are asked at once, and one that fails is left alone for a while.
import type { GateEvents } from '../domain/audit-event.js';
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
  /** What it said last that was told: it has seen another journal. */
  disagrees: Disagreement['why'] | null;
}

/** One that has seen more, or another history, is why there are witnesses: somebody should get up. */
type Disagreement = GateEvents['witness-disagreed'];

export class Witnesses {
  readonly #parts: Parts;
  readonly #standing = new Map<Witness, Standing>();

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const witness of parts.witnesses) this.#standing.set(witness, { known: 0, failures: 0, notBefore: 0, disagrees: null });
  }

  /**
   * Verified cosignature lines of those that gave one, in the order of the configuration; and those that have begun to disagree. Never throws:
   * a witness may be away.
   */
  async cosign(candidate: Candidate): Promise<{ lines: string[]; disagree: Disagreement[] }> {
    const asked = await Promise.all(this.#parts.witnesses.map((witness) => this.#ask(witness, candidate)));
    return {
      lines: asked.filter((said) => typeof said === 'string'),
      disagree: asked.filter((said) => typeof said === 'object' && said !== null),
    };
  }

  async #ask(witness: Witness, candidate: Candidate): Promise<string | Disagreement | null> {
    const standing = this.#standing.get(witness)!;
    const at = this.#parts.now().getTime();
    // A clock that was put back does not keep a witness out for longer than the longest wait.
    if (at < standing.notBefore && standing.notBefore - at <= LONGEST_WAIT_MS) return null;
    try {
      const line = await askWitness(witness, candidate, standing.known, AbortSignal.timeout(this.#parts.timeoutMs));
      Object.assign(standing, { known: candidate.size, failures: 0, notBefore: 0, disagrees: null });
      return line;
    } catch (cause) {
      standing.notBefore = this.#parts.now().getTime() + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** standing.failures);
      standing.failures = Math.min(standing.failures + 1, 16);
      const disagreement = this.#told(witness, cause);
      if (disagreement === null || standing.disagrees === disagreement.why) return null;
      standing.disagrees = disagreement.why;
      return disagreement;
    }
  }

  /** In the log each time; null where it only failed. */
  #told({ vkey }: Witness, cause: unknown): Disagreement | null {
    const { said, disagrees: why } = cause instanceof WitnessRefusal ? cause : { said: null, disagrees: null };
    const witness = vkey.split('+')[0]!;
    this.#parts.log(why ? 'error' : 'warn', {
      event: why ? 'witness-disagrees' : 'witness-failed',
      subject: witness,
      ...(said !== null && { status: said }),
      cause,
    });
    return why && { witness, why };
  }
}
