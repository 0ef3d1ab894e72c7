// Asks the configured time-stamping authority, and no other address: no redirection is followed, no name in an answer is looked up.
import { randomBytes } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { Problem } from '../domain/problem.js';
import { deadlineOr } from '../domain/deadline.js';
import { checkTimeStamp } from './check-time-stamp.js';
import { maxTimeStampBytes, timeStampQuery } from './time-stamp.js';

export interface Authority {
  /** Http or https, without a login. */
  url: string;
  authorities: readonly X509Certificate[];
  /** Dotted; null: whichever the authority takes. */
  policy: string | null;
  timeoutMs: number;
}

/** A stamp that is off by more than this was not made now: an old answer, or a clock that is wrong on one side. */
const mostSkewMs = 10 * 60_000;

/** The answer (DER), checked, and when it says. Problem `time-stamp-missing`: names what was wrong, and nothing of the address. */
export async function askTime(authority: Authority, body: Buffer, now: Date, signal: AbortSignal): Promise<{ answer: Buffer; at: Date }> {
  const nonce = BigInt(`0x${randomBytes(16).toString('hex')}`);
  const answer = await post(authority, timeStampQuery(body, nonce, authority.policy), signal);
  const found = checkTimeStamp(answer, { body, nonce, policy: authority.policy, authorities: authority.authorities });
  if ('fault' in found) throw missing(`its answer is not to be used (${found.fault})`);
  if (Math.abs(found.at.getTime() - now.getTime()) > mostSkewMs)
    throw missing(`it says ${found.at.toISOString()}, which is not now by the gate’s clock`);
  return { answer, at: found.at };
}

async function post({ url, timeoutMs }: Authority, query: Buffer, signal: AbortSignal): Promise<Buffer> {
  const request = url.startsWith('https:') ? requestSecure : requestPlain;
  const deadline = deadlineOr(timeoutMs, signal);
  const headers = { 'content-type': 'application/timestamp-query', 'content-length': query.length, connection: 'close' };
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, { method: 'POST', headers, signal: deadline, agent: false }).once('response', resolve).once('error', reject).end(query);
    });
    return await readAnswer(response);
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw missing(deadline.aborted && !signal.aborted ? `it did not answer within ${timeoutMs / 1000} s` : 'it cannot be reached', cause);
  }
}

async function readAnswer(response: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    if (response.statusCode !== 200) throw missing(`it answers ${response.statusCode}`);
    if (!/^application\/timestamp-reply\b/i.test(response.headers['content-type'] ?? ''))
      throw missing('its answer is of another type than a time stamp');
    for await (const piece of response as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxTimeStampBytes) throw missing(`its answer is longer than ${maxTimeStampBytes} bytes`);
      pieces.push(piece);
    }
  } finally {
    response.destroy();
  }
  return Buffer.concat(pieces);
}

const missing = (why: string, cause?: unknown): Problem =>
  new Problem('time-stamp-missing', `The time-stamping authority gave no stamp: ${why}.`, { cause });
