// Where a source's footage is, how that was found out, and the address that plays it.
import type { Instant, Span } from '../../plugin/domain/span.js';
import type { Rung, Source } from '../../plugin/domain/vms.js';
import type { RtspAddress } from './addresses.js';
import type { Device } from './device.js';
import { findRecording } from './recordings.js';
import { askReplayAddress } from './replay-uri.js';
import { findServices, replayService } from './service-addresses.js';
import type { CallOptions } from './soap.js';
import { findFootage } from './track-events.js';
import { vendorAddress } from './vendors.js';

export interface Located {
  rung: Rung;
  /** Footage within the asked span, in the recorder's time, as the recorder tells it; null where it cannot. Recorders lie: an empty list is
   *  no reason not to try. */
  promised: readonly Span[] | null;
  /** Earliest and latest, as told; null where unknown or impossible. */
  from: Instant | null;
  to: Instant | null;
  times: 'proven' | 'asserted';
  /** Asked anew for each session, never cached. `range`, in the recorder's time, counts where the address itself carries the times: a vendor's,
   *  in whole seconds. Problems: `footage-missing`, `vms-fault`, `vms-unreachable`, `vms-refused`, `config-invalid`. */
  address(range: Span): Promise<RtspAddress>;
}

/** `deviceSpan` in the recorder's time. Problems: `footage-missing` (no such recording), `vms-unreachable`, `vms-refused`, `vms-fault`. */
export async function locate(device: Device, source: Source, deviceSpan: Span, options: CallOptions): Promise<Located> {
  if ('vendor' in source) {
    const told = { rung: 'vendor-address', promised: null, from: null, to: null, times: 'asserted' } as const;
    return { ...told, address: async (range) => vendorAddress(device, source, range) };
  }
  const services = await findServices(device, options);
  const { rung, from, to, ...recording } = await findRecording(device, services, source.recording, options);
  const searching = services.get('search');
  return {
    rung,
    promised: searching ? await findFootage(device, searching, recording, deviceSpan, options) : null,
    from,
    to,
    times: 'proven',
    address: async () => await askReplayAddress(device, replayService(services), source.recording, options),
  };
}
