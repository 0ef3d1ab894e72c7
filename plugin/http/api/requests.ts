// The procedure over REST: apply, read, agree or return, release.
import { Problem } from '../../domain/problem.js';
import type { Basis } from '../../domain/basis.js';
import { edges } from '../../domain/audit-event.js';
import { isReviewDue } from '../../domain/draw-review.js';
import { states, type RequestState, type State } from '../../domain/lifecycle.js';
import type { Person } from '../../domain/subject.js';
import { admit } from '../../export/admit.js';
import { confirmTimes } from '../../export/confirm-times.js';
import { gapReport } from '../../export/gap-report.js';
import { recordRefusal } from '../../export/refusal.js';
import { release } from '../../export/release.js';
import { reviewAfter } from '../../export/review-after.js';
import { review } from '../../export/review.js';
import { expectStill } from '../../export/sessions.js';
import { showFrame } from '../../export/show-frame.js';
import { requestAnswer, requestsAnswer } from '../answers.js';
import { operation, type Operation } from '../operation.js';
import { afterReviewSchema, applicationSchema, type emptySchema, releaseSchema, reviewSchema, timesSchema } from '../schemas.js';
import { isListed, mayRead } from '../../export/may-read.js';
import { summaryOf, viewOf } from '../view.js';
import { answerOf } from './answer.js';
import type { ApiParts } from './parts.js';

const submit = operation<ApiParts, typeof applicationSchema, typeof requestAnswer>({
  method: 'post',
  path: '/api/v1/requests',
  summary: 'Apply for recorded footage (申请)',
  body: applicationSchema,
  answer: requestAnswer,
  async run(parts, { subject, body }) {
    const { state, faults, decision } = await admit(parts, subject, body);
    parts.wake(state.requestId);
    const { requestId } = state;
    if (state.tracks.approval === 'denied')
      throw new Problem('request-denied', `Request ${requestId} is recorded and denied.${guidanceFor(parts, body.basis)}`, {
        requestId,
        reasons: decision.reasons,
      });
    if (state.tracks.approval === 'returned')
      throw new Problem('request-returned', `Request ${requestId} is recorded and returned; mend the named places and apply again.`, {
        requestId,
        faults,
      });
    return { status: 201, body: await viewOf(state, parts) };
  },
});

const list = operation<ApiParts, typeof emptySchema, typeof requestsAnswer>({
  method: 'get',
  path: '/api/v1/requests',
  summary: 'The requests that you may read, newest first (?state, ?site, ?review=due, ?limit, ?before)',
  query: ['state', 'site', 'review', 'limit', 'before'],
  answer: requestsAnswer,
  async run(parts, { subject, query }) {
    const { store, requests } = parts;
    const limit = Math.min(200, Math.max(1, Number.parseInt(query.get('limit') ?? '50', 10) || 50));
    const state = query.get('state');
    if (state !== null && !states.includes(state as State)) throw new Problem('body-malformed', `state is one of: ${states.join(', ')}.`);
    const due = query.get('review');
    if (due !== null && due !== 'due') throw new Problem('body-malformed', 'review is: due.');
    const isWanted = async (found: RequestState): Promise<boolean> =>
      (due === null || isReviewDue(found)) && isListed(parts, found, subject);
    const filter = { limit: PAGE, state: state ?? (due === null ? undefined : 'released'), site: query.get('site') ?? undefined };
    const found: ReturnType<typeof summaryOf>[] = [];
    const cursor = query.get('before');
    // Where a page begins tells that there is such a request, and when it was made: only one that stands in this list begins one.
    if (cursor !== null && !(requests.isKnown(cursor) && (await isListed(parts, requests.state(cursor), subject))))
      return { status: 200, body: { requests: [] } };
    // Page by page until enough of them may be read: a page of others' requests must not look like the end.
    for (let before = cursor ?? undefined; found.length < limit;) {
      const rows = await store.requests.listRequests({ ...filter, before });
      for (const row of rows) if (await isWanted(requests.state(row.id))) found.push(summaryOf(row, requests.state(row.id)));
      before = rows.at(-1)?.id;
      if (rows.length < PAGE) break;
    }
    return { status: 200, body: { requests: found.slice(0, limit) } };
  },
});

const show = operation<ApiParts, typeof emptySchema, typeof requestAnswer>({
  method: 'get',
  path: '/api/v1/requests/{id}',
  summary: 'One request',
  answer: requestAnswer,
  async run(parts, { subject, params }) {
    const state = await readable(parts, subject, params['id']!);
    await parts.reads.tell(subject, state.requestId);
    return { status: 200, body: await viewOf(state, parts) };
  },
});

const gaps = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/requests/{id}/gaps',
  summary: 'What is missing of the footage, and why (部分提供说明)',
  async run(parts, { subject, params }) {
    const state = await readable(parts, subject, params['id']!);
    await parts.reads.tell(subject, state.requestId);
    return { status: 200, body: await gapReport(parts.objects, state) };
  },
});

