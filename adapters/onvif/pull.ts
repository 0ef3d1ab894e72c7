// The pull: clock, services, search, replay address, session, samples. Nothing is written; nothing on the recorder is changed.
import { Problem } from '../../plugin/domain/problem.js';
import type { Span } from '../../plugin/domain/span.js';
import type { ClockReading, Pull, PullReport, Sample, Source } from '../../plugin/domain/vms.js';
import { readClock } from './clock.js';
import type { Device } from './device.js';
import { askReplayAddress } from './replay-uri.js';
import { openReplay, type Replay, type ReplayParts } from './rtsp/session.js';
import { readUnits, SilentPlay } from './rtsp/read-units.js';
import { findRecording } from './search.js';
import { findServices, replayService } from './service-addresses.js';
import { makeTranscript } from './transcript.js';
import { trimToSpan } from './trim-to-span.js';

type End = PullReport['end'];

/** Some servers need to see the end pass by: pictures that lean on later ones would be cut before the border. */
const beyondMs = 2000;

const shift = (span: Span, milliseconds: number): Span => ({
  from: new Date(Date.parse(span.from) + milliseconds).toISOString(),
  to: new Date(Date.parse(span.to) + milliseconds).toISOString(),
});

/** People ask in true time, recordings are in the recorder's: the offset counts where it is more than the error of measuring it. */
export const deviceSpanOf = (span: Span, { offsetMs, uncertaintyMs }: ClockReading): Span =>
  Math.abs(offsetMs) > uncertaintyMs ? shift(span, offsetMs) : span;

interface Opened {
  replay: Replay;
  samples: AsyncGenerator<Sample, End>;
  first: IteratorResult<Sample, End>;
}

/** Plays, and takes the first sample: what is missing or wrong is known now. A PLAY that stays silent is tried once more. */
async function openSamples(device: Device, parts: ReplayParts, span: Span): Promise<Opened> {
  for (let tries = 0; ; tries++) {
    const replay = await openReplay(parts);
    try {
      const samples = trimToSpan(readUnits(replay, device.limits, parts.signal), span);
      return { replay, samples, first: await samples.next() };
    } catch (thrown) {
      await replay.teardown();
      if (!(thrown instanceof SilentPlay)) throw thrown;
      if (tries > 0) throw new Problem('vms-unreachable', 'The recorder agreed to play and then sent nothing, twice.');
    }
  }
}

/**
 * Samples of `source` from the key frame at or before the span up to its end. The first one has been seen when this resolves; who does
 * not read
 * the samples must abort the signal. Problems, here or while reading: `footage-missing`, `wrong-footage`, `codec-unsupported`,
 * `vms-unreachable`,
 * `vms-refused`, `vms-fault`. An abort throws the signal's reason.
 */
export async function pull(device: Device, source: Source, span: Span, signal: AbortSignal): Promise<Pull> {
  const transcript = makeTranscript();
  const options = { signal, transcript };
  const before = await readClock(device, options);
  const deviceSpan = deviceSpanOf(span, before);
  const services = await findServices(device, options);
  const rung = await findRecording(device, services.get('search'), source.recording, options);
  const address = await askReplayAddress(device, replayService(services), source.recording, options);
  const range = { from: deviceSpan.from, to: shift(deviceSpan, beyondMs).to };
  const parts = { address, account: device.account, transcript, timeoutMs: device.limits.rtspMs, signal, device: device.url, range };
  const { replay, samples, first } = await openSamples(device, parts, deviceSpan);
  let report: PullReport | null = null;

  async function* read(): AsyncGenerator<Sample> {
    let step = first;
    try {
      for (; !step.done; step = await samples.next()) yield step.value;
    } finally {
      await replay.teardown();
    }
    const after = await readClock(device, options);
    report = { clock: { before, after }, deviceSpan, rung, end: step.value, transcriptSha256: transcript.sha256() };
  }
  return {
    tracks: [replay.track],
    samples: read(),
    report: () => {
      if (!report) throw new Problem('internal', 'A pull was asked for its report before its samples ended.');
      return report;
    },
  };
}
