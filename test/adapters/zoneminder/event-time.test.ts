// When an event's first picture was taken: between what was cut off and what is told of its length.
import assert from 'node:assert/strict';
import { anchorOf } from '../../../adapters/zoneminder/event-time.js';

const start = Date.parse('2026-03-01T02:00:00Z');

describe('an event’s time', () => {
  /** End after the start, seconds; length told and length of the film, seconds; low, best, high after the start, milliseconds. */
  const table: [string, number | null, number, number, number, number, number][] = [
    ['nothing is known of the end', null, 0, 10, 0, 500, 1000],
    ['start and length reach the next second: it began late in its own', 11, 10.2, 10.2, 800, 900, 1000],
    ['they do not reach it: it began early', 10, 10.2, 10.2, 0, 400, 800],
    ['a whole number of seconds says nothing', 10, 10, 10, 0, 500, 1000],
    ['a film that is a little longer is its own', 10, 10.2, 10.5, 0, 400, 800],
    ['a film that is shorter lost its end', 10, 10.2, 4, 0, 400, 800],
    ['a film that is longer begins before its event', 10, 10.2, 12.2, -2000, -1600, -1200],
    ['the clock was set in between', 3610, 10, 10, 0, 500, 1000],
  ];
  for (const [what, end, length, film, low, best, high] of table)
    it(what, () => {
      const anchor = anchorOf({ start, end: end === null ? null : start + end * 1000, lengthMs: length * 1000 }, film * 1e6);
      assert.deepEqual([anchor.low, anchor.best, anchor.high].map((micros) => Math.round(micros / 1000) - start), [low, best, high]);
    });
});
