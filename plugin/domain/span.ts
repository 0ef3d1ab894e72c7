// Time, as data: instants are ISO-8601 UTC with milliseconds, spans are half-open.
import { Problem } from './problem.js';

/** `2026-03-01T02:00:00.000Z`: UTC, milliseconds. Sorts as text. */
export type Instant = string;

/** Half-open: `from` belongs to it, `to` does not. */
export interface Span {
  from: Instant;
  to: Instant;
}

const instantPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(?:Z|([+-])(\d\d):(\d\d))$/;
/** No place on earth is further from UTC. */
const MOST_OFFSET_MINUTES = 14 * 60;

/** Text with an explicit zone → the one spelling. A time without a zone is refused: 8 hours hide in it. Problem `span-invalid`. */
export function parseInstant(text: string): Instant {
  const [, local, , sign, hour, minute] = instantPattern.exec(text) ?? [];
  const date = new Date(text);
  if (local === undefined || Number.isNaN(date.getTime()))
    throw new Problem('span-invalid', `“${text}” is not an instant like 2026-03-01T10:00:00+08:00 (the zone must be given).`);
  const offset = (sign === '-' ? -1 : 1) * (Number(hour ?? 0) * 60 + Number(minute ?? 0));
  if (Math.abs(offset) > MOST_OFFSET_MINUTES) throw new Problem('span-invalid', `“${text}”: no zone is more than 14:00 from UTC.`);
  // The language reads 30 February as 2 March: footage of another day than the paper says.
  if (new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19) !== local)
    throw new Problem('span-invalid', `“${text}” names a day or a time that the calendar does not have.`);
  return date.toISOString();
}

export const milliseconds = (span: Span): number => Date.parse(span.to) - Date.parse(span.from);

export const hours = (span: Span): number => milliseconds(span) / 3_600_000;

/** Is all of `inner` inside `outer`? */
export const contains = (outer: Span, inner: Span): boolean => outer.from <= inner.from && inner.to <= outer.to;

/** Spans that touch or overlap become one; sorted. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const { from, to } of [...spans].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = to > last.to ? to : last.to;
    else merged.push({ from, to });
  }
  return merged;
}
