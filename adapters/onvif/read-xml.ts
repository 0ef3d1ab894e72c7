// The one door to saxes: bytes → a tree, strictly, within limits. No DTD, no processing instruction, no entity beyond the five of XML:
// what another parser might expand or skip is refused here.
import { setImmediate } from 'node:timers/promises';
import { SaxesParser } from 'saxes';
import { Problem } from '../../plugin/domain/problem.js';

export interface Attribute {
  /** As written, with its prefix. `xmlns` declarations are among them. */
  name: string;
  namespace: string;
  local: string;
  value: string;
}

export interface Element {
  /** As written, with its prefix. */
  name: string;
  namespace: string;
  local: string;
  attributes: readonly Attribute[];
  children: (Element | string)[];
}

export interface XmlLimits {
  bytes: number;
  depth: number;
  elements: number;
}

const malformed = (detail: string, cause?: unknown): Problem => new Problem('body-malformed', detail, { cause });

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformed('The message is not UTF-8.', cause);
  }
}

/** Takes the text piece by piece, and builds the tree. Problem: `body-malformed`. */
function makeBuilder(limits: XmlLimits): { write(text: string): void; close(): Element } {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Element[] = [];
  let [root, count]: [Element | null, number] = [null, 0];
  const refuse = (what: string) => () => {
    throw malformed(`The message holds ${what}.`);
  };
  parser.on('doctype', refuse('a document type declaration'));
  parser.on('processinginstruction', refuse('a processing instruction'));
  parser.on('xmldecl', ({ encoding, version }) => {
    if ((encoding && encoding.toLowerCase() !== 'utf-8') || (version && version !== '1.0'))
      refuse('another encoding or version of XML than UTF-8 and 1.0')();
  });
  parser.on('error', (cause) => {
    throw malformed('The message is not well-formed XML.', cause);
  });
  parser.on('opentag', (tag) => {
    if (++count > limits.elements) refuse(`more than ${limits.elements} elements`)();
    if (open.length >= limits.depth) refuse(`elements nested deeper than ${limits.depth}`)();
    const attributes = Object.values(tag.attributes).map(({ name, uri, local, value }) => ({ name, namespace: uri, local, value }));
    const element: Element = { name: tag.name, namespace: tag.uri, local: tag.local, attributes, children: [] };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  const take = (part: string): void => {
    const children = open.at(-1)?.children;
    const last = children?.at(-1);
    if (typeof last === 'string') children?.splice(-1, 1, last + part);
    else children?.push(part);
  };
  parser.on('text', take);
  parser.on('cdata', take);
  const close = (): Element => {
    parser.close();
    if (!root) throw malformed('The message is empty.');
    return root;
  };
  return { write: (text) => void parser.write(text), close };
}

function admit(bytes: Buffer, limits: XmlLimits): string {
  if (bytes.length > limits.bytes) throw new Problem('body-too-large', `The message is longer than ${limits.bytes} bytes.`);
  return decode(bytes);
}

/** Comments are left out; CDATA and character references become text. Problems: `body-too-large`, `body-malformed`. */
export function readXml(bytes: Buffer, limits: XmlLimits): Element {
  const text = admit(bytes, limits);
  const builder = makeBuilder(limits);
  builder.write(text);
  return builder.close();
}

/** Characters between two turns of the event loop: some ten milliseconds. Megabytes at once would hold up everybody else. */
const turn = 65_536;

/** The same for long messages, in turns. */
export async function readLongXml(bytes: Buffer, limits: XmlLimits): Promise<Element> {
  const text = admit(bytes, limits);
  const builder = makeBuilder(limits);
  for (let at = 0; at < text.length; at += turn) {
    if (at > 0) await setImmediate();
    builder.write(text.slice(at, at + turn));
  }
  return builder.close();
}

export const elementsIn = (element: Element): Element[] => element.children.filter((child) => typeof child !== 'string');

/** The text of an element without child elements, trimmed; null where it has any. */
export function textOf(element: Element): string | null {
  return element.children.every((child) => typeof child === 'string') ? element.children.join('').trim() : null;
}
