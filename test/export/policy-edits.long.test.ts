// Wrong edits, saved under a running gate as an editor saves them: each is named with its place and what would be right, and the running
// policy goes on answering.
import assert from 'node:assert/strict';
import type { Explanation } from '../../plugin/policy/explain.js';
import { fillIn, wrongEdits } from '../policy/wrong-edits.js';
import { shanghai } from '../support/gate.js';
import { aPolicyDesk, luo, type PolicyDesk } from '../support/policy-desk.js';
import { problemOf } from '../support/walk.js';

// A third of the table that test/policy/load.test.ts goes through whole: there it is the lint, here the gate around it.
const some = wrongEdits.filter((_, at) => at % 3 === 0);

describe('a wrong edit under a running gate', function () {
  this.timeout(60_000);
  let desk: PolicyDesk;
  let inForce: string;
  before(async () => {
    desk = await aPolicyDesk();
    ({ version: inForce } = (await desk.state()).inForce);
  });
  after(() => desk.close());

  const answers = async (): Promise<void> => {
    const question = { camera: 'sh-yf-gate', act: 'request', basis: 'COURT', from: '2026-03-01T00:00:00Z', to: '2026-03-01T01:00:00Z' };
    const { decision, plan } = await (await desk.as(shanghai.officer)).post<Explanation>('/api/v1/explain', question);
    assert.deepEqual([decision.verdict, decision.policyVersion, plan?.steps.length], ['allow', inForce, 4]);
  };

  it('there are thirty and more', () => assert.ok(some.length >= 30));

  for (const [name, edits, code, where, right] of some)
    it(`${name}: ${code}, and the policy in force answers`, async () => {
      const proposing = desk.propose(edits);
      await answers();
      const { version, faults } = await proposing;
      const hit = faults.find((fault) => fault.code === code);
      assert.ok(hit, JSON.stringify(faults));
      if (typeof where === 'string') assert.equal(hit.where, await fillIn(desk.policies, where));
      else assert.match(hit.where, where);
      assert.match(hit.detail, right);
      await answers();
      if (version === null) return;
      const refused = await problemOf((await desk.as(luo)).post('/api/v1/policy/activations', { version }));
      assert.equal(refused?.code, 'policy-refused');
    });
});
