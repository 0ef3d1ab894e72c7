// Other clients of the same footage, with what they lost: ffmpeg from the recorder in a box, GStreamer's rtspsrc from GStreamer's own archive.
import path from 'node:path';
import { root, runPeer, startServer } from './children.js';

export interface PeerResult {
  name: string;
  frames: number;
  seconds: number;
  /** Where it could not do it: what it answered. */
  note?: string;
}

export interface Footage {
  media: string;
  from: Date;
  to: Date;
  user: string;
  password: string;
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 160) ?? '';
const second = (date: Date): string => date.toISOString().replace('.000Z', 'Z');

/** It can ask for no clock range (`npt` only) and sends no Require: it gets what the server plays to such a client, in real time. */
export async function pullByFfmpeg(rtsp: URL, footage: Footage, folder: string): Promise<PeerResult> {
  const name = 'ffmpeg -c copy';
  const url = new URL(rtsp);
  [url.username, url.password] = [footage.user, footage.password];
  const file = path.join(folder, 'ffmpeg.mkv');
  const span = (footage.to.getTime() - footage.from.getTime()) / 1000;
  const run = await runPeer(
    'ffmpeg',
    ['-v', 'error', '-rtsp_transport', 'tcp', '-timeout', '5000000', '-i', url.href, '-c', 'copy', '-t', String(span), '-y', file],
    2 * span + 30,
  );
  const told = await runPeer(
    'ffprobe',
    ['-v', 'error', '-count_packets', '-select_streams', 'v', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file],
    60,
  );
  const frames = Number.parseInt(told.output, 10) || 0;
  return {
    name,
    frames,
    seconds: run.seconds,
    ...(frames === 0 && { note: `nothing: ${lastLine(run.complaint) || `status ${run.status}`}` }),
  };
}

interface Seen {
  units: number;
  ended: boolean;
  error: string | null;
  seconds: number;
}

/** From the server that its own authors made for it; it never sends Require, which that server does not mind. */
export async function pullByRtspsrc(footage: Footage, live: boolean): Promise<PeerResult> {
  const name = `rtspsrc is-live=${live}`;
  const span = (footage.to.getTime() - footage.from.getTime()) / 1000;
  const laid = [
    '--media',
    footage.media,
    '--start',
    second(footage.from),
    '--seconds',
    String(span + 10),
    '--user',
    footage.user,
    '--password',
    footage.password,
  ];
  const archive = await startServer('/usr/bin/python3', [path.join(root, 'test/peers/gstreamer-archive.py'), ...laid]);
  try {
    const asked = [archive.address, footage.user, footage.password, second(footage.from), second(footage.to), live ? 'yes' : 'no'];
    const run = await runPeer('/usr/bin/python3', [path.join(root, 'bench/rtspsrc.py'), ...asked], 120);
    if (run.status !== 0)
      return { name, frames: 0, seconds: run.seconds, note: `nothing: ended by ${run.signal ?? `status ${run.status}`}` };
    const seen = JSON.parse(run.output) as Seen;
    return {
      name,
      frames: seen.units,
      seconds: seen.seconds,
      ...(seen.units === 0 && { note: `nothing: ${seen.error ?? 'it waited for more'}` }),
    };
  } finally {
    await archive.close();
  }
}
