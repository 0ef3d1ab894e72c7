// Rows by place and act, and which row stands whenever another one does.
import assert from 'node:assert/strict';
import { RowIndex } from '../../plugin/policy/row-index.js';
import type { PolicyRow } from '../../plugin/policy/rows.js';
import { aRow } from './rows.js';

const ground = {
  tierOf: (city: string) => (city === '310000' ? 'tier-1' : 'tier-3'),
  groupsOf: (camera: string) => (camera === 'a' ? ['group:school', 'group:street'] : []),
};

describe('row index', () => {
  // prettier-ignore
  const around: [string, string[]][] = [
    ['*', ['*']],
    ['tier-2', ['*', 'tier-2']],
    ['310000', ['*', 'tier-1', '310000']],
    ['310000/S1', ['*', 'tier-1', '310000', '310000/S1']],
    ['450300/S2', ['*', 'tier-3', '450300', '450300/S2']],
  ];
  for (const [place, places] of around)
    it(`${place} lies in ${places.join(' ')}`, () => assert.deepEqual(new RowIndex([], ground).around(place), places));

  it('finds rows by place and act, each once', () => {
    const rows = [
      aRow(),
      aRow({ place: '310000' }),
      aRow({ place: '310000', act: 'review', object: 'request:*', basis: '-' }),
      aRow({ place: 'tier-2' }),
    ];
    const index = new RowIndex(rows, ground);
    assert.deepEqual(index.at(index.around('310000/S1'), 'request'), [rows[0], rows[1]]);
    assert.deepEqual(index.at(index.around('310000/S1'), 'review'), [rows[2]]);
    assert.deepEqual(index.at(['310000/S1'], 'request'), []);
    assert.deepEqual(index.inhabited(index.around('310000/S1'), 'request'), ['tier-1', '310000']);
    assert.deepEqual(index.inhabited(index.around('310000/S1'), 'review'), ['310000']);
    assert.deepEqual(index.inhabited(['*'], 'request'), []);
  });

  // Is the other row matched whenever this one is, whatever the facts?
  // prettier-ignore
  const companions: [string, Partial<PolicyRow>, Partial<PolicyRow>, boolean][] = [
    ['the same words', {}, {}, true],
    ['another role', {}, { role: 'role:b' }, false],
    ['another act', {}, { act: 'export' }, false],
    ['its tier, for a row of a site', { place: '310000/S1' }, { place: 'tier-1' }, true],
    ['its site, for a row of a tier', { place: 'tier-1' }, { place: '310000/S1' }, false],
    ['another tier', { place: '310000' }, { place: 'tier-3' }, false],
    ['ordinary, for a row of one ordinary basis', { basis: 'COURT' }, { basis: 'ordinary' }, true],
    ['ordinary, for an emergency', { basis: 'EMERGENCY_RESCUE' }, { basis: 'ordinary' }, false],
    ['one basis, for an ordinary row', { basis: 'ordinary' }, { basis: 'COURT' }, false],
    ['any facts, for a row with one', { when: 'late' }, { when: '*' }, true],
    ['a fact, for a row without', { when: '*' }, { when: 'late' }, false],
    ['another fact', { when: 'late' }, { when: 'sensitive' }, false],
    ['every camera, for one', { object: 'camera:a' }, { object: 'camera:*' }, true],
    ['its group, for a camera', { object: 'camera:a' }, { object: 'group:school' }, true],
    ['another group, for a camera', { object: 'camera:b' }, { object: 'group:school' }, false],
    ['a camera of it, for a group', { object: 'group:school' }, { object: 'camera:a' }, false],
    ['every camera, for a group', { object: 'group:school' }, { object: 'camera:*' }, true],
    ['everything, for a camera', { object: 'camera:a' }, { object: '*' }, true],
    ['every camera, for requests', { object: 'request:*', act: 'review' }, { object: 'camera:*', act: 'review' }, false],
    ['everything, for requests', { object: 'request:*', act: 'review' }, { object: '*', act: 'review' }, true],
  ];
  for (const [name, mine, other, expected] of companions)
    it(`${expected ? 'counts' : 'does not count'} on ${name}`, () => {
      const [row, beside] = [aRow(mine), aRow(other)];
      assert.deepEqual(new RowIndex([row, beside], ground).companions(row), expected ? [beside] : []);
    });

  it('counts on a row of one basis only where that basis is asked about', () => {
    const [row, court] = [aRow(), aRow({ basis: 'COURT' })];
    const index = new RowIndex([row, court], ground);
    assert.deepEqual([index.companions(row, 'COURT'), index.companions(row, 'PRE_FILING'), index.companions(row)], [[court], [], []]);
  });
});
