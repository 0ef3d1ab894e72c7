// The recorder's SOAP side: one HTTP server, every service under /onvif/, digest or WS-UsernameToken.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Faults } from './faults.js';
import { acceptsToken, makeDigest, type Account, type Digest } from './login.js';
import { replies, SoapFault, type SoapParts } from './soap-replies.js';
import { escapeXml, operationOf } from './xml.js';

const declarations = Object.entries({
  s: 'http://www.w3.org/2003/05/soap-envelope',
  tt: 'http://www.onvif.org/ver10/schema',
  ter: 'http://www.onvif.org/ver10/error',
  tds: 'http://www.onvif.org/ver10/device/wsdl',
  trt: 'http://www.onvif.org/ver10/media/wsdl',
  tse: 'http://www.onvif.org/ver10/search/wsdl',
  trp: 'http://www.onvif.org/ver10/replay/wsdl',
  trc: 'http://www.onvif.org/ver10/recording/wsdl',
  wsnt: 'http://docs.oasis-open.org/wsn/b-2',
  tns1: 'http://www.onvif.org/ver10/topics',
}).map(([prefix, namespace]) => ` xmlns:${prefix}="${namespace}"`);

const envelope = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope${declarations.join('')}><s:Body>${body}</s:Body></s:Envelope>`;

const fault = (subcodes: readonly string[]): string => {
  const nested = subcodes.reduceRight((inner, code) => `<s:Subcode><s:Value>${code}</s:Value>${inner}</s:Subcode>`, '');
  return envelope(
    `<s:Fault><s:Code><s:Value>s:Sender</s:Value>${nested}</s:Code>
     <s:Reason><s:Text xml:lang="en">Refused by the recorder</s:Text></s:Reason></s:Fault>`,
  );
};

/** May be asked without a login (ONVIF Core, access classes). */
const open = new Set(['GetSystemDateAndTime', 'GetServices', 'GetServiceCapabilities']);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function misbehave(kind: NonNullable<Faults['soap']>, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/soap+xml; charset=utf-8' });
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
  account: Account;
  faults: Faults;
  /** Every operation received. */
  seen: string[];
}

async function answer(parts: SoapServerParts, digest: Digest, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const xml = await bodyOf(request);
  const { operation } = operationOf(xml);
  parts.seen.push(operation);
  const send = (status: number, body: string, headers: Record<string, string> = {}): void =>
    void response
      .writeHead(status, { 'content-type': 'application/soap+xml; charset=utf-8', 'content-length': Buffer.byteLength(body), ...headers })
      .end(body);
  if (parts.faults.soap) return misbehave(parts.faults.soap, response);
  const { login } = parts.faults;
  const byDigest = login !== 'token' && digest.accepts(request.headers.authorization, request.method ?? '', request.url ?? '');
  const byToken = login !== 'digest' && acceptsToken(xml, parts.account, parts.now());
  if (!open.has(operation) && (parts.faults.refuseLogin || !(byDigest || byToken))) {
    if (login === 'token') return send(400, fault(['ter:NotAuthorized']));
    return send(401, '', { 'www-authenticate': digest.challenge });
  }
  const reply = replies[operation];
  if (!reply || (parts.faults.searchRefused && reply[0] === 'tse')) return send(500, fault(['ter:ActionNotSupported']));
  try {
    const [prefix, makeBody] = reply;
    send(200, envelope(`<${prefix}:${operation}Response>${makeBody(parts, xml)}</${prefix}:${operation}Response>`));
  } catch (thrown) {
    if (!(thrown instanceof SoapFault)) throw thrown;
    send(400, fault(thrown.subcodes.map(escapeXml)));
  }
}

/** Not yet listening. */
export function makeSoapServer(parts: SoapServerParts): Server {
  const digest = makeDigest(parts.account, true);
  return createServer((request, response) => {
    answer(parts, digest, request, response).catch(() => response.destroy());
  });
}
