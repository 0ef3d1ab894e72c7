// The one door to node-onvif: its SOAP layer makes the envelopes; transport, clock, login and parser are ours, because its own never settle,
// never end and hold everybody up (one request of ours replaces its `requestCommand`). Reading operations only.
import { createRequire } from 'node:module';
import { randomBytes } from 'node:crypto';
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { Problem } from '../../plugin/domain/problem.js';
import { answerChallenge, chooseChallenge } from './digest.js';
import { soapBytes } from './limits.js';
import { namespaces } from './namespaces.js';
import { readLongXml } from './read-xml.js';
import { shapeReply, type Reply } from './shape-reply.js';
import { nextLogin, type Login } from './sign-in.js';
import type { Transcript } from './transcript.js';
import { post, type HttpAnswer } from './transport.js';
import { escapeText } from './write-xml.js';

/** The operations that the gate itself ever sends. Nothing here changes a recorder. */
const operations = {
  GetSystemDateAndTime: 'device',
  GetServices: 'device',
  GetCapabilities: 'device',
  GetDeviceInformation: 'device',
  GetUsers: 'device',
  FindRecordings: 'search',
  GetRecordingSearchResults: 'search',
  FindEvents: 'search',
  GetEventSearchResults: 'search',
  EndSearch: 'search',
  GetRecordingInformation: 'search',
  GetRecordingSummary: 'search',
  GetRecordings: 'recording',
  GetReplayUri: 'replay',
} as const;
export type Operation = keyof typeof operations;
export type Service = (typeof operations)[Operation];

interface OnvifSoap {
  createRequestSoap(parts: { body: string; xmlns: string[]; diff?: number; user?: string; pass?: string }): string;
  _createNonce(bytes: number): Buffer;
}
const require = createRequire(import.meta.url);
const library = require('node-onvif/lib/modules/soap.js') as OnvifSoap;
// An object of its own: the library's is a singleton that anybody may change, and its nonces come from Math.random.
const layer: OnvifSoap = Object.assign(Object.create(library) as OnvifSoap, { _createNonce: (bytes: number) => randomBytes(bytes) });

/** node-onvif's discovery, for discover.ts: the package has this one door. */
export const loadDiscovery = (): object => require('node-onvif') as object;

/** A fault by its subcodes. Its text is not kept: it is the recorder's, and may say anything. */
export class SoapFault extends Error {
  constructor(readonly subcodes: readonly string[]) {
    super(`SOAP fault ${subcodes.join(' ')}`);
  }
}

export interface Soap {
  /**
   * `body`: inside of the operation's element, values escaped by `value`. Throws SoapFault, or Problems `vms-unreachable`, `vms-refused`,
   * `vms-fault`.
   */
  call(operation: Operation, url: URL, body: string, options: CallOptions): Promise<Reply>;
  /** Recorder's clock minus ours, for logins by token. */
  setSkew(milliseconds: number): void;
  /** Which login the recorder took, as far as is known yet. */
  loginKind(): Login['kind'];
}

