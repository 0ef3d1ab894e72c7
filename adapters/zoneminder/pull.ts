// The pull: clock, events, films, samples. Nothing is written, on no disk of ours and not on the video system.
import { Problem } from '../../plugin/domain/problem.js';
import type { Span } from '../../plugin/domain/span.js';
import type { ClockReading, Pull, PullReport, Sample, Source, TimeBasis } from '../../plugin/domain/vms.js';
import type { CallOptions } from './api.js';
import { monitorOf } from './cameras.js';
import { deviceSpanOf, readClock } from './clock.js';
import type { Device } from './device.js';
import { findEvents, stretchesOf, type ZmEvent } from './events.js';
import { joinEvents } from './join-events.js';
import { openEvents } from './open-events.js';
import { makeTranscript } from './transcript.js';
import { trimToSpan } from './trim-to-span.js';

/** An event that begins so far behind now was written in another zone than the one that is told. Milliseconds. */
const future = 120_000;

/** Where footage is promised, within a span. */
export function promisedIn(events: readonly ZmEvent[], span: Span, now: number): Span[] {
  const [from, to] = [Date.parse(span.from), Date.parse(span.to)];
  return stretchesOf(events, now)
    .map((each) => ({ from: Math.max(each.from, from), to: Math.min(each.to, to) }))
    .filter((each) => each.from < each.to)
    .map((each) => ({ from: new Date(each.from).toISOString(), to: new Date(each.to).toISOString() }));
}

/** Of the events of a span, by the clock that was read: what the adapter's other files ask too. */
export async function locate(device: Device, source: Source, span: Span & { basis?: TimeBasis }, options: CallOptions) {
  const monitor = monitorOf(source);
  const { reading, zone } = await readClock(device, options);
  const deviceSpan = deviceSpanOf(span, reading);
  const events = await findEvents(device, monitor, { from: Date.parse(deviceSpan.from), to: Date.parse(deviceSpan.to) }, zone, options);
  const now = device.now().getTime() + reading.offsetMs;
  const zoneSuspect = reading.zoneSuspect || events.some(({ start }) => start > now + future);
  return { monitor, zone, deviceSpan, events, reading: { ...reading, zoneSuspect }, promised: promisedIn(events, deviceSpan, now) };
}

/** The footage is here already: a system that fails now, twice, costs the second measurement and nothing else. */
async function clockBehind(device: Device, options: CallOptions): Promise<ClockReading | null> {
  for (let tries = 0; tries < 2; tries++) {
    const clock = await readClock(device, options).catch(() => options.signal.throwIfAborted());
    if (clock) return clock.reading;
  }
  return null;
}

/**
 * Samples of `source` from the key frame at or before the span up to its end, their times asserted: ZoneMinder tells whole seconds. The
 * first one has been seen when this resolves; who does not read the samples must abort the signal. Problems, here or while reading:
 * `footage-missing`, `wrong-footage`, `codec-unsupported`, `vms-unreachable`, `vms-refused`, `vms-fault`. An abort throws its reason.
 */
export async function pull(
  device: Device,
  source: Source,
  span: Span & { basis?: TimeBasis },
  signal: AbortSignal,
  transcript = makeTranscript(),
): Promise<Pull> {
  signal.throwIfAborted();
  const wall = AbortSignal.timeout(Math.max(device.limits.wallMs, 2 * (Date.parse(span.to) - Date.parse(span.from))));
  const options = { signal: AbortSignal.any([signal, wall]), transcript };
  /** An end that was ours, by the clock, is the system's fault. */
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (thrown) {
      signal.throwIfAborted();
      if (wall.aborted) throw new Problem('vms-unreachable', 'The video system is too slow for this span.', { cause: thrown });
      throw thrown;
    }
  };
  const { zone, deviceSpan, events, reading, promised } = await inTime(locate(device, source, span, options));
  const resumes = { count: 0 };
  const opening = openEvents(device, events, { from: Date.parse(deviceSpan.from) * 1000, zone, resumes }, options);
  const hasSound = (): boolean => opening.tracks().length > 1;
  const samples = trimToSpan(joinEvents(opening.events), deviceSpan, hasSound);
  const first = await inTime(samples.next()).catch((thrown: unknown) => {
    if (opening.isDamaged() && thrown instanceof Problem && thrown.code === 'footage-missing')
      throw new Problem('vms-fault', 'The video system has films of this span, and none of them can be read.', { cause: thrown });
    throw thrown;
  });
  opening.settle();
  let report: PullReport | null = null;

  async function* read(): AsyncGenerator<Sample> {
    let step = first;
    let heard = false;
    try {
      for (; !step.done; step = await inTime(samples.next())) {
        heard ||= step.value.track !== 0;
        yield step.value;
        signal.throwIfAborted();
      }
    } finally {
      await samples.return('closed');
    }
    report = {
      clock: { before: reading, after: await clockBehind(device, { signal, transcript }) },
      ...{ deviceSpan, rung: 'search', promised, times: 'asserted', audioTimes: heard ? 'asserted' : null },
      leftOut: [...opening.leftOut(), ...(hasSound() && !heard ? [{ kind: 'audio', encoding: 'aac', why: 'silent' } as const] : [])],
      ...{ end: step.value, resumes: resumes.count, transcriptSha256: transcript.sha256() },
    };
  }
  return {
    tracks: opening.tracks(),
    samples: read(),
    report: () => {
      if (!report) throw new Problem('internal', 'A pull was asked for its report before its samples ended.');
      return report;
    },
  };
}
