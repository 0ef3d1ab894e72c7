// Recorded footage on a video system's own pages: nobody sees any before they said why (799 art 16(2)(3)). A grant is a reason that the policy
// accepts from this person for this camera, for a while; or a request of theirs that was granted. Grants live as long as the gate runs:
// what is forgotten is asked for again.
import type { Item } from '../domain/export-request.js';
import type { Decision } from '../domain/decision.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import { contains, hours, milliseconds, type Instant, type Span } from '../domain/span.js';
import type { Person } from '../domain/subject.js';
import type { Commitment, PlayForm, Pseudonym } from '../domain/audit-event.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';
import { judgeSpans } from './admit.js';
import { judgeCount, judgeWatch } from './may-watch.js';
import type { Requests } from './requests.js';
import type { StandInParts } from './stand-in.js';

/** A working day: after it the reason is another one. */
const VIEWING_MS = 8 * 3_600_000;
/** What one reason may cover. */
export const MOST_HOURS = 24;
/** One entry stands for the pictures of an event for so long. */
const STILLS_MS = 10 * 60_000;
/** Of one person at once; the oldest goes. */
const MOST = 50;
export const LONGEST_REASON = 500;

/** A reason that was accepted. */
export interface Viewing {
  kind: 'reason';
  /** Index of its entry. */
  entry: number;
  item: Item;
  reason: Commitment;
  endsAt: Instant;
}

/** A request that its applicant, or who reviews it, shows on the video system's pages. */
export interface Linked {
  kind: 'request';
  requestId: string;
}

export type Grant = Viewing | Linked;

/** What may be shown now, under which grant. */
export interface Shown {
  grant: Grant;
  camera: string;
  span: Span;
}

interface Parts extends StandInParts {
  journal: Journal;
  requests: Requests;
  store: Store;
  readonly policy: Policy;
  now: () => Date;
}

export class Viewings {
  readonly #grants = new Map<Pseudonym, Grant[]>();
  /** When pictures of an event were last recorded. */
  readonly #stills = new Map<string, { at: number; done: Promise<void> }>();

  constructor(private readonly parts: Parts) {}

  /** May this person look at this camera having said why, or does it take a request? */
  decide(person: Person, item: Item): Decision {
    return this.parts.policy.decide({ user: person.user, act: 'view', basis: '-', items: [item], late: false });
  }

  /** Recorded before anything is shown. Problems: `not-permitted`, `span-invalid`, `body-malformed`, `camera-unknown`, `journal-unwritable`. */
  async open(person: Person, recorder: string, item: Item, reason: string): Promise<Viewing> {
    const { store, journal, now } = this.parts;
    const words = reason.trim();
    if (words.length < 2 || words.length > LONGEST_REASON)
      throw new Problem('body-malformed', `The reason has 2 to ${LONGEST_REASON} characters; here ${words.length}.`);
    judgeSpans([item], now());
    if (hours(item) > MOST_HOURS)
      throw new Problem('span-invalid', `One reason covers ${MOST_HOURS} hours at most; here ${hours(item).toFixed(1)}.`);
    const decision = this.decide(person, item);
    if (decision.verdict === 'deny')
      throw new Problem('not-permitted', `No policy row lets ${person.user} view ${item.camera} for a reason alone.`);
    const endsAt = new Date(now().getTime() + VIEWING_MS).toISOString();
    const commitment = await store.personal.conceal('reason', words);
    const rows = decision.rows.map(({ source }) => source);
    const { policyVersion } = decision;
    const data = { recorder, item, reason: commitment, endsAt, rows, policyVersion };
    const entry = await journal.append({ event: 'viewing-opened', by: person.pseudonym, data });
    const viewing: Viewing = { kind: 'reason', entry: entry.index, item, reason: commitment, endsAt };
    this.#add(person, viewing);
    return viewing;
  }

  /** From now on it is looked at when this person asks for footage; whether it lets them is judged each time. Problem `request-unknown`. */
  link(person: Person, requestId: string): void {
    this.parts.requests.state(requestId);
    this.#add(person, { kind: 'request', requestId });
  }

