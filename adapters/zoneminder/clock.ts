// ZoneMinder's clock against ours, and the zone in which it writes its times. The clock is the web server's (the Date of an answer): where
// the database runs on another machine, nobody tells of its clock.
import { Problem } from '../../plugin/domain/problem.js';
import type { Span } from '../../plugin/domain/span.js';
import type { ClockReading, TimeBasis } from '../../plugin/domain/vms.js';
import type { CallOptions } from './api.js';
import type { Device } from './device.js';
import { readZone } from './schemas.js';
import { isZone } from './zone.js';

const readings = 3;
/** An answer that was read so long ago is asked for anew. Milliseconds. */
const freshMs = 300_000;
const halfHour = 30 * 60_000;

export interface Clock {
  reading: ClockReading;
  /** As Node's tables name it. */
  zone: string;
}

/** Zones differ by multiples of 30 minutes (or of 15, where few people live). Within two minutes of one, and not of none. */
function smellsOfZone(offsetMs: number, uncertaintyMs: number): boolean {
  const away = Math.abs(offsetMs);
  return away >= 25 * 60_000 && Math.abs(away - Math.round(away / halfHour) * halfHour) <= Math.max(2 * 60_000, uncertaintyMs);
}

async function readOnce({ api, now }: Device, options: CallOptions): Promise<Clock> {
  const measuredAt = now();
  const begun = performance.now();
  const { value, headers, tookMs } = await api.told({ path: 'host/getTimeZone' }, readZone, options);
  // A login may have gone before: the question itself is what was under way for `tookMs`.
  const sentAt = measuredAt.getTime() + (performance.now() - begun) - tookMs;
  // Whole seconds, cut off: half a second later on average.
  const told = Date.parse(headers.date ?? '') + 500;
  if (Number.isNaN(told)) throw new Problem('vms-fault', 'The video system’s answer bears no date, so its clock is not known.');
  if (!value || !isZone(value.tz))
    throw new Problem(
      'vms-fault',
      'The video system names a zone that nobody knows; right is one like Asia/Shanghai (Options, System, Timezone).',
    );
  const offsetMs = Math.round(told - (sentAt + tookMs / 2));
  const uncertaintyMs = Math.ceil(tookMs / 2) + 1000;
  return {
    zone: value.tz,
    reading: { measuredAt: measuredAt.toISOString(), offsetMs, uncertaintyMs, zoneSuspect: smellsOfZone(offsetMs, uncertaintyMs) },
  };
}

/** Three readings; the one with the shortest way counts. Problems: `vms-unreachable`, `vms-refused`, `vms-fault`. */
export async function readClock(device: Device, options: CallOptions): Promise<Clock> {
  let best: Clock | null = null;
  for (let count = 0; count < readings; count++) {
    const clock = await readOnce(device, options);
    if (!best || clock.reading.uncertaintyMs < best.reading.uncertaintyMs) best = clock;
  }
  device.clock = { read: best!, at: performance.now() };
  return best!;
}

/** One that was read in the last five minutes, where there is one: for questions that come by the hundred. */
export async function clockNow(device: Device, options: CallOptions): Promise<Clock> {
  if (device.clock && performance.now() - device.clock.at < freshMs) return device.clock.read;
  const read = await readOnce(device, options);
  device.clock = { read, at: performance.now() };
  return read;
}

const moved = (instant: string, milliseconds: number): string => new Date(Date.parse(instant) + milliseconds).toISOString();

/**
 * The span to ask ZoneMinder for, by its own clock. People ask in true time, so the offset counts where it is more than the error of
 * measuring it; who named the span by the recorder's clock is taken at his word.
 */
export function deviceSpanOf({ from, to, basis }: Span & { basis?: TimeBasis }, { offsetMs, uncertaintyMs }: ClockReading): Span {
  if (basis === 'recorder' || Math.abs(offsetMs) <= uncertaintyMs) return { from, to };
  return { from: moved(from, offsetMs), to: moved(to, offsetMs) };
}
