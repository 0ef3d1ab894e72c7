// The last step of an examination: five seconds of footage, pulled as an application would, and what could be seen of it.
import { Problem } from '../../plugin/domain/problem.js';
import type { Span } from '../../plugin/domain/span.js';
import type { PullReport, Sample, Source, TimeBasis, Track } from '../../plugin/domain/vms.js';
import type { Device } from './device.js';
import { no, ok, warn, type Rows, type Told } from './examine-rows.js';
import { pull } from './pull.js';
import type { CallOptions } from './soap.js';

const lengthMs = 5_000;
/** Before the end of what is recorded: the newest footage may not be on the disk yet. */
const beforeEndMs = 60_000;
const beforeNowMs = 120_000;

interface Parts {
  device: Device;
  source: Source;
  options: CallOptions;
  rows: Rows;
  /** Of the last day, in the recorder's time. */
  promised: readonly Span[] | null;
  /** Milliseconds since 1970, by the recorder's clock; null where it does not tell. */
  latest: number | null;
  deviceNow: number;
}

type Asked = Span & { basis: TimeBasis };

/** Where footage ought to be, the likeliest first: at the end of the last stretch, at the end of all, two minutes ago. */
function placesOf({ promised, latest, deviceNow }: Parts): Asked[] {
  const last = promised?.at(-1);
  const ends = last ? [Math.max(Date.parse(last.from), Date.parse(last.to) - beforeEndMs)] : [];
  const starts = [...ends, ...(latest === null ? [] : [latest - beforeEndMs]), deviceNow - beforeNowMs].map(
    (each) => Math.floor(each / 1000) * 1000,
  );
  return [...new Set(starts)].slice(0, 2).map((at) => ({ from: iso(at), to: iso(at + lengthMs), basis: 'recorder' }));
}

const iso = (at: number): string => new Date(at).toISOString();

interface Taken {
  asked: Asked;
  tracks: readonly Track[];
  first: Sample | null;
  frames: number;
  bytes: number;
  bits: string[];
  /** From the first picture to the last, by our clock and by theirs, milliseconds. */
  wallMs: number;
  footageMs: number;
  report: PullReport;
}

async function take({ device, source, options }: Parts, asked: Asked): Promise<Taken> {
  const { tracks, samples, report } = await pull(device, source, asked, options.signal, options.transcript);
  const seen = { c: false, e: false, d: false, t: false };
  let [first, frames, bytes, latest, begun, ended]: [Sample | null, number, number, number, number, number] = [null, 0, 0, 0, 0, 0];
  for await (const sample of samples) {
    bytes += sample.data.length;
    if (sample.track !== 0) continue;
    ended = performance.now();
    if (!first) [first, begun] = [sample, ended];
    frames += sample.preRoll ? 0 : 1;
    latest = Math.max(latest, sample.utcMicros);
    for (const bit of ['c', 'e', 'd', 't'] as const) seen[bit] ||= sample.flags[bit];
  }
  const bits = (['c', 'e', 'd', 't'] as const).filter((bit) => seen[bit]).map((bit) => bit.toUpperCase());
  const footageMs = first ? (latest - first.utcMicros) / 1000 : 0;
  return { asked, tracks, first, frames, bytes, bits, wallMs: ended - begun, footageMs, report: report() };
}

/** The first place that holds something. */
async function takeFromAny(parts: Parts): Promise<Taken> {
  const [likeliest, ...others] = placesOf(parts) as [Asked, ...Asked[]];
  return await take(parts, likeliest).catch((thrown: unknown) => {
    const other = others[0];
    if (!(thrown instanceof Problem) || thrown.code !== 'footage-missing' || !other) throw thrown;
    return take(parts, other);
  });
}

const codecOf = (track: Track): string =>
  track.kind === 'video' ? `video ${track.codec}` : `audio ${track.codec} ${track.clockRate} Hz, ${track.channels} channel(s)`;

const ends: Record<PullReport['end'], string> = {
  'past-span': 'pictures behind the end came (2 s more are asked for), and we left: whether it ends by itself was not waited for',
  't-bit': 'T bit: it tells the end itself',
  bye: 'RTCP BYE: it tells the end itself',
  closed: 'it closed the connection',
  idle: 'silence: it does not tell the end, so each pull waits some seconds for nothing',
};

function tellFirst({ first, asked }: Taken): Told {
  if (!first) return no('no picture came');
  const lead = Math.round(Date.parse(asked.from) - first.utcMicros / 1000);
  return lead >= 0
    ? ok(`${lead} ms before the asked start: the key frame before it comes too`)
    : warn(`${-lead} ms after the asked start: what lies between is missing, or it does not begin at a key frame`);
}

function tellSpeed({ footageMs, wallMs }: Taken): Told {
  const times = footageMs / Math.max(1, wallMs);
  if (times > 1.5) return ok(`${times.toFixed(times < 10 ? 1 : 0)} × real time`);
  return warn('real time: it ignores Rate-Control: no, so an hour of footage takes an hour');
}

/** Did it take the header that makes replay of it (ONVIF Streaming, "Initiating the playback")? By its answer to the first SETUP that had it. */
function tellRequire(transcript: string): Told | null {
  const messages = transcript.split(/\n\n(?=[<>] )/);
  const at = messages.findIndex((message) => message.startsWith('> SETUP ') && /^Require: onvif-replay$/m.test(message));
  const number = /^CSeq: (\d+)$/m.exec(messages[at] ?? '')?.[1];
  const answer = messages
    .slice(at + 1)
    .find((message) => message.startsWith('< RTSP/') && new RegExp(`^cseq: ${number}$`, 'im').test(message));
  const status = /^< RTSP\/\d\.\d (\d{3})/.exec(answer ?? '')?.[1];
  if (at < 0 || !status) return null;
  if (status === '200') return ok('SETUP takes Require: onvif-replay, and the tracks are set up');
  return warn(`SETUP answers Require: onvif-replay with ${status}; it is asked without, and then the pictures must carry their times`);
}

export async function tryPull(parts: Parts): Promise<void> {
  const { rows, options } = parts;
  const taken = await rows.step('pull', async () => {
    const found = await takeFromAny(parts);
    const { asked, frames, bytes, report } = found;
    const told = `${frames} pictures of 5 s at ${asked.from} (the recorder’s time), ${bytes} bytes`;
    return { told: report.resumes > 0 ? warn(`${told}; the replay broke off ${report.resumes} time(s)`) : ok(told), found };
  });
  const replay = tellRequire(options.transcript.text());
  if (replay) rows.add('replay', replay);
  if (!taken) return;
  rows.add('codecs', ok(taken.tracks.map(codecOf).join('; ')));
  rows.add('first-picture', tellFirst(taken));
  rows.add(
    'time-stamps',
    taken.report.times === 'proven'
      ? ok(`each picture carries its time (0xABAC); bits seen: ${taken.bits.join(' ') || 'none'}`)
      : warn('no time in the pictures: times are asserted, and a person confirms the first and the last picture'),
  );
  rows.add('speed', tellSpeed(taken));
  rows.add('end', taken.report.end === 'idle' ? warn(ends.idle) : ok(ends[taken.report.end]));
}