const vote = operation<ApiParts, typeof reviewSchema>({
  method: 'post',
  path: '/api/v1/requests/{id}/reviews',
  summary: 'Agree to the plan that you saw, in the step that waits, or return the request with a code (审批)',
  body: reviewSchema,
  async run(parts, { subject, params, body }) {
    const state = await recordRefusal(parts, subject, 'review', params['id']!, () => review(parts, subject, params['id']!, body));
    parts.wake(state.requestId);
    return { status: 201, body: await answerOf(parts, subject, state) };
  },
});

const letGo = operation<ApiParts, typeof releaseSchema>({
  method: 'post',
  path: '/api/v1/requests/{id}/release',
  summary: 'Ask for or confirm the release, as an executor, and name who has the originals where they leave apart (执行)',
  body: releaseSchema,
  async run(parts, { subject, params, body: { originalsFor } }) {
    const state = await recordRefusal(parts, subject, 'release', params['id']!, () => release(parts, subject, params['id']!, originalsFor));
    return { status: 201, body: await answerOf(parts, subject, state) };
  },
});

const reviewAgain = operation<ApiParts, typeof afterReviewSchema>({
  method: 'post',
  path: '/api/v1/requests/{id}/after-review',
  summary: 'What a review of a drawn release finds, by somebody who took no part (事后复核)',
  body: afterReviewSchema,
  async run(parts, { subject, params, body }) {
    const id = params['id']!;
    const state = await recordRefusal(parts, subject, 'inspect', id, () => reviewAfter(parts, subject, id, body.finding));
    return { status: 201, body: await answerOf(parts, subject, state) };
  },
});

const look = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/requests/{id}/frame',
  summary:
    'One marked frame of sealed footage, before a voice that wants a look or for times that want confirming (?camera, ?edge=first|last)',
  answers: 'image/jpeg',
  async run(parts, { subject, params, query, response }) {
    const edge = edges.find((it) => it === query.get('edge'));
    if (!edge) throw new Problem('body-malformed', `edge is one of: ${edges.join(', ')}.`);
    const id = params['id']!;
    const frame = await recordRefusal(parts, subject, 'inspect', id, () => showFrame(parts, subject, id, query.get('camera') ?? '', edge));
    response
      .status(200)
      .set({ 'Content-Type': 'image/jpeg', 'Content-Length': String(frame.length) })
      .end(frame);
    return null;
  },
});

const confirm = operation<ApiParts, typeof timesSchema>({
  method: 'post',
  path: '/api/v1/requests/{id}/times',
  summary: 'What the clock in the picture shows on the first and the last frame, where no recorder proved the times',
  body: timesSchema,
  async run(parts, { subject, params, body: { camera, ...shown } }) {
    const id = params['id']!;
    const state = await recordRefusal(parts, subject, 'inspect', id, () => confirmTimes(parts, subject, id, camera, shown));
    parts.wake(state.requestId);
    return { status: 201, body: await viewOf(state, parts) };
  },
});

/** Rows that are looked at together. */
const PAGE = 200;

/** How often a silent stream says that it lives, milliseconds. */
const HEARTBEAT_MS = 15_000;

const watch = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/requests/{id}/progress',
  summary: 'How far pull, rendering and packaging are (server-sent events)',
  answers: 'text/event-stream',
  async run(parts, { subject, params, response }) {
    const { requestId } = await readable(parts, subject, params['id']!);
    response.status(200).set({ 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
    response.flushHeaders();
    const undo = parts.progress.listen(requestId, (progress) => response.write(`event: progress\ndata: ${JSON.stringify(progress)}\n\n`));
    // Whoever may read it no more is told no more; their next asking hears why.
    const beat = async (): Promise<void> => {
      await expectStill(parts.people, subject);
      await readable(parts, subject, requestId);
      response.write(': alive\n\n');
    };
    const heart = setInterval(() => void beat().catch(() => response.destroy()), HEARTBEAT_MS);
    // The response, not the request: that one may close as soon as it is read.
    response.on('close', () => {
      clearInterval(heart);
      undo();
    });
    return null;
  },
});

/** Where to turn instead, in both languages; empty where the basis says nothing. */
function guidanceFor({ policy }: ApiParts, basis: Basis): string {
  const { guidance } = policy.law.bases[basis];
  return guidance ? ` ${guidance.zh} ${guidance.en}` : '';
}

async function readable(parts: ApiParts, subject: Person, requestId: string): Promise<RequestState> {
  const unknown = new Problem('request-unknown', `There is no request ${requestId} that you may read.`);
  if (!parts.requests.isKnown(requestId)) throw unknown;
  const state = parts.requests.state(requestId);
  // The same answer for what is not there and what is not theirs: numbers can be guessed.
  if (!(await mayRead(parts, state, subject))) throw unknown;
  return state;
}

export const requestOperations: readonly Operation<ApiParts>[] = [
  submit,
  list,
  show,
  gaps,
  vote,
  letGo,
  reviewAgain,
  look,
  confirm,
  watch,
];
