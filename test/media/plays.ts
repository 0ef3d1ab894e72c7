// Plays made in a test: samples like an adapter's, cut to a span as an adapter cuts them, and what comes out.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import type { Sample } from '../../plugin/domain/vms.js';
import type { Tools } from '../../plugin/media/find-ffmpeg.js';
import { markSamples, type MarkedForm, type MarkedSamples } from '../../plugin/media/mark-samples.js';
import type { PaceClock } from '../../plugin/media/pace.js';
import { distance, framesOf, lumaOf } from './drawn.js';
import { combine, readFootage, type Footage } from './footage.js';
import { mux, readStreet, span, stream, videoTrack, zero } from './street.js';
import { bundledTools, machineTools, shownFrames } from './tools.js';

export const text = { requestId: 'EG-310000-SZX01-2026-000123', unit: '沪江市公安局城东分局刑侦支队', officers: ['欧阳明远'] };
export const never = new AbortController().signal;
/** A clock that has all the time there is. */
export const atOnce: PaceClock = { now: () => 0, wait: async () => undefined };

export const clip: MarkedForm = { kind: 'clip', sound: false };
export const pictures = { kind: 'mjpeg', boundary: 'ZoneMinderFrame', ratePercent: 100, scalePercent: 100 } as const;
export const second = 1_000_000;
export const isProblem = (code: string) => (thrown: unknown): boolean => thrown instanceof Problem && thrown.code === code;

export async function street(): Promise<Footage> {
  const { samples, parameterSets } = await readStreet();
  return { samples, tracks: [videoTrack(parameterSets)] };
}
export const withJpeg = (): Footage => combine(readFootage('street-jpeg.mov'), readFootage('street-g711.mov'));

export const codecs: readonly (readonly [what: string, read: () => Footage | Promise<Footage>])[] = [
  ['H.264', street],
  ['H.264 with B-frames and AAC', () => readFootage('street-b.mp4')],
  ['H.264 with G.711', () => readFootage('street-g711.mov')],
  ['H.265', () => readFootage('street-h265.mp4')],
  ['JPEG with G.711', withJpeg],
];
export const builds: readonly (readonly [string, () => Promise<Tools>])[] = [
  ['the machine’s ffmpeg', machineTools],
  ['the bundled ffmpeg', bundledTools],
];

/** Times of the pictures of this clip, which lies in `seen.mp4` from then on. */
export async function seen(folder: string, bytes: Buffer): Promise<number[]> {
  await writeFile(path.join(folder, 'seen.mp4'), bytes);
  return (await shownFrames((await machineTools()).ffmpeg, path.join(folder, 'seen.mp4'))).map(({ micros }) => micros);
}

export const isShown = (sample: Sample): boolean => sample.track === 0 && !sample.preRoll && !sample.postRoll;

/** Microseconds from `zero`: what an adapter gives for this span. Decoding begins at a key frame, and goes on to the last picture of it. */
export function cut({ tracks, samples }: Footage, from: number, to: number): Footage {
  const [begin, end] = [zero + from, zero + to];
  const start = samples.findLastIndex(({ track, key, utcMicros }) => track === 0 && key && utcMicros <= begin);
  const last = samples.findLastIndex(({ track, utcMicros }) => track === 0 && utcMicros < end);
  const kept = samples.filter(({ track, utcMicros }, at) => (track === 0 ? at >= start && at <= last : utcMicros >= begin && utcMicros < end));
  return {
    tracks,
    samples: kept.map((sample) => ({ ...sample, preRoll: sample.utcMicros < begin, ...(sample.utcMicros >= end && { postRoll: true as const }) })),
  };
}

/** Times of the pictures that are to be shown, in their order. */
export const shownTimes = ({ samples }: Footage): number[] => samples.filter(isShown).map(({ utcMicros }) => utcMicros).sort((a, b) => a - b);

type Rest = Partial<Omit<MarkedSamples, 'form'>>;

export const begin = (tools: Tools, { tracks, samples }: Footage, workFolder: string, form: MarkedForm, rest: Rest = {}, signal = never, clock = atOnce) =>
  markSamples(tools, { tracks, samples: stream(samples), span, times: 'proven', marks: ['text', 'clock'], text, workFolder, form, ...rest }, signal, clock);

export async function pieces(play: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const piece of play) all.push(piece);
  return all;
}

/** The pictures of this footage as a decoder of whole files sees them, small, each with its time. */
export async function sourcePictures(folder: string, footage: Footage): Promise<{ times: number[]; frames: Buffer[] }> {
  const { files, parts } = await mux(footage.samples.map((sample) => ({ ...sample, preRoll: false })), footage.tracks);
  const name = `source.${parts[0]!.container}`;
  await writeFile(path.join(folder, name), files[0]!);
  const tools = await machineTools();
  const times = (await shownFrames(tools.ffmpeg, path.join(folder, name))).map(({ micros }) => micros + parts[0]!.firstUtcMicros);
  return { times, frames: framesOf(await lumaOf(tools, folder, ['-i', name], small), 160 * 90) };
}
/** As `sourcePictures` sees them. */
export const small = 'scale=160:90';

/** The time of the picture that this small one is. */
export function timeOf({ times, frames }: { times: number[]; frames: Buffer[] }, frame: Buffer): number {
  const distances = frames.map((other) => distance(frame, other));
  return times[distances.indexOf(Math.min(...distances))]!;
}
