// How long and how much a recorder may take. Handed in, so that tests need not wait.

export interface Limits {
  /** One SOAP call, login included, milliseconds. */
  soapMs: number;
  /** Connecting, and each RTSP answer, milliseconds. */
  rtspMs: number;
  /** First data after a PLAY was answered 200, milliseconds. */
  firstDataMs: number;
  /** Silence that counts as the end of the footage, milliseconds. */
  idleMs: number;
  /** A recording search, all pages, milliseconds. */
  searchMs: number;
  /** Before the replay is taken up again, milliseconds; doubled each time. */
  backoffMs: number;
  /** While it is waited for, at least `dripBytes` must come in so long, milliseconds. */
  dripMs: number;
  /** A pull may always last so long, and twice its span where that is longer, milliseconds. */
  wallMs: number;
}

export const defaultLimits: Limits = {
  soapMs: 10_000,
  rtspMs: 10_000,
  firstDataMs: 5_000,
  idleMs: 5_000,
  searchMs: 30_000,
  backoffMs: 250,
  dripMs: 60_000,
  wallMs: 600_000,
};

/** Bytes of a SOAP answer. */
export const soapBytes = 4 * 1024 * 1024;
/** Bytes of one access unit, of all units before the span, and of packets that wait to be taken. */
export const unitBytes = 8 * 1024 * 1024;
export const preRollBytes = 64 * 1024 * 1024;
export const queueBytes = 4 * 1024 * 1024;
/** What a unit takes in memory beside its bytes: a recorder may send millions of two bytes each. */
export const unitWeight = 1024;
/** Pictures from one key frame to the next: beyond it is no group of pictures that a recorder can jump into. */
export const mostInGroup = 30_000;
/** Less than 1 kB/s for a minute is no footage. */
export const dripBytes = 60 * 1024;
/** Units of one track, in a second of the span and beside: no camera is so quick. */
export const unitsPerSecond = 240;
export const unitsBeside = 1000;
/** Bytes of units while their time does not go on by a second (512 Mbit/s). */
export const secondBytes = 64 * 1024 * 1024;
/** A group of pictures may be so long, seconds, unless configured. */
export const usualGopSeconds = 10;
/** How often a replay that breaks off is taken up again. */
export const mostResumes = 5;
/** Pictures kept to know them again after a break, bytes; beyond, their SHA-256 stands for them. */
export const memoryBytes = 32 * 1024 * 1024;
