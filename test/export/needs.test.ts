// Whom a policy must leave to a request that waits: people who had no part in it yet.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { UserId } from '../../plugin/domain/subject.js';
import { lackedByRequests } from '../../plugin/export/needs.js';
import { loadPolicy } from '../../plugin/policy/load.js';
import { root } from '../support/gate.js';
import { withRig } from '../support/rig.js';

const steps = ['evidence-clerk', 'unit-head'].map((step) => ({ step, role: `role:${step}` as const }));

describe('what a waiting request needs of a policy', () => {
  const table: readonly (readonly [what: string, by: UserId, standsInFor: UserId | null, lacks: string[]])[] = [
    ['the clerk spoke, and the head can', 'user:sh.zhou', null, []],
    ['the head spoke for the clerk’s step', 'user:sh.shen', null, ['roles.csv']],
    ['the duty manager spoke in the right of a clerk', 'user:sh.tao', 'user:sh.zhou', []],
    // Its only head has no voice left: somebody spoke in their right.
    ['the duty manager spoke in the right of the head', 'user:sh.tao', 'user:sh.shen', ['roles.csv']],
  ];
  for (const [what, by, standsInFor, lacks] of table)
    it(`${what}: ${lacks.length === 0 ? 'nothing is lacking' : 'nobody is left'}`, () =>
      withRig(
        async (rig) => {
          const policy = await loadPolicy(path.join(root, 'policies'));
          await rig.add('EG-1');
          const data = { step: 'evidence-clerk', planDigest: 'sha256:x', policyVersion: policy.version, ...(standsInFor && { standsInFor: await rig.store.people.pseudonymOf(standsInFor) }) };
          await rig.append('EG-1', { event: 'request-reviewed', by: await rig.store.people.pseudonymOf(by), data });
          assert.deepEqual((await lackedByRequests(rig, policy)).map(({ where }) => where), lacks);
        },
        { plan: { steps, items: [{ camera: 'sh-yf-street', from: '2026-03-01T00:00:00.000Z', to: '2026-03-01T00:00:10.000Z' }] } },
      ));
});
