// The pull: clock, search, replay address, sessions, samples. Nothing is written; nothing on the recorder is changed.
import { Problem } from '../../plugin/domain/problem.js';
import type { Span } from '../../plugin/domain/span.js';
import type { ClockReading, LeftOut, Pull, PullReport, Track, Sample, Source, TimeBasis } from '../../plugin/domain/vms.js';
import { deviceSpanOf, readClock } from './clock.js';
import type { Device } from './device.js';
import { usualGopSeconds } from './limits.js';
import { locate } from './locate.js';
import { makeExpectations } from './rtsp/expectations.js';
import { openReplay } from './rtsp/session.js';
import { takeUp } from './rtsp/take-up.js';
import type { CallOptions } from './soap.js';
import { makeTranscript } from './transcript.js';
import { trimToSpan } from './trim-to-span.js';

const silentTrack = (track: Track): LeftOut[] => (track.kind === 'audio' ? [{ kind: 'audio', encoding: track.codec, why: 'silent' }] : []);

/** The footage is here already: a recorder that fails now, twice, costs the second measurement and nothing else. */
async function clockBehind(device: Device, options: CallOptions): Promise<ClockReading | null> {
  for (let tries = 0; tries < 2; tries++) {
    const reading = await readClock(device, options).catch(() => options.signal.throwIfAborted());
    if (reading) return reading;
  }
  return null;
}

/**
 * Samples of `source` from the key frame at or before the span up to its end. The first one has been seen when this resolves; who does
 * not read the samples must abort the signal. Problems, here or while reading: `footage-missing`, `wrong-footage`, `codec-unsupported`,
 * `vms-unreachable`, `vms-refused`, `vms-fault`. An abort throws the signal's reason.
 */
export async function pull(
  device: Device,
  source: Source,
  span: Span & { basis?: TimeBasis },
  signal: AbortSignal,
  transcript = makeTranscript(),
): Promise<Pull> {
  const { account, limits, url } = device;
  const options = { signal, transcript };
  const before = await readClock(device, options);
  const deviceSpan = deviceSpanOf(span, before);
  const located = await locate(device, source, deviceSpan, options);
  const { rung, promised, times } = located;
  const course = takeUp({
    expected: makeExpectations(deviceSpan, promised, account.maxGopSeconds ?? usualGopSeconds),
    open: async (range, careful) => {
      const address = await located.address(range);
      const parts = { address, account, tls: account.tls, transcript, timeoutMs: limits.rtspMs, signal };
      return openReplay({ ...parts, device: url, range, times, careful });
    },
    limits,
    signal,
  });
  const samples = trimToSpan(course.units, deviceSpan, () =>
    course.tracks().flatMap(({ kind, track }) => (kind === 'audio' ? [track] : [])),
  );
  const first = await samples.next();
  let report: PullReport | null = null;
  /** The audio track, once something of it came. */
  let heard: number | null = null;

  async function* read(): AsyncGenerator<Sample> {
    let step = first;
    try {
      for (; !step.done; step = await samples.next()) {
        if (step.value.track !== 0) heard = step.value.track;
        yield step.value;
      }
    } finally {
      await samples.return('past-span');
    }
    const silent = heard === null ? course.tracks().flatMap(silentTrack) : [];
    report = {
      ...{ clock: { before, after: await clockBehind(device, options) }, deviceSpan, rung, promised },
      times: times === 'proven' && !course.counted().has(0) ? 'proven' : 'asserted',
      audioTimes: heard === null ? null : times === 'proven' && !course.counted().has(heard) ? 'proven' : 'asserted',
      leftOut: [...course.leftOut(), ...silent],
      ...{ end: step.value, resumes: course.resumes(), transcriptSha256: transcript.sha256() },
    };
  }
  return {
    tracks: course.tracks(),
    samples: read(),
    report: () => {
      if (!report) throw new Problem('internal', 'A pull was asked for its report before its samples ended.');
      return report;
    },
  };
}
