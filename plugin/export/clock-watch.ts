// The gate's own clock stands in every entry and on every mark. Where it went back by more than two seconds, or the system says that it is
// kept in step with nothing, that is recorded and nothing is released until an administrator has looked.
import type { Entry } from '../domain/audit-event.js';
import type { Log } from '../domain/log.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import { Turns } from './turns.js';

interface Parts {
  journal: Journal;
  readonly policy: Policy;
  log: Log;
  now: () => Date;
  /** Milliseconds that only ever grow, from any beginning. */
  monotonic: () => number;
  /** Is the system's clock kept in step? Unknown only warns. */
  synchronised: () => Promise<'yes' | 'no' | 'unknown'>;
}

const MOST_BACK_MS = 2_000;
const STEP = 1000;

type Doubt = Extract<Entry, { event: 'clock-stepped' }>;

export class ClockWatch {
  #doubt: Doubt | null = null;
  /** The furthest that the clock stood ahead of the steady one since a step was recorded or acknowledged: small steps back add up against it. */
  #furthest: number;
  /** Two looks at once would record one step twice. */
  readonly #looks = new Turns(1);
  /** Rung and still so: it does not ring again until it was in step in between, or the gate starts anew, which wants a look again. */
  #isUnsynchronisedKnown = false;
  #hasWarned = false;
  /** The latest instant of the journal, milliseconds, since a step was recorded or acknowledged. */
  #latest = 0;

  private constructor(private readonly parts: Parts) {
    this.#furthest = this.#ahead();
    const { journal } = parts;
    for (let at = 0; at < journal.size; at += STEP) for (const entry of journal.read(at, STEP)) this.#learn(entry);
  }

  /** Also holds the clock against the journal, whose last entries this start may have written itself: a step while the gate was down. */
  static async start(parts: Parts): Promise<ClockWatch> {
    const watch = new ClockWatch(parts);
    const back = watch.#latest - parts.now().getTime();
    if (back > MOST_BACK_MS) await watch.#raise('stepped-back', back);
    await watch.look();
    return watch;
  }

  get doubt(): Doubt | null {
    return this.#doubt;
  }

  /** What could not be recorded is found again by the next look. Problem `journal-unwritable`. */
  look(): Promise<void> {
    return this.#looks.take(() => this.#look());
  }

  async #look(): Promise<void> {
    const { synchronised, log } = this.parts;
    const ahead = this.#ahead();
    this.#furthest = Math.max(this.#furthest, ahead);
    const back = this.#furthest - ahead;
    if (back > MOST_BACK_MS) {
      await this.#raise('stepped-back', Math.round(back));
      this.#furthest = ahead;
    }
    const word = await synchronised();
    if (word === 'unknown' && !this.#hasWarned) log('warn', { event: 'clock-unknown' });
    this.#hasWarned ||= word === 'unknown';
    if (word === 'yes') this.#isUnsynchronisedKnown = false;
    if (word !== 'no' || this.#isUnsynchronisedKnown) return;
    await this.#raise('unsynchronised', 0);
    this.#isUnsynchronisedKnown = true;
  }

  /** Problem `clock-doubted`. A step since the last look counts; one that cannot be recorded stops a release too. */
  async judge(): Promise<void> {
    await this.look();
    if (this.#doubt)
      throw new Problem(
        'clock-doubted',
        `Entry ${this.#doubt.index} says that the gate’s clock ${this.#doubt.data.why === 'unsynchronised' ? 'is kept in step with nothing' : `went back by ${this.#doubt.data.backMs} ms`}; an administrator puts it right and acknowledges it.`,
      );
  }

  /** Problems: `not-permitted`, `state-conflict`. */
  async acknowledge(person: Person): Promise<void> {
    if (!this.parts.policy.allows(person.user, 'manage', 'account:*', null))
      throw new Problem('not-permitted', 'Acknowledging a step of the clock needs the act manage.');
    if (!this.#doubt) throw new Problem('state-conflict', 'The clock is not in doubt.');
    this.#learn(await this.parts.journal.append({ event: 'clock-acknowledged', by: person.pseudonym, data: { entry: this.#doubt.index } }));
    // The clock as it stands was looked at.
    this.#furthest = this.#ahead();
  }

  #ahead(): number {
    return this.parts.now().getTime() - this.parts.monotonic();
  }

  async #raise(why: Doubt['data']['why'], backMs: number): Promise<void> {
    this.parts.log('error', { event: 'clock-stepped', reasons: [why], ms: backMs });
    this.#learn(await this.parts.journal.append({ event: 'clock-stepped', by: 'gate', data: { why, backMs } }));
  }

  #learn(entry: Entry): void {
    const at = Date.parse(entry.at);
    const isOfClock = entry.event === 'clock-stepped' || entry.event === 'clock-acknowledged';
    this.#latest = isOfClock ? at : Math.max(this.#latest, at);
    if (entry.event === 'clock-stepped') this.#doubt = entry;
    if (entry.event === 'clock-acknowledged') this.#doubt = null;
  }
}
