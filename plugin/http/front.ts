// The VMS client's edge: a listener in the recorder's place. Read the message, judge its class, pass it rebuilt or stop it.
// Ordinary clients keep their own login and paths (HTTP digest signs the path), so nothing of theirs is kept or changed here.
import http from 'node:http';
import https from 'node:https';
import type { Command, Front, Refusal } from '../domain/adapter.js';
import type { Log } from '../domain/log.js';
import { Problem } from '../domain/problem.js';
import type { Attempt } from '../export/intercept.js';
import { canonical } from './canonical.js';

/** Bytes of a message, and of a reply. */
const LARGEST_MESSAGE = 256 * 1024;
const LARGEST_REPLY = 4 * 1024 * 1024;
/** A recorder's whole answer, milliseconds. */
const DEADLINE_MS = 15_000;

export interface FrontParts {
  recorder: { id: string; url: string };
  front: Front;
  /** Where a stopped client is sent. */
  applyUrl: string;
  stopAccess(attempt: Attempt): Promise<void>;
  log: Log;
}

export function makeFront(parts: FrontParts): http.Server {
  const server = http.createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    void answer(parts, request)
      .catch((thrown: unknown) => refuseProblem(parts, thrown))
      .then((reply) => {
        response.writeHead(reply.status, { 'Content-Type': reply.contentType, 'Content-Length': reply.body.length, 'Cache-Control': 'no-store', ...reply.headers }).end(reply.body);
      })
      .catch((cause: unknown) => {
        parts.log('error', { event: 'front-failed', recorder: parts.recorder.id, cause });
        response.destroy();
      });
  });
  // WebSocket and CONNECT never reach the handler above: without this they would be answered by nobody, or by chance.
  server.on('upgrade', (_request, socket) => socket.destroy());
  server.on('connect', (_request, socket) => socket.destroy());
  return server;
}

interface Reply extends Refusal {
  headers?: Record<string, string | string[]>;
}

/** canonical → classify → pass or stop. */
async function answer(parts: FrontParts, request: http.IncomingMessage): Promise<Reply> {
  const client = { address: request.socket.remoteAddress ?? '', user: null };
  const { path } = canonical(request.url ?? '');
  if (request.method !== 'POST') {
    await parts.stopAccess({ recorder: parts.recorder.id, operation: `${(request.method ?? '').slice(0, 16)} ${path.slice(0, 80)}`, class: 'unknown', recording: null, client });
    throw new Problem('route-unknown', 'Only SOAP messages (POST) pass the gate.');
  }
  const body = await readAll(request, LARGEST_MESSAGE, () => new Problem('body-too-large', 'A message may have 256 KiB at most.'));
  const contentType = String(request.headers['content-type'] ?? '');
  const soapAction = request.headers['soapaction'];
  const command = parts.front.classify({ path, contentType, action: typeof soapAction === 'string' ? soapAction : null, body });
  if (command.class === 'safe') return pass(parts, request, command, contentType);
  return stop(parts, command, { ...client, user: command.user });
}

/** Recorded before it is answered; the journal down means 503 and nothing else. */
async function stop(parts: FrontParts, command: Command, client: Attempt['client']): Promise<Reply> {
  const attempt = { recorder: parts.recorder.id, operation: command.operation, recording: command.recording, class: command.class as Attempt['class'], client };
  await parts.stopAccess(attempt);
  parts.log('info', { event: 'access-stopped', recorder: parts.recorder.id, operation: command.operation, outcome: command.class });
  return parts.front.refuse({ ...sayings[attempt.class], link: parts.applyUrl, status: 403 });
}

const sayings = {
  footage: { code: 'route-blocked', zh: '录像须经申请、审批后调取，此次请求已记录', en: 'Recorded footage leaves by application and approval; this request was recorded' },
  writing: { code: 'route-blocked', zh: '网关不放行修改录像机的操作，此次请求已记录', en: 'The gate passes nothing that changes the recorder; this request was recorded' },
  unknown: { code: 'route-unknown', zh: '网关不认识此操作，不予放行，此次请求已记录', en: 'The gate does not know this operation and does not pass it; this request was recorded' },
} as const;

/** The recorder gets what was read, under the client's own login. */
async function pass(parts: FrontParts, request: http.IncomingMessage, command: Command, contentType: string): Promise<Reply> {
  const target = new URL(request.url ?? '/', parts.recorder.url);
  const { authorization, host } = request.headers;
  const headers: http.OutgoingHttpHeaders = { 'content-type': contentType, 'content-length': command.rebuilt.length, ...(authorization && { authorization }) };
  const response = await send(target, headers, command.rebuilt);
  const reply = await readAll(response, LARGEST_REPLY, () => new Problem('vms-fault', 'The recorder answered with more than a reply can hold.'));
  const challenge = response.headersDistinct['www-authenticate'];
  return {
    status: response.statusCode ?? 502, contentType: String(response.headers['content-type'] ?? 'application/soap+xml; charset=utf-8'),
    body: parts.front.rewrite(reply, `http://${host ?? ''}`), ...(challenge && { headers: { 'WWW-Authenticate': challenge } }),
  };
}

function send(target: URL, headers: http.OutgoingHttpHeaders, body: Buffer): Promise<http.IncomingMessage> {
  const { request } = target.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const down = (cause: unknown): void => reject(new Problem('vms-unreachable', 'The recorder behind this gate does not answer.', { cause }));
    request(target, { method: 'POST', headers, signal: AbortSignal.timeout(DEADLINE_MS) }, resolve).on('error', down).end(body);
  });
}

async function readAll(stream: http.IncomingMessage, most: number, tooMuch: () => Problem): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > most) {
      stream.destroy();
      throw tooMuch();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuseProblem(parts: FrontParts, thrown: unknown): Reply {
  const problem = Problem.from(thrown);
  parts.log(problem.status >= 500 ? 'error' : 'info', { event: 'front-refused', recorder: parts.recorder.id, problem: problem.code, cause: problem.status >= 500 ? (problem.cause ?? problem) : undefined });
  return parts.front.refuse({ code: problem.code, zh: '网关未放行', en: problem.detail, link: parts.applyUrl, status: problem.status });
}