export interface CallOptions {
  signal: AbortSignal;
  transcript: Transcript;
  /** What everybody may ask (GetSystemDateAndTime) goes without a login: the recorder's clock must be known before a token can be made. */
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

const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** What a recorder calls itself, for people: one line of at most 100 characters that paints nothing. Empty where it tells nothing. */
export const label = (found: unknown, ...path: string[]): string =>
  [...(text(found, ...path) ?? '').replace(unprintable, '\uFFFD')].slice(0, 100).join('');

const subcodePattern = /^(?:[\w.-]+:)?([A-Za-z][\w.-]{0,63})$/;

/** Value of the code and of every subcode below it, local names only (SOAP 1.2), or of the faultcode (SOAP 1.1). */
function subcodesOf(fault: unknown): string[] {
  const found: string[] = [];
  for (let code = member(fault, 'Code') ?? fault; code && found.length < 8; code = member(code, 'Subcode')) {
    const name = subcodePattern.exec(text(code, 'Value') ?? text(code, 'faultcode') ?? '')?.[1];
    // SOAP 1.1 writes codes inside codes with dots (section 4.4.1).
    if (name) found.push(...name.split('.').filter(Boolean));
  }
  return found;
}

/** Some recorders send a line before the document, or a zero byte behind it. */
function withoutMargins(body: Buffer): Buffer {
  const margin = (byte: number | undefined): boolean => byte === 0 || byte === 9 || byte === 10 || byte === 13 || byte === 32;
  let [from, to] = [0, body.length];
  while (from < to && margin(body[from])) from++;
  while (to > from && margin(body[to - 1])) to--;
  return body.subarray(from, to);
}

/** The answer's body, whatever the status: faults come with 200, 400 and 500. No DTD, no depth, no end of elements. */
async function readReply(operation: Operation, body: Buffer): Promise<Reply> {
  let envelope: Reply;
  try {
    envelope = shapeReply(await readLongXml(withoutMargins(body), { bytes: soapBytes, depth: 64, elements: 150_000 }));
  } catch (cause) {
    throw new Problem('vms-fault', `The recorder’s answer to ${operation} cannot be read.`, { cause });
  }
  const fault = member(envelope, 'Body', 'Fault');
  if (fault !== undefined) throw new SoapFault(subcodesOf(fault));
  const reply = member(envelope, 'Body', `${operation}Response`);
  if (reply === undefined) throw new Problem('vms-fault', `The recorder’s answer to ${operation} is something else.`);
  return reply;
}

/** ONVIF Core, "generic faults", and WS-Security, section 12. */
const refusals: ReadonlySet<string> = new Set([
  ...['NotAuthorized', 'SenderNotAuthorized'],
  ...['FailedAuthentication', 'FailedCheck', 'InvalidSecurity', 'InvalidSecurityToken'],
]);
const isRefusal = (thrown: unknown): thrown is SoapFault =>
  thrown instanceof SoapFault && thrown.subcodes.some((code) => refusals.has(code));
const refused = (cause?: unknown): Problem => new Problem('vms-refused', 'The recorder refused the gate’s account.', { cause });

/** The reply, or why there is none: a login is wanted. Other faults are thrown. */
async function judge(operation: Operation, { status, body }: HttpAnswer): Promise<{ reply: Reply } | { wanted: SoapFault | null }> {
  try {
    return { reply: await readReply(operation, body) };
  } catch (thrown) {
    if (isRefusal(thrown)) return { wanted: thrown };
    if (status === 401) return { wanted: null };
    if (status === 403 && !(thrown instanceof SoapFault)) throw refused(thrown);
    throw thrown;
  }
}

export interface SoapParts {
  now?: () => Date;
  /** Measures the recorder's clock, which ends in `setSkew`. */
  remeasure?: (options: CallOptions) => Promise<unknown>;
}

export function makeSoap(account: RecorderAddress, soapMs: number, { now = () => new Date(), remeasure }: SoapParts = {}): Soap {
  let login: Login = { kind: 'none' };
  let skew = 0;

  /** Calls side by side may be given one nonce: it is counted up over all of them. */
  let latest: (Login & { kind: 'digest' }) | null = null;
  const counted = (next: Login): Login => {
    if (next.kind !== 'digest') return next;
    const [one, other] = [latest?.challenge, next.challenge];
    if (!latest || !one || one.nonce !== other.nonce || one.realm !== other.realm || one.algorithm !== other.algorithm) latest = next;
    return latest;
  };

  const send = async (operation: Operation, url: URL, body: string, as: Login, options: CallOptions, deadline: AbortSignal) => {
    const { signal, transcript } = options;
    const namespace = namespaces[operations[operation]];
    const envelope = layer.createRequestSoap({
      body: body ? `<op:${operation}>${body}</op:${operation}>` : `<op:${operation}/>`,
      xmlns: [`xmlns:op="${namespace}"`, `xmlns:tt="${namespaces.schema}"`],
      // The layer reads the machine's clock; the gate's own may be another.
      ...(as.kind === 'token' && { diff: skew + now().getTime() - Date.now(), user: escapeText(account.user), pass: account.password }),
    });
    const headers: Record<string, string> = { 'content-type': `application/soap+xml; charset=utf-8; action="${namespace}/${operation}"` };
    if (as.kind === 'digest')
      headers.authorization = answerChallenge(as.challenge, account, { method: 'POST', uri: url.pathname + url.search, count: ++as.count });
    transcript.note('>', `${operation} ${url.pathname}${url.search}\n${body}`);
    const answer = await post({ url, body: envelope, headers, tls: account.tls, signal, deadline });
    transcript.note('<', `${answer.status}\n${answer.body.toString('utf8')}`);
    return answer;
  };

  /** Is the recorder's clock another than the one that the refused token was made by? Tokens are valid for seconds. */
  const clockMoved = async (options: CallOptions, deadline: AbortSignal): Promise<boolean> => {
    const before = skew;
    await remeasure?.({ ...options, signal: AbortSignal.any([options.signal, deadline]) }).catch(() => options.signal.throwIfAborted());
    return Math.abs(skew - before) > 1000;
  };

  const call: Soap['call'] = async (operation, url, body, options) => {
    const deadline = AbortSignal.timeout(soapMs);
    const remembered: Login = options.anonymous ? { kind: 'none' } : login;
    let as = remembered;
    for (let sent = 0; ;) {
      if (as.kind !== 'none') sent++;
      const answer = await send(operation, url, body, as, options, deadline);
      const outcome = await judge(operation, answer);
      if ('reply' in outcome) {
        if (as.kind !== 'none') login = as;
        return outcome.reply;
      }
      const challenge = answer.status === 401 ? chooseChallenge(answer.challenges) : null;
      if (options.anonymous && !challenge)
        throw new Problem('vms-fault', `The recorder wants a login for ${operation}, which everybody may ask.`, { cause: outcome.wanted });
      const next = nextLogin({ as, proven: as === remembered, sent, challenge });
      if (typeof next === 'object') as = counted(next);
      else if (next === 'refused' || !(await clockMoved(options, deadline))) {
        // The login itself was taken before: it is this operation that the account may not use.
        if (as.kind === login.kind && !challenge && outcome.wanted) throw outcome.wanted;
        throw refused(outcome.wanted ?? undefined);
      }
    }
  };
  return { call, setSkew: (milliseconds) => void (skew = milliseconds), loginKind: () => login.kind };
}

/** A fault that nobody expected → `vms-refused`, or `vms-fault` with its subcodes; Problems and aborts pass. */
export function asProblem(thrown: unknown): unknown {
  if (!(thrown instanceof SoapFault)) return thrown;
  const codes = thrown.subcodes.join(' ') || 'without a code';
  if (isRefusal(thrown))
    return new Problem('vms-refused', `The recorder does not allow this to the gate’s account (${codes}).`, { cause: thrown });
  return new Problem('vms-fault', `The recorder answered with the fault ${codes}.`, { cause: thrown });
}
