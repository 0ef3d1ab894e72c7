// An ordinary client's SOAP message, read once: what it asks, whether it may pass, and the message that goes on, built anew from what was
// read.
// The threat: two parsers read one message differently, and the recorder obeys the reading that the gate did not judge.
import type { Command } from '../../plugin/domain/adapter.js';
import { Problem } from '../../plugin/domain/problem.js';
import { soapEnvelopes, type SoapVersion } from './namespaces.js';
import { elementsIn, readXml, textOf, type Element } from './read-xml.js';
import { classOf, footageOperations } from './routes.js';
import { writeXml } from './write-xml.js';

export interface SoapCommand extends Command {
  namespace: string;
  soapVersion: SoapVersion;
}

/** What HTTP says of the message. */
export interface SoapHeaders {
  contentType?: string;
  /** The `SOAPAction` header (SOAP 1.1). */
  soapAction?: string | null;
}

const limits = { bytes: 256 * 1024, depth: 32, elements: 2000 };
/** The longest token that ONVIF allows (tt:ReferenceToken). */
const longestToken = 64;

const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const addressing = new Set(['http://www.w3.org/2005/08/addressing', 'http://schemas.xmlsoap.org/ws/2004/08/addressing']);

const ambiguous = (detail: string): Problem => new Problem('path-ambiguous', detail);
const malformed = (detail: string): Problem => new Problem('body-malformed', detail);

interface Envelope {
  version: SoapVersion;
  declarations: Map<string, string>;
  headers: readonly Element[];
  headerDeclarations: Map<string, string>;
  command: Element;
}

const declarationsOn = (element: Element): [string, string][] =>
  element.attributes.filter(({ name }) => name === 'xmlns' || name.startsWith('xmlns:')).map(({ name, value }) => [name, value]);

const holdsText = (element: Element): boolean => element.children.some((child) => typeof child === 'string' && child.trim() !== '');

function openEnvelope(root: Element): Envelope {
  const version = (['1.2', '1.1'] as const).find((each) => soapEnvelopes[each] === root.namespace);
  if (!version || root.local !== 'Envelope') throw malformed('The message is no SOAP envelope.');
  const parts = elementsIn(root);
  const [head, body] = parts.length === 2 ? parts : [undefined, parts[0]];
  if (
    parts.length > 2 ||
    holdsText(root) ||
    parts.some(({ namespace }) => namespace !== root.namespace) ||
    body?.local !== 'Body' ||
    (head && head.local !== 'Header')
  )
    throw ambiguous('A SOAP envelope holds one header at most and exactly one body.');
  const [command, ...further] = elementsIn(body);
  if (!command || further.length || holdsText(body)) throw ambiguous('A SOAP body holds exactly one operation.');
  const declarations = new Map([...declarationsOn(root), ...declarationsOn(body)]);
  return {
    version,
    declarations,
    headers: head ? elementsIn(head) : [],
    headerDeclarations: new Map([...declarationsOn(root), ...(head ? declarationsOn(head) : [])]),
    command,
  };
}

/** `http://www.onvif.org/ver10/replay/wsdl/GetReplayUri`; events name a port type between and end in `Request` (ONVIF Core, WSN). */
function agrees(action: string, { namespace, local }: Element): boolean {
  const bare = action
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
  const name = bare.slice(bare.lastIndexOf('/') + 1);
  const service = namespace === 'http://docs.oasis-open.org/wsn/b-2' ? 'http://docs.oasis-open.org/wsn/bw-2' : namespace;
  return bare === '' || (bare.startsWith(`${service}/`) && (name === local || name === `${local}Request`));
}

const actionParameter = /;\s*action\s*=\s*(?:"([^"]*)"|([^;\s"]*))/gi;

