// One answer of a transfer: all of it or a range, to its receiver alone, for as long as they may have it.
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import { keepJudging } from '../export/keep-judging.js';
import { recordRefusal } from '../export/refusal.js';
import { expectStill } from '../export/sessions.js';
import { over } from '../export/transfers.js';
import type { ApiParts } from './api/parts.js';
import { readRange } from './read-range.js';

/** GET or HEAD. Problems: `transfer-over`, `not-permitted`, `range-unsatisfiable`, `clock-doubted`, `too-many-requests`. */
export async function sendTransfer(parts: ApiParts, person: Person, address: string, request: Request, response: Response): Promise<void> {
  const found = parts.transfers.find(address);
  if (!found) throw over();
  const { wrapped, transfer, requestId, by } = found;
  if (by !== person.pseudonym)
    await recordRefusal(parts, person, 'export', requestId, () => {
      throw new Problem('not-permitted', 'This address was given to somebody else.');
    });
  await parts.clock.judge();
  const etag = `"${transfer}"`;
  const { from, to, isPart } = request.method === 'HEAD' ? { from: 0, to: wrapped.bytes, isPart: false } : satisfied(request, response, wrapped.bytes, etag);
  const body = keepJudging(parts.transfers.read(address, from, to), parts.now, () => expectStill(parts.people, person));
  try {
    // The first piece before the status: until then a refusal can still be told as one.
    const first = request.method === 'HEAD' ? null : await body.next();
    response.status(isPart ? 206 : 200).set({
      'Accept-Ranges': 'bytes',
      ETag: etag,
      'Content-Type': wrapped.mediaType,
      'Content-Length': String(to - from),
      'Content-Disposition': `attachment; filename="${wrapped.fileName}"`,
      'X-Accel-Buffering': 'no',
      ...(isPart && { 'Content-Range': `bytes ${from}-${to - 1}/${wrapped.bytes}` }),
    });
    if (first === null) return void response.end();
    if (response.destroyed) return;
    // What fails behind the first byte breaks the connection: a half file must not look whole.
    await pipeline(Readable.from(goOn(first, body), { objectMode: false }), response);
  } catch (thrown) {
    // Who goes away comes back for the rest: no failure of ours.
    if ((thrown as { code?: unknown }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw thrown;
  } finally {
    // Who went away before the second piece was asked for has not ended it.
    await body.return(undefined);
  }
}

async function* goOn<T>(first: IteratorResult<T>, rest: AsyncIterable<T>): AsyncGenerator<T> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

function satisfied({ headers }: Request, response: Response, bytes: number, etag: string): ReturnType<typeof readRange> {
  try {
    return readRange(headers, bytes, etag);
  } catch (thrown) {
    response.set('Content-Range', `bytes */${bytes}`);
    throw thrown;
  }
}
