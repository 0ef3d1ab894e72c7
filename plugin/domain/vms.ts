// The port to a video system. Many systems exist; each adapter folder is one. An adapter yields samples, writes no files and
// knows no container.
import type { Instant, Span } from './span.js';

/** Where a camera's footage is in its video system. */
export type Source =
  /** A token that the video system gave its recording (ONVIF: opaque, at most 64 characters). */
  | { recording: string }
  /** A vendor's own playback address (adapters/onvif/vendors.json), for a system that cannot replay by standard. Its times are asserted. */
  | { vendor: string; channel: number; stream: number };

/** By which clock a person named a span: true time, or the time that the recorder shows (on its screen, burned into the picture). */
export type TimeBasis = 'beijing' | 'recorder';

/** A clock measured against ours (ONVIF GetSystemDateAndTime): offset = device − gate. Whole seconds on the wire, so the
 *  uncertainty is half the round trip plus one second. */
export interface ClockReading {
  measuredAt: Instant;
  offsetMs: number;
  uncertaintyMs: number;
  /** The offset is near a multiple of 30 minutes, and not near none: rather a wrong zone than a wrong clock. A person has to look. */
  zoneSuspect: boolean;
}

export const videoCodecs = ['h264', 'h265', 'jpeg'] as const;
export type VideoCodec = (typeof videoCodecs)[number];
export const audioCodecs = ['aac', 'pcmu', 'pcma'] as const;
export type AudioCodec = (typeof audioCodecs)[number];

interface TrackFacts {
  /** Number within the pull, from 0. The video track is 0. */
  track: number;
  /** The system's own name for it (ONVIF: TrackToken). */
  token: string;
  /** RTP clock, Hz. For audio this is the sampling rate. */
  clockRate: number;
}

export interface VideoTrack extends TrackFacts {
  kind: 'video';
  codec: VideoCodec;
  /** Parameter sets known before the first sample (from SDP): NAL units without start codes. Empty for JPEG. */
  parameterSets: readonly Buffer[];
}

export interface AudioTrack extends TrackFacts {
  kind: 'audio';
  codec: AudioCodec;
  channels: number;
  /** AudioSpecificConfig (ISO/IEC 14496-3) of AAC; empty for G.711. */
  configuration: Buffer;
}

export type Track = VideoTrack | AudioTrack;

/** One access unit as received. */
export interface Sample {
  track: number;
  /** Microseconds since 1970, UTC by the recorder's clock: from the 0xABAC extension (ONVIF Streaming, "RTP header extension"); for what
   *  follows in the same packet (audio), counted on by its duration. Asserted, not proven, where the report says so. */
  utcMicros: number;
  /** Is it a clean point (every NAL unit needed to decode from here is here or in the parameter sets)? Always for audio and JPEG. */
  key: boolean;
  /** The replay extension's bits: C clean point, E end of contiguous section, D discontinuity, T terminates the track. */
  flags: { c: boolean; e: boolean; d: boolean; t: boolean };
  /** First and last RTP sequence number of the access unit, 16 bit. */
  sequence: readonly [number, number];
  /** Before the asked span: sent because decoding starts at a key frame. Audio before the span is never kept. */
  preRoll: boolean;
  /** Shown at or after the end of the asked span, and sent because a picture of the span follows it in decode order and may lean on it.
   *  Kept so that every picture of the span can be decoded; not to be shown, not to be counted. */
  postRoll?: true;
  /**
   * H.264, H.265: the received NAL units, each behind its length (4 bytes, big endian), nothing added, nothing left out.
   * JPEG: one JPEG file, its headers made from RTP's (RFC 2435, appendix A), its scan as received.
   * AAC: one raw access unit. G.711: the samples of one packet.
   */
  data: Buffer;
}

/** How a recording was found: from the recorder's search down to a person's word. */
export const rungs = ['search', 'recordings', 'summary', 'configured', 'vendor-address'] as const;
export type Rung = (typeof rungs)[number];

/** A track that the system announced and that is not among the samples: another one of its kind is kept (`second`), it is in a form that
 *  cannot be kept (`codec`), or nothing came of it inside the span (`silent`). */
export interface LeftOut {
  kind: 'video' | 'audio';
  /** As the system names it: `G726-32`. */
  encoding: string;
  why: 'second' | 'codec' | 'silent';
}

