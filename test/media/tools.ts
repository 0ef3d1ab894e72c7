// The media tools of the machine that tests, a folder that goes away, and plain runs of ffmpeg outside the gate's own runner.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findFfmpeg } from '../../plugin/media/find-ffmpeg.js';
import type { Tools } from '../../plugin/media/find-ffmpeg.js';

let found: Promise<Tools> | undefined;
/** Debian's ffmpeg where it is installed, else the bundled one. */
export const machineTools = (): Promise<Tools> => (found ??= findFfmpeg({ searchPath: process.env.PATH ?? '' }));

let bundled: Promise<Tools> | undefined;
/** A system without ffmpeg, whatever this machine has. */
export const bundledTools = (): Promise<Tools> => (bundled ??= findFfmpeg({ searchPath: '' }));

export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'exportgate-media-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** stdout of one plain run. */
export function ask(program: string, args: readonly string[], cwd?: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { cwd, encoding: 'buffer', maxBuffer: 256 * 1024 ** 2 }, (error, stdout, stderr) =>
      error ? reject(new Error(`${args.join(' ')}: ${stderr.toString().slice(-2000)}`)) : resolve(stdout),
    );
  });
}

/** Presentation time in microseconds and MD5 of every frame that a player shows. */
export async function shownFrames(ffmpeg: string, file: string, most = 1000): Promise<{ micros: number; md5: string }[]> {
  const text = (
    await ask(ffmpeg, [
      '-v',
      'error',
      '-i',
      file,
      '-map',
      '0:v:0',
      '-frames:v',
      String(most),
      '-enc_time_base',
      '1:1000000',
      '-vsync',
      'passthrough',
      '-f',
      'framemd5',
      '-',
    ])
  ).toString();
  return text
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => {
      const columns = line.split(',').map((column) => column.trim());
      return { micros: Number(columns[2]), md5: columns[5]! };
    });
}
