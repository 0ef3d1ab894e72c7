// What a recorder told by its own clock, by the clock by which a person asked.
import { mergeSpans, type Instant, type Span } from './span.js';
import type { Holdings } from './vms.js';

export interface ToldHoldings {
  /** Null where the recorder cannot say. */
  promised: Span[] | null;
  earliest: Instant | null;
  latest: Instant | null;
}

/** The shift that was applied to the question, taken back. */
export function inAskedTime(span: Span, { deviceSpan, promised, from, to }: Holdings): ToldHoldings {
  const shift = Date.parse(span.from) - Date.parse(deviceSpan.from);
  const back = (at: Instant): Instant => new Date(Date.parse(at) + shift).toISOString();
  const within = (it: Span): Span => ({ from: it.from > span.from ? it.from : span.from, to: it.to < span.to ? it.to : span.to });
  return {
    promised:
      promised && mergeSpans(promised.map((it) => within({ from: back(it.from), to: back(it.to) })).filter((it) => it.from < it.to)),
    earliest: from && back(from),
    latest: to && back(to),
  };
}
