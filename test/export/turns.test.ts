// Waiting lines: never more at once than the line bears, in order, and an abort leaves it.
import assert from 'node:assert/strict';
import { Turns } from '../../plugin/export/turns.js';

describe('turns', () => {
  for (const most of [1, 2])
    it(`of ${most}: ${most} at once, the others wait, all are served in order`, async () => {
      const turns = new Turns(most);
      const gates: (() => void)[] = [];
      const served: number[] = [];
      let [running, peak] = [0, 0];
      const all = [0, 1, 2, 3, 4].map((number) =>
        turns.take(async () => {
          served.push(number);
          peak = Math.max(peak, ++running);
          await new Promise<void>((resolve) => gates.push(resolve));
          running--;
        }),
      );
      for (let opened = 0; opened < 5; opened++) {
        while (gates.length === 0) await new Promise(setImmediate);
        gates.shift()!();
      }
      await Promise.all(all);
      assert.deepEqual([peak, served], [most, [0, 1, 2, 3, 4]]);
    });

  it('an abort leaves the line without being served; the line goes on', async () => {
    const turns = new Turns(1);
    const stop = new AbortController();
    let open = (): void => undefined;
    const first = turns.take(() => new Promise<void>((resolve) => (open = resolve)));
    let isServed = false;
    const second = turns.take(async () => void (isServed = true), stop.signal);
    const third = turns.take(async () => 'third');
    stop.abort(new Error('stopped'));
    open();
    await first;
    await assert.rejects(second, /stopped/);
    assert.deepEqual([await third, isServed], ['third', false]);
  });
});
