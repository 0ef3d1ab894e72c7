// A narrower scope lies inside the wider one and leaves something out: by hand, and for any spans.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Item } from '../../plugin/domain/export-request.js';
import { judgeNarrower } from '../../plugin/domain/narrower.js';
import { Problem } from '../../plugin/domain/problem.js';

const hour = (at: number): string => new Date(Date.UTC(2026, 2, 1) + at * 3_600_000).toISOString();
const item = (camera: string, from: number, to: number, basis?: 'recorder'): Item => ({ camera, from: hour(from), to: hour(to), ...(basis && { basis }) });
const codeOf = (items: readonly Item[], scope: readonly Item[]): string | null => {
  try {
    judgeNarrower(items, scope);
    return null;
  } catch (thrown) {
    return Problem.from(thrown).code;
  }
};

describe('a narrower scope', () => {
  const wide = [item('a', 0, 4), item('b', 2, 6)];
  // prettier-ignore
  const table: readonly (readonly [what: string, items: readonly Item[], expected: string | null, scope?: readonly Item[]])[] = [
    ['one camera less', [item('a', 0, 4)], null],
    ['the other camera less', [item('b', 2, 6)], null],
    ['one camera shorter at its end', [item('a', 0, 3), item('b', 2, 6)], null],
    ['one camera shorter at its beginning', [item('a', 1, 4), item('b', 2, 6)], null],
    ['the middle left out', [item('a', 0, 1), item('a', 3, 4), item('b', 2, 6)], null],
    ['one camera left out and the other in two pieces', [item('a', 0, 2), item('a', 2, 4)], null],
    ['nothing at all', [], 'span-invalid'],
    ['a span of no length', [item('a', 2, 2)], 'span-invalid'],
    ['a span turned round', [item('a', 3, 1)], 'span-invalid'],
    ['the same', wide, 'scope-same'],
    ['the same in another order', [...wide].reverse(), 'scope-same'],
    ['the same, cut in two', [item('a', 0, 2), item('a', 2, 4), item('b', 2, 6)], 'scope-same'],
    ['an hour later', [item('a', 0, 5), item('b', 2, 6)], 'scope-wider'],
    ['an hour earlier', [item('b', 1, 6)], 'scope-wider'],
    ['a millisecond more', [{ ...item('a', 0, 4), to: '2026-03-01T04:00:00.001Z' }], 'scope-wider'],
    ['the time of the other camera', [item('a', 4, 6)], 'scope-wider'],
    ['a camera that was not asked for', [item('a', 0, 4), item('c', 0, 1)], 'scope-wider'],
    ['by the recorder’s clock, where Beijing time was asked for', [item('a', 1, 2, 'recorder')], 'scope-wider'],
    ['in Beijing time, where the recorder’s clock was asked for', [item('a', 1, 2)], 'scope-wider', [item('a', 0, 4, 'recorder')]],
    ['by the recorder’s clock, as asked for', [item('a', 1, 2, 'recorder')], null, [item('a', 0, 4, 'recorder')]],
    ['a time named twice', [item('a', 0, 2), item('a', 1, 3)], 'scope-wider'],
    ['a span named twice', [item('a', 0, 2), item('a', 0, 2)], 'scope-wider'],
    ['the same digits by both clocks, as asked for', [item('a', 0, 2), item('a', 0, 2, 'recorder')], null, [item('a', 0, 4), item('a', 0, 4, 'recorder')]],
    ['a time of the recorder’s clock named twice', [item('a', 0, 2, 'recorder'), item('a', 1, 3, 'recorder')], 'scope-wider', [item('a', 0, 4), item('a', 0, 4, 'recorder')]],
    ['one that reaches over two spans that touch', [item('a', 1, 3)], 'scope-wider', [item('a', 0, 2), item('a', 2, 4)]],
    ['all of two spans that overlap, each time once', [item('a', 0, 2), item('a', 2, 3)], 'scope-same', [item('a', 0, 2), item('a', 1, 3)]],
    ['one of two spans that overlap', [item('a', 0, 2)], null, [item('a', 0, 2), item('a', 1, 3)]],
  ];
  for (const [what, items, expected, scope = wide] of table) it(`${what}: ${expected ?? 'counts'}`, () => assert.equal(codeOf(items, scope), expected));

  it('of any spans: what counts holds less time of each camera, and none that was not asked for', () => {
    const anyItem = fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 4 })).map(([camera, from, long]) => item(camera, from, from + long));
    const hoursOf = (items: readonly Item[]) => new Set(items.flatMap(({ camera, from, to }) => Array.from({ length: (Date.parse(to) - Date.parse(from)) / 3_600_000 }, (_, at) => `${camera} ${Date.parse(from) + at * 3_600_000}`)));
    fc.assert(
      fc.property(fc.array(anyItem, { minLength: 1, maxLength: 3 }), fc.array(anyItem, { minLength: 1, maxLength: 4 }), (items, scope) => {
        const [mine, theirs] = [hoursOf(items), hoursOf(scope)];
        const isInside = [...mine].every((it) => theirs.has(it));
        const code = codeOf(items, scope);
        if (!isInside) assert.equal(code, 'scope-wider');
        if (code === null) assert.ok(isInside && mine.size < theirs.size);
        if (code === 'scope-same') assert.deepEqual([...mine].sort(), [...theirs].sort());
      }),
      { numRuns: 500 },
    );
  });
});
