// The sockets that the gate listens on: the API with or without TLS, and how one is opened and shut.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Config } from './config/config.js';
import type { Log } from './domain/log.js';
import { Problem } from './domain/problem.js';
import type { KnownNames } from './domain/route-table.js';
import type { WebFront } from './domain/web-front.js';
import { adapterOf, asAddress } from './configured.js';
import { addressesOf } from './http/gate/system-addresses.js';
import { makeUpstream } from './http/gate/upstream.js';
import { makeUpstreamSocket } from './http/gate/upstream-socket.js';
import { loadTable } from './http/gate/load-table.js';
import { WebSessions } from './http/gate/sessions.js';
import { JudgedFiles } from './http/gate/judged-files.js';
import { openWebGate, type WebGateParts } from './http/gate/web-gate.js';
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
  const { host, port, streams } = recorder.front!;
  const server = makeFront({ recorder, tellsStreams: streams === 'recorder', front: adapterOf(recorder).front!(asAddress(recorder)), ...parts });
  await listen(server, port, host);
  return { server, url: `${addressOf(server, 'http', host)}${new URL(recorder.url).pathname}` };
}

/** What the gates of all systems share. */
export type WebShared = Omit<WebGateParts, 'recorder' | 'web' | 'table' | 'people' | 'egress' | 'sessions' | 'upstream' | 'upstreamSocket' | 'known' | 'own' | 'addresses' | 'judgedFiles' | 'bodies'>;

/** How long a list of the system's cameras is believed. */
const KNOWN_MS = 60_000;

/** The place of a video system's own pages, at its configured address. */
export async function openWeb(recorder: Config['recorders'][number], shared: WebShared): Promise<{ server: http.Server; origin: string }> {
  const { host, port, tls, publicUrl, people, egress } = recorder.web!;
  const options = { maxHeaderSize: 16 * 1024, requestTimeout: 20_000, headersTimeout: 10_000, keepAliveTimeout: IDLE_MS };
  const server = tls
    ? https.createServer({ ...options, cert: await fs.promises.readFile(tls.certFile), key: await fs.promises.readFile(tls.keyFile), minVersion: 'TLSv1.2' })
    : http.createServer(options);
  // Each is a file and some memory: beyond this many the machine would be the one to say no.
  server.maxConnections = 4096;
  await listen(server, port, host);
  const origin = publicUrl ?? addressOf(server, tls ? 'https' : 'http', host);
  const own = new URL(origin);
  const web = adapterOf(recorder).web!(asAddress(recorder));
  openWebGate(
    {
      ...shared,
      // The one in force at the moment of asking.
      get policy() {
        return shared.policy;
      },
      recorder: { id: recorder.id },
      web,
      table: loadTable(web.table, recorder.adapter),
      people: new Map(people.map(({ account, user, administrator }) => [account, { user, administrator }])),
      egress: new Set(egress),
      sessions: new WebSessions(shared.now, origin.startsWith('https:')),
      upstream: makeUpstream(web.upstream, web.agent),
      upstreamSocket: makeUpstreamSocket(web.upstream, web.agent),
      known: knownCameras(web, shared),
      own,
      judgedFiles: new JudgedFiles(),
      bodies: { open: 0 },
      addresses: addressesOf(web, own),
    },
    server,
  );
  return { server, origin };
}

/** Empty while the system does not answer: then no live route is known. */
function knownCameras(web: WebFront, { now, log }: WebShared): () => Promise<KnownNames> {
  let known: KnownNames = { cameras: new Set(), streams: new Set(), birdseye: false };
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<unknown> | null = null;
  const ask = async (): Promise<void> => {
    try {
      known = await web.known(AbortSignal.timeout(10_000));
      askedAt = now().getTime();
    } catch (cause) {
      known = { cameras: new Set(), streams: new Set(), birdseye: false };
      log('error', { event: 'cameras-unknown', cause });
    }
  };
  return async () => {
    if (now().getTime() - askedAt < KNOWN_MS) return known;
    await (asking ??= ask().finally(() => (asking = null)));
    return known;
  };
}

const open = new WeakMap<http.Server, Set<Socket>>();

const listen = (server: http.Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    open.set(server, sockets);
    server.on('connection', (socket: Socket) => sockets.add(socket.once('close', () => sockets.delete(socket))));
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new Problem('config-invalid', `${host}:${port} cannot be listened on (${cause.code ?? 'unknown'}).`, { cause })),
    );
    server.listen(port, host, resolve);
  });

export function addressOf(server: http.Server, scheme: string, host: string): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
}

/** Ends what is open too: a stream that nobody reads must not keep the gate up, nor a WebSocket, which Node does not count any more. */
export const shut = (server: http.Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of open.get(server) ?? []) socket.destroy();
  });
