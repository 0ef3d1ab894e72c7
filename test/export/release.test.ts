// A promise that this version cannot keep: shown from the first day, and nothing leaves under it.
import assert from 'node:assert/strict';
import type { Entry } from '../../plugin/domain/audit-event.js';
import { aGateUnder, asksAlso } from '../support/gate-under.js';
import { shanghai } from '../support/gate.js';
import { approveAll, letGo, problemOf, show, submit, until } from '../support/walk.js';

describe('a duty that cannot be kept', function () {
  this.timeout(60_000);
  const [first, second] = shanghai.executors;
  // One of each kind; test/domain/unkept.test.ts has each by itself.
  const duties = 'original:court encrypt:required mask:plates';
  const unkept = ['mask:plates', 'original:court', 'encrypt:required'];

  it(`${duties}: shown, and no executor releases it`, async () => {
    const gate = await aGateUnder({ 'tier-1.csv': asksAlso(duties) });
    try {
      const { requestId, ...seen } = await submit(gate);
      assert.deepEqual(seen.unkept, unkept);
      await approveAll(gate, requestId);
      await until(gate, requestId, ({ state }) => state === 'packaged');
      for (const user of [first, second]) {
        const problem = await problemOf(letGo(gate, user, requestId));
        assert.equal(problem?.code, 'duty-unkept');
        for (const word of [...unkept, 'leaves']) assert.ok(problem.detail.includes(word), problem.detail);
      }
      assert.equal((await problemOf(letGo(gate, shanghai.steps[0], requestId)))?.code, 'not-permitted');
      await gate.restart();
      const after = await show(gate, requestId);
      assert.deepEqual([after.state, after.release], ['packaged', null]);
      const officer = await gate.as(shanghai.officer);
      assert.equal((await problemOf(officer.get(`/api/v1/requests/${requestId}/package`)))?.code, 'state-conflict');
      const { entries } = await (await gate.as('user:audit.he')).get<{ entries: Entry[] }>('/api/v1/journal?count=50');
      const codes = entries.flatMap((entry) => (entry.event === 'act-refused' ? [entry.data.code] : []));
      assert.deepEqual(codes, ['duty-unkept', 'duty-unkept', 'not-permitted', 'state-conflict']);
    } finally {
      await gate.close();
    }
  });
});
