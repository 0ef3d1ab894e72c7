// casbin's traps, each shut: what would have been a wrong yes is a no here.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { bases, ordinaryBases } from '../../plugin/domain/basis.js';
import { acts, facts } from '../../plugin/domain/decision.js';
import { makeEnforcer as makeEnforcerOf, makeRoles, mustBeSync, type Words } from '../../plugin/policy/enforcer.js';
import { makePace } from '../../plugin/policy/pace.js';
import type { Holding } from '../../plugin/policy/people.js';
import type { PolicyRow } from '../../plugin/policy/rows.js';
import { aHolding, aRow } from './rows.js';

const makeEnforcer = async (rows: readonly PolicyRow[], holdings: readonly Holding[]) =>
  makeEnforcerOf(rows, await makeRoles(holdings, makePace()));
const words = (changes: Partial<Record<'user' | 'spot' | 'places' | 'objects' | 'act' | 'basis' | 'whens', unknown>> = {}): Words => {
  const { user, spot, places, objects, act, basis, whens } = {
    user: 'user:x',
    spot: '310000/S1',
    places: '* tier-1 310000 310000/S1',
    objects: 'camera:c camera:* *',
    act: 'request',
    basis: 'COURT ordinary',
    whens: '*',
    ...changes,
  };
  return [user, spot, places, objects, act, basis, whens] as unknown as Words;
};

