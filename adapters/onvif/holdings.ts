// What a recorder says that it holds of a source, without playing it.
import type { Vms } from '../../plugin/domain/vms.js';
import { deviceSpanOf, readClock } from './clock.js';
import type { Device } from './device.js';
import { locate } from './locate.js';
import { makeTranscript } from './transcript.js';

/** Problems: `footage-missing` (no such recording), `vms-unreachable`, `vms-refused`, `vms-fault`. */
export async function holdings(device: Device, ...[source, span, signal]: Parameters<Vms['holdings']>): ReturnType<Vms['holdings']> {
  const options = { signal, transcript: makeTranscript() };
  const clock = await readClock(device, options);
  const deviceSpan = deviceSpanOf(span, clock);
  const { rung, from, to, promised } = await locate(device, source, deviceSpan, options);
  return { rung, from, to, promised, deviceSpan, clock };
}
