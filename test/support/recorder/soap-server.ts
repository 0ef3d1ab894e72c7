// The recorder's SOAP side: one HTTP server, every service under /onvif/, digest or WS-UsernameToken.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Faults } from './faults.js';
import { acceptsToken, makeDigest, userOf, type Account, type Digest } from './login.js';
import { envelope, faultOf, SoapFault } from './soap-envelope.js';
import { makeReplies, type Replies, type SoapParts } from './soap-replies.js';
import { operationOf } from './xml.js';

/** May be asked without a login (ONVIF Core, access classes). */
const open = new Set(['GetSystemDateAndTime', 'GetServices', 'GetServiceCapabilities']);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const xmlHeaders = { 'content-type': 'application/soap+xml; charset=utf-8' };

function misbehave(kind: NonNullable<Faults['soap']>, body: string, response: ServerResponse): void {
  if (kind === 'truncated') {
    response.writeHead(200, { ...xmlHeaders, 'content-length': Buffer.byteLength(body) });
    return void response.write(body.slice(0, body.length / 2), () => response.destroy());
  }
  response.writeHead(200, xmlHeaders);
  if (kind === 'cut') return void response.end(body.slice(0, body.length / 2));
  response.write('<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>');
  if (kind === 'stall') return;
  const piece = kind === 'huge' ? '<x>'.padEnd(65_536, 'x') : 'x';
  const more = (): void => {
    while (!response.destroyed && response.write(piece) && kind === 'huge');
    if (response.destroyed) clearInterval(drip);
  };
  const drip = setInterval(more, 20);
  response.on('drain', more).on('close', () => clearInterval(drip));
}

export interface SoapServerParts extends SoapParts {
  accounts: readonly Account[];
  /** Every operation received. */
  seen: string[];
}

/** Body of the answer, or the fault. */
function replyTo(parts: SoapServerParts, replies: Replies, operation: string, xml: string, user: string): string {
  const { faults } = parts;
  const reply = replies[operation];
  if (!reply || (faults.searchRefused && reply[0] === 'tse') || faults.refuse?.includes(operation))
    throw new SoapFault(['ter:ActionNotSupported'], 500);
  if (operation === 'GetUsers' && parts.accounts.length > 1 && user !== parts.accounts[1]?.user)
    throw new SoapFault(['ter:OperationProhibited']);
  const [prefix, makeBody] = reply;
  return envelope(`<${prefix}:${operation}Response>${makeBody(parts, xml)}</${prefix}:${operation}Response>`);
}

async function answer(
  parts: SoapServerParts,
  replies: Replies,
  digest: Digest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const xml = await bodyOf(request);
  const { operation } = operationOf(xml);
  const { faults } = parts;
  parts.seen.push(operation);
  const send = (status: number, body: string, headers: Record<string, string | string[]> = {}): void =>
    void response.writeHead(status, { ...xmlHeaders, 'content-length': Buffer.byteLength(body), ...headers }).end(body);
  const isWrong = faults.soap && (!faults.soapOn || faults.soapOn === operation);
  const { authorization } = request.headers;
  const verdict = faults.login === 'token' ? 'no' : digest.judge(authorization, request.method ?? '', request.url ?? '');
  const byToken = faults.login !== 'digest' && acceptsToken(xml, parts.accounts, parts.now());
  if (!(isWrong && !faults.soapOn) && !open.has(operation) && (faults.refuseLogin || !(verdict === 'yes' || byToken))) {
    if (faults.login === 'token') return send(faults.faultStatus ?? 400, faultOf(['ter:NotAuthorized'], faults.faultStyle));
    return send(401, '', { 'www-authenticate': digest.challenges(verdict === 'stale' ? 'stale' : 'no') });
  }
  try {
    const body = replyTo(parts, replies, operation, xml, userOf(authorization, xml));
    return isWrong ? misbehave(faults.soap ?? 'cut', body, response) : send(200, body);
  } catch (thrown) {
    if (!(thrown instanceof SoapFault)) throw thrown;
    if (isWrong) return misbehave(faults.soap ?? 'cut', envelope(''), response);
    send(faults.faultStatus ?? thrown.status, faultOf(thrown.subcodes, faults.faultStyle));
  }
}

/** Not yet listening. With a certificate: HTTPS. */
export function makeSoapServer(parts: SoapServerParts, tls?: { cert: Buffer; key: Buffer }): Server {
  const digest = makeDigest(parts.accounts, parts.faults, true);
  const replies = makeReplies();
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    answer(parts, replies, digest, request, response).catch(() => response.destroy());
  };
  return tls ? (createSecureServer({ ...tls }, take) as unknown as Server) : createServer(take);
}
