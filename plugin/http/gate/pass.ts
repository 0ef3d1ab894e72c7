// What passes: the request as it was judged, under the session that never leaves the gate; the answer under the guard, without credentials.
import { isUtf8 } from 'node:buffer';
import type http from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Param } from '../../domain/asked.js';
import { Problem } from '../../domain/problem.js';
import type { Answer } from './answer-reading.js';
import { cookieForSystem, cookiesForBrowser } from './cookies.js';
import { guardAnswer, GuardedBody, mayChange } from './guard.js';
import { GuardHit } from './guard-hit.js';
import { requestHeaders } from './request-headers.js';
import { rebuild } from './rebuild.js';
import { responseHeaders } from './response-headers.js';
import type { Upstream as UpstreamAddresses } from './upstream-addresses.js';
import type { Walk, WebGateParts } from './web-gate.js';

/** Between two pieces of an answer, milliseconds. */
const IDLE_MS = 60_000;
/** Of a whole answer; live pictures go on for a working day. */
const WHOLE_MS = 120_000;
const LIVE_MS = 12 * 3_600_000;
/** Names under which clients show what stands for a credential. */
const credentialNames = ['token', 'auth'];
/** Names that cross on the routes of a sign-in, and nowhere else. */
const loginNames = ['username', 'password', 'user', 'pass'];

/** Problems `vms-unreachable`. Throws `GuardHit` where the answer is not what its route gives; what had left is then broken off by the caller. */
export async function pass(gate: WebGateParts, walk: Walk, response: http.ServerResponse): Promise<void> {
  const { request, asked, session } = walk;
  const route = walk.route!;
  const { isAsset } = route;
  const [upstream, own] = [gate.web.upstream, new URL(gate.origin)];
  const built = rebuild(gate.table, asked, { add: credentialsOf(walk), keep: walk.class === 'auth' ? loginNames : [] });
  const body = built.body && { contentType: built.contentType!, bytes: built.body.length };
  const cookie = isAsset ? null : cookieForSystem(gate.web, session, walk.headers.cookie);
  const headers = requestHeaders(request.rawHeaders, { upstream, gate: own, isAsset, cookie, body, upgrade: false });
  const answer = await gate.upstream(request, response, { method: built.method, target: built.target, headers, body: built.body });
  const end = endLater(answer, walk.class === 'live' ? LIVE_MS : WHOLE_MS);
  try {
    const status = answer.statusCode ?? 502;
    const judged: Answer = { class: route.class, expects: route.expects, isAsset, status, headers: answer.rawHeaders };
    const verdict = guardAnswer(judged);
    if (verdict !== 'pass') throw new GuardHit(verdict.why, verdict.where);
    const changes = mayChange(judged);
    const out = responseHeaders(answer.rawHeaders, { upstream, gate: own, isAsset, mayChange: changes });
    if (!isAsset) setCookies(gate, walk, answer, out);
    if (asked.method === 'HEAD' || status === 204 || status === 304) return void response.writeHead(status, out).end();
    const guarded = new GuardedBody(judged, changes ? addressesOf(gate) : null);
    if (isAsset || !changes) {
      response.writeHead(status, out);
      return await pipeline(answer, guarded, response);
    }
    const text = await textOf(gate, walk, answer, guarded, String(out['content-type'] ?? ''));
    response.writeHead(status, { ...out, 'content-length': text.length }).end(text);
  } finally {
    clearTimeout(end);
    answer.destroy();
  }
}

/** Real ones for those that the client holds; what is none of this session's goes nowhere. */
function credentialsOf({ asked, session }: Walk): Param[] {
  return credentialNames.flatMap((name): Param[] => {
    const credential = session.tokens.get(asked.params.get(name) ?? '');
    return credential === undefined ? [] : [[name, credential]];
  });
}

function endLater(answer: http.IncomingMessage, mostMs: number): NodeJS.Timeout {
  const late = (): void => void answer.destroy(new Problem('vms-unreachable', 'The video system did not end its answer in time.'));
  answer.setTimeout(IDLE_MS, late);
  return setTimeout(late, mostMs);
}

/** The system's cookies stay here; after a sign-in the browser gets a new one of ours. */
function setCookies(gate: WebGateParts, walk: Walk, answer: http.IncomingMessage, out: http.OutgoingHttpHeaders): void {
  const { session, cookie } = walk;
  const { sessions } = gate;
  const before = session.cookies.size;
  const forBrowser = cookiesForBrowser(gate.web, session, answer.headersDistinct['set-cookie'] ?? [], sessions.isSecure);
  const signsIn = walk.class === 'auth';
  if (signsIn) session.account = null;
  if ((signsIn && walk.asked.method === 'POST') || (cookie === null && session.cookies.size > before)) forBrowser.push(sessions.setCookie(session, cookie));
  if (forBrowser.length > 0) out['set-cookie'] = forBrowser;
}

async function textOf(
  { web, sessions }: WebGateParts,
  { asked, session }: Walk,
  answer: http.IncomingMessage,
  guarded: GuardedBody,
  contentType: string,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  await pipeline(answer, guarded, async (source: AsyncIterable<Buffer>) => {
    for await (const part of source) parts.push(part);
  });
  const bytes = Buffer.concat(parts);
  // What is no UTF-8 is read byte by byte, so that nothing else in it changes.
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  const text = web.redact(bytes.toString(encoding), contentType, asked, (credential) => sessions.tokenFor(session, credential));
  return Buffer.from(text, encoding);
}

/**
 * The system's own addresses in its pages become the gate's. What else runs on its machine, a camera's relay say, the gate does not stand
 * before: such an address is hidden, for an administrator who saves a form would save the gate's own in its place.
 */
function addressesOf({ web, origin }: WebGateParts): UpstreamAddresses {
  const own = new URL(origin);
  return {
    hosts: [web.upstream.hostname],
    replace(address) {
      const [, scheme = '', host = ''] = /^([a-z0-9+.-]+:)?\/\/(.*)$/i.exec(address) ?? [];
      if (!isWebOf(web.upstream, scheme, host)) return `${scheme}//${web.hidden}`;
      return scheme === '' ? `//${own.host}` : own.origin;
    },
  };
}

/** Without a scheme a page means its own; without a port, that of the scheme. */
function isWebOf(upstream: URL, scheme: string, host: string): boolean {
  const as = scheme === '' ? upstream.protocol : scheme.replace(/^ws/i, 'http').toLowerCase();
  return as === upstream.protocol && URL.canParse(`${as}//${host}`) && new URL(`${as}//${host}`).port === upstream.port;
}
