// Footage that must stay: the events that hold it are set Archived, which ZoneMinder's own deletion, by hand or by filter, leaves alone.
import { Problem } from '../../plugin/domain/problem.js';
import type { Span } from '../../plugin/domain/span.js';
import type { KeptPieces, Source, TimeBasis } from '../../plugin/domain/vms.js';
import type { Device } from './device.js';
import { locate } from './pull.js';
import { readSaved } from './schemas.js';
import { makeTranscript } from './transcript.js';

/** How many events hold something of the span, all of them kept now. Problems: `vms-unreachable`, `vms-refused`, `vms-fault`,
 *  `footage-missing` (no such camera). */
export async function keep(device: Device, source: Source, span: Span & { basis?: TimeBasis }, signal: AbortSignal): Promise<number> {
  const options = { signal, transcript: makeTranscript() };
  const { events } = await locate(device, source, span, options);
  let kept = 0;
  for (const { id, archived } of events) {
    const asking = { path: `events/${id}`, method: 'PUT', form: { 'Event[Archived]': '1' } } as const;
    const saved = archived ? { message: 'Saved' } : await device.api.data(asking, readSaved, options);
    // One that was deleted in between is not there to be kept.
    if (saved && saved.message !== 'Saved') throw new Problem('vms-fault', `The video system did not archive event ${id}.`);
    if (saved) kept++;
  }
  return kept;
}

/** How many events hold something of the span, and how many of those are Archived. Problems as of `keep`. */
export async function kept(device: Device, source: Source, span: Span & { basis?: TimeBasis }, signal: AbortSignal): Promise<KeptPieces> {
  const { events } = await locate(device, source, span, { signal, transcript: makeTranscript() });
  return { pieces: events.length, kept: events.filter(({ archived }) => archived).length };
}
