// What the journal says of the policy files: proposed, agreed to, in force. Folded from entries; the folder on disk is only a proposal.
import type { Entry, GateEvents, Pseudonym } from '../domain/audit-event.js';
import type { Journal } from '../journal/journal.js';

type SealedTexts = GateEvents['policy-proposed']['index'];

/** One line of `policy log`. */
export interface PolicyEvent {
  entry: number;
  at: string;
  by: Pseudonym;
  what: 'proposed' | 'agreed' | 'in-force';
  version: string;
  /** On `proposed`: which files differ from those then in force. */
  changed?: readonly string[];
}

const STEP = 1000;

export class PolicyRecord {
  readonly events: PolicyEvent[] = [];
  readonly #texts = new Map<string, SealedTexts>();
  /** Who stands for a version, since a policy last came into force: an agreement is to a change of what was in force then. */
  #agreed = new Map<string, Set<Pseudonym>>();
  #inForce: string | null = null;

  /** `journal` left out: nothing is learned yet. */
  constructor(journal?: Journal) {
    if (journal) for (let at = 0; at < journal.size; at += STEP) for (const entry of journal.read(at, STEP)) this.learn(entry);
  }

  learn({ index: at, ...entry }: Entry): void {
    const head = { entry: at, at: entry.at, by: entry.by };
    if (entry.event === 'policy-proposed') {
      const { version, changed, index } = entry.data;
      this.#texts.set(version, index);
      this.events.push({ ...head, what: 'proposed', version, changed });
    }
    if (entry.event === 'policy-agreed') {
      const { version } = entry.data;
      this.#agreed.set(version, new Set([...this.agreed(version), entry.by]));
      this.events.push({ ...head, what: 'agreed', version });
    }
    if (entry.event === 'policy-activated') {
      const { version, index } = entry.data;
      this.#texts.set(version, index);
      this.#agreed = new Map();
      this.#inForce = version;
      this.events.push({ ...head, what: 'in-force', version });
    }
  }

  /** Null before the very first start has put one in force. */
  get inForce(): string | null {
    return this.#inForce;
  }

  agreed(version: string): readonly Pseudonym[] {
    return [...(this.#agreed.get(version) ?? [])];
  }

  /** Where the texts of a version are sealed; null for one that was never proposed. */
  textsOf(version: string): SealedTexts | null {
    return this.#texts.get(version) ?? null;
  }

  versions(): string[] {
    return [...this.#texts.keys()];
  }

  /** Sealed texts that entries name. */
  texts(): SealedTexts[] {
    return [...this.#texts.values()];
  }
}
