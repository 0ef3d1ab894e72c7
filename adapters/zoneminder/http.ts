// One exchange with the configured ZoneMinder: a deadline for all of it, a limit on the answer, the whole answer or nothing. A redirection
// is an answer like another: it is not followed, only the configured address is ever called.
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { Problem } from '../../plugin/domain/problem.js';
import { asUnreachable, connectSecurely, unreachable } from './trust.js';

export interface Question {
  url: URL;
  /** Sent as a form (POST); null: GET. */
  form: URLSearchParams | null;
  headers?: Record<string, string>;
  tls: RecorderAddress['tls'];
  /** Bytes of the answer. */
  most: number;
  /** A longer answer is cut there, and the rest not read. Else it is a fault. */
  cut?: boolean;
  /** Of all of it. */
  milliseconds: number;
  /** Aborts by the caller's wish. */
  signal: AbortSignal;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** `video/mp4` of `Video/MP4; codecs=…`. */
export const typeOf = ({ headers }: Answer): string => (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();

async function collect(response: IncomingMessage, most: number, cut: boolean): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    chunks.push(chunk as Buffer);
    // Leaving the loop destroys the connection: an endless answer costs no more than the limit.
    if (bytes > most && !cut) throw new Problem('vms-fault', `The video system’s answer is longer than ${most} bytes.`);
    if (bytes >= most && cut) break;
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).subarray(0, most) };
}

/** Problems: `vms-unreachable`, `vms-fault` (too long). The caller's abort throws its own reason. */
export async function exchange({ url, form, headers, tls, most, cut = false, milliseconds, signal }: Question): Promise<Answer> {
  const deadline = AbortSignal.timeout(milliseconds);
  const either = AbortSignal.any([signal, deadline]);
  try {
    signal.throwIfAborted();
    const place = { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || 80, path: `${url.pathname}${url.search}` };
    const socket = url.protocol === 'https:' ? await connectSecurely(url, tls, either) : null;
    const body = form && Buffer.from(form.toString());
    const own = { host: url.host, 'accept-encoding': 'identity', connection: 'close' };
    const ofForm = body && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) };
    return await new Promise<Answer>((resolve, reject) => {
      const options = {
        ...place,
        ...(socket ? { createConnection: () => socket } : { agent: false }),
        method: body ? 'POST' : 'GET',
        headers: { ...own, ...ofForm, ...headers },
        signal: either,
        maxHeaderSize: 32 * 1024,
      };
      request(options, (response) => void collect(response, most, cut).then(resolve, reject))
        .on('error', reject)
        .end(body ?? undefined);
    });
  } catch (cause) {
    signal.throwIfAborted();
    if (deadline.aborted) throw unreachable('The video system did not answer in time.', cause);
    throw cause instanceof Problem ? cause : asUnreachable(cause);
  }
}
