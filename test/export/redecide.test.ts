// A request decided again, with a death between the two entries that one decision may need: the paper that is asked for now is not forgotten.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import { noLog } from '../../plugin/domain/log.js';
import { Problem } from '../../plugin/domain/problem.js';
import { redecide } from '../../plugin/export/redecide.js';
import { Requests, type Turn } from '../../plugin/export/requests.js';
import { Journal } from '../../plugin/journal/journal.js';
import { loadPolicy } from '../../plugin/policy/load.js';
import { makePlan, planDigest } from '../../plugin/policy/plan.js';
import { holdLock } from '../../plugin/store/sqlite.js';
import { openStore } from '../../plugin/store/store.js';
import { inFolder } from '../media/tools.js';
import { shipped, withPolicies } from '../policy/policy-folder.js';
import { anApplication, shanghai } from '../support/gate.js';

const now = () => new Date('2026-03-02T12:00:00.000Z');
const onePaperMore = {
  'cities/310000.csv': ['police.investigator, 310000, camera:*, request, ordinary', 'police.public-order, 310000, camera:*, request, ADMIN_CASE']
    .map((row) => `p, role:${row}, *, allow, instrument:notice+approval`)
    .join('\n'),
};

describe('a decision that takes two entries', () => {
  for (const failing of ['export-returned', 'plan-replaced'] as const)
    it(`and dies before ${failing}: the next one returns the request all the same`, () =>
      inFolder((folder) =>
        withPolicies(onePaperMore, async (edited) => {
          const [before, after] = [await loadPolicy(shipped), await loadPolicy(edited)];
          const store = await openStore(path.join(folder, 'store.sqlite'));
          const { privateKey } = generateKeyPairSync('ed25519');
          const journal = await Journal.open({ folder: path.join(folder, 'journal'), origin: 'test.exportgate.example/two', key: privateKey, now, hold: holdLock });
          try {
            const requests = new Requests({ journal, store, log: noLog });
            const application = anApplication();
            const applicant = await store.people.pseudonymOf(shanghai.officer);
            const [unit, form] = [await store.personal.conceal('unit', '示例'), await store.personal.conceal('application', application)];
            const { items, basis } = application;
            const decision = before.decide({ user: shanghai.officer, act: 'request', basis, items, late: false });
            const plan = makePlan(decision, items, before);
            await requests.take('EG-1', async ({ append }) => {
              await append({ event: 'export-requested', by: applicant, data: { basis, city: '310000', site: 'SH-YUNFAN', items, officers: 2, applicant, enteredBy: applicant, unit, application: form, instrument: null } });
              await append({ event: 'export-held', by: 'gate', data: { plan, planDigest: planDigest(plan), rows: [] } });
            });
            const again = (mayFail: boolean) =>
              requests.take('EG-1', (turn) => {
                const append: Turn['append'] = async (draft) => {
                  if (mayFail && draft.event === failing) throw new Problem('journal-unwritable', 'The disk is full.');
                  return turn.append(draft);
                };
                return redecide({ policy: after, store, now }, { get state() { return turn.state; }, append, leafOf: turn.leafOf });
              });
            await assert.rejects(again(true), /journal-unwritable/);
            assert.equal(requests.state('EG-1').state, 'held');
            await again(false);
            assert.deepEqual([requests.state('EG-1').state, requests.state('EG-1').returned?.codes], ['returned', ['POWER_NOT_SHOWN']]);
            assert.deepEqual(journal.entriesOf('EG-1').map(({ event }) => event), ['export-requested', 'export-held', 'plan-replaced', 'export-returned']);
          } finally {
            await journal.close();
            await store.close();
          }
        }),
      ));
});
