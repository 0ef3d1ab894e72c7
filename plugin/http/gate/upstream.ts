// The door to httpxy: one request, built anew from what was judged, to the video system; its answer, for the guard to read. Nothing of the
// client's own bytes goes on, and nothing comes back past the caller.
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
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

/** Nothing, or these bytes, as a stream. */
const streamOf = (body: Buffer | null): Readable =>
  new Readable({
    read() {
      if (body) this.push(body);
      this.push(null);
    },
  });

/** What asks for something and says nothing of its own may be sent twice (RFC 9110, 9.2.2). */
const isRepeatable = ({ method, body }: Built): boolean => body === null && (method === 'GET' || method === 'HEAD');
const wasHungUp = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');

/** Problem `vms-unreachable`. The answer is dropped by itself when the client goes away. */
export function makeUpstream({ origin }: URL, agent: object): Upstream {
  const proxy = new ProxyServer({});
  const waiting = new WeakMap<object, (answer: http.IncomingMessage) => void>();
  /** Sent through a connection that had been kept open. */
  const kept = new WeakSet<object>();
  proxy.on('proxyRes', (answer, request) => waiting.get(request)?.(answer));
  proxy.on('proxyReq', (outgoing, request) => void (outgoing.reusedSocket && kept.add(request)));
  const send = (judged: http.IncomingMessage, response: http.ServerResponse, body: Buffer | null): Promise<http.IncomingMessage> =>
    new Promise((resolve, reject) => {
      waiting.set(judged, resolve);
      const client = new ClientEnd();
      response.once('close', () => {
        client.writableFinished = response.writableFinished;
        client.emit('close');
      });
      const options = { target: origin, agent, selfHandleResponse: true, changeOrigin: true, proxyTimeout: HEAD_MS, buffer: streamOf(body) };
      proxy.web(judged, client as unknown as http.ServerResponse, options).catch(reject);
    });
  return async (request, response, built) => {
    const { method, target, headers, body } = built;
    // httpxy reads method, address and headers off the request that it is given: this one says only what was judged.
    const judged = (): http.IncomingMessage => Object.create(request, { method: { value: method }, url: { value: target }, headers: { value: headers } }) as http.IncomingMessage;
    const first = judged();
    try {
      return await send(first, response, body).catch((cause: unknown) => {
        // The system closed it while the request was under way, as it may at any time (RFC 9112, 9.3.1).
        if (kept.has(first) && wasHungUp(cause) && isRepeatable(built)) return send(judged(), response, body);
        throw cause;
      });
    } catch (cause) {
      throw new Problem('vms-unreachable', 'The video system behind this gate does not answer.', { cause });
    }
  };
}
