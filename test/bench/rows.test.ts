// The bench's arithmetic: medians, ratios, and what counts as missed.
import assert from 'node:assert/strict';
import { asTable, compare, median, missed, percentile } from '../../bench/rows.js';

describe('rows of the bench', () => {
  const medians: [number[], number][] = [
    [[3], 3],
    [[9, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ];
  for (const [values, wanted] of medians) it(`the median of ${values.join(', ')} is ${wanted}`, () => assert.equal(median(values), wanted));

  const percentiles: [number[], number, number][] = [
    [[7], 99, 7],
    [[3, 1, 2, 4], 50, 2],
    [Array.from({ length: 1_000 }, (_, at) => 1_000 - at), 99, 990],
  ];
  for (const [values, hundredth, wanted] of percentiles)
    it(`of ${values.length} value(s), ${hundredth} in a hundred do not exceed ${wanted}`, () => assert.equal(percentile(values, hundredth), wanted));

  const ratios: [string, number[], number[], number | null, number | null, boolean][] = [
    ['within what is allowed', [3, 1, 2], [1, 1, 1], 2, 2, false],
    ['beyond it', [2.1], [1], 2, 2.1, true],
    ['without a peer’s value, where something is demanded', [1], [], 2, null, true],
    ['without a peer’s value, where nothing is', [1], [], null, null, false],
    ['against a peer that lost nothing', [0], [0], null, null, false],
  ];
  for (const [what, us, values, most, ratio, isMissed] of ratios)
    it(`a ratio ${what}`, () => {
      const row = compare('r', 's', us, { name: 'p', values }, most);
      assert.equal(row.ratio, ratio);
      assert.equal(missed([row]).length > 0, isMissed);
    });

  it('a table has a line per row, with range and note', () => {
    const rows = [compare('time', 's', [1, 2, 3], { name: 'copy', values: [1] }, 2), { ...compare('lost', 'frames', [0], { name: 'rtspsrc', values: [] }, null), note: 'nothing' }];
    assert.deepEqual(asTable(rows).split('\n').map((line) => line.split(/ {2,}/)), [
      ['what', 'ours', 'beside it', 'theirs', 'ratio', 'at most'],
      ['time', '2.000 (1.000–3.000) s', 'copy', '1.000 s', '2.00', '2'],
      ['lost', '0 frames', 'rtspsrc', 'nothing'],
    ]);
  });
});
