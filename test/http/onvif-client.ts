// An ordinary ONVIF client, as a VMS has one: SOAP 1.2 over HTTP with digest access authentication. It knows nothing of the gate.
import { createHash, randomBytes } from 'node:crypto';
import { ask, type RawAnswer } from './raw.js';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const ver = 'http://www.onvif.org/ver10';
export const namespaces = {
  device: `${ver}/device/wsdl`, media: `${ver}/media/wsdl`, search: `${ver}/search/wsdl`, replay: `${ver}/replay/wsdl`, recording: `${ver}/recording/wsdl`,
} as const;
export type Service = keyof typeof namespaces;

export const envelope = (service: Service, operation: string, inner = '', header = ''): string =>
  `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="${ver}/schema">${header}<s:Body><o:${operation} xmlns:o="${namespaces[service]}">${inner}</o:${operation}></s:Body></s:Envelope>`;

/** HTTP digest (RFC 7616) for one request, from the challenge that refused it. */
function answerTo(challenge: string, target: string, { user, password }: Account): string {
  const value = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
  const [realm, nonce, cnonce] = [value('realm'), value('nonce'), randomBytes(8).toString('hex')];
  const response = md5(`${md5(`${user}:${realm}:${password}`)}:${nonce}:00000001:${cnonce}:auth:${md5(`POST:${target}`)}`);
  return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${target}", qop=auth, nc=00000001, cnonce="${cnonce}", response="${response}"`;
}

export interface Account {
  user: string;
  password: string;
}

export interface Call {
  service: Service;
  operation: string;
  inner?: string;
  /** Where the service is; the device service unless told. */
  target?: string;
  headers?: Record<string, string>;
  /** The name of a WS-UsernameToken (Web Services Security UsernameToken Profile 1.1), which goes with the message itself. */
  named?: string;
}

const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const naming = (user: string): string =>
  `<s:Header><w:Security xmlns:w="${wsse}"><w:UsernameToken><w:Username>${user}</w:Username></w:UsernameToken></w:Security></s:Header>`;

/** Asks once without a login, and again with one where that was refused. */
export async function call(url: string, { service, operation, inner = '', target = '/onvif/device_service', headers = {}, named }: Call, account?: Account): Promise<RawAnswer> {
  const question = {
    method: 'POST', target, body: envelope(service, operation, inner, named && naming(named)),
    headers: { 'content-type': `application/soap+xml; charset=utf-8; action="${namespaces[service]}/${operation}"`, ...headers },
  };
  const first = await ask(url, question);
  if (first.status !== 401 || !account) return first;
  const authorization = answerTo(String(first.headers['www-authenticate']), target, account);
  return ask(url, { ...question, headers: { ...question.headers, authorization } });
}
