// The one door to node-onvif: its SOAP layer makes envelopes and reads answers, on a transport, a clock and a login of ours. Reading
// operations only.
import { createRequire } from 'node:module';
import { randomBytes } from 'node:crypto';
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { Problem } from '../../plugin/domain/problem.js';
import { answerChallenge, chooseChallenge, type Challenge } from './digest.js';
import { soapBytes } from './limits.js';
import { namespaces } from './namespaces.js';
import { readXml } from './read-xml.js';
import type { Transcript } from './transcript.js';
import { post } from './transport.js';
import { escapeText } from './write-xml.js';

/** The operations that the gate itself ever sends. Nothing here changes a recorder. */
const operations = {
  GetSystemDateAndTime: 'device',
  GetServices: 'device',
  GetDeviceInformation: 'device',
  FindRecordings: 'search',
  GetRecordingSearchResults: 'search',
  EndSearch: 'search',
  GetReplayUri: 'replay',
} as const;
export type Operation = keyof typeof operations;
export type Service = (typeof operations)[Operation];

/** An answer as node-onvif gives it: prefixes stripped, one element = value, several = array, attributes in `$`, all text strings. */
export type Reply = unknown;

interface OnvifSoap {
  createRequestSoap(parts: { body: string; xmlns: string[]; diff?: number; user?: string; pass?: string }): string;
  parse(xml: string): Promise<Record<string, unknown>>;
  _createNonce(bytes: number): Buffer;
}
const library = createRequire(import.meta.url)('node-onvif/lib/modules/soap.js') as OnvifSoap;
// An object of its own: the library's is a singleton that anybody may change, and its nonces come from Math.random.
const layer: OnvifSoap = Object.assign(Object.create(library) as OnvifSoap, { _createNonce: (bytes: number) => randomBytes(bytes) });

/** A fault by its subcodes. Its text is not kept: it is the recorder's, and may say anything. */
export class SoapFault extends Error {
  constructor(readonly subcodes: readonly string[]) {
    super(`SOAP fault ${subcodes.join(' ')}`);
  }
}

type Login = { kind: 'none' } | { kind: 'digest'; challenge: Challenge; count: number } | { kind: 'token' };

export interface Soap {
  /**
   * `body`: inside of the operation's element, values escaped by `value`. Throws SoapFault, or Problems `vms-unreachable`, `vms-refused`,
   * `vms-fault`.
   */
  call(operation: Operation, url: URL, body: string, options: CallOptions): Promise<Reply>;
  /** Recorder's clock minus ours, for logins by token. */
  setSkew(milliseconds: number): void;
}

export interface CallOptions {
  signal: AbortSignal;
  transcript: Transcript;
  /** Without a login (GetSystemDateAndTime): the recorder's clock must be known before a token can be made. */
  anonymous?: boolean;
}

export const value = escapeText;

/** A value that may be one, several or missing → a list (`''` is how an empty element comes). */
export const list = (found: unknown): unknown[] => (found === undefined || found === '' ? [] : [found].flat());

/** A member of an answer, or undefined where the answer has another shape. Text beside attributes is the text. */
export function member(found: unknown, ...path: string[]): unknown {
  const inner = path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined),
    found,
  );
  return typeof inner === 'object' && inner !== null && Object.hasOwn(inner, '_') ? (inner as Record<string, unknown>)._ : inner;
}

export function text(found: unknown, ...path: string[]): string | null {
  const inner = member(found, ...path);
  return typeof inner === 'string' && inner.length <= 2048 ? inner.trim() : null;
}

const subcodePattern = /^(?:[\w.-]+:)?([A-Za-z][\w.-]{0,63})$/;

/** Value of the code and of every subcode below it, local names only (SOAP 1.2), or of the faultcode (SOAP 1.1). */
function subcodesOf(fault: unknown): string[] {
  const found: string[] = [];
  for (let code = member(fault, 'Code') ?? fault; code && found.length < 8; code = member(code, 'Subcode')) {
    const name = subcodePattern.exec(text(code, 'Value') ?? text(code, 'faultcode') ?? '')?.[1];
    if (name) found.push(name);
  }
  return found;
}

