// Drafts: an application before it is one. Its owner's alone; nothing is asked for yet, so nothing is recorded. A copy of an earlier request
// reads that one, and that is.
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Person, UserId } from '../domain/subject.js';
import type { DraftRow } from '../store/drafts.js';
import type { Store } from '../store/store.js';
import { applicationOf } from './revealed.js';

/** Any of the fields of an application. */
export type DraftForm = Record<string, unknown>;

export interface Draft {
  id: string;
  version: number;
  updatedAt: string;
  form: DraftForm;
}

interface Parts {
  store: Store;
  now: () => Date;
  newId: () => string;
}

const MOST_DRAFTS = 50;
/** Since it was last saved. Names and cards of people for whom nothing is asked stand in it, perhaps a copy of what was erased elsewhere since. */
export const DRAFT_DAYS = 30;
/** Bytes of JSON. */
const LARGEST_FORM = 256 * 1024;

export async function listDrafts({ store }: Pick<Parts, 'store'>, owner: UserId): Promise<Draft[]> {
  return (await store.drafts.ofOwner(owner)).map(asDraft);
}

/** Problem `draft-unknown`. */
export async function readDraft({ store }: Pick<Parts, 'store'>, owner: UserId, id: string): Promise<Draft> {
  return asDraft(await existing(store, owner, id));
}

/** Problems: `drafts-full`, `body-too-large`. */
export async function beginDraft({ store, now, newId }: Parts, owner: UserId, form: DraftForm): Promise<Draft> {
  const row = { id: newId(), owner, form: asText(form), version: 1, updated_at: now().toISOString() };
  await store.drafts.add(row, MOST_DRAFTS);
  return asDraft(row);
}

/** Problems: `draft-unknown`, `draft-outdated`, `body-too-large`. `version`: the one that was read. */
export async function saveDraft({ store, now }: Parts, owner: UserId, id: string, version: number, form: DraftForm): Promise<Draft> {
  const text = asText(form);
  const updatedAt = now().toISOString();
  if (!(await store.drafts.save(id, owner, version, text, updatedAt))) {
    const found = await existing(store, owner, id);
    throw new Problem(
      'draft-outdated',
      `The draft is at version ${found.version} by now, not ${version}: read it again before you save. 草稿已在别处更新。`,
    );
  }
  return { id, version: version + 1, updatedAt, form };
}

/** Problem `draft-unknown`. */
export async function discardDraft({ store }: Pick<Parts, 'store'>, owner: UserId, id: string): Promise<void> {
  if (!(await store.drafts.discard(id, owner))) throw unknownDraft(id);
}

export const sweepDrafts = ({ store, now }: Pick<Parts, 'store' | 'now'>): Promise<void> =>
  store.drafts.discardOlder(new Date(now().getTime() - DRAFT_DAYS * 86_400_000).toISOString());

/**
 * A draft like an earlier request that the caller found this person may read; papers stay named by their hashes. Its necessity was that
 * request's own, and is said anew. `recordRead` is called before anything of it is read.
 * Problems: `application-erased`, `drafts-full`.
 */
export async function copyRequest(
  parts: Parts & { recordRead(person: Person, requestId: string): Promise<void> },
  person: Person,
  state: RequestState,
): Promise<Draft> {
  await parts.recordRead(person, state.requestId);
  const application = await applicationOf(state, parts.store);
  if (!application)
    throw new Problem('application-erased', `The words of ${state.requestId} were erased; there is nothing to copy. 申请内容已删除。`);
  const { necessity: _ownToIt, ...form } = application;
  return beginDraft(parts, person.user, form as unknown as DraftForm);
}

function asText(form: DraftForm): string {
  const text = JSON.stringify(form);
  if (Buffer.byteLength(text) > LARGEST_FORM) throw new Problem('body-too-large', 'A draft has 256 KiB at most.');
  return text;
}

async function existing(store: Store, owner: UserId, id: string): Promise<DraftRow> {
  const row = await store.drafts.get(id, owner);
  if (!row) throw unknownDraft(id);
  return row;
}

/** The same words for what is not there and what is not theirs. */
const unknownDraft = (id: string): Problem => new Problem('draft-unknown', `You have no draft ${id.slice(0, 64)}.`);

const asDraft = ({ id, version, updated_at, form }: DraftRow): Draft => ({
  id,
  version,
  updatedAt: updated_at,
  form: JSON.parse(form) as DraftForm,
});
