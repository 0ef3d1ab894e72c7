// The recorder's clock against ours: three readings, the one with the shortest round trip counts. And which time to ask the recorder for.
import type { Span } from '../../plugin/domain/span.js';
import type { ClockReading, TimeBasis } from '../../plugin/domain/vms.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { Device } from './device.js';
import type { Reply } from './shape-reply.js';
import { asProblem, member, text, type CallOptions } from './soap.js';

const readings = 3;

const untold = (): Problem => new Problem('vms-fault', 'The recorder does not tell its UTC time.');

function numberIn(reply: Reply, path: readonly string[], least: number, most: number): number {
  // Some write whole numbers as `12.000000`.
  const number = Number.parseInt(text(reply, ...path) ?? '', 10);
  if (!(number >= least && number <= most)) throw untold();
  return number;
}

/** Milliseconds since 1970 of a tt:DateTime. A second of 60 is a leap second. */
function timeIn(dateTime: unknown): number {
  return Date.UTC(
    numberIn(dateTime, ['Date', 'Year'], 1970, 2200),
    numberIn(dateTime, ['Date', 'Month'], 1, 12) - 1,
    numberIn(dateTime, ['Date', 'Day'], 1, 31),
    numberIn(dateTime, ['Time', 'Hour'], 0, 24),
    numberIn(dateTime, ['Time', 'Minute'], 0, 59),
    numberIn(dateTime, ['Time', 'Second'], 0, 60),
  );
}

/** A zone without daylight saving by POSIX (IEEE 1003.1, section 8.3): `CST-8` is eight hours *east* of UTC. Minutes east, or null. */
function minutesEast(zone: string): number | null {
  const parts = /^(?:[A-Za-z]{3,16}|<[A-Za-z0-9+-]{3,16}>)([+-]?)(\d{1,2})(?::(\d\d)(?::00)?)?$/.exec(zone);
  if (!parts) return null;
  const minutes = Number(parts[2]) * 60 + Number(parts[3] ?? 0);
  return minutes > 14 * 60 ? null : parts[1] === '-' ? minutes : -minutes;
}

/** `guessed`: no UTC was told, only local time and a zone. */
function deviceTime(reply: Reply): { utc: number; guessed: boolean } {
  const utc = member(reply, 'SystemDateAndTime', 'UTCDateTime');
  if (utc !== undefined && utc !== '') return { utc: timeIn(utc), guessed: false };
  const east = minutesEast(text(reply, 'SystemDateAndTime', 'TimeZone', 'TZ') ?? '');
  const summer = /^(true|1)$/i.test(text(reply, 'SystemDateAndTime', 'DaylightSavings') ?? '');
  if (east === null || summer) throw untold();
  return { utc: timeIn(member(reply, 'SystemDateAndTime', 'LocalDateTime')) - east * 60_000, guessed: true };
}

const halfHour = 30 * 60_000;

/** Zones differ by multiples of 30 minutes (or of 15, where few people live). Within two minutes of one, and not of none. */
function smellsOfZone(offsetMs: number, uncertaintyMs: number): boolean {
  const away = Math.abs(offsetMs);
  const fromMultiple = Math.abs(away - Math.round(away / halfHour) * halfHour);
  return away >= 25 * 60_000 && fromMultiple <= Math.max(2 * 60_000, uncertaintyMs);
}

/** Asks without a login, and tells the SOAP layer the skew for logins that carry a time. Problems: `vms-unreachable`, `vms-fault`. */
export async function readClock(device: Device, options: CallOptions): Promise<ClockReading> {
  let best: ClockReading | null = null;
  for (let reading = 0; reading < readings; reading++) {
    const measuredAt = device.now();
    const begun = performance.now();
    const reply = await device.soap
      .call('GetSystemDateAndTime', device.url, '', { ...options, anonymous: true })
      .catch((thrown: unknown) => {
        throw asProblem(thrown);
      });
    const roundTrip = performance.now() - begun;
    const { utc, guessed } = deviceTime(reply);
    const offsetMs = Math.round(utc - (measuredAt.getTime() + roundTrip / 2));
    // The wire carries whole seconds, so a second stays unknown beside half the way.
    const uncertaintyMs = Math.ceil(roundTrip / 2) + 1000;
    const zoneSuspect = guessed || smellsOfZone(offsetMs, uncertaintyMs);
    if (!best || uncertaintyMs < best.uncertaintyMs) best = { measuredAt: measuredAt.toISOString(), offsetMs, uncertaintyMs, zoneSuspect };
  }
  device.soap.setSkew(best?.offsetMs ?? 0);
  return best as ClockReading;
}

const moved = (instant: string, milliseconds: number): string => new Date(Date.parse(instant) + milliseconds).toISOString();

/**
 * The span to ask the recorder for, by its own clock. People ask in true time, so the offset counts where it is more than the error of
 * measuring it; who named the span by the recorder's clock is taken at his word.
 */
export function deviceSpanOf({ from, to, basis }: Span & { basis?: TimeBasis }, { offsetMs, uncertaintyMs }: ClockReading): Span {
  if (basis === 'recorder' || Math.abs(offsetMs) <= uncertaintyMs) return { from, to };
  return { from: moved(from, offsetMs), to: moved(to, offsetMs) };
}
