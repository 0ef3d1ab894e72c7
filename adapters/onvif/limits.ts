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
}

export const defaultLimits: Limits = { soapMs: 10_000, rtspMs: 10_000, firstDataMs: 5_000, idleMs: 5_000, searchMs: 30_000 };

/** Bytes of a SOAP answer. */
export const soapBytes = 4 * 1024 * 1024;
/** Bytes of one access unit, of all units before the span, and of packets that wait to be taken. */
export const unitBytes = 8 * 1024 * 1024;
export const preRollBytes = 64 * 1024 * 1024;
export const queueBytes = 4 * 1024 * 1024;
