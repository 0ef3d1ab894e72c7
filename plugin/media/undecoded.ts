// Pictures of a part of which no decoder makes anything. A recorder's disk loses a block now and then, and the rest is evidence all the same: a
// copy may lack them where it is said, and where it is sure that nothing else is lacking.
import type { Tools } from './find-ffmpeg.js';
import { countDecoded } from './probe.js';
import { timeLimit } from './time-limit.js';
import type { Part } from './write-part.js';

/** Of the pictures of a part: where more cannot be decoded, it is no footage any more. */
const mostUndecoded = 0.1;

/** Pictures of a part that a player shows. */
export const shownOf = ({ frames, preRollFrames, postRollFrames }: Part): number => frames - preRollFrames - postRollFrames;

/**
 * How many they are, where `copied` of the part's pictures came out; 0 also where that is another matter. The part must lie whole in `input`,
 * and decoded again, for itself, give just as many as were copied. Problem `render-failed`.
 */
export async function countUndecoded(tools: Tools, { input, part, signal }: { input: string; part: Part; signal?: AbortSignal }, copied: number): Promise<number> {
  const frames = shownOf(part);
  if (copied >= frames || copied < frames * (1 - mostUndecoded)) return 0;
  const { stored, shown } = await countDecoded(tools, { file: input, readable: part, signal, timeLimitMs: timeLimit(part) });
  return stored === part.frames && shown === copied ? frames - copied : 0;
}
