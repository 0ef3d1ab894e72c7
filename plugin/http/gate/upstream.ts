// The door to httpxy: one request, built anew from what was judged, to the video system; its answer, for the guard to read. Nothing of the
// client's own bytes goes on, and nothing comes back past the caller.
import { EventEmitter } from 'node:events';
import type { Stream, Writable } from 'node:stream';
import type http from 'node:http';
import { ProxyServer } from 'httpxy';
import { Problem } from '../../domain/problem.js';

export interface Built {
  method: string;
  /** Path and query. */
  target: string;
  headers: http.OutgoingHttpHeaders;
  body: Buffer | null;
}

export type Upstream = (request: http.IncomingMessage, response: http.ServerResponse, built: Built) => Promise<http.IncomingMessage>;

/** To the head of the answer, milliseconds; pages of a busy system take seconds. */
const HEAD_MS = 60_000;

/**
 * What httpxy takes for the client's end. It would break off the client's connection where the system's answer ends early, and what the guard
 * found in it could not be said any more.
 */
class ClientEnd extends EventEmitter {
  readonly headersSent = false;
  readonly finished = false;
  destroyed = false;
  writableFinished = false;

  destroy(): void {
    this.destroyed = true;
  }
}

/** Nothing, or these bytes. All that httpxy asks of a body is to be piped on, and most requests have none: a stream for each would cost more than the page's way through. */
const bodyOf = (body: Buffer | null): Stream => ({ pipe: (onward: Writable) => onward.end(body ?? undefined) }) as unknown as Stream;

/** What asks for something and says nothing of its own may be sent twice (RFC 9110, 9.2.2). */
const isRepeatable = ({ method, body }: Built): boolean => body === null && (method === 'GET' || method === 'HEAD');
const wasHungUp = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');

/** On the request as httpxy is given it: on the object itself, for a map with weak keys would keep each request alive through many collections. */
const answered = Symbol('answered');
const wasKept = Symbol('sent through a connection that had been kept open');
type Judged = http.IncomingMessage & { [answered]?: (answer: http.IncomingMessage) => void; [wasKept]?: boolean };

/** Problem `vms-unreachable`. The answer is dropped by itself when the client goes away. */
export function makeUpstream({ origin }: URL, agent: object): Upstream {
  const proxy = new ProxyServer({});
  proxy.on('proxyRes', (answer, request: Judged) => request[answered]?.(answer));
  proxy.on('proxyReq', (outgoing, request: Judged) => void (outgoing.reusedSocket && (request[wasKept] = true)));
  const send = (judged: Judged, response: http.ServerResponse, body: Buffer | null): Promise<http.IncomingMessage> =>
    new Promise((resolve, reject) => {
      judged[answered] = resolve;
      const client = new ClientEnd();
      response.once('close', () => {
        client.writableFinished = response.writableFinished;
        client.emit('close');
      });
      const options = { target: origin, agent, selfHandleResponse: true, changeOrigin: true, proxyTimeout: HEAD_MS, buffer: bodyOf(body) };
      proxy.web(judged, client as unknown as http.ServerResponse, options).catch(reject);
    });
  return async (request, response, built) => {
    const { method, target, headers, body } = built;
    // httpxy reads method, address and headers off the request that it is given: this one says only what was judged.
    const judged = (): Judged => Object.assign(Object.create(request) as Judged, { method, url: target, headers });
    const first = judged();
    try {
      return await send(first, response, body).catch((cause: unknown) => {
        // The system closed it while the request was under way, as it may at any time (RFC 9112, 9.3.1).
        if (first[wasKept] && wasHungUp(cause) && isRepeatable(built)) return send(judged(), response, body);
        throw cause;
      });
    } catch (cause) {
      throw new Problem('vms-unreachable', 'The video system behind this gate does not answer.', { cause });
    }
  };
}
