// The number that stands on each page of a paper and on each marked copy: which request, of which gate, what it is, and a check character.
// `EG-310000-SH-YUNFAN-2026-000123-7K3QD-L01-X`; docs/spec/numbers.md.
import { checkCharacter } from './formats/check-character.js';
import { sha256Hex } from './formats/digest.js';
import type { RequestId } from './export-request.js';
import { Problem } from './problem.js';

/** What bears a number, by its letter. The letters are API: they stand on papers that others keep. */
export const numbered = {
  L: '调取证据清单',
  N: '制作过程及原件存放处说明',
  E: '电子证明文件',
  H: '交接清单',
  G: '登记表摘录',
  D: '销毁证明',
  C: '查阅件',
} as const;
export type Letter = keyof typeof numbered;

export interface NumberParts {
  requestId: RequestId;
  /** Of the gate, as `gateCode` makes it. */
  gate: string;
  letter: Letter;
  /** Of a paper what `placeOf` says, of a copy which it is: from 1. */
  place: number;
}

/**
 * Papers of one kind that a request can have: in its package, in that of originals that leave apart, what is made later of either, and the lists that lie
 * beside media, of which each has one page: its place is which hand-over of the request it is.
 */
export const paperSeries = ['package', 'originals', 'later', 'later-originals', 'medium'] as const;
export type PaperSeries = (typeof paperSeries)[number];

/** Of one paper: a package's 20 000 files fill 2500 where every path is as long as one may be. What keeps the numbers of one series out of the next. */
export const mostPages = 9_999;

/** Where the number's place tells apart what a later paper tells up to: in front of five digits of series and page. */
const perPaper = 100_000;

/**
 * The place that stands in the number of this page, from 1. `upTo`: of a paper that is made later, the sequence of the request's entry up to which it tells;
 * 0 for one of a package. Problem `internal`: no paper has so many pages.
 */
export function placeOf(series: PaperSeries, page: number, upTo = 0): number {
  if (page > mostPages) throw new Problem('internal', `A paper has ${mostPages} pages at most; its numbers would be those of another.`);
  return upTo * perPaper + paperSeries.indexOf(series) * (mostPages + 1) + page;
}

/** Without I, L, O and U, which are read for something else. */
const codeAlphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 5;

/** From the log's own name, which is a gate's once and for ever: two gates that serve one site write no number twice. */
export function gateCode(origin: string): string {
  let value = Number.parseInt(sha256Hex(origin).slice(0, 8), 16);
  let code = '';
  for (let at = 0; at < codeLength; at++) {
    code += codeAlphabet[value % 32];
    value = Math.floor(value / 32);
  }
  return code;
}

export function writeNumber({ requestId, gate, letter, place }: NumberParts): string {
  const number = `${requestId}-${gate}-${letter}${String(place).padStart(2, '0')}`;
  return `${number}-${checkCharacter(number)}`;
}

const form = new RegExp(`^(EG-[1-9]\\d{5}-[A-Z0-9-]{2,16}-\\d{4}-\\d{6,9})-([${codeAlphabet}]{${codeLength}})-([A-Z])(\\d{2,15})-([0-9A-Z])$`);

/** Null where the text is no such number. Problem `number-mistyped`: it is one, and its check character says that something in it is wrong. */
export function readNumber(text: string): NumberParts | null {
  const number = text.trim().toUpperCase();
  const [, requestId, gate, letter, place, check] = form.exec(number) ?? [];
  if (!requestId || !gate || !letter) return null;
  const right = checkCharacter(number.slice(0, -2));
  if (right !== check)
    throw new Problem('number-mistyped', `The number ${number} has a wrong character: it would end in ${right}, not in ${check}. Look at the paper again.`);
  if (!(letter in numbered))
    throw new Problem('number-mistyped', `The number ${number} names no paper: behind the gate’s code stands one of ${Object.keys(numbered).join(', ')}.`);
  return { requestId, gate, letter: letter as Letter, place: Number(place) };
}

/**
 * The request that somebody names: by its number, or by that of a paper or copy of it. Problems: `number-mistyped`; `request-unknown` for a
 * paper of another gate, whose request of the same name is another one.
 */
export function requestNamed(text: string, gate: string): string {
  const read = readNumber(text);
  if (read && read.gate !== gate)
    throw new Problem('request-unknown', `The number is that of a paper of another gate (${read.gate}); this one is ${gate}.`);
  return read?.requestId ?? text;
}
