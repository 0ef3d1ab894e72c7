// Asked against received, as tables; and absolute times as RTSP writes them.
import assert from 'node:assert/strict';
import { clockStart, clockText, instantOf } from '../../../../adapters/onvif/rtsp/clock-range.js';
import { isHole, judgeFirst, makeExpectations, promisedBetween } from '../../../../adapters/onvif/rtsp/expectations.js';

const span = { from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:01:00.000Z' };
const start = Date.parse(span.from) * 1000;
const promise = (...seconds: [number, number][]) =>
  seconds.map(([from, to]) => ({ from: instantOf(start + from * 1e6), to: instantOf(start + to * 1e6) }));

describe('the first picture', () => {
  const rows: [string, number, [number, number][] | null, boolean][] = [
    ['at the start', 0, null, true],
    ['a group of pictures before', -10, null, true],
    ['longer before', -10.1, null, false],
    ['behind a hole that nobody told of', 59, null, true],
    ['just behind the span: the next section', 61.9, null, true],
    ['long behind the span', 62.1, null, false],
    ['soon after footage was promised', 1.9, [[-5, 70]], true],
    ['later than that', 2.1, [[-5, 70]], false],
    ['after a hole that the search told of', 31.9, [[30, 70]], true],
    ['later than that, after a hole', 32.1, [[30, 70]], false],
    ['where the search lists nothing: recorders lie', 30, [], true],
    ['where all that was promised is elsewhere', 61, [[-50, -20]], true],
  ];
  for (const [name, seconds, promised, right] of rows)
    it(`${name}: ${right ? 'may be' : 'wrong-footage'}`, () => {
      const expected = makeExpectations(span, promised && promise(...promised), 10);
      const judge = (): void => judgeFirst(start + seconds * 1e6, start, expected);
      if (right) judge();
      else assert.throws(judge, { code: 'wrong-footage' });
    });
  it('is judged by where a later session was to begin', () => {
    const expected = makeExpectations(span, null, 10);
    judgeFirst(start + 45e6, start + 50e6, expected);
    assert.throws(() => judgeFirst(start + 39e6, start + 50e6, expected), { code: 'wrong-footage' });
  });
});

describe('holes', () => {
  const rows: [string, number, number[], boolean][] = [
    ['a second', 1e6, [], false],
    ['more than a second', 1_000_001, [40_000, 40_000], true],
    ['slow pictures', 4e6, [1e6, 1e6, 1e6], false],
    ['a hole between slow pictures', 6e6, [1e6, 1e6, 1e6], true],
  ];
  for (const [name, step, intervals, hole] of rows) it(`${name}: ${hole}`, () => assert.equal(isHole(step, intervals), hole));
  it('counts what was promised between two times', () => {
    const expected = makeExpectations(span, promise([0, 10], [20, 30]), 10);
    assert.equal(promisedBetween(expected, start + 5e6, start + 22e6), 7e6);
    assert.equal(promisedBetween(makeExpectations(span, null, 10), start, start + 1e6), 0);
  });
});

describe('absolute times in RTSP', () => {
  it('are written without dashes and colons, with microseconds where there are any', () => {
    assert.equal(clockText(instantOf(start)), '20260301T020000.000Z');
    assert.equal(clockText(instantOf(start + 40_007)), '20260301T020000.040007Z');
  });
  const rows: [string | null, number | null][] = [
    ['clock=20260301T020000Z-20260301T020100Z', start],
    ['clock=20260301T020000.249999872Z-', start + 250_000],
    ['clock = 20260301T020000.5Z-', start + 500_000],
    ['npt=0-', null],
    ['clock=2026-03-01T02:00:00Z-', null],
    [null, null],
  ];
  for (const [range, micros] of rows) it(`${range} → ${micros}`, () => assert.equal(clockStart(range), micros));
});
