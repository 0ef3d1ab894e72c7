// Everything that a recorder's owner can tell us about it, step by step: each step is a row, whatever becomes of the one before.
import type { Span } from '../../plugin/domain/span.js';
import type { ClockReading, ProbeRow, Source, Vms } from '../../plugin/domain/vms.js';
import { readClock } from './clock.js';
import { makeDevice, type Device } from './device.js';
import { tryPull } from './examine-pull.js';
import { leftOut, makeRows, no, ok, warn, type Rows, type Told } from './examine-rows.js';
import { locate } from './locate.js';
import { listRecordings, type Listing } from './recordings.js';
import { redact } from './redact.js';
import { findServices, type Services } from './service-addresses.js';
import { label, type CallOptions } from './soap.js';
import { makeTranscript } from './transcript.js';

/** Of all steps together, milliseconds. */
const longest = 60_000;
const day = 86_400_000;
/** Of what is told of a list. */
const mostNames = 20;

const farOff = 5_000;
function tellClock({ offsetMs, uncertaintyMs, zoneSuspect }: ClockReading): Told {
  const off = `recorder − gate = ${offsetMs} ms ± ${uncertaintyMs} ms`;
  if (zoneSuspect)
    return warn(`${off}; rather a wrong zone than a wrong clock: compare the recorder’s screen with Beijing time, set zone and NTP`);
  return Math.abs(offsetMs) > farOff + uncertaintyMs ? warn(`${off}; set the recorder to NTP`) : ok(off);
}

function tellServices(services: Services, transcript: string, vendor: boolean): Told {
  const names = ['search', 'replay', 'recording'] as const;
  const [there, missing] = [names.filter((name) => services.has(name)), names.filter((name) => !services.has(name))];
  // The older question is asked only where the newer one led nowhere.
  const how = transcript.includes('> GetCapabilities ') ? ' (by GetCapabilities)' : '';
  const told = `${there.join(', ') || 'none of search, replay, recording'}${how}${missing.length > 0 && there.length > 0 ? `; missing: ${missing.join(', ')}` : ''}`;
  if (vendor) return ok(`${told}; its vendor’s playback address is configured`);
  if (!services.has('replay'))
    return no(`${told}. No replay service (Profile G): switch ONVIF replay on, or configure its vendor’s playback address`);
  return services.has('search') ? ok(told) : warn(`${told}. Without search nobody knows before a pull what is recorded`);
}

/** How it let us in, by what it answered to a question without a login. */
function tellLogin(transcript: string): Told {
  if (/^< 401$/m.test(transcript)) return ok('HTTP digest');
  if (/NotAuthorized/.test(transcript)) return warn('WS-UsernameToken only; newer firmware may have HTTP digest');
  return warn('none: it answers without a login, to everybody in its network; switch authentication on');
}

function tellListing({ rung, recordings }: Listing, source: Source | null): Told {
  const names = recordings.slice(0, mostNames).map(({ token }) => label(token));
  const list = `${recordings.length} recording(s): ${names.join(', ')}${recordings.length > mostNames ? ', …' : ''}`;
  if (source && 'vendor' in source) return leftOut('a vendor’s address needs no search');
  if (recordings.length === 0)
    return warn(
      `no recording is listed${rung === 'summary' ? ', though its summary counts some' : ''}: the token must be configured by hand. Some recorders list none before a recording was made over ONVIF`,
    );
  if (source && !recordings.some(({ token }) => token === source.recording))
    return no(`${list}; ${label(source.recording)} is not among them: tokens change when a disk is formatted or a camera is added anew`);
  return rung === 'search' ? ok(`FindRecordings, ${list}`) : warn(`GetRecordings (FindRecordings told nothing), ${list}`);
}

function tellCoverage(promised: readonly Span[] | null, source: Source): Told {
  if ('vendor' in source) return leftOut('a vendor’s address tells nothing of what is recorded');
  if (promised) return ok(`FindEvents tells where footage is: ${promised.length} stretch(es) in the last 24 h`);
  return warn('FindEvents does not tell where footage is: only a pull will tell holes');
}

