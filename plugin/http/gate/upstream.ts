// The door to httpxy: one request, built anew from what was judged, to the video system; its answer, for the guard to read. Nothing of the
// client's own bytes goes on, and nothing comes back past the caller.
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
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

/** Problem `vms-unreachable`. The answer is dropped by itself when the client goes away. */
export function makeUpstream({ origin }: URL, agent: object): Upstream {
  const proxy = new ProxyServer({});
  const waiting = new WeakMap<object, (answer: http.IncomingMessage) => void>();
  proxy.on('proxyRes', (answer, request) => waiting.get(request)?.(answer));
  return (request, response, { method, target, headers, body }) =>
    new Promise((resolve, reject) => {
      const down = (cause: unknown): void => reject(new Problem('vms-unreachable', 'The video system behind this gate does not answer.', { cause }));
      // httpxy reads method, address and headers off the request that it is given: this one says only what was judged.
      const judged = Object.create(request, { method: { value: method }, url: { value: target }, headers: { value: headers } }) as http.IncomingMessage;
      waiting.set(judged, resolve);
      const client = new ClientEnd();
      response.once('close', () => {
        client.writableFinished = response.writableFinished;
        client.emit('close');
      });
      const options = { target: origin, agent, selfHandleResponse: true, changeOrigin: true, proxyTimeout: HEAD_MS, buffer: streamOf(body) };
      proxy.web(judged, client as unknown as http.ServerResponse, options).catch(down);
    });
}

/** The system's answer to an upgrade. `behind`: what came behind its head. */
export interface Upgraded {
  answer: http.IncomingMessage;
  socket: Duplex;
  behind: Buffer;
}

export type UpstreamSocket = (built: Built, signal: AbortSignal) => Promise<Upgraded>;

/**
 * By Node's own client: httpxy joins the two connections by itself, and nobody could read what passes. Problem `vms-unreachable`, also where
 * the system answers without changing the protocol.
 */
export function makeUpstreamSocket(system: URL, agent: object): UpstreamSocket {
  const { request } = system.protocol === 'https:' ? https : http;
  return ({ method, target, headers }, signal) =>
    new Promise((resolve, reject) => {
      const down = (cause: unknown): void => reject(new Problem('vms-unreachable', 'The video system behind this gate opens no WebSocket here.', { cause }));
      const asking = request(new URL(target, system.origin), { method, headers, agent: agent as http.Agent, signal });
      asking
        .setTimeout(HEAD_MS, () => void asking.destroy())
        .on('upgrade', (answer: http.IncomingMessage, socket: Duplex, behind: Buffer) => {
          asking.setTimeout(0);
          resolve({ answer, socket, behind });
        })
        .on('response', (answer) => {
          answer.destroy();
          down(answer.statusCode);
        })
        .on('error', down)
        .end();
    });
}
