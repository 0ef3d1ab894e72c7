// The ONVIF adapter against the recorder in a box.
import { connect } from '../../../adapters/onvif/index.js';
import { describeVms } from '../../contract/vms.js';
import { aRecorder, addressOf, quick } from './rig.js';

describeVms('the ONVIF adapter', async () => {
  const recorder = await aRecorder();
  let stopped: Promise<void> | null = null;
  return {
    connect: (address) => connect(address, { limits: quick }),
    address: addressOf(recorder),
    source: { recording: 'REC_1' },
    span: { from: '2026-03-01T02:00:33.300Z', to: '2026-03-01T02:00:38.300Z' },
    empty: { from: '2026-02-01T00:00:00.000Z', to: '2026-02-01T00:00:05.000Z' },
    frameMs: 100,
    stop: () => (stopped ??= recorder.close()),
  };
});