describe('enforcer', () => {
  const held = [aHolding('user:x', 'role:a', '310000')];

  it('says yes to what a row allows', async () => assert.equal((await makeEnforcer([aRow()], held))(words()), true));

  // prettier-ignore
  const no: [string, PolicyRow[], Words][] = [
    ['no row at all (casbin then runs the matcher once over empty texts)', [], words()],
    ['no row, and empty words', [], words({ places: '', objects: '', act: '', basis: '', whens: '' })],
    ['empty words', [aRow()], words({ objects: '', basis: '', whens: '' })],
    ['a deny among allows, first', [aRow({ effect: 'deny' }), aRow()], words()],
    ['a deny among allows, last', [aRow(), aRow({ effect: 'deny' })], words()],
    ['a subject named like the role', [aRow()], words({ user: 'role:a' })],
    ['a subject that is an object with toString()', [aRow()], words({ user: { toString: () => 'user:x' } })],
    ['a subject of null', [aRow()], words({ user: null })],
    ['a list for a subject', [aRow()], words({ user: ['user:x'] })],
    ['an act with a pattern', [aRow()], words({ act: '.*' })],
    ['an object with a dot where the row has another character', [aRow({ object: 'camera:a-b' })], words({ objects: 'camera:a.b' })],
    ['an object behind a line end', [aRow({ object: 'camera:c' })], words({ objects: 'camera:c\n' })],
    ['an object of which the row names the beginning', [aRow({ object: 'camera:c' })], words({ objects: 'camera:cc' })],
    ['another tier', [aRow()], words({ places: '* tier-2' })],
    ['another city', [aRow()], words({ spot: '110000/S1' })],
    ['the gate itself, for somebody of one city', [aRow({ place: '*' })], words({ spot: '*', places: '*' })],
  ];
  for (const [name, rows, asked] of no) it(`says no to ${name}`, async () => assert.equal((await makeEnforcer(rows, held))(asked), false));

  it('a user given a role of the same name by the file gets no further', async () => {
    const enforce = await makeEnforcer([aRow()], [aHolding('user:y', 'role:a', '*')]);
    assert.deepEqual([enforce(words({ user: 'role:a' })), enforce(words({ user: 'user:y' })), enforce(words())], [false, true, false]);
  });

  it('separators in a name do not let one question answer for another', async () => {
    const enforce = await makeEnforcer([aRow()], held);
    assert.equal(enforce(words()), true);
    for (const user of ['user:x$$310000/S1', 'user:x,role:a', 'user:x role:a', 'user:x\n']) assert.equal(enforce(words({ user })), false);
  });

  it('refuses functions that answer with a promise', () => {
    assert.throws(() => mustBeSync('slow', async () => true), TypeError);
    assert.throws(
      () =>
        mustBeSync('steps', function* () {
          yield true;
        }),
      TypeError,
    );
    assert.equal(mustBeSync('quick', () => true)(), true);
  });

  it('keeps the old answers while and after a new policy is made', async () => {
    const old = await makeEnforcer([aRow(), aRow({ effect: 'deny', object: 'camera:d' })], held);
    const making = makeEnforcer([aRow({ effect: 'deny' })], held);
    assert.deepEqual([old(words()), old(words({ objects: 'camera:d camera:* *' }))], [true, false]);
    const next = await making;
    assert.deepEqual([old(words()), next(words())], [true, false]);
  });

  it('takes every row and every role, or does not come to be', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => aRow({ object: `camera:c${index}` }));
    const holdings = Array.from({ length: 300 }, (_, index) => aHolding(`user:u${index}`, 'role:a', '310000/S1'));
    const enforce = await makeEnforcer(rows, holdings);
    assert.deepEqual(
      [enforce(words({ user: 'user:u299', objects: 'camera:c299' })), enforce(words({ user: 'user:u299', objects: 'camera:c300' }))],
      [true, false],
    );
  });

  it('says what the rows say, read in the plainest way', async () => {
    const pick = <T>(...list: T[]) => fc.constantFrom(...list);
    const rowArbitrary = fc
      .record({
        role: pick<PolicyRow['role']>('role:a', 'role:b'),
        place: pick('tier-1', 'tier-2', '*', '310000', '310000/S1', '110000'),
        object: pick('camera:c', 'camera:*', 'group:g', '*'),
        act: pick(...acts.slice(4, 6)),
        basis: pick<PolicyRow['basis']>('COURT', 'ordinary', '-'),
        when: pick<PolicyRow['when']>('*', ...facts),
        effect: pick<'allow' | 'deny'>('allow', 'allow', 'deny'),
      })
      .map(aRow);
    const holdingArbitrary = fc
      .tuple(pick('user:x', 'user:y'), pick('role:a', 'role:b'), pick('*', '310000', '310000/S1', '110000'))
      .map(([user, role, place]) => aHolding(user, role, place));
    await fc.assert(
      fc.asyncProperty(
        fc.array(rowArbitrary, { maxLength: 6 }),
        fc.uniqueArray(holdingArbitrary, { maxLength: 4, selector: (held) => Object.values(held).join() }),
        pick(...bases, '-' as const),
        fc.subarray([...facts]),
        pick('310000/S1', '310000/S2', '110000/S3'),
        async (rows, holdings, basis, found, spot) => {
          const places = ['*', 'tier-1', spot.slice(0, 6), spot];
          const enforce = await makeEnforcer(rows, holdings);
          const named = ordinaryBases.some((ordinary) => ordinary === basis) ? [basis, 'ordinary'] : [basis];
          const matching = rows.filter(
            (row) =>
              row.act === 'request' &&
              places.includes(row.place) &&
              named.includes(row.basis) &&
              (row.when === '*' || found.includes(row.when)) &&
              row.object !== 'group:g' &&
              holdings.some(
                (held) => held.user === 'user:x' && held.role === row.role && ['*', spot, spot.slice(0, 6)].includes(held.place),
              ),
          );
          const expected = matching.some((row) => row.effect === 'allow') && matching.every((row) => row.effect === 'allow');
          assert.equal(
            enforce(words({ spot, places: places.join(' '), basis: named.join(' '), whens: ['*', ...found].join(' ') })),
            expected,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is the only file that knows casbin, and knows neither its cache nor its own file readers', async () => {
    const folder = fileURLToPath(new URL('../../plugin/policy', import.meta.url));
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const text = await readFile(`${folder}/${file}`, 'utf8');
      assert.equal(/from 'casbin'/.test(text), file === 'enforcer.ts', file);
    }
    const door = await readFile(`${folder}/enforcer.ts`, 'utf8');
    assert.doesNotMatch(door, /CachedEnforcer|FileAdapter|FilteredAdapter|\.loadPolicy\(|enforcer\.enforce\(|keyMatch\d?\(/);
  });
});
