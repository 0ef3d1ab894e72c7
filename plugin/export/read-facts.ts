// What coverage.json of a package tells of one part: form, length, size. Signed by its gate, and still read with care: it becomes arguments.
import path from 'node:path';
import { audioCodecs } from '../domain/vms.js';
import { readWhole, type Source } from '../evidence/source.js';
import type { Part } from '../media/mux-parts.js';

const mostBytes = 64 * 1024 * 1024;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Of the part with this path in the package; null where its camera's list tells none, or none that can be. */
export async function factsOf(source: Source, part: string): Promise<Part | null> {
  const list = `${path.posix.dirname(part)}/coverage.json`;
  return source.files.has(list) ? factsIn(await readWhole(source, list, mostBytes, 'file-changed'), part) : null;
}

/** The same of a list that lies elsewhere. */
export function factsIn(list: Buffer, part: string): Part | null {
  try {
    const { spans } = JSON.parse(list.toString('utf8')) as { spans: { parts: { path: string; facts: Part }[] }[] };
    const found = spans.flatMap(({ parts }) => parts).find((each) => each.path === part)?.facts;
    return found && isPart(found) ? found : null;
  } catch {
    return null;
  }
}

function isPart({ container, codec, audio, ...numbers }: Part): boolean {
  const { part, firstUtcMicros, lastUtcMicros, durationMicros, frames, preRollFrames, postRollFrames, width, height } = numbers;
  return (
    ['mp4', 'mov', 'mkv'].includes(container) &&
    /^(avc1|hvc1|mjpeg)(\.[0-9A-Za-z.]+)?$/.test(codec) &&
    (audio === null || (audioCodecs as readonly string[]).includes(audio.codec)) &&
    [part, firstUtcMicros, lastUtcMicros, durationMicros, frames, preRollFrames, postRollFrames, width, height].every(isCount)
  );
}
