// The VMS client's edge: a listener in the recorder's place. Read the message, judge its class, pass it rebuilt or stop it.
// Ordinary clients keep their own login and paths (HTTP digest signs the path), so nothing of theirs is kept or changed here.
import http from 'node:http';
import type { Duplex } from 'node:stream';
import type { Command, Front, Refusal } from '../domain/adapter.js';
import type { Log } from '../domain/log.js';
import { Problem } from '../domain/problem.js';
import type { Attempt } from '../export/intercept.js';
import { canonical } from './canonical.js';
import { claimedName } from './claimed-name.js';
import { readAll } from './read-all.js';

/** Bytes of a message, and of a reply. */
const LARGEST_MESSAGE = 256 * 1024;
const LARGEST_REPLY = 4 * 1024 * 1024;
/** A recorder's whole answer, milliseconds. */
const DEADLINE_MS = 15_000;

export interface FrontParts {
  recorder: { id: string; url: string };
  /** May clients be told where the recorder itself streams? */
  tellsStreams: boolean;
  front: Front;
  /** Where a stopped client is sent. */
  applyUrl: string;
  stopAccess(attempt: Attempt): Promise<void>;
  log: Log;
}

/** `deadlineMs`: how long a recorder's whole answer may take. */
export function makeFront(parts: FrontParts, deadlineMs = DEADLINE_MS): http.Server {
  const server = http.createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    void answer(parts, request, deadlineMs)
      .catch((thrown: unknown) => refuseProblem(parts, thrown))
      .then((reply) => {
        const headers = {
          'Content-Type': reply.contentType,
          'Content-Length': reply.body.length,
          'Cache-Control': 'no-store',
          ...reply.headers,
        };
        response.writeHead(reply.status, headers).end(reply.body);
      })
      .catch((cause: unknown) => {
        parts.log('error', { event: 'front-failed', recorder: parts.recorder.id, cause });
        response.destroy();
      });
  });
  // WebSocket and CONNECT never reach the handler above: without this they would be answered by nobody, or by chance.
  const hangUp = (request: http.IncomingMessage, socket: Duplex): void => {
    socket.on('error', () => socket.destroy());
    void stopUnread(parts, request)
      .then(
        () => '403 Forbidden',
        () => '503 Service Unavailable',
      )
      .then((status) => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`));
  };
  // An `Expect` of another kind than 100-continue would be answered 417 by Node itself, and nobody would know of the attempt.
  const expectation = (request: http.IncomingMessage, response: http.ServerResponse): void =>
    void stopUnread(parts, request)
      .then(
        () => 417,
        () => 503,
      )
      .then((status) => response.writeHead(status, { Connection: 'close', 'Content-Length': 0 }).end());
  server.on('upgrade', hangUp).on('connect', hangUp).on('checkExpectation', expectation);
  return server;
}

interface Reply extends Refusal {
  headers?: Record<string, string | string[]>;
}

/** canonical → classify → pass or stop. */
async function answer(parts: FrontParts, request: http.IncomingMessage, deadlineMs: number): Promise<Reply> {
  const command = await readCommand(parts, request).catch(async (thrown: unknown) => {
    // What cannot be read in one way only was an attempt all the same (F1).
    await stopUnread(parts, request);
    throw thrown;
  });
  if (command.class === 'safe' || (command.class === 'live' && parts.tellsStreams)) return pass(parts, request, command, deadlineMs);
  return stop(parts, command, clientOf(request, command.user));
}

async function readCommand(parts: FrontParts, request: http.IncomingMessage): Promise<Command> {
  const target = request.url ?? '';
  canonical(target);
  // HTTP/1.0 knows messages that name no host: the addresses in the answer could not be made the gate's.
  if (!request.headers.host) throw new Problem('path-ambiguous', 'The message names no host.');
  if (request.method !== 'POST') throw new Problem('route-unknown', 'Only SOAP messages (POST) pass the gate.');
  const body = await readAll(request, LARGEST_MESSAGE, {
    long: () => new Problem('body-too-large', 'A message may have 256 KiB at most.'),
    broken: (cause) => new Problem('body-malformed', 'The message did not come whole.', { cause }),
  });
  const soapAction = request.headers['soapaction'];
  // With its query: whoever judges a path judges all that goes on to the recorder.
  return parts.front.classify({
    path: target,
    contentType: typeOf(request),
    action: typeof soapAction === 'string' ? soapAction : null,
    body,
  });
}

const typeOf = ({ headers }: http.IncomingMessage): string => String(headers['content-type'] ?? '');
/** `user`: the login of the message itself, which goes before that of HTTP. */
const clientOf = ({ socket, headers }: http.IncomingMessage, user: string | null = null): Attempt['client'] => ({
  address: socket.remoteAddress ?? '',
  user: user ?? claimedName(headers.authorization),
});

/** An attempt whose message was not read: its method and path are all that is known. Problem `journal-unwritable`. */
async function stopUnread(parts: FrontParts, request: http.IncomingMessage): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?');
  const operation = `${(request.method ?? '').slice(0, 16)} ${path.slice(0, 80)}`;
  const client = clientOf(request);
  await parts.stopAccess({ recorder: parts.recorder.id, operation, class: 'unknown', recording: null, client });
  parts.log('info', { event: 'access-stopped', recorder: parts.recorder.id, operation, outcome: 'unknown' });
}

/** Recorded before it is answered; the journal down means 503 and nothing else. */
async function stop(parts: FrontParts, command: Command, client: Attempt['client']): Promise<Reply> {
  const attempt = {
    recorder: parts.recorder.id,
    operation: command.operation,
    recording: command.recording,
    class: command.class === 'live' || command.class === 'safe' ? ('footage' as const) : command.class,
    client,
  };
  await parts.stopAccess(attempt);
  parts.log('info', { event: 'access-stopped', recorder: parts.recorder.id, operation: command.operation, outcome: command.class });
  return parts.front.refuse({ ...(command.class === 'live' ? streamsSaying : sayings[attempt.class]), link: parts.applyUrl, status: 403 });
}

const streamsSaying = {
  code: 'route-blocked',
  zh: '网关不告知录像机的码流地址，此次请求已记录',
  en: 'The gate tells nobody where the recorder itself streams; this request was recorded',
};

const sayings = {
  footage: {
    code: 'route-blocked',
    zh: '录像须经申请、审批后调取，此次请求已记录',
    en: 'Recorded footage leaves by application and approval; this request was recorded',
  },
  writing: {
    code: 'route-blocked',
    zh: '网关不放行修改录像机的操作，此次请求已记录',
    en: 'The gate passes nothing that changes the recorder; this request was recorded',
  },
  unknown: {
    code: 'route-unknown',
    zh: '网关不认识此操作，不予放行，此次请求已记录',
    en: 'The gate does not know this operation and does not pass it; this request was recorded',
  },
} as const;

/** The recorder gets what was read, under the client's own login. */
async function pass(parts: FrontParts, request: http.IncomingMessage, command: Command, deadlineMs: number): Promise<Reply> {
  const target = new URL(request.url ?? '/', parts.recorder.url);
  const { authorization, host } = request.headers;
  const headers: http.OutgoingHttpHeaders = { 'content-type': command.contentType, 'content-length': command.rebuilt.length };
  // A recorder's own login goes on to it; a token of the gate, sent here by mistake, stays.
  if (authorization && /^(Digest|Basic) /i.test(authorization)) headers['authorization'] = authorization;
  const response = await send(parts.front, target, headers, command.rebuilt, deadlineMs);
  const reply = await readAll(response, LARGEST_REPLY, {
    long: () => new Problem('vms-fault', 'The recorder answered with more than a reply can hold.'),
    broken: (cause) => new Problem('vms-unreachable', 'The recorder behind this gate did not end its answer.', { cause }),
  }).finally(() => response.destroy());
  const challenge = response.headersDistinct['www-authenticate'];
  return {
    status: response.statusCode ?? 502,
    contentType: String(response.headers['content-type'] ?? 'application/soap+xml; charset=utf-8'),
    body: parts.front.rewrite(reply, `http://${host ?? ''}`),
    ...(challenge && { headers: { 'WWW-Authenticate': challenge } }),
  };
}

