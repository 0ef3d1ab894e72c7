// Everything that a ZoneMinder's owner can tell us about it, step by step: each step is a row, whatever becomes of the one before.
import { Problem } from '../../plugin/domain/problem.js';
import type { ProbeRow, PullReport, Sample, Source, Track, Vms } from '../../plugin/domain/vms.js';
import type { CallOptions } from './api.js';
import { listMonitors, monitorOf } from './cameras.js';
import { readClock } from './clock.js';
import { makeDevice, type Device } from './device.js';
import { findEdges, findEvents, stretchesOf, type ZmEvent } from './events.js';
import { pull } from './pull.js';
import { readVersion, type MonitorRow } from './schemas.js';
import { makeTranscript } from './transcript.js';

/** Of all steps together, milliseconds. */
const longest = 60_000;
const day = 86_400_000;
const mostNames = 20;
const farOff = 5_000;
const lengthMs = 5_000;

type Told = Omit<ProbeRow, 'what'>;
const tell =
  (verdict: ProbeRow['verdict']) =>
  (detail: string): Told => ({ verdict, detail });
const [ok, warn, no, leftOut] = [tell('ok'), tell('warn'), tell('no'), tell('left-out')];

/** What an owner can do, by what went wrong. */
const advice: Partial<Record<Problem['code'], string>> = {
  'vms-unreachable': 'check address, port, packet filter and certificate from this machine',
  'vms-refused': 'check user and password, and that the account has Events Edit, Stream View, Monitors View and API Enabled',
  'vms-fault': 'the transcript has its answer: send it to us',
  'footage-missing': 'name a camera that has recorded (--camera)',
  'codec-unsupported': 'set the camera to H.264 or H.265 passthrough, or to JPEG, for what is still to be recorded',
};

/** A step's row, by what it tells or by what it threw; what it found, null where it failed. */
type Step = <T>(what: string, work: () => Promise<{ told: Told; found: T }>) => Promise<T | null>;

function makeStep(rows: ProbeRow[], signal: AbortSignal, deadline: AbortSignal): Step {
  let over: string | null = null;
  return async (what, work) => {
    if (over !== null) {
      rows.push({ what, ...leftOut(over) });
      return null;
    }
    try {
      const { told, found } = await work();
      rows.push({ what, ...told });
      return found;
    } catch (thrown) {
      signal.throwIfAborted();
      const { code, detail } = Problem.from(thrown);
      if (deadline.aborted) over = 'the minute that all of this may take was over';
      else if (code === 'vms-refused') over = 'the login was refused';
      rows.push({
        what,
        ...no(deadline.aborted ? `it did not come to an end: ${over}` : `${code}: ${detail}${advice[code] ? ` Do: ${advice[code]}.` : ''}`),
      });
      return null;
    }
  };
}

