// Which entries a month's register, report and log-keeping read: their places in the journal by month, learned once and followed. Without it
// each of them would read the whole journal.
import type { Entry, EventName } from '../domain/audit-event.js';
import type { Instant } from '../domain/span.js';
import type { Journal } from '../journal/journal.js';
import { makePace } from '../policy/pace.js';
import { monthOf } from './beijing.js';

/** Acts that are rows of the register (docs/ref/register.md). */
const rows = [
  'export-requested',
  'footage-viewed',
  'frame-inspected',
  'clip-released',
  'clip-transferred',
  'receipt-confirmed',
  'receipt-refused',
  'handover-made',
  'copy-transferred',
  'glass-broken',
  'act-refused',
  'request-refused',
  'footage-searched',
  'search-refused',
  'access-stopped',
  'viewing-opened',
  'footage-played',
  'live-watched',
  'footage-deleted',
  'guard-hit',
] as const satisfies EventName[];

const groups = {
  rows,
  reads: ['request-read'],
  voices: ['request-reviewed', 'plan-narrowed', 'export-returned'],
  signIns: ['sign-in-refused'],
  /** Rows that no request stands behind: what they say of anybody is kept and erased by itself. */
  alone: ['access-stopped', 'request-refused', 'footage-searched', 'search-refused', 'viewing-opened', 'guard-hit'],
} as const satisfies Record<string, readonly EventName[]>;
export type Group = keyof typeof groups;
type Of<G extends Group> = Extract<Entry, { event: (typeof groups)[G][number] }>;

export type RowEntry = Of<'rows'>;

export class MonthIndex {
  readonly #places = new Map<string, number[]>();
  /** When an act on a request was last refused. Such an entry is a row of the register, and none of the request's. */
  readonly #refused = new Map<string, Instant>();
  #known = 0;
  #learning: Promise<void> = Promise.resolve();

  constructor(private readonly journal: Journal) {}

  /** Entries of the group in this month (Beijing time), in the order of the journal; with rests in between. */
  async *entries<G extends Group>(group: G, month: string): AsyncGenerator<Of<G>> {
    await this.catchUp();
    const pace = makePace();
    for (const at of [...(this.#places.get(`${group} ${month}`) ?? [])]) {
      if (pace.isDue()) await pace.rest();
      yield this.journal.read(at, 1)[0] as Of<G>;
    }
  }

  /** Months that have entries of the group, earliest first. */
  async months(group: Group): Promise<string[]> {
    await this.catchUp();
    return [...this.#places.keys()].flatMap((key) => (key.startsWith(`${group} `) ? [key.slice(group.length + 1)] : [])).sort();
  }

  /** As far as it has read; who wants to be sure calls `catchUp` first. */
  refusedAt(requestId: string): Instant | null {
    return this.#refused.get(requestId) ?? null;
  }

  /** Reads what was written since the last time. Also run by the clock, so that nobody waits for the first time. */
  catchUp(): Promise<void> {
    const next = this.#learning.then(() => this.#learn());
    this.#learning = next.catch(() => undefined);
    return next;
  }

  async #learn(): Promise<void> {
    const pace = makePace();
    for (; this.#known < this.journal.size; this.#known++) {
      if (pace.isDue()) await pace.rest();
      const entry = this.journal.read(this.#known, 1)[0]!;
      for (const [group, events] of Object.entries(groups) as [Group, readonly EventName[]][]) {
        if (!events.includes(entry.event)) continue;
        const key = `${group} ${monthOf(entry.at)}`;
        const places = this.#places.get(key);
        if (places) places.push(entry.index);
        else this.#places.set(key, [entry.index]);
      }
      // Who tried to erase it too early did nothing to the footage, as who erases it does not: or nobody would ever come to it.
      // A number that was nobody's has no row.
      if (entry.event !== 'act-refused' || entry.data.act === 'destroy' || entry.data.code === 'request-unknown') continue;
      const { request } = entry.data;
      // A clock that went back does not make the last one earlier.
      if (entry.at > (this.#refused.get(request) ?? '')) this.#refused.set(request, entry.at);
    }
  }
}
