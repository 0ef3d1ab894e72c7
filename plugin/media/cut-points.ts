// Where a long part is cut, so that several encoders work on it at once: at key frames, for from there a decoder needs nothing of what came before.
import path from 'node:path';
import { whitelists } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { runTool } from './run-tool.js';
import { timeLimit } from './time-limit.js';
import type { Part } from './write-part.js';

/** Pictures of a piece: each begins with a key frame of its own and with an encoder that knows nothing yet. */
export const leastPieceFrames = 500;
const mostPieces = 10_000;

/** Where pieces begin and the last one ends, microseconds of presentation time, from 0; of a part that is not long: the part. Of key frames that are told out of order the later one is no beginning. */
export async function cutPoints(tools: Tools, { input, part, signal }: { input: string; part: Part; signal?: AbortSignal }): Promise<number[]> {
  const whole = [0, part.durationMicros];
  if (part.frames < 2 * leastPieceFrames) return whole;
  const cuts = [0];
  let [rest, frames] = ['', 0];
  let left = part.frames;
  const take = (line: string): void => {
    const [, seconds, flags] = /^(-?\d+\.\d{6}),(\w*)/.exec(line.trim()) ?? [];
    if (seconds === undefined) return;
    const micros = Math.round(Number(seconds) * 1_000_000);
    if (flags!.startsWith('K') && frames >= leastPieceFrames && left >= leastPieceFrames / 2 && micros > cuts.at(-1)! && micros < part.durationMicros) {
      if (cuts.length >= mostPieces) throw new Error('more pieces than a part can have');
      cuts.push(micros);
      frames = 0;
    }
    frames++;
    left--;
  };
  const args = ['-v', 'error', ...whitelists(part), '-select_streams', 'v:0', '-show_entries', 'packet=pts_time,flags', '-of', 'csv=p=0', `file:${path.basename(input)}`];
  await runTool(tools.fence, tools.ffprobe, args, { cwd: path.dirname(input), timeLimitMs: timeLimit(part), mostBytes: 0, signal }, (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!.slice(-1024);
    lines.forEach(take);
  });
  return areCuts([...cuts, part.durationMicros], part) ? [...cuts, part.durationMicros] : whole;
}

/** Could these be the cuts of this part? From its beginning to its end, each behind the one before. */
export const areCuts = (cuts: readonly number[], { durationMicros }: Pick<Part, 'durationMicros'>): boolean =>
  cuts.length >= 2 &&
  cuts.length <= mostPieces + 1 &&
  cuts[0] === 0 &&
  cuts.at(-1) === durationMicros &&
  cuts.every((cut, at) => Number.isSafeInteger(cut) && (at === 0 || cut > cuts[at - 1]!));
