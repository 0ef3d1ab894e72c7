// Where the recording can be played: asked anew for each pull, as the standard demands.
import { Problem } from '../../plugin/domain/problem.js';
import { ownRtspAddress, type RtspAddress } from './addresses.js';
import type { Device } from './device.js';
import { asProblem, SoapFault, text, value, type CallOptions } from './soap.js';

const body = (recording: string): string =>
  `<op:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></op:StreamSetup>
<op:RecordingToken>${value(recording)}</op:RecordingToken>`;

/** Problems: `footage-missing` (no such recording), `vms-fault`, `vms-unreachable`, `vms-refused`. */
export async function askReplayAddress(device: Device, service: URL, recording: string, options: CallOptions): Promise<RtspAddress> {
  try {
    const uri = text(await device.soap.call('GetReplayUri', service, body(recording), options), 'Uri');
    if (!uri) throw new Problem('vms-fault', 'The recorder’s answer holds no replay address.');
    return ownRtspAddress(uri, device.url);
  } catch (thrown) {
    if (thrown instanceof SoapFault && thrown.subcodes.some((code) => code === 'NoRecording' || code === 'InvalidToken'))
      throw new Problem('footage-missing', 'The recorder has no recording of this token.', { cause: thrown });
    throw asProblem(thrown);
  }
}
