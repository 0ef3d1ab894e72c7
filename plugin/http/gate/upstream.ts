// The door to httpxy: one request, built anew from what was judged, to the video system; its answer, for the guard to read. Nothing of the
// client's own bytes goes on, and nothing comes back past the caller.
import { EventEmitter } from 'node:events';
import type { Duplex, Stream, Writable } from 'node:stream';
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

/**
 * The request as httpxy reads it: what was judged, and nothing of the client's. Not made after the client's own by `Object.create`: to V8 each
 * such object is a shape of its own, slow everywhere it goes, and keeps the whole request until the next full collection.
 */
class JudgedRequest {
  readonly httpVersion = '1.1';
  readonly httpVersionMajor = 1;
  readonly method: string;
  readonly url: string;
  readonly headers: http.OutgoingHttpHeaders;
  /** Sent through a connection that had been kept open. */
  wasKept = false;

  constructor(
    { method, target, headers }: Built,
    readonly socket: Duplex,
    readonly answered: (answer: http.IncomingMessage) => void,
    readonly failed: (cause: unknown) => void,
  ) {
    this.method = method;
    this.url = target;
    this.headers = headers;
  }

  /** That the client broke off `ClientEnd` says. */
  on(): this {
    return this;
  }
}

/** Problem `vms-unreachable`. The answer is dropped by itself when the client goes away. */
export function makeUpstream({ protocol, host, hostname, port }: URL, agent: object): Upstream {
  const target = { protocol, host, hostname, port };
  const proxy = new ProxyServer<JudgedRequest & http.IncomingMessage>({});
  proxy.on('proxyRes', (answer, judged) => judged.answered(answer));
  proxy.on('proxyReq', (outgoing, judged) => void (judged.wasKept = outgoing.reusedSocket));
  const send = (judged: JudgedRequest, response: http.ServerResponse, body: Buffer | null): void => {
    const client = new ClientEnd();
    response.once('close', () => {
      client.writableFinished = response.writableFinished;
      client.emit('close');
    });
    const options = { target, agent, selfHandleResponse: true, changeOrigin: true, proxyTimeout: HEAD_MS, buffer: bodyOf(body) };
    proxy.web(judged as JudgedRequest & http.IncomingMessage, client as unknown as http.ServerResponse, options).catch((cause: unknown) => judged.failed(cause));
  };
  return ({ socket }, response, built) =>
    new Promise((resolve, reject) => {
      const failed = (cause: unknown): void =>
        reject(new Problem('vms-unreachable', 'The video system behind this gate does not answer.', { cause }));
      let isAnswered = false;
      const answered = (answer: http.IncomingMessage): void => {
        isAnswered = true;
        resolve(answer);
      };
      const again = (): void => send(new JudgedRequest(built, socket, answered, failed), response, built.body);
      const first = new JudgedRequest(built, socket, answered, (cause) =>
        // The system closed it while the request was under way, as it may at any time (RFC 9112, 9.3.1); not in the middle of its answer.
        !isAnswered && first.wasKept && wasHungUp(cause) && isRepeatable(built) ? again() : failed(cause),
      );
      send(first, response, built.body);
    });
}
