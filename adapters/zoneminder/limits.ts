// How long and how much a ZoneMinder may take. Handed in, so that tests need not wait.

export interface Limits {
  /** One question, login included, milliseconds. */
  askMs: number;
  /** One piece of a film, or one picture, milliseconds. */
  pieceMs: number;
  /** Before a piece is asked for again, milliseconds. */
  backoffMs: number;
  /** A pull may always last so long, and twice its span where that is longer, milliseconds. */
  wallMs: number;
}

export const defaultLimits: Limits = { askMs: 10_000, pieceMs: 30_000, backoffMs: 250, wallMs: 600_000 };

/** Bytes of an answer that is data: the frames of one event may be many thousands. */
export const dataBytes = 8 * 1024 * 1024;
/** Bytes of a film that are asked for at once, and of what is read of it in one piece (an index, a picture). */
export const windowBytes = 2 * 1024 * 1024;
export const readBytes = 16 * 1024 * 1024;
/** Bytes of one picture. */
export const unitBytes = 8 * 1024 * 1024;
/** Rows on a page: ZoneMinder gives no more. */
export const pageRows = 100;
/** Events in one span: sections of five seconds all through a day. */
export const mostEvents = 20_000;
/** How often in one pull a piece that broke off is asked for again. */
export const mostResumes = 5;
/** Bytes of all units before the span, and what a unit takes in memory beside its bytes: a film may hold millions of two bytes each. */
export const preRollBytes = 64 * 1024 * 1024;
export const unitWeight = 1024;
/** Units of one track, in a second of the span and beside: no camera is so quick. */
export const unitsPerSecond = 240;
export const unitsBeside = 1000;
/** Bytes of units while their time does not go on by a second (512 Mbit/s). */
export const secondBytes = 64 * 1024 * 1024;
