// Years later: what was delivered of this, to whom, when? Answered from the journal, and from the lists of sums that outlive what they tell of.
import { isRequestEntry, type RequestEntry } from '../domain/audit-event.js';
import { bytesIn } from '../domain/byte-ranges.js';
import { isGone, type RequestState, type Transfer } from '../domain/lifecycle.js';
import { packageName, type PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import { makePace } from '../policy/pace.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson } from './custody.js';
import { packagesOf } from './deliver.js';
import type { LendersParts } from './lenders.js';
import { mayRead } from './may-read.js';
import type { ReadRecord } from './read-record.js';
import type { Requests } from './requests.js';
import { applicationOf, erasedWord, unitOf } from './revealed.js';
import { holdingsOf, type Contents, type SumLine, type SumList } from './sum-list.js';
import type { Transfers } from './transfers.js';
import type { Policy } from '../policy/load.js';

interface Parts extends LendersParts {
  journal: Journal;
  requests: Requests;
  objects: Objects;
  readonly policy: Policy;
  reads: ReadRecord;
  transfers: Pick<Transfers, 'hasBegun'>;
}

/**
 * One of: a SHA-256 or SM3 of the manifest or of any file, the SHA-256 of a package's contents (on every page of its papers) or of what was written onto a
 * medium, hex; a request's number, or that of a paper of it; a case's or an instrument's number, as it stands on the form but for blanks, brackets and case.
 */
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
  const unread: Unread[] = [];
  let isCut = false;
  for (const id of requests.ids()) {
    if (pace.isDue()) await pace.rest();
    const state = requests.state(id);
    if (isCut || !may(state.requested.site) || !(await mayRead(parts, state, person))) continue;
    const matched = await matches(parts, state, sought, unread);
    if (matched === null) continue;
    isCut = found.length >= MOST;
    if (isCut) continue;
    await reads.tell(person, id);
    found.push({ ...(await tell(parts, state)), matched });
  }
  return { deliveries: found, unread, isCut };
}

/** Lists of a request that could not be read: what they name is not found. */
interface Unread {
  requestId: string;
  lists: readonly string[];
}

/** `path`: in its package; `contents` for all its evidence together; of a medium that was handed over, the file on it. */
interface Matched {
  path: string;
  packages: readonly PackagePart[];
  delivered: boolean;
  destroyed: boolean;
}

/** Null: it is not this one. */
async function matches(parts: Parts, state: RequestState, sought: Sought, unread: Unread[]): Promise<readonly Matched[] | null> {
  if ('id' in sought) return state.requestId === sought.id ? [] : null;
  if ('case' in sought) {
    const form = await applicationOf(state, parts.store);
    return form && [form.caseNumber, form.instrument?.number].some((number) => number && asTyped(number) === asTyped(sought.case)) ? [] : null;
  }
  const { hash } = sought;
  const { files, contents, unreadable } = await sumsOf(parts.objects, state);
  if (unreadable.length > 0) unread.push({ requestId: state.requestId, lists: unreadable });
  const found = files.filter(({ sha256, sm3 }) => sha256 === hash || sm3 === hash);
  // The journal knows a manifest also where its list cannot be read.
  const manifests = found.some(({ role }) => role === 'manifest') ? [] : packagesOf(state).filter(({ sealed }) => sealed.manifest === hash);
  const isDelivered = (part: PackagePart): boolean => state.transfers.some((it) => it.part === part && reachedSomebody(parts, state, it));
  const ofAll = contents.filter(({ sha256 }) => sha256 === hash).map(({ part }) => ({ path: 'contents', packages: [part], destroyed: state.copiesDestroyed !== null || isGone(state) }));
  const told = [
    ...found,
    ...ofAll,
    ...manifests.map(({ part }) => ({ path: 'manifest.json', packages: [part], destroyed: state.copiesDestroyed !== null || isGone(state) })),
  ].map(({ path, packages, destroyed }) => ({ path, packages, delivered: packages.some(isDelivered), destroyed }));
  const media = state.handovers.filter(({ sha256 }) => sha256 === hash).map(({ part }) => ({ path: packageName(state.requestId, part), packages: [part], delivered: true, destroyed: false }));
  return told.length + media.length > 0 ? [...told, ...media] : null;
}

/** Something of it went to a receiver, or a medium was made of it. Where nobody knows what left, it counts: nobody can say that nothing did. */
function reachedSomebody({ transfers }: Parts, { release, handovers }: RequestState, { transfer, by, ended, receipt }: Transfer): boolean {
  if (receipt !== null || handovers.some((it) => it.transfer === transfer)) return true;
  // What an executor fetched for a medium, and made none of, is still with who gives.
  if (release?.executors.includes(by)) return false;
  if (ended === null) return transfers.hasBegun(transfer) ?? true;
  return ended.ranges === null || bytesIn(ended.ranges) > 0;
}

