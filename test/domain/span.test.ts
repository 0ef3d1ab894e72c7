// Text → an instant: the zone is given, the day exists, and what comes out has one spelling.
import assert from 'node:assert/strict';
import { Problem } from '../../plugin/domain/problem.js';
import { parseInstant } from '../../plugin/domain/span.js';

const read = (text: string): string => {
  try {
    return parseInstant(text);
  } catch (thrown) {
    return Problem.from(thrown).code;
  }
};

describe('an instant', () => {
  const table: readonly (readonly [text: string, expected: string])[] = [
    ['2026-03-01T10:00:00+08:00', '2026-03-01T02:00:00.000Z'],
    ['2026-03-01T02:00:00Z', '2026-03-01T02:00:00.000Z'],
    ['2026-03-01T02:00:00.123456789Z', '2026-03-01T02:00:00.123Z'],
    ['2026-03-01T00:30:00+08:00', '2026-02-28T16:30:00.000Z'],
    ['2026-02-28T20:30:00-05:30', '2026-03-01T02:00:00.000Z'],
    ['2026-03-01T16:00:00+14:00', '2026-03-01T02:00:00.000Z'],
    ['2028-02-29T10:00:00+08:00', '2028-02-29T02:00:00.000Z'],
    ['2026-02-29T10:00:00+08:00', 'span-invalid'],
    ['2026-02-30T10:00:00+08:00', 'span-invalid'],
    ['2026-02-30T10:00:00Z', 'span-invalid'],
    ['2026-04-31T23:00:00-08:00', 'span-invalid'],
    ['2026-13-01T10:00:00Z', 'span-invalid'],
    ['2026-03-01T24:00:00Z', 'span-invalid'],
    ['2026-03-01T10:00:00+14:01', 'span-invalid'],
    ['2026-03-01T10:00:00-14:01', 'span-invalid'],
    ['2026-03-01T10:00:00+23:59', 'span-invalid'],
    ['2026-03-01T10:00:00', 'span-invalid'],
    ['2026-02-30T10:00+08:00', 'span-invalid'],
    ['2026-03-01', 'span-invalid'],
  ];
  for (const [text, expected] of table) it(`${text}: ${expected}`, () => assert.equal(read(text), expected));
});
