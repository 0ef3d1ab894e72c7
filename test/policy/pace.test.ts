// A long policy is read in slices: others get their turn in between.
import assert from 'node:assert/strict';
import type { Fault } from '../../plugin/domain/problem.js';
import type { PolicyTexts } from '../../plugin/policy/folder.js';
import { assemble, loadPolicy, loadTexts, readTexts } from '../../plugin/policy/load.js';
import { makePace, paced, type Pace } from '../../plugin/policy/pace.js';
import { shipped } from './policy-folder.js';
import { anItem, aQuestion } from './questions.js';

const numbers = (many: number) => Array.from({ length: many }, (_, at) => at);
const userCount = 20_000;
const cameraCount = 3_000;

/** The shipped files with 150 more sites in five cities, 3,000 cameras and 20,000 people who may apply. */
async function aBigPolicy(): Promise<PolicyTexts> {
  const { texts } = await loadPolicy(shipped);
  const cities = ['310000', '110000', '510100', '330100', '130300'];
  const people = cities.flatMap((city, at) => {
    const executor = { '310000': 'department', '110000': 'department', '130300': 'site' }[city] ?? 'city';
    const roles = [
      'evidence-clerk',
      'site-security-manager',
      'privacy-officer',
      'unit-head',
      'duty-manager',
      `executor.${executor}`,
      `executor.${executor}`,
    ];
    return roles.map((role, number) => `g, user:big.${at}.${number}, role:${role}, ${city}`);
  });
  return {
    ...texts,
    'sites.csv': `${texts['sites.csv']}${numbers(150)
      .map((at) => `BIG-${at},${cities[at % 5]},ART7,30,x`)
      .join('\n')}\n`,
    'cameras.csv': `${texts['cameras.csv']}${numbers(cameraCount)
      .map((at) => `big-${at},BIG-${at % 150},group:street,x`)
      .join('\n')}\n`,
    'roles.csv': `${texts['roles.csv']}${[
      ...people,
      ...numbers(userCount).map((at) => `g, user:big.${at}, role:police.investigator, ${cities[at % 5]}`),
    ].join('\n')}\n`,
  };
}

describe('slices', () => {
  let big: PolicyTexts;
  before(async () => {
    big = await aBigPolicy();
  });

  it('a pace is not due at once, is due after its slice, and rests until others had their turn', async () => {
    const pace = makePace();
    assert.equal(pace.isDue(), false);
    const start = performance.now();
    while (performance.now() - start < 20);
    assert.equal(pace.isDue(), true);
    const order: string[] = [];
    setImmediate(() => order.push('another'));
    await pace.rest().then(() => order.push('the loop'));
    assert.deepEqual([order, pace.isDue()], [['another', 'the loop'], false]);
  });

  it('rests before a step and never within one, and leaves nothing out', async () => {
    const told: string[] = [];
    const pace: Pace = {
      isDue: () => true,
      rest: async () => {
        told.push('rest');
      },
    };
    for await (const each of paced(['a', 'b', 'c'], pace)) told.push(each);
    assert.deepEqual(told, ['rest', 'a', 'rest', 'b', 'rest', 'c']);
  });

  it('reading and putting together look at the clock for every line, camera, person and site', async function () {
    this.timeout(60_000);
    let looks = 0;
    let rests = 0;
    const pace: Pace = {
      // Due now and then, so that the test itself is quick.
      isDue: () => ++looks % 500 === 0,
      rest: () => new Promise((resolve) => setImmediate(() => resolve(void (rests += 1)))),
    };
    const faults: Fault[] = [];
    const read = await readTexts(big, faults, pace);
    assert.deepEqual(faults, []);
    const lines = userCount + cameraCount;
    // Lines, then cells; cameras for their sites; people for who holds what.
    assert.ok(looks > 2 * lines, `${looks} looks at ${lines} lines`);
    const before = looks;
    await assemble(big, read!, pace);
    assert.ok(looks - before > 2 * userCount, `${looks - before} looks when ${userCount} people are put together`);
    assert.ok(rests > looks / 500 - 1);
  });

  it('others get many turns while it loads, and the old policy answers in each', async function () {
    this.timeout(60_000);
    const old = await loadPolicy(shipped);
    const question = aQuestion('user:sh.lu', [anItem('sh-yf-gate')]);
    const expected = old.decide(question);
    let turns = 0;
    let isLoading = true;
    const turn = (): void => {
      turns += 1;
      if (turns % 10 === 0) assert.deepEqual(old.decide(question), expected);
      if (isLoading) setImmediate(turn);
    };
    setImmediate(turn);
    const policy = await loadTexts(big).finally(() => (isLoading = false));
    // One for every slice, however quick the machine.
    assert.ok(turns > 10, `${turns} turns`);
    assert.equal(policy.cameras.length, cameraCount + old.cameras.length);
    assert.equal(policy.decide(aQuestion('user:big.0', [anItem('big-0')])).verdict, 'allow');
    assert.equal(policy.decide(aQuestion('user:big.1', [anItem('big-0')])).verdict, 'deny');
  });
});
