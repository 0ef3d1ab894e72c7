// What was asked, and what the recorder's search promised: does what comes agree with it?
import { Problem } from '../../../plugin/domain/problem.js';
import type { Span } from '../../../plugin/domain/span.js';

/** Microseconds since 1970, by the recorder's clock. */
export interface Expectations {
  from: number;
  to: number;
  /** Longest group of pictures. */
  gop: number;
  promised: readonly { from: number; to: number }[] | null;
}

/** The range asked for ends so long after the span: some servers need to see the end pass by, and pictures that lean on later ones would
 *  be cut before the border. Microseconds. */
export const beyond = 2_000_000;

const micros = (instant: string): number => Date.parse(instant) * 1000;

export const makeExpectations = (span: Span, promised: readonly Span[] | null, gopSeconds: number): Expectations => ({
  from: micros(span.from),
  to: micros(span.to),
  gop: gopSeconds * 1e6,
  promised: promised && promised.map((each) => ({ from: micros(each.from), to: micros(each.to) })),
});

/** Microseconds of promised footage between two times. */
export const promisedBetween = ({ promised }: Expectations, from: number, to: number): number =>
  (promised ?? []).reduce((sum, each) => sum + Math.max(0, Math.min(to, each.to) - Math.max(from, each.from)), 0);

/** Promises are told in whole seconds, and a section begins with its first key frame. Microseconds. */
const promiseSlack = 2_000_000;

/** Where the first footage stands that was promised from `asked` on; null where nothing was. */
const promisedFrom = ({ promised, to }: Expectations, asked: number): number | null => {
  const first = promised?.find((each) => each.to > asked && each.from < to);
  return first ? Math.max(first.from, asked) : null;
};

/** By how much a first picture comes after what was promised; null where nothing was. Microseconds. */
export function lateness(utcMicros: number, expected: Expectations): number | null {
  const begin = promisedFrom(expected, expected.from);
  return begin === null ? null : utcMicros - begin;
}

/**
 * A 200 proves nothing: some servers play live pictures, or the start of the archive, whatever range was asked. `asked` is where this
 * session was to begin. Problem: `wrong-footage`.
 */
export function judgeFirst(utcMicros: number, asked: number, expected: Expectations): void {
  const { to, gop } = expected;
  const begin = promisedFrom(expected, asked);
  // Behind the span: the first picture of the next section, where the whole span lies in a hole.
  const latest = begin === null ? to + beyond : begin + promiseSlack;
  if (utcMicros < asked - gop || utcMicros > latest)
    throw new Problem('wrong-footage', 'The recorder plays another time than was asked of it.');
}

export const median = (values: readonly number[]): number | undefined => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Is a step of the time a hole, and not just slow pictures? `intervals`: the latest ones between pictures. */
export function isHole(step: number, intervals: readonly number[]): boolean {
  if (step <= 1e6) return false;
  return step > 5 * (median(intervals) ?? 0);
}
