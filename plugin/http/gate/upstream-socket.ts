// A WebSocket of the video system, asked for anew as it was judged.
import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { Problem } from '../../domain/problem.js';
import type { Built } from './upstream.js';

/** To the head of the answer, milliseconds. */
const HEAD_MS = 60_000;

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
