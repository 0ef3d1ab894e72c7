// Rows that change nothing are found, and a row said to be one changes nothing indeed.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Duty } from '../../plugin/domain/duty.js';
import { makePace } from '../../plugin/policy/pace.js';
import { RowIndex } from '../../plugin/policy/row-index.js';
import type { PolicyRow } from '../../plugin/policy/rows.js';
import { judgeShadows } from '../../plugin/policy/shadows.js';
import { readDuty, strictest } from '../../plugin/policy/strictest.js';
import { aRow } from './rows.js';

const ground = {
  tierOf: (city: string) => (city === '310000' ? 'tier-1' : 'tier-3'),
  groupsOf: (camera: string) => (camera === 'a' ? ['group:g'] : []),
};
// Every group is everywhere here: where cameras lie is asked of cameras.
const placesOf = (object: string) =>
  object.startsWith('group:')
    ? ['*', 'tier-1', 'tier-3', '310000', '310000/S1', '450300', '450300/S2']
    : object === 'camera:a'
      ? ['*', 'tier-1', '310000', '310000/S1']
      : ['*', 'tier-3', '450300', '450300/S2'];
const duties = (text: string) =>
  text
    .split(' ')
    .filter(Boolean)
    .map((word) => readDuty(word) as Duty);
const numbered = (rows: readonly Partial<PolicyRow>[]) => rows.map((row, at) => aRow({ ...row, source: `t.csv:${at + 1}` }));
const judge = async (rows: readonly PolicyRow[]) =>
  judgeShadows(rows, new RowIndex(rows, ground), { placesOf, isAwake: () => true }, makePace());

describe('shadows', () => {
  // Rows 1, 2, … → which of them do nothing.
  // prettier-ignore
  const table: [string, Partial<PolicyRow>[], string[]][] = [
    ['one row', [{}], []],
    ['two roles', [{}, { role: 'role:b' }], []],
    ['a row twice: the later one', [{ duties: duties('officers:2') }, { duties: duties('officers:2') }], ['row-shadowed t.csv:2:1']],
    ['two rows that add to each other', [{ duties: duties('officers:2') }, { duties: duties('downloads:1') }], []],
    ['a stricter row after a weaker of the same', [{ duties: duties('officers:2') }, { duties: duties('officers:3') }], ['row-shadowed t.csv:1:1']],
    ['a camera that asks less than all', [{ duties: duties('officers:3') }, { object: 'camera:a', duties: duties('officers:2') }], ['row-shadowed t.csv:2:1']],
    ['a camera that asks more than all', [{ duties: duties('officers:2') }, { object: 'camera:a', duties: duties('officers:3') }], []],
    ['a city that asks what its tier asks', [{ place: '310000', duties: duties('officers:2') }, { duties: duties('officers:2') }], ['row-shadowed t.csv:1:1']],
    ['a city that asks what another tier asks', [{ place: '310000', duties: duties('officers:2') }, { place: 'tier-3', duties: duties('officers:2') }], []],
    ['a basis that asks what all ask', [{ basis: 'COURT' }, { basis: 'ordinary' }], ['row-shadowed t.csv:1:1']],
    ['a fact that asks what always is asked', [{ when: 'late', duties: duties('officers:2') }, { duties: duties('officers:2') }], ['row-shadowed t.csv:1:1']],
    ['what is asked with one fact beside what is asked with another', [{ when: 'late' }, { when: 'sensitive' }], []],
    ['an allow under a wider deny', [{ object: 'camera:a' }, { effect: 'deny' }], ['row-shadowed t.csv:1:1']],
    ['a deny under a wider allow', [{}, { object: 'camera:a', effect: 'deny' }], []],
    ['a deny for one fact', [{}, { when: 'late', effect: 'deny' }], []],
    ['a deny twice: the later one', [{ effect: 'deny' }, { effect: 'deny' }], ['row-shadowed t.csv:2:1']],
    ['a deny under a wider deny', [{ object: 'group:g', effect: 'deny' }, { object: 'camera:a', effect: 'deny' }], ['row-shadowed t.csv:2:1']],
    ['a deny and an allow of the same', [{ effect: 'deny' }, {}], ['row-shadowed t.csv:2:1']],
    ['three times the same', [{}, {}, {}], ['row-shadowed t.csv:2:1', 'row-shadowed t.csv:3:1']],
    ['a camera of this tier', [{ object: 'camera:a' }], []],
    ['a camera of another tier', [{ object: 'camera:b' }], ['row-unreachable t.csv:1:1']],
    ['a camera of another city', [{ object: 'camera:b', place: '310000' }], ['row-unreachable t.csv:1:1']],
    ['a camera of that site', [{ object: 'camera:b', place: '450300/S2' }], []],
  ];
  for (const [name, rows, expected] of table)
    it(`${name}: ${expected.join(', ') || 'nothing to remove'}`, async () => {
      assert.deepEqual(
        (await judge(numbered(rows))).map(({ code, where }) => `${code} ${where}`),
        expected,
      );
    });

  it('whatever rows there are: without those that are said to do nothing, every question gets the same answer', async () => {
    const pick = <T>(...list: T[]) => fc.constantFrom(...list);
    const row = fc.record({
      place: pick('tier-1', '310000', '310000/S1'),
      object: pick('camera:*', 'camera:a', 'group:g', '*'),
      basis: pick<PolicyRow['basis']>('ordinary', 'COURT'),
      when: pick<PolicyRow['when']>('*', 'late'),
      effect: pick<'allow' | 'deny'>('allow', 'allow', 'allow', 'deny'),
      duties: pick(...['', 'officers:1', 'officers:2', 'downloads:1', 'officers:2 downloads:1'].map(duties)),
    });
    /** By the model, said plainly: the rows that match, and what they come to. */
    const answer = (rows: readonly PolicyRow[], objects: string[], basis: string, isLate: boolean) => {
      const found = rows.filter(
        (it) => objects.includes(it.object) && (it.basis === 'ordinary' || it.basis === basis) && (it.when === '*' || isLate),
      );
      if (found.length === 0 || found.some(({ effect }) => effect === 'deny')) return 'deny';
      return strictest(found.flatMap((it) => it.duties));
    };
    let surplus = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (given) => {
        const rows = numbered(given);
        // Of an allow and a deny of the same the fault names the allow; either may go, and without the allow nothing changes.
        const idle = new Set((await judge(rows)).map(({ where }) => where.replace(/:1$/, '')));
        surplus += idle.size;
        const left = rows.filter(({ source }) => !idle.has(source));
        for (const objects of [
          ['camera:a', 'group:g', 'camera:*', '*'],
          ['camera:c', 'camera:*', '*'],
        ])
          for (const basis of ['COURT', 'PRE_FILING'])
            for (const isLate of [false, true])
              assert.deepEqual(answer(left, objects, basis, isLate), answer(rows, objects, basis, isLate));
      }),
      { numRuns: 300 },
    );
    assert.ok(surplus > 100, 'the test saw rows to remove');
  });
});
