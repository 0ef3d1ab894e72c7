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
  response.set({ 'Accept-Ranges': 'bytes', ETag: etag });
  const { from, to, isPart } = request.method === 'HEAD' ? { from: 0, to: wrapped.bytes, isPart: false } : satisfied(request, response, wrapped.bytes, etag);
  response.status(isPart ? 206 : 200).set({
    'Content-Type': wrapped.mediaType,
    'Content-Length': String(to - from),
    'Content-Disposition': `attachment; filename="${wrapped.fileName}"`,
    'X-Accel-Buffering': 'no',
    ...(isPart && { 'Content-Range': `bytes ${from}-${to - 1}/${wrapped.bytes}` }),
  });
  if (request.method === 'HEAD') return void response.end();
  const body = keepJudging(parts.transfers.read(address, from, to), parts.now, () => expectStill(parts.people, person));
  try {
    // What fails behind the first byte breaks the connection: a half file must not look whole.
    await pipeline(Readable.from(body, { objectMode: false }), response);
  } catch (thrown) {
    // Who goes away comes back for the rest: no failure of ours.
    if ((thrown as { code?: unknown }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw thrown;
  }
}

function satisfied({ headers }: Request, response: Response, bytes: number, etag: string): ReturnType<typeof readRange> {
  try {
    return readRange(headers, bytes, etag);
  } catch (thrown) {
    response.set('Content-Range', `bytes */${bytes}`);
    throw thrown;
  }
}
