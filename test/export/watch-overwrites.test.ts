// Footage that is asked for, or held, and not pulled yet: people hear of it before the recorder writes over it, once for each camera.
import assert from 'node:assert/strict';
import path from 'node:path';
import { noLog } from '../../plugin/domain/log.js';
import { warnOfOverwrites } from '../../plugin/export/watch-overwrites.js';
import { loadPolicy, type Policy } from '../../plugin/policy/load.js';
import { root } from '../support/gate.js';
import { withRig, type Rig } from '../support/rig.js';

const id = 'EG-1';
/** The rig asks for footage of this moment; its site keeps thirty days. */
const recorded = Date.parse('2026-03-01T00:00:00.000Z');
const day = 86_400_000;
const held = { event: 'hold-placed', by: 'p-head', data: { until: null, reason: `sha256:${'0'.repeat(64)}` } } as const;
const withdrawn = { event: 'request-withdrawn', by: 'p-officer', data: {} } as const;
const missing = { event: 'footage-missing', by: 'gate', data: { camera: 'sh-yf-street', cause: 'vms-unreachable' } } as const;

describe('footage that a recorder will soon write over', () => {
  let policy: Policy;
  before(async () => void (policy = await loadPolicy(path.join(root, 'policies'))));

  const table: readonly (readonly [what: string, entries: readonly Parameters<Rig['append']>[1][], days: readonly number[], warned: number])[] = [
    ['more than three days before', [], [20, 26.9], 0],
    ['three days before, and each time after: once', [], [27, 28, 29.9], 1],
    ['when it is over: the pull itself says so', [], [30, 31], 0],
    ['of a request that was taken back', [withdrawn], [28], 0],
    ['of a request that was taken back, and is held', [withdrawn, held], [28], 1],
    ['of a camera that gave nothing', [missing], [28], 0],
  ];
  for (const [what, entries, days, warned] of table)
    it(`${what}: ${warned}`, () =>
      withRig(async ({ add, append, requests, history }) => {
        await add(id);
        for (const entry of entries) await append(id, entry);
        for (const after of days) await warnOfOverwrites({ policy, requests, log: noLog, now: () => new Date(recorded + after * day) });
        const told = history(id).filter(({ event }) => event === 'overwrite-near');
        assert.equal(told.length, warned);
        for (const { data } of told) assert.deepEqual(data, { camera: 'sh-yf-street', dueAt: '2026-03-31T00:00:00.000Z' });
      }));
});
