// The ZoneMinder adapter against the stand-in.
import { connect } from '../../../adapters/zoneminder/index.js';
import { describeVms } from '../../contract/vms.js';
import { threeEvents } from './films.js';
import { addressOf, quick } from './rig.js';
import { startStandIn } from './stand-in.js';

describeVms('the ZoneMinder adapter', async () => {
  const standIn = await startStandIn({ events: await threeEvents() });
  return {
    connect: (address) => connect(address, { limits: quick }),
    address: addressOf(standIn),
    source: { recording: '1' },
    // From one event into the next.
    span: { from: '2026-03-01T02:00:08.300Z', to: '2026-03-01T02:00:13.300Z' },
    empty: { from: '2026-02-01T00:00:00.000Z', to: '2026-02-01T00:00:05.000Z' },
    frameMs: 100,
    stop: () => standIn.close(),
  };
});
