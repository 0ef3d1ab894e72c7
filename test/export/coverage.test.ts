// What is missing from a span and what that is called.
import assert from 'node:assert/strict';
import type { Span } from '../../plugin/domain/span.js';
import { askedSpans } from '../../plugin/export/asked-spans.js';
import { holesIn, stateOfCoverage, worst } from '../../plugin/export/coverage.js';
import type { Part } from '../../plugin/media/mux-parts.js';
import { hoursAsked } from '../../plugin/policy/hours-asked.js';

const base = Date.parse('2026-03-01T02:00:00.000Z');
const at = (seconds: number): string => new Date(base + seconds * 1000).toISOString();
const span = (from: number, to: number): Span => ({ from: at(from), to: at(to) });
const part = (from: number, to: number): Part =>
  ({ firstUtcMicros: (base + from * 1000) * 1000, lastUtcMicros: (base + to * 1000) * 1000 - 40_000, durationMicros: (to - from) * 1_000_000 }) as Part;

type Row = readonly [what: string, parts: [number, number][], promised: [number, number][] | null, holes: [number, number, boolean | null][], state: string];
/** The span is 0 to 60. */
const table: readonly Row[] = [
  ['all of it', [[0, 60]], [[0, 60]], [], 'complete'],
  ['all of it, a few pictures late and early', [[0.15, 59.85]], null, [], 'complete'],
  ['half a second late: more than a few pictures', [[0.5, 60]], [[0, 60]], [[0, 0.5, true]], 'partial'],
  ['a hole that the recorder told', [[0, 20], [27, 60]], [[0, 20], [27, 60]], [[20, 27, true]], 'complete-with-holes'],
  ['a hole that the recorder denies', [[0, 20], [27, 60]], [[0, 60]], [[20, 27, false]], 'complete-with-holes'],
  ['a hole of which half was promised', [[0, 20], [30, 60]], [[0, 25], [30, 60]], [[20, 30, false]], 'complete-with-holes'],
  ['a hole of which nobody says anything', [[0, 20], [27, 60]], null, [[20, 27, null]], 'complete-with-holes'],
  ['a hole at the end, told to the second', [[0, 49.4]], [[0, 50]], [[49.4, 60, true]], 'partial'],
  ['a late start', [[12, 60]], [[0, 60]], [[0, 12, false]], 'partial'],
  ['parts out of order of time', [[27, 60], [0, 20]], null, [[20, 27, null]], 'complete-with-holes'],
  ['parts that overlap, after a step of the clock', [[0, 40], [30, 60]], null, [], 'complete'],
  ['nothing where nothing was promised', [], [], [[0, 60, true]], 'partial'],
];

describe('coverage', () => {
  for (const [what, parts, promised, holes, state] of table)
    it(`${what}: ${state}`, () => {
      const found = holesIn(span(0, 60), parts.map(([from, to]) => part(from, to)), promised && promised.map(([from, to]) => span(from, to)));
      assert.deepEqual(found, holes.map(([from, to, expected]) => ({ ...span(from, to), expected })));
      assert.equal(stateOfCoverage(span(0, 60), found, 'proven'), state);
    });

  it('is never complete where nobody but the asking vouches for the times', () => assert.equal(stateOfCoverage(span(0, 60), [], 'asserted'), 'partial'));
  it('is partial as soon as one span of several gave nothing', () => assert.equal(worst(['complete', 'no-data']), 'partial'));
});

describe('a gap inside one part', () => {
  const gap = { from: (base + 20_000) * 1000, to: (base + 50_000) * 1000 };
  const told = (promised: [number, number][] | null): object[] => holesIn(span(0, 60), [part(0, 60)], promised && promised.map(([from, to]) => span(from, to)), [gap]);
  it('is a hole, though no file ends there', () => assert.deepEqual(told(null), [{ ...span(20, 50), expected: null }]));
  it('is held against what was promised', () => {
    assert.deepEqual(told([[0, 60]]), [{ ...span(20, 50), expected: false }]);
    assert.deepEqual(told([[0, 20], [50, 60]]), [{ ...span(20, 50), expected: true }]);
  });
  it('many of them, against many promises, are told at once', () => {
    const many = Array.from({ length: 4400 }, (_, at) => span(2 * at, 2 * at + 1));
    const parts = many.map(({ from }) => part((Date.parse(from) - base) / 1000, (Date.parse(from) - base) / 1000 + 0.5));
    assert.equal(holesIn(span(0, 8800), parts, many).length, 4400);
  }).timeout(5000);
});

describe('spans asked of one camera', () => {
  const items = [
    { camera: 'a', ...span(0, 60) },
    { camera: 'b', ...span(0, 60) },
    { camera: 'a', ...span(30, 90) },
    { camera: 'a', ...span(60, 120), basis: 'recorder' as const },
    { camera: 'a', ...span(100, 130), basis: 'recorder' as const },
  ];
  it('are merged clock by clock, never across clocks', () =>
    assert.deepEqual(askedSpans(items, 'a'), [span(0, 90), { ...span(60, 130), basis: 'recorder' }]));
  it('count apart, so that no limit is evaded by naming another clock', () => assert.equal(hoursAsked(items), (90 + 70) / 3600));
});
