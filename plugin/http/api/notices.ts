// What one is told, and what channels did not take.
import { z } from 'zod';
import { noticeKinds } from '../../domain/notice.js';
import { Problem } from '../../domain/problem.js';
import type { Person } from '../../domain/subject.js';
import { noticesAnswer, seenAnswer } from '../answers.js';
import { operation, type Operation } from '../operation.js';
import { emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const MOST = 200;
const id = z.int().positive();
const seenSchema = z.union([z.strictObject({ ids: z.array(id).min(1).max(MOST) }), z.strictObject({ upTo: id })]);

const limitOf = (query: URLSearchParams): number => Math.min(MOST, Math.max(1, Number.parseInt(query.get('limit') ?? '50', 10) || 50));

const own = operation<ApiParts, typeof emptySchema, typeof noticesAnswer>({
  method: 'get',
  path: '/api/v1/notices',
  summary: 'Your own notices, newest first (?unseen, ?limit, ?before)',
  query: ['unseen', 'limit', 'before'],
  answer: noticesAnswer,
  async run({ store }, { subject: { user }, query }) {
    const before = query.get('before');
    if (before !== null && !/^[1-9]\d{0,14}$/.test(before)) throw new Problem('body-malformed', 'before is the id of a notice.');
    const unseen = query.has('unseen') && query.get('unseen') !== 'false';
    const notices = await store.notices.list(user, { unseen, limit: limitOf(query), ...(before !== null && { before: Number(before) }) });
    const told = notices.map((notice) => ({ ...notice, zh: noticeKinds[notice.kind].zh, en: noticeKinds[notice.kind].en }));
    return { status: 200, body: { unseen: await store.notices.countUnseen(user), notices: told } };
  },
});

const see = operation<ApiParts, typeof seenSchema, typeof seenAnswer>({
  method: 'post',
  path: '/api/v1/notices/seen',
  summary: 'Own notices that were seen: {ids} or all {upTo} one',
  body: seenSchema,
  answer: seenAnswer,
  async run({ store, now }, { subject: { user }, body }) {
    return { status: 201, body: { seen: await store.notices.markSeen(user, body, now().toISOString()) } };
  },
});

const dead = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/dead-letters',
  summary: 'Letters that a channel did not take, newest first (?limit, ?before)',
  async run(parts, { subject, query }) {
    mayManage(parts, subject);
    const before = query.get('before');
    const letters = await parts.store.outbox.listDead({ limit: limitOf(query), ...(before !== null && { before }) });
    return { status: 200, body: { letters } };
  },
});

const again = operation<ApiParts, typeof emptySchema>({
  method: 'post',
  path: '/api/v1/dead-letters/{id}/retry',
  summary: 'Send a dead letter once more, with all its tries',
  body: emptySchema,
  async run(parts, { subject, params }) {
    mayManage(parts, subject);
    await parts.store.outbox.revive(params['id']!, parts.now(), parts.channels);
    parts.wakeDelivery();
    return { status: 201, body: { id: params['id']! } };
  },
});

function mayManage({ policy }: ApiParts, { user }: Person): void {
  if (!policy.allows(user, 'manage', 'account:*', null)) throw new Problem('not-permitted', 'Dead letters need the act manage.');
}

export const noticeOperations: readonly Operation<ApiParts>[] = [own, see, dead, again];
