// One request to the system, or one connection, and what came of it: what every step is proved by.
import http from 'node:http';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '../../../plugin/domain/problem.js';

const limits = { milliseconds: 10_000, bytes: 2 * 1024 * 1024, settleMs: 10_000, betweenMs: 200 };

export interface Answer {
  status: number;
  type: string;
  /** At most 2 MiB of it. */
  body: string;
}

/** `path` begins at the root of the server. Problem `vms-unreachable`. Redirects are not followed. */
export function ask(base: URL, path: string, { method = 'GET', form }: { method?: string; form?: Readonly<Record<string, string>> } = {}): Promise<Answer> {
  const body = form && new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const unreachable = (cause: unknown): void => reject(new Problem('vms-unreachable', `${base.origin} does not answer.`, { cause }));
    const request = http.request(
      { host: base.hostname.replace(/^\[|\]$/g, ''), port: base.port || 80, method, path, agent: false, timeout: limits.milliseconds, headers: { host: base.host, ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }) } },
      (response) => {
        const parts: Buffer[] = [];
        let bytes = 0;
        const finish = (): void =>
          resolve({ status: response.statusCode ?? 0, type: (response.headers['content-type'] ?? '').split(';')[0]!.trim(), body: Buffer.concat(parts).toString('utf8') });
        response.on('data', (part: Buffer) => {
          parts.push(part);
          if ((bytes += part.length) > limits.bytes) {
            finish();
            request.destroy();
          }
        });
        response.on('end', finish).on('error', unreachable);
      },
    );
    const deadline = setTimeout(() => request.destroy(new Error('Its time ran out.')), limits.milliseconds);
    request.on('timeout', () => request.destroy(new Error('Its time ran out.'))).on('error', unreachable).on('close', () => clearTimeout(deadline));
    request.end(body);
  });
}

/** Is a connection taken there? Refused, unreachable and silent alike count as no. */
export function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 2_000 });
    const end = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.on('connect', () => end(true)).on('timeout', () => end(false)).on('error', () => end(false));
  });
}

/** Asks again until it is as wanted, or the time is out: a web server that reads its configuration anew answers by the old one for a while. */
export async function untilSo<T>(look: () => Promise<T>, isSo: (found: T) => boolean, longestMs = limits.settleMs): Promise<T> {
  for (const end = Date.now() + longestMs; ;) {
    const found = await look();
    if (isSo(found) || Date.now() >= end) return found;
    await pause(limits.betweenMs);
  }
}
