// What the system says of its clock is asked for at most every ten seconds, and by whoever comes then.
import assert from 'node:assert/strict';
import { systemClock, type Synchronised } from '../../plugin/clock/system-clock.js';

describe('the system’s word on its clock', () => {
  it('stands for ten seconds; many who ask at once share one question', async () => {
    let [at, asked] = [0, 0];
    const words: Synchronised[] = ['yes', 'no', 'unknown'];
    const clock = systemClock('', () => at, async () => words[asked++]!);
    assert.deepEqual(await Promise.all([clock(), clock(), clock()]), ['yes', 'yes', 'yes']);
    at = 9_999;
    assert.equal(await clock(), 'yes');
    at = 10_000;
    assert.deepEqual([await clock(), asked], ['no', 2]);
    at = 25_000;
    assert.deepEqual([await clock(), asked], ['unknown', 3]);
  });

  it('where no program says it, it is unknown', async () => assert.equal(await systemClock('/nonexistent', () => 0)(), 'unknown'));
});
