// Years later: what was delivered of this, to whom, when? Answered from the journal, and from the lists of sums that outlive what they tell of.
import { isRequestEntry, type RequestEntry } from '../domain/audit-event.js';
import { isGone, type RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import { makePace } from '../policy/pace.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson } from './custody.js';
import type { LendersParts } from './lenders.js';
import { mayRead } from './may-read.js';
import type { ReadRecord } from './read-record.js';
import type { Requests } from './requests.js';
import { applicationOf, erasedWord, unitOf } from './revealed.js';
import { sumsOfCopies, sumsOfOriginal, type SumLine, type SumList } from './sum-list.js';
import type { Policy } from '../policy/load.js';

interface Parts extends LendersParts {
  journal: Journal;
  requests: Requests;
  objects: Objects;
  readonly policy: Policy;
  reads: ReadRecord;
}

/** One of: a SHA-256 or SM3 of the manifest or of any file, hex; a request's number; a case's or an instrument's number, as it stands on the form. */
export type Sought = { hash: string } | { id: string } | { case: string };

/** As many requests as one answer tells of. */
const MOST = 100;

/** Of sites where this person may read the journal. What they are told of is recorded as read. Problems: `not-permitted`, `journal-unwritable`. */
export async function findDeliveries(parts: Parts, person: Person, sought: Sought) {
  const { policy, requests, reads } = parts;
  const may = (site: string): boolean => policy.allows(person.user, 'read-journal', 'journal:*', site);
  if (!policy.allows(person.user, 'read-journal', 'journal:*', null) && !policy.sites.some(({ id }) => may(id)))
    throw new Problem('not-permitted', 'What was delivered is told to those who hold the act read-journal.');
  const pace = makePace();
  const found = [];
  for (const id of requests.ids()) {
    if (pace.isDue()) await pace.rest();
    const state = requests.state(id);
    if (found.length >= MOST || !may(state.requested.site) || !(await mayRead(parts, state, person))) continue;
    const matched = await matches(parts, state, sought);
    if (matched === null) continue;
    await reads.tell(person, id);
    found.push({ ...(await tell(parts, state)), matched });
  }
  return found;
}

type Matched = Pick<SumLine, 'path' | 'delivered' | 'destroyed'>;

/** Null: it is not this one. */
async function matches(parts: Parts, state: RequestState, sought: Sought): Promise<readonly Matched[] | null> {
  if ('id' in sought) return state.requestId === sought.id ? [] : null;
  if ('case' in sought) {
    const form = await applicationOf(state, parts.store);
    return form && [form.caseNumber, form.instrument?.number].includes(sought.case) ? [] : null;
  }
  const { hash } = sought;
  const manifest: Matched[] = [state.package?.manifest, state.package?.originals?.manifest].includes(hash) ? [{ path: 'manifest.json', delivered: true, destroyed: state.copiesDestroyed !== null || isGone(state) }] : [];
  const files = (await sumsOf(parts.objects, state)).filter(({ sha256, sm3 }) => sha256 === hash || sm3 === hash);
  const told = [...manifest, ...files.map(({ path, delivered, destroyed }) => ({ path, delivered, destroyed }))];
  return told.length > 0 ? told : null;
}

/** What lies there still by its own lists, what is gone by those that outlive it. A list that cannot be read tells nothing. */
async function sumsOf(objects: Objects, state: RequestState): Promise<readonly SumLine[]> {
  const { copiesDestroyed, destroyed, package: packed, tracks } = state;
  const ended = await Promise.all([copiesDestroyed, destroyed].map(async (end) => (end?.list ? (await readSealedJson<SumList>(objects, end.list)).files : [])));
  const isHere = tracks.custody === 'sealed';
  const copies = isHere && packed && !copiesDestroyed ? await sumsOfCopies(objects, state).catch(nothing) : [];
  const original = isHere ? await sumsOfOriginal(objects, state).catch(nothing) : [];
  return [...ended.flat(), ...[...copies, ...original].map((line) => ({ ...line, destroyed: false }))];
}

function nothing(thrown: unknown): SumLine[] {
  if (thrown instanceof Problem && thrown.code === 'object-corrupt') return [];
  throw thrown;
}

async function tell({ store, journal }: Parts, state: RequestState) {
  const nameOf = async (person: string): Promise<string> => (await store.people.userOf(person)) ?? person;
  const form = await applicationOf(state, store);
  const { requested, package: packed, release, closed, copiesDestroyed, destroyed, foundDestroyed } = state;
  const history = journal.entriesOf(state.requestId).filter(isRequestEntry);
  return {
    ...{ requestId: state.requestId, state: state.state, site: requested.site, basis: requested.basis, items: state.plan?.items ?? requested.items },
    ...{ unit: await unitOf(state, store), applicant: await nameOf(requested.applicant) },
    caseNumber: form ? (form.caseNumber ?? null) : erasedWord,
    instrument: form ? (form.instrument?.number ?? null) : erasedWord,
    manifestSha256: packed?.manifest ?? null,
    released: release && { at: release.at, expiresAt: release.expiresAt, executors: await Promise.all(release.executors.map(nameOf)) },
    deliveries: await Promise.all(history.filter(isDelivery).map(async ({ index, at, by, event }) => ({ entry: index, at, event, to: await nameOf(by) }))),
    ...{ closedAt: closed?.at ?? null, copiesDestroyedAt: copiesDestroyed?.at ?? null },
    foundDestroyedAt: foundDestroyed?.at ?? null,
    destroyed: destroyed && { at: destroyed.at, by: await Promise.all([destroyed.askedBy, destroyed.by].map(nameOf)) },
  };
}

const isDelivery = ({ event }: RequestEntry): boolean => event === 'clip-transferred' || event === 'copy-transferred';
