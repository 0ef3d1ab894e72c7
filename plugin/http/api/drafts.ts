// Drafts of applications over REST: begun, read, saved and discarded by their owner, and by nobody else.
import { Problem } from '../../domain/problem.js';
import type { Person } from '../../domain/subject.js';
import { beginDraft, copyRequest, discardDraft, listDrafts, readDraft, saveDraft, type Draft } from '../../export/drafts.js';
import { beginSchema, saveSchema } from '../draft-schema.js';
import { discardedAnswer, draftAnswer, draftsAnswer } from '../answers.js';
import { operation, type Operation } from '../operation.js';
import { emptySchema } from '../schemas.js';
import { mayRead } from '../../export/may-read.js';
import type { ApiParts } from './parts.js';

const list = operation<ApiParts, typeof emptySchema, typeof draftsAnswer>({
  method: 'get',
  path: '/api/v1/drafts',
  summary: 'Your drafts, last saved first (草稿)',
  answer: draftsAnswer,
  async run(parts, { subject }) {
    return { status: 200, body: { drafts: (await listDrafts(parts, subject.user)).map(inShort) } };
  },
});

const begin = operation<ApiParts, typeof beginSchema, typeof draftAnswer>({
  method: 'post',
  path: '/api/v1/drafts',
  summary: 'Begin a draft: of a form, or as a copy of an earlier request that you may read (复制申请)',
  body: beginSchema,
  answer: draftAnswer,
  async run(parts, { subject, body }) {
    if ('form' in body) return { status: 201, body: await beginDraft(parts, subject.user, body.form) };
    return {
      status: 201,
      body: await copyRequest(
        { ...slice(parts), recordRead: (person, id) => parts.reads.tell(person, id) },
        subject,
        await readable(parts, subject, body.copyOf),
      ),
    };
  },
});

const show = operation<ApiParts, typeof emptySchema, typeof draftAnswer>({
  method: 'get',
  path: '/api/v1/drafts/{id}',
  summary: 'One of your drafts',
  answer: draftAnswer,
  async run(parts, { subject, params }) {
    return { status: 200, body: await readDraft(parts, subject.user, params['id']!) };
  },
});

const save = operation<ApiParts, typeof saveSchema, typeof draftAnswer>({
  method: 'post',
  path: '/api/v1/drafts/{id}',
  summary: 'Save a draft over the version that was read',
  body: saveSchema,
  answer: draftAnswer,
  async run(parts, { subject, params, body: { version, form } }) {
    return { status: 201, body: await saveDraft(parts, subject.user, params['id']!, version, form) };
  },
});

const discard = operation<ApiParts, typeof emptySchema, typeof discardedAnswer>({
  method: 'post',
  path: '/api/v1/drafts/{id}/discard',
  summary: 'Discard a draft (删除草稿)',
  body: emptySchema,
  answer: discardedAnswer,
  async run(parts, { subject, params }) {
    const id = params['id']!;
    await discardDraft(parts, subject.user, id);
    return { status: 201, body: { discarded: id } };
  },
});

const slice = ({ store, now, newId }: ApiParts) => ({ store, now, newId });

async function readable(parts: ApiParts, subject: Person, requestId: string) {
  const { requests } = parts;
  // The same answer for what is not there and what is not theirs: numbers can be guessed.
  const state = requests.ids().includes(requestId) ? requests.state(requestId) : null;
  if (!state || !(await mayRead(parts, state, subject)))
    throw new Problem('request-unknown', `There is no request ${requestId} that you may read.`);
  return state;
}

const shortText = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** One line of the list. */
const inShort = ({ id, version, updatedAt, form }: Draft) => ({
  id,
  version,
  updatedAt,
  basis: shortText(form['basis']),
  reason: shortText(form['reason']),
  caseNumber: shortText(form['caseNumber']),
});

export const draftOperations: readonly Operation<ApiParts>[] = [list, begin, show, save, discard];
