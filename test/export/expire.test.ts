// Footage of what was never granted is destroyed after thirty days, unless a hold stands; what the journal says is gone is gone.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { noLog } from '../../plugin/domain/log.js';
import { canonicalJson } from '../../plugin/domain/formats/canonical-json.js';
import { sealBytes } from '../../plugin/export/custody.js';
import { expireFootage } from '../../plugin/export/expire.js';
import { sweep } from '../../plugin/export/sweep.js';
import { MasterKeys } from '../../plugin/keys/master.js';
import { Objects } from '../../plugin/store/objects.js';
import { inFolder } from '../media/tools.js';
import { withRig, type Rig } from '../support/rig.js';

const start = Date.parse('2026-03-02T00:00:00.000Z');
const day = 86_400_000;
const id = 'EG-1';
const reason = `sha256:${'0'.repeat(64)}`;

interface Shelf extends Rig {
  objects: Objects;
  /** Looks as if it were so many days after the end of the request. */
  look(days: number): Promise<void>;
}

/** A held request with one sealed camera: its file and its list. */
const withSealed = (work: (shelf: Shelf) => Promise<void>): Promise<void> =>
  withRig((rig) =>
    inFolder(async (folder) => {
      const objects = new Objects({ folder, keys: new MasterKeys(new Map([[1, randomBytes(32)]])), newId: randomUUID });
      const file = await sealBytes(objects, randomBytes(1000));
      const index = await sealBytes(objects, Buffer.from(canonicalJson({ camera: 'sh-yf-street', coverage: {}, artifacts: [{ path: 'original/sh-yf-street/01.mp4', role: 'original', ...file }] })));
      await rig.add(id);
      await rig.append(id, { event: 'preserve-started', by: 'gate', data: { attempt: 1, estimateBytes: 1 } });
      await rig.append(id, { event: 'footage-sealed', by: 'gate', data: { camera: 'sh-yf-street', state: 'complete', doubt: null, parts: 1, frames: 1, bytes: 1000, index } });
      await rig.append(id, { event: 'preserve-completed', by: 'gate', data: { cameras: 1, bytes: 1000 } });
      const look = (days: number) => expireFootage({ requests: rig.requests, objects, log: noLog, now: () => new Date(start + days * day) });
      await work({ ...rig, objects, look });
    }),
  );

const endings = {
  returned: { event: 'export-returned', by: 'p-clerk', data: { codes: ['ID_MISMATCH'], step: 'evidence-clerk', policyVersion: 'sha256:p', rows: [], planDigest: 'sha256:x' } },
  denied: { event: 'export-denied', by: 'gate', data: { reasons: ['row-denies'], rows: [], policyVersion: 'sha256:p' } },
  withdrawn: { event: 'request-withdrawn', by: 'p-officer', data: {} },
} as const;
const held = (until: string | null) => ({ event: 'hold-placed', by: 'p-head', data: { until, reason } }) as const;
const lifted = { event: 'hold-lifted', by: 'p-head', data: {} } as const;

describe('footage that was never granted', () => {
  for (const [how, ending] of Object.entries(endings))
    it(`${how}: is kept thirty days, and then nothing of it is left but the history`, () =>
      withSealed(async ({ append, look, objects, events, requests }) => {
        await append(id, ending);
        await look(29.999);
        assert.equal((await objects.list()).length, 2);
        for (let twice = 0; twice < 2; twice++) await look(30);
        assert.deepEqual(await objects.list(), []);
        assert.equal(events(id).filter((event) => event === 'footage-expired').length, 1);
        assert.equal(requests.state(id).state, how);
      }));

  it('of a request that is still open stays, however long nobody answers: silence ends nothing', () =>
    withSealed(async ({ look, objects }) => {
      await look(365);
      assert.equal((await objects.list()).length, 2);
    }));

  const holds: readonly (readonly [what: string, entries: readonly Parameters<Rig['append']>[1][], days: number, left: number])[] = [
    ['a hold without end', [held(null)], 400, 2],
    ['a hold until the fortieth day, before it', [held('2026-04-11T00:00:00.000Z')], 39, 2],
    ['a hold until the fortieth day, after it', [held('2026-04-11T00:00:00.000Z')], 41, 0],
    ['a hold that was lifted', [held(null), lifted], 31, 0],
    ['a hold that was lifted and placed again', [held(null), lifted, held(null)], 31, 2],
  ];
  for (const [what, entries, days, left] of holds)
    it(`${what}: ${left ? 'stays' : 'goes'}`, () =>
      withSealed(async ({ append, look, objects }) => {
        for (const entry of entries) await append(id, entry);
        await append(id, endings.returned);
        await look(days);
        assert.equal((await objects.list()).length, left);
      }));

  it('a crash behind the entry: the next start sweeps what no state names any more', () =>
    withSealed(async ({ append, objects, reopened }) => {
      await append(id, endings.returned);
      await append(id, { event: 'footage-expired', by: 'gate', data: { sealedBytes: 1000 } });
      assert.equal((await objects.list()).length, 2);
      await sweep({ requests: await reopened(), objects, policyTexts: [], scans: [] });
      assert.deepEqual(await objects.list(), []);
    }));
});
