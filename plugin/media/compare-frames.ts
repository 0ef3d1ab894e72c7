// Do two copies show the same? Both are decoded whole, and every frame's time and MD5 compared (ffmpeg's framemd5).
import path from 'node:path';
import { whitelists, type Readable } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { isRenamed } from './recipe.js';
import { runTool } from './run-tool.js';

/** A day at sixty frames a second; a part is far shorter. */
const mostFrames = 6_000_000;
/** Time (8 bytes) and MD5 (16). */
const recordBytes = 24;

/** Records of one track, behind each other. */
class Frames {
  #bytes = Buffer.alloc(recordBytes * 1024);
  length = 0;

  push(pts: number, md5: string): void {
    if (this.length >= mostFrames) throw new Error('more frames than a part can have');
    const at = this.length++ * recordBytes;
    if (at + recordBytes > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    this.#bytes.writeDoubleLE(pts, at);
    this.#bytes.write(md5, at + 8, 'hex');
  }

  at(frame: number): Buffer {
    return this.#bytes.subarray(frame * recordBytes, (frame + 1) * recordBytes);
  }
}

interface Limits {
  form: Readable;
  timeLimitMs: number;
  signal?: AbortSignal;
}

async function framesOf(tools: Tools, file: string, track: Difference['track'], { form, timeLimitMs, signal }: Limits): Promise<Frames> {
  const map = track === 'picture' ? '0:v:0' : '0:a:0';
  const every = track === 'sound' ? [] : isRenamed(tools.version) ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough'];
  const args = [
    '-nostdin',
    '-v',
    'error',
    ...whitelists(form),
    '-i',
    `file:${path.basename(file)}`,
    '-map',
    map,
    ...every,
    '-f',
    'framemd5',
    'pipe:1',
  ];
  const frames = new Frames();
  let rest = '';
  await runTool(tools.fence, tools.ffmpeg, args, { cwd: path.dirname(file), timeLimitMs, mostBytes: 0, signal }, (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!.slice(-1024);
    for (const line of lines) {
      const [, pts, md5] = /^0,\s*-?\d+,\s*(-?\d+),\s*\d+,\s*\d+,\s*([0-9a-f]{32})$/.exec(line.trim()) ?? [];
      if (pts !== undefined && md5 !== undefined) frames.push(Number(pts), md5);
    }
  });
  return frames;
}

export interface Difference {
  track: 'picture' | 'sound';
  /** The first frame, from 0, that is another one or is not there. */
  frame: number;
}

/** `form`: what both may hold. null where every frame of both is the same at the same time. Problem `render-failed`: one of them cannot be decoded. */
export async function compareFrames(
  tools: Tools,
  [one, other]: readonly [string, string],
  form: Readable,
  timeLimitMs: number,
  signal?: AbortSignal,
): Promise<Difference | null> {
  for (const track of form.audio ? (['picture', 'sound'] as const) : (['picture'] as const)) {
    const [a, b] = [
      await framesOf(tools, one, track, { form, timeLimitMs, signal }),
      await framesOf(tools, other, track, { form, timeLimitMs, signal }),
    ];
    const most = Math.max(a.length, b.length);
    for (let frame = 0; frame < most; frame++)
      if (frame >= a.length || frame >= b.length || !a.at(frame).equals(b.at(frame))) return { track, frame };
    if (track === 'picture' && most === 0) return { track, frame: 0 };
  }
  return null;
}
