// Sealed footage for eyes alone, over REST: marked while it is sent, kept nowhere.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestState } from '../../domain/lifecycle.js';
import { Problem } from '../../domain/problem.js';
import { inspect } from '../../export/inspect.js';
import { judgeWatch } from '../../export/may-watch.js';
import { recordRefusal } from '../../export/refusal.js';
import { expectStill } from '../../export/sessions.js';
import { operation, type Operation } from '../operation.js';
import type { emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

/** `?part`, as coverage.json counts, and `?stretch`: whole numbers from 1. */
function numberOf(query: URLSearchParams, name: 'part' | 'stretch'): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new Problem('body-malformed', `${name} is a whole number from 1.`);
  return Number(text);
}

/** To stop looking is no failure, before the first byte or after it. */
const isLeaving = (thrown: unknown, { aborted, reason }: AbortSignal): boolean =>
  aborted && ((thrown as { code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE' || isCausedBy(thrown, reason));
const isCausedBy = (thrown: unknown, reason: unknown): boolean =>
  thrown === reason || (thrown instanceof Error && isCausedBy(thrown.cause, reason));

const watch = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/requests/{id}/stream',
  summary: 'One part of sealed footage, marked, as a stream to look at, before a voice that wants a look (?camera, ?part, ?stretch of it that a narrowed plan leaves)',
  answers: 'video/mp4',
  async run(parts, { subject, params, query, response }) {
    const id = params['id']!;
    const asked = { camera: query.get('camera') ?? '', part: numberOf(query, 'part'), stretch: numberOf(query, 'stretch') };
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('The reader went away.')));
    const look = {
      ...asked,
      judge: (state: RequestState) => judgeWatch(parts, state, subject),
      still: () => expectStill(parts.people, subject),
    };
    try {
      const body = await recordRefusal(parts, subject, 'inspect', id, () => inspect(parts, subject, id, look, gone.signal));
      response.status(200).set({
        'Content-Type': 'video/mp4',
        'Content-Disposition': 'inline',
        'Accept-Ranges': 'none',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      // What fails now destroys the connection: a stream that ends well was whole.
      await pipeline(Readable.from(body, { objectMode: false, highWaterMark: 64 * 1024 }), response);
    } catch (thrown) {
      if (!isLeaving(thrown, gone.signal)) throw thrown;
    }
    return null;
  },
});

export const inspectOperations: readonly Operation<ApiParts>[] = [watch];
