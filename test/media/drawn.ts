// What is drawn in a picture, told from its luma: whether a mark is there, and which one.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Tools } from '../../plugin/media/find-ffmpeg.js';
import { findFont } from '../../plugin/media/font.js';
import { markMakers } from '../../plugin/media/marks/index.js';
import type { MarkText, Scene } from '../../plugin/media/marks/mark.js';
import { ask } from './tools.js';

/** Luma of every frame. */
export const lumaOf = ({ ffmpeg }: Tools, folder: string, input: readonly string[], filters: string): Promise<Buffer> =>
  ask(ffmpeg, ['-v', 'error', ...input, ...(filters ? ['-vf', filters] : []), '-vsync', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'], folder);

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Normalised cross-correlation inside a box: 1 the same picture, 0 unrelated. Plain loops: every frame of every mark passes here. */
export function correlate(a: Buffer, b: Buffer, width: number, { left, right, top, bottom }: Box): number {
  let [count, sumA, sumB, sumAB, sumAA, sumBB] = [0, 0, 0, 0, 0, 0];
  for (let y = top; y <= bottom; y++)
    for (let at = y * width + left; at <= y * width + right; at++) {
      const [p, q] = [a[at]!, b[at]!];
      count += 1;
      sumA += p;
      sumB += q;
      sumAB += p * q;
      sumAA += p * p;
      sumBB += q * q;
    }
  const square = (sumAA - (sumA * sumA) / count) * (sumBB - (sumB * sumB) / count);
  return (sumAB - (sumA * sumB) / count) / Math.sqrt(square || 1);
}

/** The box around what is drawn on black. */
export function drawnBox(frame: Buffer, width: number): Box {
  const box = { left: width, right: -1, top: Infinity, bottom: -1 };
  for (let at = 0; at < frame.length; at++) {
    if (frame[at]! <= 24) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  assert.ok(box.right >= 0, 'something is drawn');
  return box;
}

export const framesOf = (luma: Buffer, bytes: number): Buffer[] =>
  Array.from({ length: luma.length / bytes }, (_, at) => luma.subarray(at * bytes, (at + 1) * bytes));

/** How unlike two small pictures are: two frames of a street differ by little, and by that little they are told apart. */
export const distance = (a: Buffer, b: Buffer): number => a.reduce((sum, value, at) => sum + Math.abs(value - b[at]!), 0);

interface Size {
  width: number;
  height: number;
}

/** The clock marks of these times on black, drawn as plain texts: by nothing of the clock's own arithmetic. */
async function drawClocks(tools: Tools, folder: string, { width, height }: Size, times: readonly number[]): Promise<Buffer[]> {
  const chains = times.map(async (utcMicros, at) => {
    const scene: Scene = { width, height, firstUtcMicros: utcMicros, times: 'proven', text: {} as MarkText };
    const local = new Date(Math.floor(utcMicros / 1000) + 8 * 3_600_000).toISOString().replace('T', ' ').replace('Z', '');
    await writeFile(path.join(folder, `clock-${at}.txt`), markMakers.clock.write(scene).replace(/%\{pts.*$/s, local));
    const { options } = markMakers.clock.filter(scene, { font: findFont(), text: `clock-${at}.txt` });
    const drawn = Object.entries({ ...options, expansion: 'none' }).map(([name, value]) => `${name}=${value}`);
    return `color=black:s=${width}x${height}:r=10:d=0.1,drawtext=${drawn.join(':')}[c${at}]`;
  });
  const graph = `${(await Promise.all(chains)).join(';')};${times.map((_, at) => `[c${at}]`).join('')}concat=n=${times.length}[all]`;
  const raw = await ask(tools.ffmpeg, ['-v', 'error', '-filter_complex', graph, '-map', '[all]', '-vsync', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'], folder);
  const drawn = framesOf(raw, width * height);
  assert.equal(drawn.length, times.length);
  return drawn;
}

/** Those of the frames bear the clock of their own time, and rather that one than the clock of a picture nearby. `tools`: what drew them. */
export async function assertClocks(tools: Tools, folder: string, frames: readonly Buffer[], size: Size, times: readonly number[], which: readonly number[]): Promise<void> {
  const drawn = await drawClocks(tools, folder, size, which.flatMap((at) => [times[at]!, times[at]! + 100_000]));
  which.forEach((at, place) => {
    const likeness = (clock: Buffer): number => correlate(clock, frames[at]!, size.width, drawnBox(clock, size.width));
    const [own, other] = [likeness(drawn[2 * place]!), likeness(drawn[2 * place + 1]!)];
    assert.ok(own >= 0.8 && own > other, `frame ${at}: its own time ${own}, another one ${other}`);
  });
}