/** People type 〔2026〕 as [2026], and paste with blanks. */
const asTyped = (number: string): string => number.normalize('NFKC').replace(/\s/gu, '').replace(/[〔【([]/gu, '[').replace(/[〕】)\]]/gu, ']').toUpperCase();

/** What lies there still by its own lists, what is gone by those that outlive it: one line for each file. */
async function sumsOf(objects: Objects, state: RequestState): Promise<{ files: readonly SumLine[]; contents: readonly Contents[]; unreadable: readonly string[] }> {
  const unreadable: string[] = [];
  const contents: Contents[] = [];
  const kept = [state.copiesDestroyed, state.destroyed].map(async (end): Promise<readonly SumLine[]> => {
    // Learned after a restore: the list was newer than the backup.
    if (!end?.list) return [];
    const list = await readSealedJson<SumList>(objects, end.list).catch((thrown: unknown) => {
      if (!(thrown instanceof Problem && thrown.code === 'object-corrupt')) throw thrown;
      return null;
    });
    unreadable.push(...(list === null ? [end.list.object] : list.unreadable));
    contents.push(...(list?.contents ?? []));
    return list?.files ?? [];
  });
  const gone = (await Promise.all(kept)).flat();
  const held = state.tracks.custody === 'sealed' ? await holdingsOf(objects, state) : { files: [], contents: [], unreadable: [] };
  contents.push(...held.contents);
  const files = new Map<string, SumLine>();
  // The newest word on each last: it was in a package, then that was destroyed, then the original.
  for (const line of [...gone, ...held.files.map((file) => ({ ...file, destroyed: false }))]) {
    const same = `${line.sha256} ${line.path}`;
    files.set(same, { ...line, packages: [...new Set([...(files.get(same)?.packages ?? []), ...line.packages])] });
  }
  return { files: [...files.values()], contents, unreadable: [...new Set([...unreadable, ...held.unreadable])] };
}

async function tell({ store, journal }: Parts, state: RequestState) {
  const nameOf = async (person: string): Promise<string> => (await store.people.userOf(person)) ?? person;
  const form = await applicationOf(state, store);
  const { requested, package: packed, release, closed, copiesDestroyed, destroyed, foundDestroyed } = state;
  const entries = journal.entriesOf(state.requestId).filter(isRequestEntry);
  return {
    ...{ requestId: state.requestId, state: state.state, site: requested.site, basis: requested.basis, items: state.plan?.items ?? requested.items },
    ...{ unit: await unitOf(state, store), applicant: await nameOf(requested.applicant) },
    caseNumber: form ? (form.caseNumber ?? null) : erasedWord,
    instrument: form ? (form.instrument?.number ?? null) : erasedWord,
    manifestSha256: packed?.manifest ?? null,
    released: release && { at: release.at, expiresAt: release.expiresAt, executors: await Promise.all(release.executors.map(nameOf)) },
    deliveries: await Promise.all(entries.flatMap((entry) => (isDelivery(entry) ? [tellDelivery(state, entry, nameOf)] : []))),
    ...{ closedAt: closed?.at ?? null, copiesDestroyedAt: copiesDestroyed?.at ?? null },
    foundDestroyedAt: foundDestroyed?.at ?? null,
    destroyed: destroyed && { at: destroyed.at, by: await Promise.all([destroyed.askedBy, destroyed.by].map(nameOf)) },
  };
}

type Delivery = Extract<RequestEntry, { event: 'clip-transferred' | 'copy-transferred' }>;
const isDelivery = (entry: RequestEntry): entry is Delivery => entry.event === 'clip-transferred' || entry.event === 'copy-transferred';

/** One download, with how it ended, who confirmed or refused it, and the medium that it was written onto; or one marked copy from a recorder's own pages. */
async function tellDelivery({ transfers, handovers }: RequestState, { index, at, by, event, data }: Delivery, nameOf: (person: string) => Promise<string>) {
  const told = { entry: index, at, event, to: await nameOf(by) };
  if (event === 'copy-transferred') return { ...told, copy: data };
  const { transfer, part, form, bytes } = data;
  const { ended, receipt } = transfers.find((it) => it.transfer === transfer)!;
  const media = handovers.filter((it) => it.transfer === transfer);
  return {
    ...{ ...told, transfer, part, form, bytes },
    ended: ended && { at: ended.at, why: ended.why, bytes: ended.ranges && bytesIn(ended.ranges) },
    receipt: receipt && { ...receipt, by: await nameOf(receipt.by) },
    handovers: await Promise.all(
      media.map(async ({ handover, serial, bag, sha256, at: madeAt, by: maker, signatures }) => ({
        ...{ handover, serial, bag, sha256, at: madeAt, by: await nameOf(maker) },
        signatures: await Promise.all(signatures.map(async (it) => ({ ...it, by: await nameOf(it.by) }))),
      })),
    ),
  };
}
