// The certificate of a destruction (销毁证明): who asked, who confirmed or that its time was over, when, and the sums of all that is gone; from the journal and
// the list that it names.
import { destructionPaper } from '../documents/destruction-paper.js';
import { inBeijing } from '../documents/paper.js';
import type { Pseudonym, RequestEntry } from '../domain/audit-event.js';
import { isConfidential } from '../domain/kind.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Instant } from '../domain/span.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson } from './custody.js';
import type { LendersParts } from './lenders.js';
import { mayDestroy } from './destroy.js';
import { mayRead } from './may-read.js';
import { makingOf, type PaperDesk } from './paper-making.js';
import type { ReadRecord } from './read-record.js';
import { makeNames } from './register-row.js';
import type { Requests } from './requests.js';
import { erasedWord } from './revealed.js';
import { custodianOf } from './site-name.js';
import type { SumLine, SumList } from './sum-list.js';
import type { Journal } from '../journal/journal.js';

interface Parts extends LendersParts {
  journal: Journal;
  requests: Requests;
  objects: Objects;
  readonly policy: Policy;
  reads: ReadRecord;
}

interface ListedFiles {
  /** SHA-256; null: no list is known. */
  list: string | null;
  unreadable: readonly string[];
  files: readonly Pick<SumLine, 'path' | 'role' | 'bytes' | 'sha256' | 'sm3'>[];
}
type PaperParts = Parts & { papers: PaperDesk };

/** For who may read the request, or destroy it. Problems: `request-unknown`, `state-conflict`, `object-corrupt`. */
export async function certificateOf(parts: Parts, person: Person, requestId: string) {
  const { requests, objects, journal, store, reads } = parts;
  const unknown = new Problem('request-unknown', `There is no request ${requestId} that you may read.`);
  if (!requests.isKnown(requestId)) throw unknown;
  const state = requests.state(requestId);
  // The same answer for what is not there and what is not theirs: numbers can be guessed.
  const isReader = (await mayRead(parts, state, person)) || (!isConfidential(state.requested.basis) && mayDestroy(parts.policy, person.user, state));
  if (!isReader) throw unknown;
  await reads.tell(person, requestId);
  const { destroyed, copiesDestroyed, foundDestroyed } = state;
  if (foundDestroyed) throw new Problem('state-conflict', `${requestId} was destroyed after the backup that this gate was restored from, before ${foundDestroyed.knownAt}; its certificate is in the journal of that time.`);
  const entries = journal.entriesOf(requestId);
  const expired = entries.findLast((it) => it.event === 'footage-expired');
  if (!destroyed && !copiesDestroyed && !expired) throw new Problem('state-conflict', `Nothing of ${requestId} was destroyed.`);
  const nameOf = async (by: string): Promise<string> => (by === 'gate' ? by : ((await store.people.userOf(by)) ?? by));
  const entryOf = (event: RequestEntry['event']): number => entries.findLast((it) => it.event === event)!.index;
  return {
    ...{ requestId, site: state.requested.site, manifestSha256: state.package?.manifest ?? null, closedAt: state.closed?.at ?? null },
    copies: copiesDestroyed && {
      ...{ at: copiesDestroyed.at, dueAt: copiesDestroyed.dueAt, by: 'gate', entry: entryOf(copiesDestroyed.list ? 'copies-destroyed' : 'copies-found-destroyed'), keys: copiesDestroyed.keys },
      ...(await filesOf(objects, copiesDestroyed)),
    },
    original: destroyed && {
      ...{ at: destroyed.at, dueAt: destroyed.dueAt, entry: entryOf('footage-destroyed'), keys: destroyed.keys },
      ...{ askedBy: await nameOf(destroyed.askedBy), askedAt: destroyed.askedAt, confirmedBy: await nameOf(destroyed.by) },
      ...(await filesOf(objects, destroyed)),
    },
    // What nobody was given: no list was made of it, and its files are known by their number of bytes alone.
    expired: expired ? { at: expired.at, by: 'gate', entry: expired.index, bytes: expired.data.sealedBytes, cameras: state.takes.map(({ camera }) => camera), why: whyExpired(state, expired.at), files: null } : null,
  };
}

