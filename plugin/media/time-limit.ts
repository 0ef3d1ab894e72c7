// How long work on a part may take.
import type { Part } from './write-part.js';

/** Milliseconds that work on a whole part may take. A bundled ffmpeg on a busy machine reaches a few 4K frames a second. */
export const timeLimit = (part: Part): number => Math.ceil(120_000 + (part.durationMicros / 1000) * 30);
