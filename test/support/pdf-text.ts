// What a PDF reader copies out of a document: streams unpacked, glyphs turned back by the fonts' own ToUnicode maps. Knows no more of PDF than pdfkit writes.
import { inflateSync } from 'node:zlib';

/** Text of each page, a line for each text object, in the order of drawing. */
export function pdfText(file: Buffer): string[] {
  const objects = objectsOf(file);
  const streamOf = (id: number): string => objects.get(id)?.stream ?? '';
  const signs = new Map<number, string>();
  for (const { text } of objects.values()) {
    const map = /\/ToUnicode (\d+) 0 R/.exec(text);
    if (map) for (const [code, sign] of unicodeOf(streamOf(Number(map[1])))) signs.set(code, sign);
  }
  const pages = [...objects.values()].filter(({ text }) => /\/Type \/Page\b(?!s)/.test(text));
  return pages.map(({ text }) => linesOf(streamOf(Number(/\/Contents (\d+) 0 R/.exec(text)![1])), signs).join('\n'));
}

function objectsOf(file: Buffer): Map<number, { text: string; stream: string | null }> {
  const raw = file.toString('latin1');
  const found = new Map<number, { text: string; stream: string | null }>();
  for (const match of raw.matchAll(/(\d+) 0 obj\n/g)) {
    const start = match.index + match[0].length;
    const end = raw.indexOf('endobj', start);
    const begin = raw.indexOf('stream\n', start);
    if (begin < 0 || begin > end) {
      found.set(Number(match[1]), { text: raw.slice(start, end), stream: null });
      continue;
    }
    const text = raw.slice(start, begin);
    const length = Number(/\/Length (\d+)/.exec(text)![1]);
    const bytes = file.subarray(begin + 7, begin + 7 + length);
    found.set(Number(match[1]), { text, stream: /\/FlateDecode/.test(text) ? inflateSync(bytes).toString('latin1') : bytes.toString('latin1') });
  }
  return found;
}

/** `bfrange` with lists and with runs. */
function unicodeOf(map: string): [code: number, sign: string][] {
  const sign = (hex: string): string => Buffer.from(hex, 'hex').swap16().toString('utf16le');
  return [...map.matchAll(/<([0-9a-f]+)> <([0-9a-f]+)> \[([^\]]*)\]/gi)].flatMap(([, from, , list]) =>
    [...list!.matchAll(/<([0-9a-f]+)>/gi)].map(([, hex], at) => [Number.parseInt(from!, 16) + at, sign(hex!)] as [number, string]));
}

const linesOf = (content: string, signs: ReadonlyMap<number, string>): string[] =>
  [...content.matchAll(/\[([^\]]*)\] TJ/g)].map(([, pieces]) =>
    [...pieces!.matchAll(/<([0-9a-f]+)>/gi)].map(([, hex]) => hex!.match(/.{4}/g)!.map((code) => signs.get(Number.parseInt(code, 16)) ?? '?').join('')).join(''));
