// What is really in a file, by ffprobe: ffmpeg ends well on empty output too.
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { whitelists } from './ffmpeg.js';
import type { Readable } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { runTool } from './run-tool.js';

export interface Probed {
  durationMicros: number;
  /** Counted by reading the file, hidden ones too. */
  frames: number;
  width: number;
  height: number;
  /** ffprobe's name: `h264`. */
  codec: string;
  /** ffprobe's name (`aac`); null without sound. */
  audio: string | null;
  streams: number;
}

export interface Decoded {
  /** Pictures that lie in the file, hidden ones too. */
  stored: number;
  /** That a decoder gives out, hidden ones not. */
  shown: number;
}

const mostAnswer = 256 * 1024;
const timeLimitMs = 120_000;
const wholeNumber = (value: unknown): number => (Number.isSafeInteger(Number(value)) ? Number(value) : 0);

/** Only the fields that are used, each with its shape checked; what is missing becomes 0 and is refused by whoever compares. */
function readAnswer(answer: string): Probed {
  const { streams } = JSON.parse(answer) as { streams?: unknown };
  if (!Array.isArray(streams) || streams.length === 0) throw new Error('no streams');
  const ofKind = (kind: string): Record<string, unknown> | undefined =>
    streams.find((one: Record<string, unknown>) => one.codec_type === kind) as Record<string, unknown> | undefined;
  const [stream, sound] = [ofKind('video'), ofKind('audio')];
  if (!stream) throw new Error('no video');
  const seconds = Number(stream.duration);
  return {
    durationMicros: Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1_000_000) : 0,
    frames: wholeNumber(stream.nb_read_packets),
    width: wholeNumber(stream.width),
    height: wholeNumber(stream.height),
    codec: String(stream.codec_name),
    audio: sound ? String(sound.codec_name) : null,
    streams: streams.length,
  };
}

interface Asked {
  /** Absolute. */
  file: string;
  /** What it may hold. */
  readable: Readable;
  signal?: AbortSignal;
  timeLimitMs: number;
}

/** ffprobe's answer about the streams, as `read` reads it. Problem `render-failed`. */
async function askProbe<T>(tools: Tools, { file, readable, signal, timeLimitMs }: Asked, options: readonly string[], read: (answer: string) => T): Promise<T> {
  const args = ['-v', 'error', ...whitelists(readable), '-print_format', 'json', ...options, '-show_streams', `file:${path.basename(file)}`];
  let answer = '';
  await runTool(tools.fence, tools.ffprobe, args, { cwd: path.dirname(file), timeLimitMs, mostBytes: 0, signal }, (text) => {
    answer += text;
    if (answer.length > mostAnswer) throw new Error('answer too long');
  });
  try {
    return read(answer);
  } catch (cause) {
    throw new Problem('render-failed', 'The file holds no video that can be read.', { cause });
  }
}

/** `file`: absolute; `readable`: what it may hold. Problem `render-failed`: ffprobe cannot read it. */
export const probe = (tools: Tools, file: string, readable: Readable, signal?: AbortSignal): Promise<Probed> =>
  askProbe(tools, { file, readable, signal, timeLimitMs }, ['-count_packets'], readAnswer);

/**
 * When the last picture that a player shows begins, microseconds; null: there is none. What a file tells of its length is no measure of that: it adds up
 * the steps in which pictures are decoded, and with B-frames at an uneven rate their sum is another one. Problem `render-failed`.
 */
export async function lastShown(tools: Tools, file: string, readable: Readable, signal?: AbortSignal): Promise<number | null> {
  let [rest, last] = ['', -Infinity];
  const take = (line: string): void => {
    const [, seconds, flags] = /^(-?\d+\.\d{6}),(\w*)/.exec(line.trim()) ?? [];
    // D: an edit list hides it.
    if (seconds !== undefined && !flags!.includes('D')) last = Math.max(last, Math.round(Number(seconds) * 1_000_000));
  };
  const args = ['-v', 'error', ...whitelists(readable), '-select_streams', 'v:0', '-show_entries', 'packet=pts_time,flags', '-of', 'csv=p=0', `file:${path.basename(file)}`];
  await runTool(tools.fence, tools.ffprobe, args, { cwd: path.dirname(file), timeLimitMs, mostBytes: 0, signal }, (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!.slice(-1024);
    lines.forEach(take);
  });
  return Number.isFinite(last) ? last : null;
}

/** Decodes the whole file. Problem `render-failed`. */
export const countDecoded = (tools: Tools, asked: Asked): Promise<Decoded> =>
  askProbe(tools, asked, ['-select_streams', 'v:0', '-count_packets', '-count_frames'], (answer) => {
    const [stream] = (JSON.parse(answer) as { streams: Record<string, unknown>[] }).streams;
    return { stored: wholeNumber(stream!.nb_read_packets), shown: wholeNumber(stream!.nb_read_frames) };
  });