  /** Requests of this person that cover some of this footage: granted, or still held. */
  async linkable(person: Person, camera: string, span: Span): Promise<{ state: RequestState; open: boolean }[]> {
    const { requests } = this.parts;
    const found = requests
      .ids()
      .map((id) => requests.state(id))
      .filter(({ requested, endedAt }) => endedAt === null && (requested.applicant === person.pseudonym || requested.enteredBy === person.pseudonym))
      .filter((state) => itemsOf(state).some((item) => item.camera === camera && meet(item, span) !== null));
    return Promise.all(
      found.map(async (state) => ({ state, open: (await this.#shownBy({ kind: 'request', requestId: state.requestId }, person, camera, span)) !== null })),
    );
  }

  /**
   * The grant under which this person may be shown `camera` in `span`, and what of the span it covers: the first that covers all of it, else
   * the one that covers most. `file`: it leaves as a file. Problem `reason-missing`: none does.
   */
  async find(person: Person, camera: string, span: Span, file = false): Promise<Shown> {
    let best: Shown | null = null;
    for (const grant of [...(this.#grants.get(person.pseudonym) ?? [])].reverse()) {
      const shown = await this.#shownBy(grant, person, camera, span, file);
      if (shown && contains(shown.span, span)) return shown;
      if (shown && (!best || milliseconds(shown.span) > milliseconds(best.span))) best = shown;
    }
    if (best) return best;
    throw new Problem('reason-missing', 'State the reason for looking at this footage, or link a granted request.');
  }

  /** The same grant, asked again while it shows. Problem `reason-missing`: it ended, was taken back, or the policy is another one. */
  async judgeStill(person: Person, { grant, camera, span }: Shown, file = false): Promise<void> {
    const shown = await this.#shownBy(grant, person, camera, span, file);
    if (!shown || !contains(shown.span, span)) throw new Problem('reason-missing', 'What this footage was shown for holds no longer.');
  }

  async #shownBy(grant: Grant, person: Person, camera: string, span: Span, file = false): Promise<Shown | null> {
    const covered = grant.kind === 'reason' ? await this.#reasonCovers(grant, person, file) : await this.#requestCovers(grant, person, file);
    const [met] = covered.filter((item) => item.camera === camera).flatMap((item) => meet(item, span) ?? []);
    return met ? { grant, camera, span: met } : null;
  }

  /** A reason shows; nothing leaves as a file for it. The policy of today is asked, not that of the time when it was given. */
  async #reasonCovers({ item, endsAt }: Viewing, person: Person, file: boolean): Promise<readonly Item[]> {
    if (file || Date.parse(endsAt) <= this.parts.now().getTime()) return [];
    return this.decide(person, item).verdict === 'allow' ? [item] : [];
  }

  async #requestCovers({ requestId }: Linked, person: Person, file: boolean): Promise<readonly Item[]> {
    const state = this.parts.requests.state(requestId);
    if (isReleasedTo(state, person, this.parts.now())) return itemsOf(state);
    if (file) return [];
    try {
      await judgeWatch(this.parts, state, person);
      return itemsOf(state);
    } catch (thrown) {
      if (Problem.from(thrown).status < 500) return [];
      throw thrown;
    }
  }

  /**
   * Journal first. Under a request it is an entry of that request, and counted. Pictures of an event that was recorded so a moment ago are no
   * further viewing: a page shows dozens of one event. Problems: `view-refused`, `release-expired`, `journal-unwritable`.
   */
  async record(person: Person, recorder: string, shown: Shown, form: PlayForm): Promise<void> {
    if (form !== 'still') return this.#record(person, recorder, shown, form);
    const { grant, camera, span } = shown;
    const key = JSON.stringify([person.pseudonym, grant, camera, span]);
    const now = this.parts.now().getTime();
    for (const [known, { at }] of this.#stills) if (now - at > STILLS_MS || now < at) this.#stills.delete(known);
    const done = this.#stills.get(key)?.done ?? this.#record(person, recorder, shown, form);
    this.#stills.set(key, { at: now, done });
    try {
      await done;
    } catch (thrown) {
      this.#stills.delete(key);
      throw thrown;
    }
  }

  async #record(person: Person, recorder: string, { grant, camera, span }: Shown, form: PlayForm): Promise<void> {
    const { journal, requests, now } = this.parts;
    const by = person.pseudonym;
    const { from, to } = span;
    if (grant.kind === 'reason') {
      const { entry: viewing, reason } = grant;
      await journal.append({ event: 'footage-played', by, data: { recorder, camera, from, to, form, viewing, reason } });
      return;
    }
    await requests.take(grant.requestId, async (turn) => {
      if (isReleasedTo(turn.state, person, now())) {
        judgeCopies(turn.state, camera, from);
        await turn.append({ event: 'copy-transferred', by, data: { camera, from, to, form } });
        return;
      }
      const why = await judgeWatch(this.parts, turn.state, person);
      if (why === 'view') judgeCount(turn.state, camera, from);
      await turn.append({ event: 'footage-viewed', by, data: { camera, from, to, why } });
    });
  }

  #add(person: Person, grant: Grant): void {
    const now = this.parts.now().getTime();
    const before = (this.#grants.get(person.pseudonym) ?? []).filter((it) =>
      it.kind === 'reason' ? Date.parse(it.endsAt) > now : grant.kind !== 'request' || it.requestId !== grant.requestId,
    );
    this.#grants.set(person.pseudonym, [...before, grant].slice(-MOST));
  }
}

const itemsOf = ({ plan, requested }: RequestState): readonly Item[] => plan?.items ?? requested.items;

function meet(a: Span, b: Span): Span | null {
  const [from, to] = [a.from > b.from ? a.from : b.from, a.to < b.to ? a.to : b.to];
  return from < to ? { from, to } : null;
}

/** Let go by its executors, to its applicant or who typed it in, and not ended. */
function isReleasedTo({ release, requested }: RequestState, { pseudonym }: Person, now: Date): boolean {
  const isReceiver = pseudonym === requested.applicant || pseudonym === requested.enteredBy;
  return release !== null && isReceiver && Date.parse(release.expiresAt) > now.getTime();
}

function judgeCopies({ copies, release, requestId }: RequestState, camera: string, from: Instant): void {
  const left = copies.filter((it) => it.camera === camera && it.from === from).length;
  if (left >= release!.downloads)
    throw new Problem('release-expired', `This footage of ${requestId} left ${left} times, which is all that its plan allows.`);
}
