// Media spelled in letters or numbers, as JSON, HTML and script do it: base64 of either alphabet, hex, lists of numbers, broken into lines,
// joined from strings, escaped. It is decoded in every way in which it could be meant, and looked at as bytes.
import { magicAmong, magicsIn } from './magic.js';
import type { MagicKind } from './magic.js';

/** Bytes of an icon: what a stock page may carry. The largest of the pages at hand has 1.7 KiB. */
export const ICON_BYTES = 2048;
/** A JPEG's own tables take more than this, a fragment of video does too: what is shorter holds no picture. */
export const SHORTEST_MEDIA = 512;
/** Eight KiB of base64. Archives, and bitmaps of icons, may also be a page's own data. */
const ARCHIVE_BYTES = 6144;

const mostBytes = (kind: MagicKind): number => {
  if (kind === 'png' || kind === 'gif') return ICON_BYTES;
  return kind === 'archive' || kind === 'compressed' || kind === 'bmp' ? ARCHIVE_BYTES : SHORTEST_MEDIA;
};

/** Characters that a run of spelled bytes is made of, with what may stand between them. Any other one ends it. */
const inRun = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-\\"\'`,;&#% \t\r\n')
  inRun[character.charCodeAt(0)] = 1;

/** Shortest run that can spell `SHORTEST_MEDIA` bytes: base64 spells three bytes with four characters. */
const SHORTEST_RUN = Math.ceil((SHORTEST_MEDIA * 4) / 3);

/** `end` is the length of the text where the run is still open. */
export interface Run {
  start: number;
  end: number;
}

/**
 * Long runs of a text, and the one that is open at its end however short it is. Looks back from where a long run would end: in common text a
 * character that ends it stands near, so that most of the text is never read.
 */
export function findRuns(text: Uint8Array): { long: Run[]; open: number } {
  const long: Run[] = [];
  let start = 0;
  while (start + SHORTEST_RUN <= text.length) {
    let at = start + SHORTEST_RUN - 1;
    while (at >= start && inRun[text[at]!] === 1) at--;
    if (at >= start) {
      start = at + 1;
      continue;
    }
    let end = start + SHORTEST_RUN;
    while (end < text.length && inRun[text[end]!] === 1) end++;
    long.push({ start, end });
    start = end + 1;
  }
  let open = text.length;
  while (open > start && inRun[text[open - 1]!] === 1) open--;
  return { long, open: long.at(-1)?.end === text.length ? long.at(-1)!.start : Math.min(open, text.length) };
}

const named: Record<string, string> = { plus: '+', sol: '/', equals: '=', lowbar: '_', hyphen: '-', dash: '-' };
const code = (digits: string, radix: number): string => String.fromCharCode(parseInt(digits, radix) & 0xff);

// Repetitions below are bounded, or begin at what cannot repeat: a text of nothing but backslashes takes no longer than another one.

/** Escapes of JSON, script, HTML and addresses undone, so far as they spell letters of base64. */
export function unescaped(raw: string): string {
  let text = raw;
  if (text.includes('&'))
    text = text.replace(/&(?:#(\d{1,3})|#x([0-9a-f]{1,2})|([a-z]{3,7}));/gi, (_, decimal: string, hex: string, name: string) =>
      decimal ? code(decimal, 10) : hex ? code(hex, 16) : (named[name.toLowerCase()] ?? ' '),
    );
  if (text.includes('%')) text = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => code(hex, 16));
  if (text.includes('\\'))
    text = text
      .replace(/\\{1,8}u00([0-9a-f]{2})/gi, (_, hex: string) => code(hex, 16))
      .replace(/\\{1,8}x([0-9a-f]{2})/gi, (_, hex: string) => code(hex, 16))
      .replace(/\\{1,8}[nrtbfv]/g, '\n')
      .replace(/\\/g, '');
  return text.replace(/["'`]\s*\+\s*["'`]/g, '\n');
}

/** Without padding, in the alphabet of RFC 4648 §4 whichever it was written in. */
export const plainBase64 = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9+/_-]+/g, '')
    .replace(/-/g, '+')
    .replace(/_/g, '/');

/** Letters that stand without a gap; shorter ones are words. */
const SHORTEST_LINE = 32;

/** Where base64 may begin: at a long word that does not only go on from a line of the same length. Places in the joined letters. */
function beginnings(text: string): number[] {
  const found: number[] = [];
  let at = 0;
  let before = 0;
  for (const [word] of text.matchAll(/[A-Za-z0-9+/_-]+/g)) {
    if (word.length >= SHORTEST_LINE && word.length !== before) found.push(at);
    at += word.length;
    before = word.length;
  }
  return found;
}

