// Starts the GStreamer archive as a process of its own and ends it by its id. Debian packages: see gstreamer-archive.py.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ArchiveOptions {
  media: string;
  start: Date;
  /** Length of the archive, and where in it nothing is, seconds from its start. */
  seconds: number;
  hole: { from: number; to: number };
  /** Digest login; none where unset. */
  user?: string;
  password?: string;
  /** How often the clip's sound is served, each time as a track of its own. Once where unset. */
  audioTracks?: number;
  /** PEM files: the archive speaks rtsps. */
  tls?: { certificate: string; key: string };
}

export interface Archive {
  /** Its RTSP address. */
  url: string;
  close(): Promise<void>;
}

const script = fileURLToPath(new URL('./gstreamer-archive.py', import.meta.url));

export async function startArchive({ media, start, seconds, hole, user, password, audioTracks, tls }: ArchiveOptions): Promise<Archive> {
  const options = ['--media', media, '--start', start.toISOString().replace('.000', ''), '--seconds', String(seconds), '--hole', `${hole.from}:${hole.to}`];
  if (user !== undefined) options.push('--user', user, '--password', password ?? '');
  if (audioTracks !== undefined) options.push('--audio-tracks', String(audioTracks));
  if (tls) options.push('--certificate', tls.certificate, '--key', tls.key);
  const child = spawn('/usr/bin/python3', [script, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)));
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), 2000);
    await ended;
    clearTimeout(force);
  };
  for await (const line of createInterface(child.stdout)) {
    const url = /^listening (rtsps?:\S+)$/.exec(line)?.[1];
    if (url) return { url, close };
  }
  throw new Error(`The archive did not start: ${complaint}`);
}
