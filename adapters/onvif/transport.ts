// One HTTP exchange with the recorder: a deadline for all of it, a limit on the answer, the whole answer or nothing. Redirections are not
// followed: only the configured address is ever called.
import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { Problem } from '../../plugin/domain/problem.js';
import { hostOf } from './addresses.js';
import { soapBytes } from './limits.js';
import { openSecure } from './trust.js';

export interface HttpAnswer {
  status: number;
  body: Buffer;
  /** Each `WWW-Authenticate` header by itself. */
  challenges: readonly string[];
}

export interface HttpQuestion {
  url: URL;
  body: string;
  headers: Record<string, string>;
  /** Whom to believe behind https. */
  tls?: RecorderAddress['tls'];
  /** Aborts by the caller's wish. */
  signal: AbortSignal;
  /** Ends the exchange: the call's total deadline. */
  deadline: AbortSignal;
}

async function collect(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    // Leaving the loop destroys the connection: an endless reply costs no more than the limit.
    if (bytes > soapBytes) throw new Problem('vms-fault', 'The recorder’s answer is longer than 4 MB.');
    chunks.push(chunk as Buffer);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks), challenges: response.headersDistinct['www-authenticate'] ?? [] };
}

/** A connection of its own for each exchange; over TLS, one whose other end was judged before anything is sent. */
async function connection({ url, tls }: HttpQuestion, signal: AbortSignal): Promise<RequestOptions> {
  const place = { host: hostOf(url), path: `${url.pathname}${url.search}` };
  if (url.protocol !== 'https:') return { ...place, port: url.port || 80, agent: false };
  const socket = await openSecure({ host: place.host, port: Number(url.port || 443), tls, signal });
  return { ...place, createConnection: () => socket };
}

/** Problems: `vms-unreachable`, `vms-fault` (too long). The caller's abort throws its own reason. */
export async function post(question: HttpQuestion): Promise<HttpAnswer> {
  const { url, body, headers, signal, deadline } = question;
  // As bytes: joined to a text, Node would write the header lines in the text's encoding too.
  const bytes = Buffer.from(body, 'utf8');
  const either = AbortSignal.any([signal, deadline]);
  try {
    signal.throwIfAborted();
    const how = await connection(question, either);
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const options = {
        ...how,
        method: 'POST',
        headers: { ...headers, host: url.host, 'content-length': String(bytes.length) },
        signal: either,
      };
      request(options, (response) => void collect(response).then(resolve, reject))
        .on('error', reject)
        .end(bytes);
    });
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof Problem && !deadline.aborted) throw cause;
    throw new Problem('vms-unreachable', deadline.aborted ? 'The recorder did not answer in time.' : 'The recorder did not answer.', {
      cause,
    });
  }
}
