// What ZoneMinder says that it holds of a camera, without fetching it.
import type { Vms } from '../../plugin/domain/vms.js';
import type { Device } from './device.js';
import { findEdges } from './events.js';
import { locate } from './pull.js';
import { makeTranscript } from './transcript.js';

/** Problems: `footage-missing` (no such camera), `vms-unreachable`, `vms-refused`, `vms-fault`. */
export async function holdings(device: Device, ...[source, span, signal]: Parameters<Vms['holdings']>): ReturnType<Vms['holdings']> {
  const options = { signal, transcript: makeTranscript() };
  const { monitor, zone, deviceSpan, reading, promised } = await locate(device, source, span, options);
  const edges = await findEdges(device, monitor, zone, options);
  const now = device.now().getTime() + reading.offsetMs;
  const iso = (ms: number): string => new Date(ms).toISOString();
  const last = edges && (edges.last.end === null ? Math.max(now, edges.last.start) : edges.last.end + 1000);
  return { rung: 'search', from: edges && iso(edges.first.start), to: last ? iso(last) : null, promised, deviceSpan, clock: reading };
}
