// The sockets that the gate listens on: the API with or without TLS, and how one is opened and shut.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Config } from './config/config.js';
import type { Log } from './domain/log.js';
import { Problem } from './domain/problem.js';
import { adapterOf, asAddress } from './configured.js';
import { makeApp } from './http/app.js';
import { makeFront, type FrontParts } from './http/front.js';
import type { ApiParts } from './http/api/parts.js';

/**
 * Longer than clients and proxies keep an idle connection (a minute, as a rule): where we close it first, at the moment when they send a move
 * on it, the move is lost, and nobody sends a POST twice by themselves.
 */
const IDLE_MS = 65_000;

export async function makeServer({ listen: { host, port, tls, behindProxy }, limits }: Config, api: ApiParts, log: Log): Promise<http.Server> {
  const app = makeApp(api, log, behindProxy, limits);
  const options = { maxHeaderSize: 16 * 1024, requestTimeout: 60_000, headersTimeout: 10_000, keepAliveTimeout: IDLE_MS };
  const server = tls
    ? https.createServer(
        { ...options, cert: await fs.promises.readFile(tls.certFile), key: await fs.promises.readFile(tls.keyFile), minVersion: 'TLSv1.2' },
        app,
      )
    : http.createServer(options, app);
  await listen(server, port, host);
  return server;
}

/** The recorder's front door, at its configured address. */
export async function openFront(
  recorder: Config['recorders'][number],
  parts: Pick<FrontParts, 'applyUrl' | 'log' | 'stopAccess'>,
): Promise<{ server: http.Server; url: string }> {
  const { host, port } = recorder.front!;
  const front = adapterOf(recorder).front?.(asAddress(recorder));
  if (!front) throw new Problem('config-invalid', `Recorder ${recorder.id} speaks no messages that the gate could stand in front of; right is no front.`);
  const server = makeFront({ recorder, front, ...parts });
  await listen(server, port, host);
  return { server, url: `${addressOf(server, 'http', host)}${new URL(recorder.url).pathname}` };
}

const listen = (server: http.Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new Problem('config-invalid', `${host}:${port} cannot be listened on (${cause.code ?? 'unknown'}).`, { cause })),
    );
    server.listen(port, host, resolve);
  });

export function addressOf(server: http.Server, scheme: string, host: string): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
}

/** Ends what is open too: a stream that nobody reads must not keep the gate up. */
export const shut = (server: http.Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
