// Footage over time as one line of signs: what a recorder says that it holds.
import type { Span } from '../domain/span.js';

/** Cells of a bar. */
const WIDTH = 60;
export const signs = { whole: '█', part: '▒', none: '░', unknown: '?' } as const;

const instant = (text: string): number => Date.parse(text);

/** `promised` sorted and apart from each other; null: nobody knows. A cell that is not whole is never drawn as whole. */
export function drawBar(span: Span, promised: readonly Span[] | null, width = WIDTH): string {
  if (promised === null) return signs.unknown.repeat(width);
  const [from, to] = [instant(span.from), instant(span.to)];
  const cell = (to - from) / width;
  return Array.from({ length: width }, (_, at) => {
    const [begin, end] = [from + at * cell, from + (at + 1) * cell];
    const held = promised.reduce((sum, it) => sum + Math.max(0, Math.min(end, instant(it.to)) - Math.max(begin, instant(it.from))), 0);
    // Half a millisecond: cells of a span need not begin at whole ones.
    return held <= 0 ? signs.none : held >= cell - 0.5 ? signs.whole : signs.part;
  }).join('');
}

/** Times under the bar: at its start, in the middle, at its end. */
export function drawScale(span: Span, label: (at: number) => string, width = WIDTH): string {
  const [from, to] = [instant(span.from), instant(span.to)];
  const [left, middle, right] = [label(from), label((from + to) / 2), label(to)];
  const gap = width - left.length - middle.length - right.length;
  if (gap < 2) return `${left} – ${right}`;
  return left + ' '.repeat(Math.floor(gap / 2)) + middle + ' '.repeat(Math.ceil(gap / 2)) + right;
}

export interface Stretch extends Span {
  footage: boolean;
}

/** Spans and the holes between them, one after the other over the whole of `span`. */
export function stretchesOf(span: Span, promised: readonly Span[]): Stretch[] {
  const found: Stretch[] = [];
  let at = span.from;
  for (const { from, to } of promised) {
    if (from > at) found.push({ from: at, to: from, footage: false });
    found.push({ from, to, footage: true });
    at = to;
  }
  if (at < span.to) found.push({ from: at, to: span.to, footage: false });
  return found;
}
