// Films as ZoneMinder keeps them, cut by ffmpeg out of the fixtures: events of one course that repeat the ends of those before.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fixture } from '../../media/footage.js';
import { ask, inFolder, machineTools } from '../../media/tools.js';
import type { StandInEvent } from './stand-in.js';

/** street.mp4: 768×576, ten pictures a second, a key frame every two seconds. */
export const pictureMs = 100;

export interface Cut {
  from?: number;
  seconds: number;
  film?: string;
  /** As ZoneMinder writes it, unless it says otherwise. */
  container?: 'fragmented' | 'plain' | 'mkv';
}

const made = new Map<string, Promise<Buffer>>();

/** From a key frame on; nothing is encoded. Made once for all tests of a file. */
export function cutFilm(cut: Cut): Promise<Buffer> {
  const key = JSON.stringify(cut);
  const known = made.get(key);
  if (known) return known;
  const { from = 0, seconds, film = 'street.mp4', container = 'fragmented' } = cut;
  const making = inFolder(async (folder) => {
    const { ffmpeg } = await machineTools();
    const file = path.join(folder, container === 'mkv' ? 'film.mkv' : 'film.mp4');
    const flags = container === 'fragmented' ? ['-movflags', 'frag_keyframe+empty_moov'] : [];
    await ask(ffmpeg, ['-v', 'error', '-ss', String(from), '-i', fixture(film), '-t', String(seconds), '-c', 'copy', ...flags, file]);
    return await readFile(file);
  });
  made.set(key, making);
  return making;
}

/** JPEG files, one for each picture. */
export function cutPictures({ from = 0, seconds }: { from?: number; seconds: number }): Promise<Buffer[]> {
  return inFolder(async (folder) => {
    const { ffmpeg } = await machineTools();
    const stream = path.join(folder, 'pictures.mjpeg');
    await ask(ffmpeg, ['-v', 'error', '-ss', String(from), '-i', fixture('street.mp4'), '-t', String(seconds), '-c:v', 'mjpeg', '-q:v', '8', '-f', 'mjpeg', stream]);
    const bytes = await readFile(stream);
    const pictures: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const next = bytes.indexOf('ffd8ff', at + 3, 'hex');
      pictures.push(bytes.subarray(at, next < 0 ? bytes.length : next));
      at = next < 0 ? bytes.length : next;
    }
    return pictures;
  });
}

/** The first picture of the course was taken then. */
export const courseStart = Date.parse('2026-03-01T02:00:00.400Z');
const floor = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString();

/** An event from `from` seconds of the course on, as ZoneMinder tells of it. */
export async function anEvent(id: number, from: number, seconds: number, more: Partial<StandInEvent> & { cut?: Partial<Cut> } = {}): Promise<StandInEvent> {
  const { cut, ...rest } = more;
  const start = courseStart + from * 1000;
  const lengthMs = Math.round(seconds * 1000) - pictureMs;
  return {
    ...{ id, monitor: 1, start: floor(start), end: floor(start + lengthMs), lengthMs, frames: Math.round(seconds * 10) },
    film: rest.film === null ? null : await cutFilm({ from, seconds, ...cut }),
    ...rest,
  };
}

/** Three events of a camera that records all the time: ten seconds and 0.7 that the next one has too. */
export const threeEvents = async (): Promise<StandInEvent[]> => [await anEvent(11, 0, 10.7), await anEvent(12, 10, 10.7), await anEvent(14, 20, 10.7)];
