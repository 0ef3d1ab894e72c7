// data: addresses in a text. A stock page draws a handful of tiny icons so; a recorded picture or a clip travels in the same clothes.
import { magicAmong } from './magic.js';
import { anySpelling } from './spelling.js';
import { ICON_BYTES, plainBase64, unescaped } from './spelled-media.js';

/** Per answer. The style sheets of the pages at hand have 14 icons at most, 6 KiB together. */
export const MOST_ICONS = 64;
export const MOST_ICON_BYTES = 32 * 1024;

const [colon, slash, semicolon, comma, plus] = [anySpelling(':'), anySpelling('/'), anySpelling(';'), anySpelling(','), anySpelling('+')];
/** As far as the type. Each bound is above what any writer of such an address needs, and together they stay below `LONGEST_HEAD`. */
const beginning = new RegExp(`data${colon}\\s{0,4}(image|video|audio)${slash}((?:[a-z0-9.+-]|${plus}){0,48})`, 'gi');
const spelledPlus = new RegExp(plus, 'gi');
const parameters = new RegExp(`((?:\\s{0,4}${semicolon}\\s{0,4}[a-z0-9=._-]{0,40}){0,4})\\s{0,4}${comma}`, 'iy');
export const LONGEST_HEAD = 640;
/** Characters of a payload that are read: an icon with every byte escaped, three characters a byte. */
const LONGEST_PAYLOAD = 3 * ICON_BYTES;
const base64Payload =
  /(?:[A-Za-z0-9+/=_-]|\\{1,8}(?:[/nrt]|u00[0-9a-f]{2}|\r?\n)|%(?:2b|2f|3d|0a|0d|20|09)|&#(?:43|47|61|10|13|x2b|x2f|x3d|xa|xd);|&(?:plus|sol|equals);|[\r\n\t ])*/iy;

/** `end`: behind its payload, or where the text ends. */
export interface Inline {
  start: number;
  end: number;
  /** Why it may not stand there; null: an icon of `bytes`, or a type without a payload (0), as scripts write it that make one. */
  fault: string | null;
  bytes: number;
}

const closing: Record<string, RegExp> = { '"': /"/g, "'": /'/g, '`': /`/g, '(': /\)/g };
const otherwise = /[\s"'`<>)]/g;

/** Where an address that is no base64 ends: at the quote that opened it. */
function plainEnd(text: string, start: number, from: number): number {
  const end = closing[text[start - 1] ?? ''] ?? otherwise;
  end.lastIndex = from;
  return end.exec(text)?.index ?? text.length;
}

function judgeIcon(type: string, bytes: Buffer): string | null {
  if (bytes.length > ICON_BYTES) return `more than ${ICON_BYTES} bytes`;
  if (type === 'image/svg+xml') {
    const svg = bytes.toString('latin1');
    if (!/^\s*</.test(svg)) return 'no SVG';
    return /data:|<(?:\w+:)?(?:image|foreignObject|iframe)\b/i.test(svg) ? 'a picture within a picture' : null;
  }
  if (type !== 'image/png' && type !== 'image/gif') return 'a type that no icon of a page has';
  return `image/${magicAmong(bytes)}` === type ? null : 'not of the type that it says';
}

/** Media addresses that begin in `text` before `limit`. One that reaches to the end of the text is judged by what has come of it. */
export function* findInline(text: string, limit: number): Generator<Inline> {
  beginning.lastIndex = 0;
  for (let match = beginning.exec(text); match && match.index < limit; match = beginning.exec(text)) {
    const start = match.index;
    const [head = '', type = '', subtype = ''] = match;
    parameters.lastIndex = start + head.length;
    const behind = parameters.exec(text);
    // A script that names the type and puts the rest together elsewhere: what it puts there is found as a run.
    if (!behind) continue;
    const from = parameters.lastIndex;
    const encoded = /base64\s*$/i.test(behind[1] ?? '');
    let end: number;
    if (encoded) {
      base64Payload.lastIndex = from;
      end = from + base64Payload.exec(text)![0].length;
    } else end = plainEnd(text, start, from);
    const long = end - from > LONGEST_PAYLOAD;
    const kind = `${type.toLowerCase()}/${subtype.toLowerCase().replace(spelledPlus, '+')}`;
    const judged = long ? { fault: 'longer than an icon', bytes: 0 } : judgePayload(kind, text.slice(from, end), encoded);
    yield { start, end, ...judged };
    beginning.lastIndex = end;
  }
}

function judgePayload(type: string, raw: string, encoded: boolean): { fault: string | null; bytes: number } {
  const text = unescaped(raw);
  const bytes = encoded ? Buffer.from(plainBase64(text), 'base64') : Buffer.from(text, 'latin1');
  // What is left open for a variable has no payload of its own.
  if (encoded ? bytes.length === 0 : !/^\s*[\w%!*.~<-]/.test(raw)) return { fault: null, bytes: 0 };
  return { fault: type.startsWith('image/') ? judgeIcon(type, bytes) : 'video or sound', bytes: bytes.length };
}
