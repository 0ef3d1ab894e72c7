// What passes: the request as it was judged, under the session that never leaves the gate; the answer under the guard, without credentials.
import { isUtf8 } from 'node:buffer';
import type http from 'node:http';
import type { Param } from '../../domain/asked.js';
import { Problem } from '../../domain/problem.js';
import { judgeAgain } from '../../export/keep-judging.js';
import { readingOf } from './answer-reading.js';
import { everything, type BodyJudge } from './body-judge.js';
import { cookieForSystem, cookiesForBrowser } from './cookies.js';
import { judgeOf } from './guard.js';
import { GuardHit } from './guard-hit.js';
import { requestHeaders } from './request-headers.js';
import { rebuild } from './rebuild.js';
import { responseHeaders } from './response-headers.js';
import { bringsPassword } from './sessions.js';
import { sendJudged } from './send-judged.js';
import type { Walk, WebGateParts } from './web-gate.js';

/** Between two pieces of an answer, milliseconds. */
const IDLE_MS = 60_000;
/** Of a whole answer; live pictures go on for a working day. */
const WHOLE_MS = 120_000;
const LIVE_MS = 12 * 3_600_000;
/** Bytes of a file that is sent in one piece. */
const LARGEST_PIECE = 1024 * 1024;
/** Names under which clients show what stands for a credential. */
const credentialNames = ['token', 'auth'];
/** Names that cross on the routes of a sign-in, and nowhere else. */
const loginNames = ['username', 'password', 'user', 'pass'];

/** `still`: asked while pictures come, and ends them. Problems `vms-unreachable`, those of `still`. Throws `GuardHit` where the answer is not what its route gives; what had left is then broken off by the caller. */
export async function pass(gate: WebGateParts, walk: Walk, response: http.ServerResponse, still: (() => Promise<void>) | null = null): Promise<void> {
  const { request, asked, session } = walk;
  const route = walk.route!;
  const { isAsset } = route;
  const { own } = gate;
  const { upstream } = gate.web;
  const built = rebuild(gate.table, asked, { add: credentialsOf(walk), keep: walk.class === 'auth' ? loginNames : [] });
  const body = built.body && { contentType: built.contentType!, bytes: built.body.length };
  const cookie = isAsset ? null : cookieForSystem(gate.web, session, walk.headers.cookie);
  const headers = requestHeaders(request.rawHeaders, { upstream, gate: own, isAsset, cookie, body, upgrade: false });
  const answer = await gate.upstream(request, response, { method: built.method, target: built.target, headers, body: built.body });
  const end = endLater(answer, walk.class === 'live' ? LIVE_MS : WHOLE_MS);
  try {
    const status = answer.statusCode ?? 502;
    const reading = readingOf({ class: route.class, expects: route.expects, isAsset, status, headers: answer.rawHeaders });
    if ('why' in reading) throw new GuardHit(reading.why, reading.where);
    const isText = reading.as === 'text';
    const out = responseHeaders(answer.rawHeaders, { upstream, gate: own, isAsset, mayChange: isText });
    if (!isAsset) setCookies(gate, walk, answer, out);
    if (asked.method === 'HEAD' || status === 204 || status === 304) return void response.writeHead(status, out).end();
    const makeJudge = (): BodyJudge => judgeOf(reading, isText ? gate.addresses : null);
    const send = (pieces: readonly Buffer[]): void => {
      response.writeHead(status, { ...out, 'content-length': pieces.reduce((sum, { length }) => sum + length, 0) });
      // With the head in one message; a copy in one piece would be so much more for the collector.
      response.cork();
      for (const piece of pieces.slice(0, -1)) response.write(piece);
      response.end(pieces.at(-1));
    };
    if (isText && !isAsset) return send([withoutSecrets(gate, walk, await readJudged(answer, makeJudge()), String(out['content-type'] ?? ''))]);
    if (isAsset && isShort(answer)) return send(gate.judgedFiles.judge(reading, await readJudged(answer, everything), makeJudge));
    response.writeHead(status, out);
    return await sendJudged(answer, makeJudge(), response, still ? judgeAgain(gate.now, still) : undefined);
  } finally {
    clearTimeout(end);
    answer.destroy();
  }
}

/** Read to its end, and sent in one piece, it costs less than through streams; and where something is found in it, the client is told. */
const isShort = ({ headers }: http.IncomingMessage): boolean => Number(headers['content-length'] ?? Infinity) <= LARGEST_PIECE;

/** Its bytes in pieces, when all of them have been judged. Problem `vms-unreachable`; throws `GuardHit`. */
function readJudged(answer: http.IncomingMessage, judge: BodyJudge): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const brokeOff = (cause?: unknown): void => reject(new Problem('vms-unreachable', 'The answer of the video system broke off.', { cause }));
    const parts: Buffer[] = [];
    const judging = (judged: () => Buffer[]): void => {
      try {
        parts.push(...judged());
      } catch (hit) {
        reject(hit as Error);
        answer.destroy();
      }
    };
    answer
      .on('data', (chunk: Buffer) => judging(() => judge.push(chunk)))
      .on('end', () => {
        judging(() => judge.end());
        resolve(parts);
      })
      .on('error', brokeOff)
      .on('close', () => answer.complete || brokeOff());
  });
}

/** Real ones for those that the client holds; what is none of this session's goes nowhere. */
export function credentialsOf({ asked, session }: Walk): Param[] {
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
  const isNew = signsIn && walk.asked.method === 'POST' && bringsPassword(walk.asked.params);
  if (isNew) sessions.forgetGiven(session);
  // What stands in an address is never exchanged for a cookie: it ends with the page that it is from.
  if (isNew || (cookie === null && session.cookies.size > before)) forBrowser.push(sessions.setCookie(session, cookie));
  if (forBrowser.length > 0) out['set-cookie'] = forBrowser;
}

function withoutSecrets({ web, sessions }: WebGateParts, { asked, session }: Walk, pieces: readonly Buffer[], contentType: string): Buffer {
  const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  // What is no UTF-8 is read byte by byte, so that nothing else in it changes.
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  const text = bytes.toString(encoding);
  const bare = web.redact(text, contentType, asked, (credential) => sessions.tokenFor(session, credential));
  return bare === text ? bytes : Buffer.from(bare, encoding);
}
