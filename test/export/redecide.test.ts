// A request decided again: by what its form was on the day that it came in, and with a death between the two entries that one decision may need: the paper that is asked for now is not forgotten.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import type { RequestEventName } from '../../plugin/domain/audit-event.js';
import type { Application } from '../../plugin/domain/export-request.js';
import { noLog } from '../../plugin/domain/log.js';
import { Problem } from '../../plugin/domain/problem.js';
import { redecide } from '../../plugin/export/redecide.js';
import { Requests, type Turn } from '../../plugin/export/requests.js';
import { Journal } from '../../plugin/journal/journal.js';
import { loadPolicy, type Policy } from '../../plugin/policy/load.js';
import { makePlan, narrowPlan, planDigest } from '../../plugin/policy/plan.js';
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


interface Desk {
  before: Policy;
  /** Asks for one paper more. */
  after: Policy;
  requests: Requests;
  hold(id: string, application: Application): Promise<void>;
  again(id: string, policy: Policy, failing?: RequestEventName): Promise<void>;
  events(id: string): RequestEventName[];
}

const withDesk = (work: (desk: Desk) => Promise<void>): Promise<void> =>
  inFolder((folder) =>
    withPolicies(onePaperMore, async (edited) => {
      const [before, after] = [await loadPolicy(shipped), await loadPolicy(edited)];
      const store = await openStore(path.join(folder, 'store.sqlite'));
      const { privateKey } = generateKeyPairSync('ed25519');
      const journal = await Journal.open({ folder: path.join(folder, 'journal'), origin: 'test.exportgate.example/two', key: privateKey, now, hold: holdLock });
      const requests = new Requests({ journal, store, log: noLog });
      const applicant = await store.people.pseudonymOf(shanghai.officer);
      try {
        await work({
          before, after, requests,
          hold: async (id, application) => {
            const [unit, form] = [await store.personal.conceal('unit', '示例'), await store.personal.conceal('application', application)];
            const { items, basis } = application;
            const plan = makePlan(before.decide({ user: shanghai.officer, act: 'request', basis, items, late: false }), items, before);
            await requests.take(id, async ({ append }) => {
              await append({ event: 'export-requested', by: applicant, data: { basis, city: '310000', site: 'SH-YUNFAN', items, officers: 2, applicant, enteredBy: applicant, unit, application: form, instrument: null } });
              await append({ event: 'export-held', by: 'gate', data: { plan, planDigest: planDigest(plan), rows: [] } });
            });
          },
          again: (id, policy, failing) =>
            requests.take(id, (turn) => {
              const append: Turn['append'] = async (draft) => {
                if (draft.event === failing) throw new Problem('journal-unwritable', 'The disk is full.');
                return turn.append(draft);
              };
              return redecide({ policy, store }, { get state() { return turn.state; }, append, leafOf: turn.leafOf });
            }),
          events: (id) => journal.entriesOf(id).map(({ event }) => event),
        });
      } finally {
        await journal.close();
        await store.close();
      }
    }),
  );

describe('a decision that takes two entries', () => {
  for (const failing of ['export-returned', 'plan-replaced'] as const)
    it(`and dies before ${failing}: the next one returns the request all the same`, () =>
      withDesk(async ({ after, requests, hold, again, events }) => {
        await hold('EG-1', anApplication());
        await assert.rejects(again('EG-1', after, failing), /journal-unwritable/);
        assert.equal(requests.state('EG-1').state, 'held');
        await again('EG-1', after);
        assert.deepEqual([requests.state('EG-1').state, requests.state('EG-1').returned?.codes], ['returned', ['POWER_NOT_SHOWN']]);
        assert.deepEqual(events('EG-1'), ['export-requested', 'export-held', 'plan-replaced', 'export-returned']);
      }));
});

describe('a form whose officers’ cards ran out while it waited for voices', () => {
  // They ran out long before the day on which this runs.
  const form = anApplication();
  const application = { ...form, officers: form.officers.map((officer) => ({ ...officer, idValidUntil: '2026-03-03' })) };
  const [camera, from, to] = ['sh-yf-street', '2026-03-01T02:00:02.000Z', '2026-03-01T02:00:03.000Z'];
  const narrow = (requests: Requests): Promise<void> =>
    requests.take('EG-1', async ({ state, append }) => {
      const plan = narrowPlan(state.plan!, [{ camera, from, to }]);
      await append({ event: 'plan-narrowed', by: 'p-clerk', data: { plan, planDigest: planDigest(plan), rows: [], step: 'evidence-clerk' } });
    });

  it('is held as it was, narrowed or not', () =>
    withDesk(async ({ before, requests, hold, again }) => {
      for (const id of ['EG-1', 'EG-2']) await hold(id, application);
      await narrow(requests);
      for (const id of ['EG-1', 'EG-2']) await again(id, before);
      // Another policy that asks for no more.
      for (const id of ['EG-1', 'EG-2']) await again(id, { ...before, decide: before.decide.bind(before), stepsInOrder: before.stepsInOrder.bind(before), version: 'sha256:other' } as never);
      assert.deepEqual(['EG-1', 'EG-2'].map((id) => requests.state(id).state), ['held', 'held']);
    }));

  it('comes back for what a stricter policy asks for, and for nothing else', () =>
    withDesk(async ({ after, requests, hold, again }) => {
      await hold('EG-1', application);
      await narrow(requests);
      await again('EG-1', after);
      assert.deepEqual(requests.state('EG-1').returned?.codes, ['POWER_NOT_SHOWN']);
    }));
});