export interface Spelled {
  kind: MagicKind;
  /** Decoded, from where it begins to the end of the run. */
  bytes: number;
}

function* inBase64(raw: string, continued: boolean): Generator<Spelled> {
  // Nobody breaks base64 into pieces as short as numbers and small words are.
  if (!/[A-Za-z0-9+/_-]{8}/.test(raw)) return;
  const text = unescaped(raw);
  const letters = plainBase64(text);
  if (letters.length < SHORTEST_RUN) return;
  // What was joined before it may have any length, so it is decoded from each of the four places in a group.
  for (let skip = 0; skip < 4; skip++) {
    const bytes = Buffer.from(skip ? letters.slice(skip) : letters, 'base64');
    for (const { kind, at } of magicsIn(bytes)) yield { kind, bytes: bytes.length - at };
  }
  for (const start of beginnings(text)) {
    if (continued && start === 0) continue;
    for (let skip = 0; skip < 4; skip++) {
      const kind = magicAmong(Buffer.from(letters.slice(start + skip, start + skip + 1024), 'base64'));
      if (kind) yield { kind, bytes: Math.floor(((letters.length - start - skip) * 3) / 4) };
    }
  }
}

function* inBytes(bytes: Buffer): Generator<Spelled> {
  for (const { kind, at } of magicsIn(bytes)) yield { kind, bytes: bytes.length - at };
  const kind = magicAmong(bytes);
  if (kind) yield { kind, bytes: bytes.length };
}

/** Stretches of characters of a kind that are long enough to spell a file. Measured behind the match: a bound in it costs the square. */
function* stretches(text: string, characters: RegExp): Generator<string> {
  for (const [stretch] of text.matchAll(characters)) if (stretch.length >= 2 * SHORTEST_MEDIA) yield stretch;
}

function* inHex(raw: string): Generator<Spelled> {
  // Without letters that no hex has, `x` and `u` of its prefixes excepted.
  for (const stretch of stretches(raw, /[^g-tvwyzG-TVWYZ]+/g)) {
    const digits = stretch.replace(/\\{1,8}u00|\\{1,8}x|&#x|0x/gi, '').replace(/[^0-9a-fA-FxXuU]+/g, '');
    for (const hex of stretches(digits, /[0-9a-fA-F]+/g))
      for (const skip of [0, 1]) yield* inBytes(Buffer.from(hex.slice(skip, hex.length - ((hex.length - skip) % 2)), 'hex'));
  }
}

/** Numbers of a list, one after the other, so far as each is a byte: of its own kind or with a sign. */
function* inNumbers(raw: string): Generator<Spelled> {
  for (const stretch of stretches(raw, /[\d\s,;"'-]+/g)) {
    const bytes = Buffer.allocUnsafe(stretch.length);
    let count = 0;
    // A digit at a time: a list may be long, and matching each number costs ten times as much.
    for (let at = 0, value = -1, sign = 1; at <= stretch.length; at++) {
      const digit = at < stretch.length ? stretch.charCodeAt(at) - 0x30 : -1;
      if (digit >= 0 && digit <= 9) value = Math.min((value < 0 ? 0 : value) * 10 + digit, 1000);
      else {
        if (value >= 0 && value <= (sign > 0 ? 255 : 128)) bytes[count++] = sign * value;
        else if (value >= 0) {
          if (count >= SHORTEST_MEDIA) yield* inBytes(bytes.subarray(0, count));
          count = 0;
        }
        value = -1;
        sign = digit === -3 ? -1 : 1;
      }
    }
    if (count >= SHORTEST_MEDIA) yield* inBytes(bytes.subarray(0, count));
  }
}

/**
 * Media that a run spells and that is longer than its kind may be: `large`. `icon`: bytes of a PNG or GIF that is not; 0: none.
 * `continued`: the run began before this text.
 */
export function judgeRun(raw: string, continued: boolean): { large: Spelled | null; icon: number } {
  let icon = 0;
  for (const way of [inBase64(raw, continued), inHex(raw), inNumbers(raw)])
    for (const spelled of way) {
      if (spelled.bytes > mostBytes(spelled.kind)) return { large: spelled, icon };
      // Several in one run are one: the first reaches to the end of it.
      if (spelled.kind === 'png' || spelled.kind === 'gif') icon = Math.max(icon, spelled.bytes);
    }
  return { large: null, icon };
}