/** What a pull can say of itself once its samples have ended. */
export interface PullReport {
  /** `after` is null where the recorder told its time no more: what came is not lost for it. */
  clock: { before: ClockReading; after: ClockReading | null };
  /** The span in the recorder's own time that was asked of it (asked span + offset, where the offset exceeds its uncertainty; the
   *  asked span itself where it was named by the recorder's clock). */
  deviceSpan: Span;
  rung: Rung;
  /** Where the recorder itself says that footage is, within deviceSpan; null where it cannot say. */
  promised: readonly Span[] | null;
  /** Is the time of every picture from its 0xABAC extension, or only counted on from what was asked? */
  times: 'proven' | 'asserted';
  /** The same of sound; null where none came. */
  audioTimes: 'proven' | 'asserted' | null;
  leftOut: readonly LeftOut[];
  /** Why the samples ended. */
  end: 'past-span' | 't-bit' | 'bye' | 'closed' | 'idle';
  /** How often the replay broke off and was taken up again at its last key frame. */
  resumes: number;
  /** SHA-256 of the conversation without credentials, hex. */
  transcriptSha256: string;
}

export interface Pull {
  tracks: readonly Track[];
  /** In decode order for each track; tracks interleaved as they came. Throws a Problem (`vms-unreachable`, `wrong-footage`, …) where the
   *  pull fails. */
  samples: AsyncIterable<Sample>;
  /** Only after `samples` ended. */
  report(): PullReport;
}

/** What a recorder says that it holds, before anybody asks for it. Times by the recorder's clock. */
export interface Holdings {
  rung: Rung;
  /** Earliest and latest, as told; null where unknown or impossible. They say nothing about holes. */
  from: Instant | null;
  to: Instant | null;
  /** Footage in the asked span; null where the recorder cannot say. */
  promised: readonly Span[] | null;
  /** The span in the recorder's time. */
  deviceSpan: Span;
  clock: ClockReading;
}

/** One row of an examination. */
export interface ProbeRow {
  what: string;
  verdict: 'ok' | 'warn' | 'no' | 'left-out';
  detail: string;
}

/** An account on the video system, as its own list names it. */
export interface VmsAccount {
  user: string;
  level: string;
  mayReplay: boolean;
}

export interface KeptPieces {
  pieces: number;
  kept: number;
}

export interface Vms {
  /** Begins to fetch what the system holds of `source` in `span`. Problems: `footage-missing`, `vms-unreachable`, `vms-refused`,
   *  `vms-fault`, `wrong-footage`, `codec-unsupported`. Aborts within a second of the signal. */
  pull(source: Source, span: Span & { basis?: TimeBasis }, signal: AbortSignal): Promise<Pull>;
  /** What it says that it holds. Problems as above. */
  holdings(source: Source, span: Span & { basis?: TimeBasis }, signal: AbortSignal): Promise<Holdings>;
  /** Is it there, does it take our account, how does its clock stand? */
  probe(signal: AbortSignal): Promise<{ manufacturer: string; model: string; firmware: string; clock: ClockReading }>;
  /** Everything an owner can tell us about it: services, search, replay, codecs, clock, one pull of five seconds. Never throws but for the
   *  signal: what went wrong is a row. The transcript holds no credentials. */
  examine(source: Source | null, signal: AbortSignal): Promise<{ rows: readonly ProbeRow[]; transcript: string }>;
  /** Who else could replay, by the list that an administrator of it may see. The login is used once and not kept. */
  accounts(administrator: { user: string; password: string }, signal: AbortSignal): Promise<readonly VmsAccount[]>;
  /** Asks the system not to delete what it holds of `span`, by itself or by hand. How many of its own pieces (events) that are; more may lie
   *  in them than was asked for. Absent where a system knows no such thing. Problems as above. */
  keep?(source: Source, span: Span & { basis?: TimeBasis }, signal: AbortSignal): Promise<number>;
  /** How many of its pieces hold something of `span`, and how many of those it keeps. There where `keep` is. Problems as above. */
  kept?(source: Source, span: Span & { basis?: TimeBasis }, signal: AbortSignal): Promise<KeptPieces>;
}
