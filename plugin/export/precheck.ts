// Before anybody applies: what the recorders hold of the spans, until when, and how long it would take. To search is an act (F1): recorded.
import type { Item } from '../domain/export-request.js';
import { isConfidential } from '../domain/kind.js';
import { Problem } from '../domain/problem.js';
import { hours, type Instant, type Span } from '../domain/span.js';
import type { Person, UserId } from '../domain/subject.js';
import { inAskedTime } from '../domain/told-holdings.js';
import type { Source, Vms } from '../domain/vms.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';
import { judgeSpans, parseItems } from './admit.js';
import { overwrittenAt } from './overwrite.js';
import { mayAsk } from './may-ask.js';
import type { Requests } from './requests.js';
import type { Speeds } from './speeds.js';

interface Parts {
  journal: Journal;
  readonly policy: Policy;
  store: Store;
  requests: Requests;
  speeds: Speeds;
  now: () => Date;
  isConnected(camera: string): boolean;
  vmsOf(camera: string): { vms: Vms; source: Source };
}

export interface Precheck {
  items: readonly {
    camera: string;
    from: Instant;
    to: Instant;
    /** Where the recorder says that it holds footage; null where it cannot say, or did not answer. */
    promised: readonly Span[] | null;
    /** Hours asked for of which it says that it holds nothing; null where it cannot say. */
    lackingHours: number | null;
    /** As the site declares: from then on the first second may be gone. */
    overwrittenAt: Instant;
    /** Why the recorder could not be asked: a problem's code. */
    unasked: string | null;
  }[];
  /** Hours of work to expect, with what waits already and is not confidential. */
  pullHours: number;
  renderHours: number;
}

/** 事由 as well: the register tells why somebody searched (799 art 16(2)(3)). */
export interface Search {
  items: readonly Item[];
  reason: string;
}

const PATIENCE_MS = 20_000;

/** Problems: `not-permitted`, `camera-unknown`, `sites-mixed`, `span-invalid`, `journal-unwritable`. */
export async function precheck(parts: Parts, person: Person, wish: Search): Promise<Precheck> {
  const { requests, speeds } = parts;
  const items = await record(parts, person, wish);
  const told = await Promise.all(items.map((item) => ask(parts, item)));
  const waiting = requests
    .ids()
    .map((id) => requests.state(id))
    .filter(({ tracks, endedAt }) => endedAt === null && (tracks.custody === 'queued' || tracks.custody === 'pulling'))
    // The hours of a confidential one would tell everybody who searches that it is there.
    .filter(({ requested }) => !isConfidential(requested.basis))
    .flatMap(({ requested }) => requested.items);
  const sum = (list: readonly Span[]): number => list.reduce((total, span) => total + hours(span), 0);
  return {
    items: told,
    pullHours: speeds.hours('pull', sum(items) + sum(waiting)),
    renderHours: speeds.hours('render', sum(items)),
  };
}

/** The search, or that it was refused: before anything is told. */
async function record({ policy, store, journal, now }: Parts, { user, pseudonym: by }: Person, wish: Search): Promise<Item[]> {
  const reason = await store.personal.conceal('reason', wish.reason);
  try {
    const items = parseItems(wish.items);
    await journal.append({ event: 'footage-searched', by, data: { site: judgeSearch(policy, user, items, now()), items, reason } });
    return items;
  } catch (thrown) {
    const problem = Problem.from(thrown);
    if (problem.status < 500) await journal.append({ event: 'search-refused', by, data: { code: problem.code, items: wish.items, reason } });
    throw problem;
  }
}

/** Cameras of one site, for which this person might apply. */
function judgeSearch(policy: Policy, user: UserId, items: readonly Item[], now: Date): string {
  const sites = new Set(items.map(({ camera }) => policy.place(camera).site.id));
  const [site] = sites;
  if (!site || sites.size > 1) throw new Problem('sites-mixed', `Cameras of one site at once; here: ${[...sites].join(', ') || 'none'}.`);
  judgeSpans(items, now);
  if (!mayAsk(policy, user, items)) throw new Problem('not-permitted', `No policy row lets ${user} apply for these cameras.`);
  return site;
}

async function ask({ policy, isConnected, vmsOf }: Parts, item: Item): Promise<Precheck['items'][number]> {
  const { camera, from, to } = item;
  const head = { camera, from, to, overwrittenAt: overwrittenAt(policy, item) };
  const cannotSay = (unasked: string | null) => ({ ...head, promised: null, lackingHours: null, unasked });
  if (!isConnected(camera)) return cannotSay('NOT_OUR_SYSTEM');
  try {
    const { vms, source } = vmsOf(camera);
    const holdings = await vms.holdings(source, { ...item, basis: item.basis ?? 'beijing' }, AbortSignal.timeout(PATIENCE_MS));
    const { promised } = inAskedTime(item, holdings);
    if (promised === null) return cannotSay(null);
    return { ...head, promised, lackingHours: hours(item) - promised.reduce((total, span) => total + hours(span), 0), unasked: null };
  } catch (thrown) {
    const problem = Problem.from(thrown);
    if (problem.code === 'footage-missing') return { ...head, promised: [], lackingHours: hours(item), unasked: null };
    return cannotSay(problem.code);
  }
}
