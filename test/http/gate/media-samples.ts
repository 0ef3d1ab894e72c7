// Real files of every kind that the guard must know, made by ffmpeg from the street: what a route table that is wrong would let out.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { streetFile } from '../../media/street.js';
import { ask, inFolder, machineTools } from '../../media/tools.js';

const street = ['-map', '0:v', '-t', '0.3', '-c', 'copy'];
const frame = ['-map', '0:v', '-frames:v', '1', '-s', '160x120'];
const tone = ['-map', '1:a', '-t', '0.3'];

/** What each is and how it is written. */
const recipes = {
  'clip.mp4': [...street],
  'fragments.mp4': [...street, '-movflags', 'frag_keyframe+empty_moov+default_base_moof'],
  'clip.mov': [...street],
  'clip.mkv': [...street],
  'clip.avi': [...street],
  'clip.flv': [...street],
  'clip.asf': [...street],
  'clip.ts': [...street],
  'clip.m2ts': [...street, '-mpegts_m2ts_mode', '1'],
  'clip.mpg': [...street, '-f', 'vob'],
  'clip.h264': [...street, '-bsf:v', 'h264_mp4toannexb'],
  'clip.m2v': ['-map', '0:v', '-frames:v', '3', '-s', '160x120', '-r', '25', '-c:v', 'mpeg2video', '-f', 'mpeg2video'],
  'clip.mxf': ['-map', '0:v', '-frames:v', '3', '-s', '160x120', '-r', '25', '-c:v', 'mpeg2video'],
  'frame.jpg': [...frame, '-c:v', 'mjpeg'],
  'frame.png': [...frame],
  'frame.gif': [...frame],
  'frame.bmp': [...frame],
  'frame.tiff': [...frame],
  'tone.wav': [...tone],
  'tone.aac': [...tone, '-c:a', 'aac'],
  'tone.flac': [...tone],
  'tone.caf': [...tone],
} as const;
export type SampleName = keyof typeof recipes;
export const sampleNames = Object.keys(recipes) as SampleName[];

let made: Promise<Record<SampleName, Buffer>> | undefined;

/** Made once for a file of tests. */
export function mediaSamples(): Promise<Record<SampleName, Buffer>> {
  return (made ??= inFolder(async (folder) => {
    const { ffmpeg } = await machineTools();
    const outputs = sampleNames.flatMap((name) => [...recipes[name], name]);
    await ask(ffmpeg, ['-v', 'error', '-t', '0.4', '-i', streetFile, '-f', 'lavfi', '-i', 'sine=duration=1', ...outputs], folder);
    const files = await Promise.all(sampleNames.map(async (name) => [name, await readFile(path.join(folder, name))] as const));
    return Object.fromEntries(files) as Record<SampleName, Buffer>;
  }));
}

/** JPEGs of the street, 160×120, one after the other. */
export async function liveFrames(count: number): Promise<Buffer[]> {
  const { ffmpeg } = await machineTools();
  const all = await ask(ffmpeg, ['-v', 'error', '-i', streetFile, '-frames:v', String(count), '-s', '160x120', '-c:v', 'mjpeg', '-f', 'image2pipe', '-']);
  const starts: number[] = [];
  for (let at = all.indexOf('ffd8ff', 0, 'hex'); at >= 0; at = all.indexOf('ffd8ff', at + 3, 'hex')) starts.push(at);
  return starts.map((start, at) => all.subarray(start, starts[at + 1] ?? all.length));
}