/** The answer's body, from text that another parser has judged first: no DTD, no depth, no name that JavaScript holds for its own. */
async function readReply(operation: Operation, body: Buffer): Promise<Reply> {
  let envelope: Record<string, unknown>;
  try {
    readXml(body, { bytes: soapBytes, depth: 64, elements: 100_000 });
    envelope = await layer.parse(body.toString('utf8'));
  } catch (cause) {
    throw new Problem('vms-fault', `The recorder’s answer to ${operation} cannot be read.`, { cause });
  }
  const fault = member(envelope, 'Body', 'Fault');
  if (fault !== undefined) throw new SoapFault(subcodesOf(fault));
  const reply = member(envelope, 'Body', `${operation}Response`);
  if (reply === undefined) throw new Problem('vms-fault', `The recorder’s answer to ${operation} is something else.`);
  return reply;
}

const notAuthorized = (thrown: unknown): boolean => thrown instanceof SoapFault && thrown.subcodes.includes('NotAuthorized');

/** A login is tried at most twice: recorders lock accounts. */
export function makeSoap(account: RecorderAddress, soapMs: number): Soap {
  let login: Login = { kind: 'none' };
  let skew = 0;

  const send = async (
    operation: Operation,
    url: URL,
    body: string,
    as: Login,
    { signal, transcript }: CallOptions,
    deadline: AbortSignal,
  ) => {
    const namespace = namespaces[operations[operation]];
    const envelope = layer.createRequestSoap({
      body: body ? `<op:${operation}>${body}</op:${operation}>` : `<op:${operation}/>`,
      xmlns: [`xmlns:op="${namespace}"`, `xmlns:tt="${namespaces.schema}"`],
      ...(as.kind === 'token' ? { diff: skew, user: escapeText(account.user), pass: account.password } : {}),
    });
    const headers: Record<string, string> = { 'content-type': `application/soap+xml; charset=utf-8; action="${namespace}/${operation}"` };
    if (as.kind === 'digest')
      headers.authorization = answerChallenge(as.challenge, account, { method: 'POST', uri: url.pathname + url.search, count: ++as.count });
    transcript.note('>', `${operation} ${url.pathname}${url.search}\n${body}`);
    const answer = await post({ url, body: envelope, headers, signal, deadline });
    transcript.note('<', `${answer.status}\n${answer.body.toString('utf8')}`);
    return answer;
  };

  const call: Soap['call'] = async (operation, url, body, options) => {
    const deadline = AbortSignal.timeout(soapMs);
    let as: Login = options.anonymous ? { kind: 'none' } : login;
    for (let tries = 0; ;) {
      const answer = await send(operation, url, body, as, options, deadline);
      const challenge = answer.status === 401 ? chooseChallenge(answer.challenges) : null;
      const refused = answer.status === 401 && !challenge;
      const outcome =
        refused || challenge
          ? null
          : await readReply(operation, answer.body).then(
              (reply) => ({ reply }),
              (thrown: unknown) => ({ thrown }),
            );
      if (outcome && 'reply' in outcome) {
        if (!options.anonymous) login = as;
        return outcome.reply;
      }
      if (outcome && !notAuthorized(outcome.thrown)) throw outcome.thrown;
      if (options.anonymous) throw new Problem('vms-fault', `The recorder wants a login for ${operation}, which everybody may ask.`);
      if (tries >= 2 || (as.kind === 'digest' && !challenge?.stale && tries > 0) || (as.kind === 'token' && !challenge))
        throw new Problem('vms-refused', 'The recorder refused the gate’s account.');
      tries++;
      as = challenge ? { kind: 'digest', challenge, count: 0 } : { kind: 'token' };
    }
  };
  return { call, setSkew: (milliseconds) => void (skew = milliseconds) };
}

/** A fault that nobody expected → `vms-fault` with its subcodes; Problems and aborts pass. */
export function asProblem(thrown: unknown): unknown {
  if (!(thrown instanceof SoapFault)) return thrown;
  return new Problem('vms-fault', `The recorder answered with the fault ${thrown.subcodes.join(' ') || 'without a code'}.`, {
    cause: thrown,
  });
}
