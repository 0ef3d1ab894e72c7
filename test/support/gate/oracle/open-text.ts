// Text that spells bytes: base64 and base64url with or without line breaks, hexadecimal, lists of numbers, escapes of JSON and JavaScript, of
// URLs, HTML and mail, UTF-16, and bytes that somebody took for Latin-1 and wrote as UTF-8.
import type { Opened, Payload } from './payload.js';

/** A run that is shorter holds no 32 bytes and no picture. */
const leastBytes = 32;

export function openText({ where, bytes }: Payload): Opened {
  return {
    inner: [...base64In(bytes), ...hexIn(bytes), ...numbersIn(bytes), ...unescaped(where, bytes), ...wideIn(bytes), ...narrowed(bytes)],
    closed: [],
  };
}

type Inner = Opened['inner'];

/** 1: a sign of base64; 2: of a line's end or the next line's indent. */
const kinds = new Uint8Array(256);
for (const sign of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_')) kinds[sign] = 1;
for (const sign of Buffer.from(' \t\r\n')) kinds[sign] = 2;
/** A line of base64 that goes on in the next one is not shorter; words of prose are. */
const leastLine = 16;

function base64In(bytes: Buffer): Inner {
  const found: Inner = [];
  let lines: Buffer[] = [];
  const take = (): void => {
    const run = Buffer.concat(lines).toString('latin1');
    lines = [];
    if (run.length < (leastBytes * 4) / 3) return;
    // Where in the run the first group of four begins nobody knows: something may stand before it.
    for (let skip = 0; skip < 4; skip++) found.push({ name: 'base64', bytes: Buffer.from(run.slice(skip), 'base64') });
  };
  for (let at = 0; at < bytes.length;) {
    if (kinds[bytes[at]!] !== 1) {
      at++;
      continue;
    }
    const start = at;
    while (kinds[bytes[at]!] === 1) at++;
    lines.push(bytes.subarray(start, at));
    let next = at;
    while (kinds[bytes[next]!] === 2) next++;
    if (next > at && at - start >= leastLine && kinds[bytes[next]!] === 1) at = next;
    else take();
  }
  return found;
}

function hexIn(bytes: Buffer): Inner {
  const runs = bytes.toString('latin1').match(/(?:[0-9a-fA-F]{2}[\s:,-]?){32,}/g) ?? [];
  return runs.flatMap((run) => {
    const digits = run.replace(/[^0-9a-fA-F]/g, '');
    return [digits, digits.slice(1)].map((from) => ({ name: 'hexadecimal', bytes: Buffer.from(from, 'hex') }));
  });
}

function numbersIn(bytes: Buffer): Inner {
  const runs = bytes.toString('latin1').match(/(?:\d{1,3}\s*,\s*){31,}\d{1,3}/g) ?? [];
  return runs.map((run) => ({ name: 'numbers', bytes: Buffer.from(run.split(',').map(Number)) }));
}

const byte = (digits: string, base = 16): string => String.fromCharCode(parseInt(digits, base) & 0xff);
const named: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', 0: '\0' };

/** Applied to bytes as Latin-1: what is no escape stays what it is. */
interface Notation {
  escape: RegExp;
  read(...found: (string | undefined)[]): string;
  /** With fewer in a text they spell no bytes. One may break a line of base64 or stand for a sign of it. */
  least: number;
}

const notations: Record<string, Notation> = {
  json: {
    escape: /\\(?:u00([0-9a-fA-F]{2})|x([0-9a-fA-F]{2})|([^ux]))/g,
    read: (_, wide, narrow, sign) => (sign === undefined ? byte((wide ?? narrow)!) : (named[sign] ?? sign)),
    least: 1,
  },
  url: { escape: /%([0-9a-fA-F]{2})/g, read: (_, digits) => byte(digits!), least: 1 },
  mail: { escape: /=(?:([0-9A-F]{2})|\r?\n)/g, read: (_, digits) => (digits ? byte(digits) : ''), least: 4 },
  html: { escape: /&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));?/g, read: (_, hex, decimal) => (hex ? byte(hex) : byte(decimal!, 10)), least: 1 },
};
/** JSON in JSON there is; further the same notation is not nested by anybody. */
const mostNested = 2;

function unescaped(where: string, bytes: Buffer): Inner {
  if (!isText(bytes)) return [];
  const text = bytes.toString('latin1');
  return Object.entries(notations).flatMap(([name, { escape, read, least }]) => {
    if (where.split(' › ').filter((layer) => layer === name).length >= mostNested) return [];
    let found = 0;
    const plain = text.replace(escape, (...match: (string | undefined)[]) => (found++, read(...match)));
    return found < least ? [] : [{ name, bytes: Buffer.from(plain, 'latin1') }];
  });
}

/** No more than a few control characters. */
function isText(bytes: Buffer): boolean {
  let controls = 0;
  for (const value of bytes) if (value < 9 || (value > 13 && value < 32)) controls++;
  return controls <= bytes.length / 50;
}

/** Every other byte is zero: UTF-16 of ASCII, in either order. */
function wideIn(bytes: Buffer): Inner {
  const looked = Math.min(bytes.length, 8192) & ~1;
  if (looked < 2 * leastBytes) return [];
  const zeros = [0, 0];
  for (let at = 0; at < looked; at++) if (bytes[at] === 0) zeros[at & 1]!++;
  if (Math.max(...zeros) < looked * 0.4) return [];
  const kept = zeros[0]! > zeros[1]! ? 1 : 0;
  return [{ name: 'UTF-16', bytes: Buffer.from(bytes.filter((_, at) => (at & 1) === kept)) }];
}

function narrowed(bytes: Buffer): Inner {
  if (!isText(bytes) || !/(?:[\xc2\xc3][\x80-\xbf]){2}/.test(bytes.toString('latin1'))) return [];
  return [{ name: 'Latin-1 as UTF-8', bytes: Buffer.from(bytes.toString('utf8'), 'latin1') }];
}
