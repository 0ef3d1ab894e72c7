// The film of the bench: a minute of 1080p at a constant 8 Mbit/s, made once by one command and kept.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './children.js';

export const seconds = 60;
export const framesPerSecond = 25;

/** ffmpeg's own moving test picture under noise that changes with each frame, else 8 Mbit/s would never be needed; a key frame every 2 s. */
export const clipCommand: readonly string[] = [
  ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=1920x1080:rate=${framesPerSecond}:duration=${seconds},noise=alls=12:allf=t`],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-keyint_min', '50', '-sc_threshold', '0', '-bf', '0', '-pix_fmt', 'yuv420p'],
  ...['-b:v', '8M', '-minrate', '8M', '-maxrate', '8M', '-bufsize', '8M', '-an', '-flags', '+bitexact', '-fflags', '+bitexact'],
];

/** Its path. Half a minute the first time. */
export const makeClip = (): Promise<string> => makeOnce(clipCommand, 'mp4');

/** The file that ffmpeg makes so; made once and kept. */
export async function makeOnce(command: readonly string[], ending: string): Promise<string> {
  const folder = path.join(root, 'node_modules/.cache/exportgate-bench');
  const file = path.join(folder, `${createHash('sha256').update(command.join(' ')).digest('hex').slice(0, 16)}.${ending}`);
  if (fs.existsSync(file)) return file;
  await fs.promises.mkdir(folder, { recursive: true });
  const unfinished = `${file}.${process.pid}.${ending}`;
  await promisify(execFile)('ffmpeg', [...command, '-y', unfinished]);
  await fs.promises.rename(unfinished, file);
  return file;
}