/** What the paper says of it. */
function goneOf({ copies, original, expired, closedAt }: Awaited<ReturnType<typeof certificateOf>>, of: DestructionOf) {
  const listed = ({ list, files, unreadable }: ListedFiles) => ({
    ...{ files: list === null ? null : files, bytes: list === null ? null : files.reduce((sum, { bytes }) => sum + bytes, 0) },
    unlisted: unreadable.length,
  });
  if (of === 'copies')
    return copies && {
      ...{ what: '导出副本(材料包及其查阅件等)', entry: copies.entry, destroyedAt: copies.at, ...listed(copies) },
      reason: copies.dueAt === null ? '已按策略到期自动销毁,恢复备份后由密钥记录得知' : `保存期已于 ${inBeijing(copies.dueAt)}(北京时间)届满`,
    };
  if (original)
    return {
      ...{ what: '网关封存的原件及尚存的副本', entry: original.entry, destroyedAt: original.at, ...listed(original) },
      reason: closedAt === null ? `保管期已于 ${inBeijing(original.dueAt)}(北京时间)届满` : `案件已于 ${inBeijing(closedAt)}(北京时间)报告办结`,
    };
  return (
    expired && {
      ...{ what: `网关封存的原件(摄像机 ${expired.cameras.join('、')})`, entry: expired.entry, destroyedAt: expired.at, files: null, bytes: expired.bytes, unlisted: 0 },
      reason: expiredWords[expired.why],
    }
  );
}

type WhyExpired = 'ended' | 'paper-missing' | 'undecided';

/** Of what was granted only an emergency's footage goes by its clock. */
function whyExpired({ endedAt, grantedAt }: RequestState, at: Instant): WhyExpired {
  if (endedAt !== null && Date.parse(endedAt) <= Date.parse(at)) return 'ended';
  return grantedAt === null ? 'undecided' : 'paper-missing';
}
const expiredWords: Record<WhyExpired, string> = {
  ended: '申请已终结,未予提供,保存期届满',
  'paper-missing': '紧急调取未按期补交有效文书,保存期届满',
  undecided: '申请逾期无人决定,保存期届满',
};

/** Of which destruction: that of the copies, or of the sealed original, also where it went by its clock. */
export const destructions = ['copies', 'original'] as const;
export type DestructionOf = (typeof destructions)[number];

/**
 * One destruction on paper; `of` left out: the original's, else the copies'. By two people: who asked (销毁人) and who confirmed (监销人); by the gate: a place
 * for the custodian. Problems as above; `state-conflict` also where that is still there.
 */
export async function certificatePaper(parts: PaperParts, person: Person, requestId: string, of?: DestructionOf): Promise<Buffer> {
  const told = await certificateOf(parts, person, requestId);
  const { papers, policy, journal, now } = parts;
  const gone = goneOf(told, of ?? (told.original || told.expired ? 'original' : 'copies'));
  if (!gone) throw new Problem('state-conflict', `Of ${requestId} ${of === 'copies' ? 'no copies were' : 'the sealed original was not'} destroyed.`);
  const { entry: index, ...rest } = gone;
  const entry = journal.entriesOf(requestId).find((it) => it.index === index)!;
  const destroyed = entry.event === 'footage-destroyed' ? entry : null;
  const names = makeNames(parts);
  const destroyer = async (by: Pseudonym, part: string) => {
    const { user, name } = await names(by);
    return { name: user === null ? erasedWord : name, account: name === user ? null : user, part };
  };
  return destructionPaper(
    {
      ...{ requestId, ...rest, manifest: told.manifestSha256 },
      site: custodianOf(parts, told.site),
      persons: destroyed && [await destroyer(destroyed.data.askedBy, '销毁人'), await destroyer(destroyed.by, '监销人')],
      entry: { origin: papers.origin, index },
    },
    // One request can have a certificate of its copies and a later one of its original.
    { ...(await makingOf(papers, policy, now(), ['F5', 'F7'])), series: 'later', upTo: entry.requestSequence },
  );
}

async function filesOf(objects: Objects, { list }: NonNullable<RequestState['destroyed' | 'copiesDestroyed']>): Promise<ListedFiles> {
  // Learned after a restore: the list was newer than the backup.
  if (list === null) return { list: null, unreadable: [], files: [] };
  const { files, unreadable } = await readSealedJson<SumList>(objects, list);
  return { list: list.sha256, unreadable, files: files.filter((file) => file.destroyed).map(({ path, role, bytes, sha256, sm3 }) => ({ path, role, bytes, sha256, sm3 })) };
}
