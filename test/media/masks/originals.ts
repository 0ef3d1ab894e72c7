// Originals made in a test: the same picture each time, but for what stands where a condition holds, which is noise by a seed.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { MaskArea, Shape } from '../../../plugin/domain/mask-area.js';
import type { Part } from '../../../plugin/media/mux-parts.js';
import { renderViewing } from '../../../plugin/media/render.js';
import { zero } from '../street.js';
import { ask, machineTools } from '../tools.js';

export interface Kind {
  codec: 'h264' | 'jpeg';
  /** ffmpeg's name: 4:2:0, or 4:2:2 as cameras send JPEG. */
  pixels: string;
  width: number;
  height: number;
}

export const text = { requestId: 'EG-310000-SZX01-2026-000123', unit: '示例单位', officers: ['示例甲'] };
export const frames = 12;

/** Twelve pictures, ten a second. H.264 without loss, JPEG in blocks that know nothing of each other. `where`: of ffmpeg's geq, in X and Y of the picture and T. */
export async function writeOriginal(folder: string, name: string, kind: Kind, where: string, seed: number): Promise<{ input: string; part: Part }> {
  const { ffmpeg } = await machineTools();
  const container = kind.codec === 'jpeg' ? 'mov' : 'mp4';
  const input = path.join(folder, `${name}.${container}`);
  const halved = kind.pixels.includes('422') ? { X: '(2*X)', Y: 'Y' } : { X: '(2*X)', Y: '(2*Y)' };
  const ofColours = where.replace(/\b[XY]\b/g, (letter) => halved[letter as 'X' | 'Y']);
  const noise = (plane: string, condition: string) => `if(${condition},mod(X*7919+Y*104729+N*611+${seed}*15485863,241)+8,${plane}(X,Y))`;
  const filter = [
    `testsrc2=s=${kind.width}x${kind.height}:r=10:d=${frames / 10}`,
    `format=${kind.pixels}`,
    `geq=lum='${noise('lum', where)}':cb='${noise('cb', ofColours)}':cr='${noise('cr', ofColours)}'`,
  ].join(',');
  const coded = kind.codec === 'jpeg' ? ['-c:v', 'mjpeg', '-q:v', '2', '-color_range', 'pc'] : ['-c:v', 'libx264', '-qp', '0', '-preset', 'ultrafast', '-g', '5', '-bf', '0'];
  await ask(ffmpeg, ['-v', 'error', '-f', 'lavfi', '-i', filter, ...coded, '-pix_fmt', kind.pixels, '-video_track_timescale', '90000', '-y', input]);
  const part: Part = {
    ...{ part: 1, container, firstUtcMicros: zero, lastUtcMicros: zero + (frames - 1) * 100_000, durationMicros: frames * 100_000, preRollMs: 0, frames },
    ...{ preRollFrames: 0, postRollFrames: 0, width: kind.width, height: kind.height, codec: kind.codec === 'jpeg' ? 'mjpeg' : 'avc1.f4001f', audio: null },
  };
  return { input, part };
}

/** The decoded pictures of a viewing copy, one behind the other: luma, then the two colours of each. */
export async function copyOf({ input, part }: { input: string; part: Part }, areas: readonly MaskArea[]): Promise<Buffer[]> {
  const tools = await machineTools();
  const { output } = await renderViewing(tools, { input, workFolder: path.dirname(input), part, times: 'proven', marks: [], text, areas });
  const bytes = await ask(tools.ffmpeg, ['-v', 'error', '-i', output, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-']);
  if ((await stat(output)).size === 0) throw new Error('nothing came out');
  const [width, height] = [part.width + (part.width % 2), part.height + (part.height % 2)];
  const size = (width * height * 3) / 2;
  return Array.from({ length: bytes.length / size }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

export const anArea = (shape: Shape, more: Partial<MaskArea> = {}): MaskArea => ({ shape, style: 'solid', hides: ['faces'], reason: '示例:路人面部', ...more });
export const instant = (seconds: number): string => new Date(zero / 1000 + seconds * 1000).toISOString();
