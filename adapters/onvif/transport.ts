// One HTTP exchange with the recorder: a deadline for all of it, a limit on the answer, the whole answer or nothing.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Problem } from '../../plugin/domain/problem.js';
import { soapBytes } from './limits.js';

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

/** Problems: `vms-unreachable`, `vms-fault` (too long). The caller's abort throws its own reason. */
export async function post({ url, body, headers, signal, deadline }: HttpQuestion): Promise<HttpAnswer> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  // As bytes: joined to a text, Node would write the header lines in the text's encoding too.
  const bytes = Buffer.from(body, 'utf8');
  try {
    signal.throwIfAborted();
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const options = {
        method: 'POST',
        headers: { ...headers, 'content-length': String(bytes.length) },
        agent: false as const,
        signal: AbortSignal.any([signal, deadline]),
      };
      request(url, options, (response) => void collect(response).then(resolve, reject))
        .on('error', reject)
        .end(bytes);
    });
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof Problem) throw cause;
    throw new Problem('vms-unreachable', deadline.aborted ? 'The recorder did not answer in time.' : 'The recorder did not answer.', {
      cause,
    });
  }
}
