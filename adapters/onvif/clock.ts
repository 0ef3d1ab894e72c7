// The recorder's clock against ours: three readings, the one with the shortest round trip counts.
import type { ClockReading } from '../../plugin/domain/vms.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { Device } from './device.js';
import { asProblem, member, text, type CallOptions, type Reply } from './soap.js';

const readings = 3;

function numberIn(reply: Reply, path: readonly string[], least: number, most: number): number {
  const number = Number.parseInt(text(reply, 'SystemDateAndTime', 'UTCDateTime', ...path) ?? '', 10);
  if (!(number >= least && number <= most)) throw new Problem('vms-fault', 'The recorder does not tell its UTC time.');
  return number;
}

/** Milliseconds since 1970. A second of 60 is a leap second. */
function deviceTime(reply: Reply): number {
  if (member(reply, 'SystemDateAndTime', 'UTCDateTime') === undefined)
    throw new Problem('vms-fault', 'The recorder does not tell its UTC time.');
  return Date.UTC(
    numberIn(reply, ['Date', 'Year'], 1970, 2200),
    numberIn(reply, ['Date', 'Month'], 1, 12) - 1,
    numberIn(reply, ['Date', 'Day'], 1, 31),
    numberIn(reply, ['Time', 'Hour'], 0, 24),
    numberIn(reply, ['Time', 'Minute'], 0, 59),
    numberIn(reply, ['Time', 'Second'], 0, 60),
  );
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
    const offsetMs = Math.round(deviceTime(reply) - (measuredAt.getTime() + roundTrip / 2));
    // The wire carries whole seconds, so a second stays unknown beside half the way.
    const uncertaintyMs = Math.ceil(roundTrip / 2) + 1000;
    if (!best || uncertaintyMs < best.uncertaintyMs) best = { measuredAt: measuredAt.toISOString(), offsetMs, uncertaintyMs };
  }
  device.soap.setSkew(best?.offsetMs ?? 0);
  return best as ClockReading;
}