const label = (text: string): string => [...text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD')].slice(0, 60).join('');

function tellMonitors(monitors: readonly MonitorRow[], source: Source | null): Told {
  const names = monitors.slice(0, mostNames).map(({ Id, Name }) => `${Id} (${label(Name)})`);
  const list = `${monitors.length} camera(s): ${names.join(', ')}${monitors.length > mostNames ? ', …' : ''}`;
  if (monitors.length === 0) return warn('the account sees no camera: Monitors must be View, and the list of its monitors empty');
  if (source && !monitors.some(({ Id }) => Id === monitorOf(source))) return no(`${list}; ${monitorOf(source)} is not among them`);
  const encoded = monitors.filter(({ VideoWriter }) => VideoWriter === 1).map(({ Id }) => Id);
  return encoded.length > 0
    ? warn(
        `${list}; ZoneMinder encodes ${encoded.join(', ')} itself: set Video Writer to passthrough, so that the camera’s pictures are kept`,
      )
    : ok(list);
}

function tellEvents(events: readonly ZmEvent[], now: number): Told {
  const stretches = stretchesOf(events, now);
  const bare = events.filter(({ video }) => video === '').length;
  const ofBare = bare > 0 ? `; ${bare} without a film, pictures alone: their times are counted on` : '';
  const told = `${events.length} event(s), ${stretches.length} stretch(es) in the last 24 h${ofBare}`;
  if (events.some(({ start }) => start > now + 120_000))
    return no(
      `${told}; some begin in the future: PHP and the database are in different zones; set one for both (Options, System, Timezone)`,
    );
  return events.length === 0 ? warn(`${told}: is the camera recording?`) : ok(told);
}

const codecOf = (track: Track): string =>
  track.kind === 'video' ? `video ${track.codec}` : `audio ${track.codec} ${track.clockRate} Hz, ${track.channels} channel(s)`;

async function take(device: Device, source: Source, from: number, { signal, transcript }: CallOptions) {
  const asked = { from: new Date(from).toISOString(), to: new Date(from + lengthMs).toISOString(), basis: 'recorder' } as const;
  const begun = performance.now();
  const { tracks, samples, report } = await pull(device, source, asked, signal, transcript);
  let [first, pictures, bytes]: [Sample | null, number, number] = [null, 0, 0];
  for await (const sample of samples) {
    first ??= sample;
    bytes += sample.data.length;
    if (sample.track === 0 && !sample.preRoll && !sample.postRoll) pictures++;
  }
  return { asked, tracks, first, pictures, bytes, wallMs: performance.now() - begun, report: report() };
}

/** Problems become rows. Throws the caller's abort and nothing else. `source` null: the first camera that is listed. */
export async function examine(
  stranger: Device,
  source: Source | null,
  signal: AbortSignal,
  longestMs = longest,
): ReturnType<Vms['examine']> {
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(longestMs);
  const transcript = makeTranscript({ keep: true });
  const options = { signal: AbortSignal.any([signal, deadline]), transcript };
  const rows: ProbeRow[] = [];
  // A device of its own: how it lets a stranger in is to be seen from the first word on.
  const device = makeDevice(stranger.account, stranger.limits, stranger.now);
  await ask(device, source, options, makeStep(rows, signal, deadline));
  signal.throwIfAborted();
  return { rows, transcript: transcript.text() };
}

async function ask(device: Device, asked: Source | null, options: CallOptions, step: Step): Promise<void> {
  const clock = await step('clock', async () => {
    const found = await readClock(device, options);
    const { offsetMs, uncertaintyMs, zoneSuspect } = found.reading;
    const off = `video system − gate = ${offsetMs} ms ± ${uncertaintyMs} ms, zone ${found.zone}`;
    const told = zoneSuspect
      ? warn(`${off}; rather a wrong zone than a wrong clock`)
      : Math.abs(offsetMs) > farOff + uncertaintyMs
        ? warn(`${off}; set it to NTP`)
        : ok(off);
    return { told, found };
  });
  if (!clock) return;
  await step('device', async () => {
    const told = await device.api.data({ path: 'host/getVersion' }, readVersion, options);
    return { told: ok(`ZoneMinder ${label(told?.version ?? '?')}`), found: null };
  });
  await step('login', async () => ({
    told: device.api.isOpen()
      ? warn('none: it answers without a login, to everybody in its network; switch OPT_USE_AUTH on')
      : ok('token of the interface for programs'),
    found: null,
  }));
  const monitors = await step('search', async () => {
    const found = await listMonitors(device, options);
    return { told: tellMonitors(found, asked), found };
  });
  const first = monitors?.[0]?.Id;
  const source = asked ?? (first ? { recording: first } : null);
  if (!source) return;
  const now = device.now().getTime() + clock.reading.offsetMs;
  const events = await step('coverage', async () => {
    const found = await findEvents(device, monitorOf(source), { from: now - day, to: now }, clock.zone, options);
    return { told: tellEvents(found, now), found };
  });
  await step('holdings', async () => {
    const found = await findEdges(device, monitorOf(source), clock.zone, options);
    const iso = (ms: number): string => new Date(ms).toISOString();
    return {
      told: found
        ? ok(`earliest ${iso(found.first.start)}, latest event begins ${iso(found.last.start)}; holes are not in that`)
        : warn('no event at all'),
      found,
    };
  });
  // One that is closed: what is being recorded may hold no picture yet.
  const last = events?.findLast(({ end, lengthMs: long }) => end !== null && long >= 1000);
  if (last) await tryPull(device, source, last.start + Math.max(0, last.lengthMs - lengthMs), options, step);
}

async function tryPull(device: Device, source: Source, from: number, options: CallOptions, step: Step): Promise<void> {
  const taken = await step('pull', async () => {
    const found = await take(device, source, from, options);
    const { pictures, bytes, wallMs, asked } = found;
    const told = `${pictures} pictures of 5 s at ${asked.from} (its own time), ${bytes} bytes, in ${Math.round(wallMs)} ms`;
    return { told: found.report.resumes > 0 ? warn(`${told}; it broke off ${found.report.resumes} time(s)`) : ok(told), found };
  });
  if (!taken) return;
  await step('codecs', async () => ({ told: ok(taken.tracks.map(codecOf).join('; ')), found: null }));
  await step('first-picture', async () => {
    const lead = taken.first ? Math.round(from - taken.first.utcMicros / 1000) : 0;
    return {
      told: lead >= 0 ? ok(`${lead} ms before the asked start`) : warn(`${-lead} ms after the asked start: the recording begins there`),
      found: null,
    };
  });
  await step('time-stamps', async () => ({ told: tellTimes(taken.report), found: null }));
}

const tellTimes = ({ times }: PullReport): Told =>
  times === 'proven'
    ? ok('each picture carries its time')
    : warn('ZoneMinder tells whole seconds: times are asserted to about a second, and a person confirms the first and the last picture');