/** Problems become rows. Throws the caller's abort and nothing else. `source` null: the first recording that the search lists. */
export async function examine(device: Device, source: Source | null, signal: AbortSignal, longestMs = longest): ReturnType<Vms['examine']> {
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(longestMs);
  const transcript = makeTranscript({ keep: true });
  const options = { signal: AbortSignal.any([signal, deadline]), transcript };
  const rows: ProbeRow[] = [];
  // A device of its own: how it lets a stranger in is to be seen from the first word on.
  await ask(makeDevice(device.account, device.limits, device.now), source, options, makeRows(rows, signal, deadline));
  signal.throwIfAborted();
  return { rows, transcript: redact(transcript.text(), device.account) };
}

async function ask(device: Device, asked: Source | null, options: CallOptions, rows: Rows): Promise<void> {
  const heard = (): string => options.transcript.text();
  const clock = await rows.step('clock', async () => {
    const found = await readClock(device, options);
    return { told: tellClock(found), found };
  });
  const rest = ['device', 'login', 'search', 'coverage', 'holdings', 'replay-address', 'pull'];
  const leaveOut = (what: readonly string[], why: string): void => what.forEach((each) => rows.add(each, leftOut(why)));
  // Without its clock there is no pull; and who does not answer that does not answer the rest.
  if (!clock) return leaveOut(['services', ...rest], 'what comes before it failed');
  const vendor = asked !== null && 'vendor' in asked;
  const services = await rows.step('services', async () => {
    const found = await findServices(device, options);
    return { told: tellServices(found, heard(), vendor), found };
  });
  if (!services) return leaveOut(rest, 'what comes before it failed');
  await rows.step('device', async () => {
    const reply = await device.soap.call('GetDeviceInformation', services.get('device') ?? device.url, '', options);
    const [maker, model, firmware] = ['Manufacturer', 'Model', 'FirmwareVersion'].map((name) => label(reply, name) || '?');
    return { told: ok(`${maker}, ${model}, firmware ${firmware}`), found: null };
  });
  rows.add('login', tellLogin(heard()));

  const listing = await rows.step('search', async () => {
    const found = await listRecordings(device, services, options);
    return { told: tellListing(found, asked), found };
  });
  const first = listing?.recordings[0];
  const source = asked ?? (first ? { recording: first.token } : null);
  if (!source)
    return leaveOut(
      ['coverage', 'holdings', 'replay-address', 'pull'],
      'no recording is known: configure one and name its camera (--camera)',
    );
  await askOfSource(device, source, clock, options, rows);
}

/** Milliseconds since 1970 by the recorder's clock → an instant. */
const iso = (at: number): string => new Date(at).toISOString();

async function askOfSource(device: Device, source: Source, clock: ClockReading, options: CallOptions, rows: Rows): Promise<void> {
  const deviceNow = device.now().getTime() + clock.offsetMs;
  const lastDay = { from: iso(deviceNow - day), to: iso(deviceNow) };
  const located = await rows.step('coverage', async () => {
    const found = await locate(device, source, lastDay, options);
    return { told: tellCoverage(found.promised, source), found };
  });
  if (!located) {
    for (const what of ['holdings', 'replay-address', 'pull']) rows.add(what, leftOut('what comes before it failed'));
    return;
  }
  const { from, to, promised, times } = located;
  rows.add(
    'holdings',
    (from ?? to)
      ? ok(`earliest ${from ?? 'unknown'}, latest ${to ?? 'unknown'}, by the recorder’s clock; holes are not in that`)
      : warn('earliest and latest are not told, or impossible'),
  );
  await rows.step('replay-address', async () => {
    const { secure, port } = await located.address(lastDay);
    const where = `${secure ? 'rtsps' : 'rtsp'}, port ${port}`;
    return {
      told: times === 'proven' ? ok(`GetReplayUri: ${where}`) : warn(`a vendor’s address, whose times are asserted: ${where}`),
      found: null,
    };
  });
  const latest = to === null ? null : Math.min(deviceNow, Date.parse(to));
  await tryPull({ device, source, options, rows, promised, latest, deviceNow });
}
