// The port to a video system. Many systems exist; each adapter folder is one. An adapter yields samples, writes no files and
// knows no container.
import type { Span } from './span.js';

/** Where a camera's footage is in its video system. */
export interface Source {
  /** A token that the video system gave its recording (ONVIF: opaque, at most 64 characters). */
  recording: string;
}

/** A clock measured against ours (ONVIF GetSystemDateAndTime): offset = device − gate. Whole seconds on the wire, so the
 *  uncertainty is half the round trip plus one second. */
export interface ClockReading {
  measuredAt: string;
  offsetMs: number;
  uncertaintyMs: number;
}

export interface Track {
  /** Number within the pull, from 0. */
  track: number;
  /** The system's own name for it (ONVIF: TrackToken). */
  token: string;
  kind: 'video';
  codec: 'h264';
  /** RTP clock, Hz. */
  clockRate: number;
  /** Parameter sets known before the first sample (from SDP): NAL units without start codes. */
  parameterSets: readonly Buffer[];
}

/** One access unit as received. */
export interface Sample {
  track: number;
  /** Microseconds since 1970, UTC by the recorder's clock, from the 0xABAC extension (ONVIF Streaming, "RTP header extension"). */
  utcMicros: number;
  /** Is it a clean point (every NAL unit needed to decode from here is here or in the parameter sets)? */
  key: boolean;
  /** The replay extension's bits: C clean point, E end of contiguous section, D discontinuity, T terminates the track. */
  flags: { c: boolean; e: boolean; d: boolean; t: boolean };
  /** First and last RTP sequence number of the access unit, 16 bit. */
  sequence: readonly [number, number];
  /** Before the asked span: sent because decoding starts at a key frame. */
  preRoll: boolean;
  /** The received NAL units, each behind its length (4 bytes, big endian), nothing added, nothing left out. */
  data: Buffer;
}

/** What a pull can say of itself once its samples have ended. */
export interface PullReport {
  clock: { before: ClockReading; after: ClockReading };
  /** The span in the recorder's own time that was asked of it (asked span + offset, where the offset exceeds its uncertainty). */
  deviceSpan: Span;
  /** How the recording was found: the rung of the ladder. */
  rung: 'search' | 'configured';
  /** Why the samples ended. */
  end: 'past-span' | 't-bit' | 'bye' | 'closed' | 'idle';
  /** SHA-256 of the conversation without credentials, hex. */
  transcriptSha256: string;
}

export interface Pull {
  tracks: readonly Track[];
  /** In decode order. Throws a Problem (`vms-unreachable`, `wrong-footage`, …) where the pull fails. */
  samples: AsyncIterable<Sample>;
  /** Only after `samples` ended. */
  report(): PullReport;
}

export interface Vms {
  /** Begins to fetch what the system holds of `source` in `span`. Problems: `footage-missing`, `vms-unreachable`, `vms-refused`,
   *  `vms-fault`, `wrong-footage`, `codec-unsupported`. Aborts within a second of the signal. */
  pull(source: Source, span: Span, signal: AbortSignal): Promise<Pull>;
  /** Is it there, does it take our account, how does its clock stand? */
  probe(signal: AbortSignal): Promise<{ manufacturer: string; model: string; firmware: string; clock: ClockReading }>;
}
