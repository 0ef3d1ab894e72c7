// How long viewing copies take on this machine, for whoever plans how many a day it makes.
import path from 'node:path';
import { efforts, type Effort } from '../domain/duty.js';
import { buildArguments } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { renderViewing } from './render.js';
import { runFfmpeg } from './run-ffmpeg.js';
import type { Part } from './write-part.js';

export interface RenderSpeed {
  name: string;
  /** Seconds of footage marked in a second. */
  speed: number;
}

/** Large pictures take their time: fewer of them, and the start of ffmpeg counts for no more. */
const sizes = [
  { name: '360p', width: 640, height: 360, frames: 100 },
  { name: '1080p', width: 1920, height: 1080, frames: 25 },
  { name: '4K', width: 3840, height: 2160, frames: 8 },
] as const;
const rate = 25;
const text = { requestId: 'EG-000000-DOCTOR-0000', unit: '示例单位', officers: ['示例甲', '示例乙'] };

/** Some of a moving, noisy picture each, through the recipe of a viewing copy with all marks, one after the other. `folder`: private. */
export async function measureRender(tools: Tools, folder: string): Promise<RenderSpeed[]> {
  const speeds: RenderSpeed[] = [];
  for (const [at, size] of sizes.entries()) speeds.push({ name: size.name, speed: await measure(tools, folder, `measure-${at}.mp4`, size, 'balance') });
  return speeds;
}

/** The same of 1080p, with each effort that a policy may ask for. */
export async function measureEfforts(tools: Tools, folder: string): Promise<RenderSpeed[]> {
  const speeds: RenderSpeed[] = [];
  for (const effort of efforts) speeds.push({ name: effort, speed: await measure(tools, folder, `measure-${effort}.mp4`, sizes[1], effort) });
  return speeds;
}

/** Seconds of footage marked in a second. */
async function measure(tools: Tools, folder: string, name: string, size: (typeof sizes)[number], effort: Effort): Promise<number> {
  const { width, height, frames } = size;
  const durationMicros = (frames / rate) * 1_000_000;
  await film(tools, folder, name, size);
  const part: Part = {
    ...{ part: 1, container: 'mp4', codec: 'avc1', audio: null, width, height, frames, durationMicros },
    ...{ firstUtcMicros: 0, lastUtcMicros: durationMicros - durationMicros / frames, preRollMs: 0, preRollFrames: 0, postRollFrames: 0 },
  };
  const begun = performance.now();
  await renderViewing(tools, { input: path.join(folder, name), workFolder: folder, part, times: 'proven', marks: ['text', 'clock', 'tile'], text, effort });
  return durationMicros / 1000 / (performance.now() - begun);
}

async function film(tools: Tools, folder: string, output: string, { width, height, frames }: (typeof sizes)[number]): Promise<void> {
  const args = buildArguments({
    inputOptions: ['-f', 'lavfi'],
    input: `testsrc2=size=${width}x${height}:rate=${rate}:duration=${frames / rate},noise=alls=8:allf=t`,
    filters: [],
    outputOptions: [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-bf',
      '0',
      '-pix_fmt',
      'yuv420p',
      '-video_track_timescale',
      '1000000',
      '-f',
      'mp4',
    ],
    output: `file:${output}`,
  });
  await runFfmpeg(tools, args, { timeLimitMs: 60_000, mostBytes: 256 * 1024 ** 2, wantedMicros: (frames / rate) * 1_000_000, cwd: folder });
}
