// Whose turn it is: nobody beyond the own share, all others in the order in which they came.
import assert from 'node:assert/strict';
import { WaitingLine, type LineLimits } from '../../plugin/media/waiting-line.js';
import { isProblem } from '../journal/a-journal.js';
import { chanceOf } from '../support/gate/chance.js';

const limits: LineLimits = { most: 4, mostWaiting: 4, longestWaitMs: 1000, share: 0.5 };
const never = new AbortController().signal;

/** A line, who is in, in that order, and how each gives its place back. */
function aLine(given: LineLimits = limits) {
  const inside: { who: string; leave: () => void }[] = [];
  const line = new WaitingLine(given, () => () => undefined);
  return {
    names: () => inside.map(({ who }) => who).join(''),
    come: (who: string, signal = never) => line.enter(who, signal).then((leave) => void inside.push({ who, leave })),
    goes: async (who: string) => {
      inside.splice(inside.findIndex((it) => it.who === who), 1)[0]!.leave();
      await turn();
    },
  };
}
/** Whatever was given a turn has taken it. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a waiting line', () => {
  it('keeps the places beyond a share for others, who pass by the ones that have enough', async () => {
    const { names, come, goes } = aLine();
    for (const who of 'aaab') void come(who);
    await turn();
    assert.equal(names(), 'aab');
    await come('c');
    assert.equal(names(), 'aabc');
    void come('d');
    await goes('b');
    assert.equal(names(), 'aacd');
    await goes('a');
    assert.equal(names(), 'acda');
  });

  it('a place given back twice is one', async () => {
    const line = new WaitingLine({ ...limits, most: 1 }, () => () => undefined);
    const leave = await line.enter('a', never);
    const order: string[] = [];
    for (const who of 'bc') void line.enter(who, never).then(() => order.push(who));
    leave();
    leave();
    await turn();
    assert.deepEqual(order, ['b']);
  });

  it('one alone fills no more than a share of those who wait; others still may', async () => {
    const { come } = aLine();
    for (const who of 'aabb') await come(who);
    for (const who of 'aa') void come(who);
    await assert.rejects(come('a'), isProblem('capacity-exceeded', /made for you/));
    for (const who of 'bc') void come(who);
    await assert.rejects(come('d'), isProblem('capacity-exceeded', /4 wait already/));
  });

  it('who leaves the line keeps nobody else from a turn', async () => {
    const { names, come, goes } = aLine({ ...limits, most: 1 });
    await come('a');
    const leaving = new AbortController();
    const left = assert.rejects(come('b', leaving.signal), /left/);
    void come('c');
    leaving.abort(new Error('left'));
    await left;
    await goes('a');
    assert.equal(names(), 'c');
  });

  it('has one place for each where a share is less than one, and all for one where there are no shares', async () => {
    const few = aLine({ ...limits, most: 1 });
    await few.come('a');
    assert.equal(few.names(), 'a');
    const all = aLine({ most: 3, mostWaiting: 3, longestWaitMs: 1000 });
    for (const who of 'aaa') await all.come(who);
    assert.equal(all.names(), 'aaa');
  });

  const seed = Number(process.env['SEED'] ?? 20_261_129);
  it(`a place is free only where nobody who waits may have it (seed ${seed})`, async () => {
    const chance = chanceOf(seed);
    for (let round = 0; round < 200; round++) {
      const { names, come, goes } = aLine({ most: 5, mostWaiting: 1000, longestWaitMs: 1000, share: 0.4 });
      const here = { a: 0, b: 0, c: 0, d: 0 };
      for (let step = 0; step < 40; step++) {
        const inside = names();
        if (inside !== '' && chance.below(2) === 0) {
          const who = inside[chance.below(inside.length)] as keyof typeof here;
          here[who]--;
          await goes(who);
        } else {
          const who = chance.one(['a', 'a', 'a', 'b', 'c', 'd'] as const);
          here[who]++;
          void come(who);
          await turn();
        }
        const now = names();
        const count = (who: string): number => [...now].filter((it) => it === who).length;
        for (const [who, all] of Object.entries(here)) {
          assert.ok(count(who) <= 2, now);
          assert.ok(now.length === 5 || count(who) === Math.min(all, 2), `${now}, ${who} ${all}`);
        }
      }
    }
  });
});
