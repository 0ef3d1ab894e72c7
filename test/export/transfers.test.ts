// Transfers that the last run of the gate did not end: each ended once as lost, counted all the same, and of what left nothing is claimed.
import assert from 'node:assert/strict';
import { endLost } from '../../plugin/export/transfers.js';
import { withRig } from '../support/rig.js';

const id = 'EG-310000-SH-YUNFAN-2026-000001';
const data = (transfer: string) => ({ transfer, part: 'whole' as const, form: 'zip' as const, bytes: 100, recipient: null });

describe('transfers of a gate that died', () => {
  it('end as lost at its next start, once, beside those that had ended; they stay counted', () =>
    withRig(async ({ add, append, release, reopened, history }) => {
      await add(id);
      await release(id);
      for (const transfer of ['ended', 'open', 'untouched']) await append(id, { event: 'clip-transferred', by: 'p-second', data: data(transfer) });
      await append(id, { event: 'transfer-ended', by: 'gate', data: { transfer: 'ended', why: 'complete', ranges: [[0, 100]] } });
      for (const run of ['the first start', 'the next']) {
        const requests = await reopened();
        await endLost(requests);
        assert.deepEqual(
          requests.state(id).transfers.map(({ transfer, ended }) => [transfer, ended?.why, ended?.ranges]),
          [['ended', 'complete', [[0, 100]]], ['open', 'lost', null], ['untouched', 'lost', null]],
          run,
        );
        assert.equal(history(id).filter(({ event }) => event === 'transfer-ended').length, 3, run);
      }
    }));
});