async function send(
  front: Front,
  target: URL,
  headers: http.OutgoingHttpHeaders,
  body: Buffer,
  deadlineMs: number,
): Promise<http.IncomingMessage> {
  const signal = AbortSignal.timeout(deadlineMs);
  // A connection of its own: one that was kept may be closed by the recorder just as it is used again.
  const socket = await front.connect(signal);
  const { hostname, host, port, pathname, search } = target;
  const way = socket
    ? { createConnection: () => socket as Duplex }
    : { agent: false as const, host: hostname.replace(/^\[|\]$/g, ''), port: port || 80 };
  return new Promise((resolve, reject) => {
    const down = (cause: unknown): void =>
      reject(new Problem('vms-unreachable', 'The recorder behind this gate does not answer.', { cause }));
    http
      .request({ ...way, path: pathname + search, method: 'POST', headers: { ...headers, host }, signal }, resolve)
      .on('error', down)
      .end(body);
  });
}

function refuseProblem(parts: FrontParts, thrown: unknown): Reply {
  const problem = Problem.from(thrown);
  const cause = problem.status >= 500 ? (problem.cause ?? problem) : undefined;
  parts.log(problem.status >= 500 ? 'error' : 'info', {
    event: 'front-refused',
    recorder: parts.recorder.id,
    problem: problem.code,
    cause,
  });
  return parts.front.refuse({
    code: problem.code,
    zh: inChinese(problem),
    en: problem.detail,
    link: parts.applyUrl,
    status: problem.status,
  });
}

function inChinese({ code, status }: Problem): string {
  if (code === 'vms-unreachable' || code === 'vms-fault') return '录像机未应答，或应答无法使用';
  return status >= 500 ? '网关此刻无法记录，故不放行' : '网关未放行，此次请求已记录';
}