function actionsOf({ headers }: Envelope, { contentType = '', soapAction }: SoapHeaders): string[] {
  const parameters = [...contentType.matchAll(actionParameter)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  const addressed = headers
    .filter(({ namespace, local }) => addressing.has(namespace) && local === 'Action')
    .map((element) => textOf(element) ?? '?');
  return [...parameters, ...(soapAction ? [soapAction] : []), ...addressed];
}

function judgeContentType(contentType: string): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1];
  if (charset && charset.toLowerCase() !== 'utf-8') throw malformed('The message must be UTF-8.');
  if (contentType && !/^\s*(application\/soap\+xml|text\/xml|application\/xml)\s*(;|$)/i.test(contentType))
    throw malformed('The message must be SOAP as XML.');
}

/** Elements of this name anywhere below, whatever their namespace: a recorder may not look at it. */
function findAll(element: Element, local: string): Element[] {
  return elementsIn(element).flatMap((child) => [...(child.local === local ? [child] : []), ...findAll(child, local)]);
}

/** The one recording that is meant; null where none, or several, are named. */
function recordingIn(command: Element): string | null {
  const direct = findAll(command, 'RecordingToken');
  if (direct.length > 1) throw ambiguous('The operation names more than one recording token.');
  const included = direct.length ? direct : findAll(command, 'IncludedRecordings');
  const token = included.length === 1 && included[0] ? textOf(included[0]) : null;
  return token && token.length <= longestToken ? token : null;
}

function userIn(headers: readonly Element[]): string | null {
  const names = headers
    .filter(({ namespace, local }) => namespace === wsse && local === 'Security')
    .flatMap((security) => findAll(security, 'Username'));
  if (names.length > 1) throw ambiguous('The message carries more than one login.');
  // ONVIF's own limit is 64 characters; what is longer names nobody, and need not fill the store.
  return (names[0] && textOf(names[0])?.slice(0, 128)) || null;
}

/** A login, and what names the message. Headers that redirect an answer, and unknown ones, stay behind. */
const mayPass = ({ namespace, local }: Element): boolean =>
  (namespace === wsse && local === 'Security') || (addressing.has(namespace) && (local === 'Action' || local === 'MessageID'));

function rebuild({ version, declarations, headers, headerDeclarations, command }: Envelope): Buffer {
  const kept = headers
    .filter(mayPass)
    .map((header) => writeXml(header, headerDeclarations))
    .join('');
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="${soapEnvelopes[version]}">${
      kept && `<soap:Header>${kept}</soap:Header>`
    }<soap:Body>${writeXml(command, declarations)}</soap:Body></soap:Envelope>`,
  );
}

/** Elements that a careless reader looks for anywhere in the message: inside another operation they are a second message. */
const telling = new Set(['Envelope', 'Body', ...footageOperations]);

function expectPlain(elements: readonly Element[]): void {
  for (const inner of elements.flatMap(elementsIn)) {
    if (telling.has(inner.local)) throw ambiguous(`The message holds another ${inner.local} inside.`);
    expectPlain([inner]);
  }
}

/** `action`: judged already, and of the operation in the body. */
export const soapContentType = (version: SoapVersion, action: string | null): string =>
  version === '1.1'
    ? 'text/xml; charset=utf-8'
    : `application/soap+xml; charset=utf-8${action && /^"?[\w:/.-]+"?$/.test(action) ? `; action="${action.replaceAll('"', '')}"` : ''}`;

/**
 * Problems: `body-too-large` (256 KiB), `body-malformed`, `path-ambiguous`. An operation that is not in routes.ts is `unknown`, not a
 * Problem.
 */
export function classifySoap(body: Buffer, headers: SoapHeaders = {}): SoapCommand {
  judgeContentType(headers.contentType ?? '');
  const envelope = openEnvelope(readXml(body, limits));
  const { command, version } = envelope;
  expectPlain([...envelope.headers, command]);
  const actions = actionsOf(envelope, headers);
  if (!actions.every((action) => agrees(action, command)))
    throw ambiguous('The action that is named beside the message is not the operation in its body.');
  return {
    namespace: command.namespace,
    operation: command.local,
    class: classOf(command.namespace, command.local),
    recording: recordingIn(command),
    user: userIn(envelope.headers),
    soapVersion: version,
    rebuilt: rebuild(envelope),
    contentType: soapContentType(version, actions[0] ?? null),
  };
}
