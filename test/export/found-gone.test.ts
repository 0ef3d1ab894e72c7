// After a restore: what the copy of the keys knows as destroyed or erased is put down once, wherever the restored journal ends.
import assert from 'node:assert/strict';
import { keyOf } from '../../plugin/domain/request-key.js';
import { destroyedParts } from '../../plugin/export/destroy-with.js';
import { recordFound, type KnownGone } from '../../plugin/export/found-gone.js';
import { keyBookOf } from '../../plugin/export/key-book.js';
import { withRig } from '../support/rig.js';

const [early, served, other] = ['EG-310000-SH-YUNFAN-2026-000001', 'EG-310000-SH-YUNFAN-2026-000002', 'EG-310000-SH-YUNFAN-2026-000003'];
const at = '2026-03-09T00:00:00.000Z';
const known = (change: Partial<KnownGone>): KnownGone => ({ at, destroyed: [], erased: [], ...change });

describe('found after a restore', () => {
  it('that the copies are gone, then that all of it is; nothing is said twice', () =>
    withRig(async ({ requests, add, release, events, reopened }) => {
      for (const id of [served, other]) {
        await add(id);
        await release(id);
      }
      const before = events(served).length;
      await recordFound(requests, known({ destroyed: [keyOf(served, 'copies')] }));
      await recordFound(requests, known({ destroyed: [keyOf(served, 'copies')] }));
      assert.deepEqual([events(served).slice(before), destroyedParts(requests.state(served))], [['copies-found-destroyed'], ['copies']]);
      await recordFound(requests, known({ destroyed: ['original', 'copies'].map((part) => keyOf(served, part as 'original')) }));
      const again = await reopened();
      const { state, foundDestroyed } = again.state(served);
      assert.deepEqual([state, foundDestroyed?.knownAt, foundDestroyed?.keys], ['destroyed', at, [keyOf(served, 'original')]]);
      assert.deepEqual(keyBookOf([again.state(served)]), { live: [], destroyed: [keyOf(served, 'copies'), keyOf(served, 'original')], erased: [] });
      // The other one is what it was.
      assert.deepEqual([again.state(other).state, destroyedParts(again.state(other))], ['released', []]);
    }));

  it('also of a request that had nothing sealed yet: it is not pulled again', () =>
    withRig(async ({ requests, add }) => {
      await add(early);
      await recordFound(requests, known({ destroyed: [keyOf(early, 'original')] }));
      assert.deepEqual([requests.state(early).tracks.custody, requests.state(early).state], ['destroyed', 'destroyed']);
    }));

  it('that values were erased, each of the requests that this journal knows', () =>
    withRig(async ({ requests, add, history }) => {
      await add(early);
      const { application, requested } = requests.state(early);
      const gone = known({ erased: [application, requested.unit, 'a-later-request’s' as typeof application], destroyed: [keyOf('EG-310000-SH-YUNFAN-2026-000009', 'original')] });
      await recordFound(requests, gone);
      await recordFound(requests, gone);
      const said = history(early).flatMap((entry) => (entry.event === 'personal-erased' ? [entry.data] : []));
      assert.deepEqual(said, [{ field: 'application', commitment: application }, { field: 'unit', commitment: requested.unit }]);
    }));
});
