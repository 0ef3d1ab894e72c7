// A file written in letters or numbers, in every way in which programs write one into a text.

const wrapped = (text: string, length: number, end: string): string => text.match(new RegExp(`.{1,${length}}`, 'g'))!.join(end);
const quotedPieces = (text: string, quote: string, between: string): string =>
  text
    .match(/.{1,100}/g)!
    .map((piece) => quote + piece + quote)
    .join(between);
const hexOf = (bytes: Buffer, before: string, between: string): string => [...bytes].map((byte) => before + byte.toString(16).padStart(2, '0')).join(between);
const escape = (text: string, codes: Record<string, string>): string => text.replace(/[+/=]/g, (character) => codes[character]!);

/** Name → file → the text that stands for it; `{}` of a text around it is where it goes. */
export const spellings: Record<string, { around: string; of: (bytes: Buffer) => string }> = {
  'base64 in JSON': { around: '{"camera":3,"thumbnail":"{}","state":"ok"}', of: (bytes) => bytes.toString('base64') },
  'base64 in XML': { around: '<Answer><Thumbnail>{}</Thumbnail></Answer>', of: (bytes) => bytes.toString('base64') },
  'base64 without padding': { around: '{"t":"{}"}', of: (bytes) => bytes.toString('base64').replace(/=+$/, '') },
  'base64 for addresses': { around: '{"t":"{}"}', of: (bytes) => bytes.toString('base64url') },
  'base64 in an attribute': { around: '<img class=frame src={} alt="">', of: (bytes) => bytes.toString('base64') },
  'lines of 76': { around: 'Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--a--', of: (bytes) => wrapped(bytes.toString('base64'), 76, '\r\n') },
  'lines of 64': { around: '<pre>\n{}\n</pre>', of: (bytes) => wrapped(bytes.toString('base64'), 64, '\n') },
  'short lines, indented': { around: '<pre>\n{}\n</pre>', of: (bytes) => wrapped(bytes.toString('base64'), 20, '\n        ') },
  'JSON with slashes escaped': { around: '{"t":"{}"}', of: (bytes) => bytes.toString('base64').replaceAll('/', '\\/') },
  'JSON with lines escaped': { around: '{"t":"{}"}', of: (bytes) => wrapped(bytes.toString('base64'), 76, '\\n') },
  'JSON with other lines escaped': { around: '{"t":"{}"}', of: (bytes) => wrapped(bytes.toString('base64'), 76, '\\r\\n') },
  'JSON in JSON': { around: '{"t":"{\\"u\\":\\"{}\\"}"}', of: (bytes) => wrapped(bytes.toString('base64').replaceAll('/', '\\\\\\/'), 76, '\\\\n') },
  'JSON with every sign escaped': { around: '{"t":"{}"}', of: (bytes) => escape(bytes.toString('base64'), { '+': '\\u002b', '/': '\\u002F', '=': '\\u003d' }) },
  'script with every sign escaped': { around: 'var t = "{}";', of: (bytes) => escape(bytes.toString('base64'), { '+': '\\x2b', '/': '\\x2F', '=': '\\x3d' }) },
  'HTML with signs as numbers': { around: '<input value="{}">', of: (bytes) => escape(bytes.toString('base64'), { '+': '&#43;', '/': '&#47;', '=': '&#61;' }) },
  'HTML with signs as hex': { around: '<input value="{}">', of: (bytes) => escape(bytes.toString('base64'), { '+': '&#x2B;', '/': '&#x2F;', '=': '&#x3D;' }) },
  'HTML with signs by name': { around: '<input value="{}">', of: (bytes) => escape(bytes.toString('base64'), { '+': '&plus;', '/': '&sol;', '=': '&equals;' }) },
  'an encoded parameter': { around: '<a href="?next={}">', of: (bytes) => encodeURIComponent(bytes.toString('base64')) },
  'strings joined in a script': { around: 'var t = {};', of: (bytes) => quotedPieces(bytes.toString('base64'), "'", ' + ') },
  'strings joined over lines': { around: 'var t = {};', of: (bytes) => quotedPieces(bytes.toString('base64'), '"', ' +\n      ') },
  'a list of strings': { around: '{"lines": [{}]}', of: (bytes) => quotedPieces(bytes.toString('base64'), '"', ', ') },
  'a string continued over lines': { around: "var t = '{}';", of: (bytes) => wrapped(bytes.toString('base64'), 76, '\\\n') },
  'base64 behind one letter': { around: '{"t":"x{}"}', of: (bytes) => bytes.toString('base64') },
  'base64 behind two letters': { around: '{"t":"xy{}"}', of: (bytes) => bytes.toString('base64') },
  'base64 behind three letters': { around: '{"t":"xyz{}"}', of: (bytes) => bytes.toString('base64') },
  'base64 behind a word': { around: 'The frame follows {} and ends', of: (bytes) => bytes.toString('base64') },
  'base64 behind a long word': { around: `{"t":"${'0123456789abcdef'.repeat(40)}/{}"}`, of: (bytes) => bytes.toString('base64') },
  hex: { around: '{"t":"{}"}', of: (bytes) => bytes.toString('hex') },
  'hex in capitals': { around: "X'{}'", of: (bytes) => bytes.toString('hex').toUpperCase() },
  'hex in lines': { around: '<pre>{}</pre>', of: (bytes) => wrapped(bytes.toString('hex'), 64, '\n') },
  'hex with spaces': { around: '<pre>{}</pre>', of: (bytes) => hexOf(bytes, '', ' ') },
  'hex with dashes': { around: '{"t":"{}"}', of: (bytes) => hexOf(bytes, '', '-').toUpperCase() },
  'hex with prefixes': { around: 'var t = [{}];', of: (bytes) => hexOf(bytes, '0x', ', ') },
  'hex behind a letter': { around: '{"t":"a{}"}', of: (bytes) => bytes.toString('hex') },
  'every byte escaped': { around: 'var t = "{}";', of: (bytes) => hexOf(bytes, '\\x', '') },
  'every byte escaped for JSON': { around: '{"t":"{}"}', of: (bytes) => hexOf(bytes, '\\u00', '') },
  'every byte escaped for an address': { around: '<a href="?t={}">', of: (bytes) => hexOf(bytes, '%', '') },
  'every byte escaped for HTML': { around: '<p>{}</p>', of: (bytes) => [...bytes].map((byte) => `&#x${byte.toString(16).padStart(2, '0')};`).join('') },
  'a list of numbers': { around: '{"type":"Buffer","data":[{}]}', of: (bytes) => [...bytes].join(',') },
  'a list of numbers over lines': { around: '{"data":[\n{}\n]}', of: (bytes) => [...bytes].join(',\n    ') },
  'a list of signed numbers': { around: '{"data":[{}]}', of: (bytes) => [...bytes].map((byte) => (byte > 127 ? byte - 256 : byte)).join(', ') },
};

/** As languages without bytes write them into JSON: what can be printed stands as it is. */
export const escapedStrings: Record<string, (bytes: Buffer) => string> = {
  'with letters beyond ASCII': (bytes) => JSON.stringify(bytes.toString('latin1')),
  'in ASCII': (bytes) => JSON.stringify(bytes.toString('latin1')).replace(/[\x7f-\xff]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`),
  'as a script': (bytes) => `"${bytes.toString('latin1').replace(/[^ !#-[\]-~]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`,
  'as a parameter': (bytes) => bytes.toString('latin1').replace(/[^A-Za-z0-9_.~-]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`),
};
