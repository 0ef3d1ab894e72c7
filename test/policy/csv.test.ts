// Cells and where they stand.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readLines as readLinesPaced, readTable } from '../../plugin/policy/csv.js';
import { makePace } from '../../plugin/policy/pace.js';

const readLines = (file: string, text: string) => readLinesPaced(file, text, makePace());
const cellsOf = async (text: string): Promise<string[][]> =>
  (await readLines('f.csv', text)).lines.map((line) => line.cells.map((cell) => cell.text));

describe('csv', () => {
  // prettier-ignore
  const table = [
    ['a,b,c', [['a', 'b', 'c']]],
    ['  a ,\tb , c ', [['a', 'b', 'c']]],
    ['"a,b",c', [['a,b', 'c']]],
    ['"say ""yes""",c', [['say "yes"', 'c']]],
    ['a,,c,', [['a', '', 'c', '']]],
    ['# a comment\n  # another\n\na', [['a']]],
    ['a # not a comment,b', [['a # not a comment', 'b']]],   // casbin#453: whatever stands behind # would be lost
    ['a\r\nb\r\n', [['a'], ['b']]],
  ] as const;
  for (const [text, cells] of table) it(`reads ${JSON.stringify(text)}`, async () => assert.deepEqual(await cellsOf(text), cells));

  const wrong = ['"a', 'a"b,c', '"a"b,c', 'a\u0000b', 'a\u200bb', 'a\u202eb', 'a\rb', `a,${'x'.repeat(2_000)}`];
  for (const text of wrong)
    it(`refuses ${JSON.stringify(text.slice(0, 12))}`, async () => {
      const { lines, faults } = await readLines('f.csv', `ok\n${text}`);
      assert.deepEqual([lines.length, faults.map((fault) => [fault.code, fault.where])], [1, [['line-malformed', 'f.csv:2:1']]]);
    });

  it('says the line and column of each cell', async () => {
    assert.deepEqual(
      (await readLines('f.csv', '\n#\np, role:x,  y')).lines[0]!.cells.map((cell) => cell.where),
      ['f.csv:3:1', 'f.csv:3:4', 'f.csv:3:13'],
    );
  });

  it('says that a full-width comma separates nothing', async () => {
    const { faults } = await readTable('f.csv', 'a,b\n1，2', ['a', 'b'], makePace());
    assert.equal(faults[0]?.code, 'field-missing');
    assert.match(faults[0].detail, /full-width comma/);
  });

  it('what was quoted comes back, whatever it is', async () => {
    const cell = fc
      .string({ maxLength: 40 })
      .map((text) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0]/gu, '').trim());
    await fc.assert(
      // What begins with # is a comment, in quotes too.
      fc.asyncProperty(
        fc.array(cell, { minLength: 1, maxLength: 6 }).filter(([first]) => !first!.startsWith('#')),
        async (cells) => {
          const line = cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(', ');
          // Empty cells at the end are a spreadsheet's padding.
          let length = cells.length;
          while (length > 1 && cells[length - 1] === '' && cells[length - 2] === '') length -= 1;
          assert.deepEqual(await cellsOf(line), [cells.slice(0, length)]);
        },
      ),
    );
  });

  it('a hostile line takes no time', async () => {
    const start = process.hrtime.bigint();
    for (const unit of ['"" ', ' ', '"', ',"', '\t '])
      await readLines('f.csv', Array.from({ length: 200 }, () => `${unit.repeat(1_990 / unit.length)}"x`).join('\n'));
    assert.ok(process.hrtime.bigint() - start < 2_000_000_000n);
  });
});
