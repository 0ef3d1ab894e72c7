// The certificate of a destruction (销毁证明): who asked, who confirmed, when, and the sums of all that is gone; from the journal and the list that it names.
import { destructionPaper } from '../documents/destruction-paper.js';
import { isConfidential } from '../domain/kind.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson } from './custody.js';
import type { LendersParts } from './lenders.js';
import { mayDestroy } from './destroy.js';
import { mayRead } from './may-read.js';
import { makingOf, type PaperDesk } from './paper-making.js';
import { nameSite } from './site-name.js';
import type { ReadRecord } from './read-record.js';
import type { Requests } from './requests.js';
import type { SumList } from './sum-list.js';
import type { Journal } from '../journal/journal.js';

interface Parts extends LendersParts {
  journal: Journal;
  requests: Requests;
  objects: Objects;
  readonly policy: Policy;
  reads: ReadRecord;
}

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
  const { destroyed, copiesDestroyed } = state;
  if (!destroyed && !copiesDestroyed) throw new Problem('state-conflict', `Nothing of ${requestId} was destroyed.`);
  const nameOf = async (by: string): Promise<string> => (by === 'gate' ? by : ((await store.people.userOf(by)) ?? by));
  const entryOf = (event: string): number => journal.entriesOf(requestId).findLast((it) => it.event === event)!.index;
  return {
    ...{ requestId, site: state.requested.site, manifestSha256: state.package?.manifest ?? null, closedAt: state.closed?.at ?? null },
    copies: copiesDestroyed && {
      ...{ at: copiesDestroyed.at, dueAt: copiesDestroyed.dueAt, by: 'gate', entry: entryOf('copies-destroyed'), keys: copiesDestroyed.keys },
      ...(await filesOf(objects, copiesDestroyed)),
    },
    original: destroyed && {
      ...{ at: destroyed.at, dueAt: destroyed.dueAt, entry: entryOf('footage-destroyed'), keys: destroyed.keys },
      ...{ askedBy: await nameOf(destroyed.askedBy), askedAt: destroyed.askedAt, confirmedBy: await nameOf(destroyed.by) },
      ...(await filesOf(objects, destroyed)),
    },
  };
}

/** The same of the original on paper: who asked (销毁人) and who confirmed (监销人). Problems as above; `state-conflict` also where the original is still there. */
export async function certificatePaper(parts: Parts & { papers: PaperDesk; now: () => Date }, person: Person, requestId: string): Promise<Buffer> {
  const { original, manifestSha256: manifest, closedAt, site } = await certificateOf(parts, person, requestId);
  if (!original) throw new Problem('state-conflict', `The sealed original of ${requestId} was not destroyed.`);
  const { papers, policy, now } = parts;
  return destructionPaper(
    {
      ...{ requestId, manifest, files: original.files, unlisted: original.unreadable.length, destroyedAt: original.at },
      site: `${nameSite(parts, site).siteName} ${site}`,
      reason: closedAt === null ? `保管期已于 ${original.dueAt} 届满` : `案件已于 ${closedAt} 报告办结`,
      persons: [
        { name: original.askedBy, part: '销毁人' },
        { name: original.confirmedBy, part: '监销人' },
      ],
      entry: { origin: papers.origin, index: original.entry },
    },
    await makingOf(papers, policy, now(), ['F5', 'F7']),
  );
}

async function filesOf(objects: Objects, { list }: NonNullable<RequestState['destroyed' | 'copiesDestroyed']>) {
  const { files, unreadable } = await readSealedJson<SumList>(objects, list);
  return { list: list.sha256, unreadable, files: files.filter((file) => file.destroyed).map(({ path, role, bytes, sha256, sm3 }) => ({ path, role, bytes, sha256, sm3 })) };
}
