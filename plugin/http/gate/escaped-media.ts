// Bytes written into a string of JSON or script one by one, each unprintable one as an escape: how a language without bytes encodes a file.

const escape = '(?:\\\\{1,8}u00|\\\\{1,8}x|%|&#x)';
const byte = (hex: string): string => `${escape}${hex};?`;
/** Beginnings whose bytes cannot be printed; a JPEG's in UTF-8 is `ÿØÿ`, Matroska's goes on with `ß£`. The names of boxes can be. */
const beginning = new RegExp(
  [
    `${byte('ff')}${byte('d8')}${byte('ff')}`,
    `\xc3\xbf\xc3\x98\xc3\xbf`,
    `${byte('00')}(?:${byte('[0-9a-f]{2}')}|[ -~])(?:ftyp|styp|moov|moof|sidx)`,
    `${byte('1a')}E(?:${byte('df')}${byte('a3')}|\xc3\x9f\xc2\xa3)`,
    `${byte('00')}${byte('00')}${byte('01')}(?:[gh@B]|${byte('[4-6b][0-9a-f]')})`,
  ].join('|'),
  'gi',
);
const oneEscape = new RegExp(byte('[0-9a-f]{2}'), 'gi');
/** A script that knows a beginning by its bytes names these and no more; in a file others follow at once. */
const FOLLOWING = 96;
const MOST_NAMED = 6;

/** Where a text escapes a file of media; null: nowhere. */
export function escapedMedia(text: string): { at: number; what: string } | null {
  for (const match of text.matchAll(beginning)) {
    const behind = text.slice(match.index + match[0].length, match.index + match[0].length + FOLLOWING);
    const escapes = behind.match(oneEscape)?.length ?? 0;
    const utf8 = behind.match(/\xc2[\x80-\xbf]|\xc3[\x80-\xbf]/g)?.length ?? 0;
    if (escapes + utf8 > MOST_NAMED) return { at: match.index, what: 'a file written byte by byte' };
  }
  return null;
}
