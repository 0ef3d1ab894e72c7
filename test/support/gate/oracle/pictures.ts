// Every picture that somebody could decode out of a payload: still pictures wherever they begin, and all frames of films.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bundledTools, machineTools } from '../../../media/tools.js';
import { carve, type Carved } from './carve.js';
import type { Light } from './light.js';

export interface Shown {
  /** What it is and where it begins. */
  name: string;
  /** The bytes that it was decoded from; of a film all of them. */
  source: Buffer;
  light: Light;
}

/** Has a head and nothing that can be decoded: nobody has looked at it. */
export interface Hidden {
  name: string;
  source: Buffer;
  light: null;
}

/** A film with more frames, or larger ones, is not looked through to its end: it is `Hidden`. */
const mostFrames = 20_000;
const mostPixels = 8192 * 8192;
const timeLimitMs = 300_000;

/** What of a payload is decoded is asked of its reader. */
export interface Wish {
  /** Before a picture or a film is begun. */
  wants(source: Buffer): boolean;
  /** Behind each frame of a film. */
  goesOn(source: Buffer): boolean;
}

export async function* pictures(payload: Buffer, wish: Wish): AsyncGenerator<Shown | Hidden> {
  const carved = carve(payload).filter(({ bytes }) => wish.wants(bytes));
  const jpegs = carved.filter(({ format }) => format === 'mjpeg');
  // Pictures of one size go through one decoder: one by one would cost a process each.
  const sizeOf = ({ size }: Carved): string => `${size!.width}×${size!.height}`;
  for (const size of new Set(jpegs.map(sizeOf)))
    yield* decodeGroup(
      jpegs.filter((one) => sizeOf(one) === size),
      wish,
    );
  for (const one of carved) if (one.format !== 'mjpeg') yield* decodeOne(one, wish);
}

const nameOf = ({ format, at }: Carved): string => `${format.replace(/_pipe$/, '')} at ${at}`;

async function* decodeGroup(group: readonly Carved[], wish: Wish): AsyncGenerator<Shown | Hidden> {
  // Light of all of them is kept until their number is known: so few at a time.
  for (let from = 0; from < group.length; from += 16) {
    const some = group.slice(from, from + 16);
    const lights: Light[] = [];
    if (some.length > 1) for await (const light of decode('mjpeg', Buffer.concat(some.map(({ bytes }) => bytes)))) lights.push(light);
    if (lights.length === some.length) yield* some.map((one, at) => ({ name: nameOf(one), source: one.bytes, light: lights[at]! }));
    else for (const one of some) yield* decodeOne(one, wish);
  }
}

async function* decodeOne(one: Carved, wish: Wish): AsyncGenerator<Shown | Hidden> {
  let frames = 0;
  for await (const light of decode(one.format, one.bytes)) {
    const name = one.isFilm || frames > 0 ? `${nameOf(one)}, frame ${frames + 1}` : nameOf(one);
    yield { name, source: one.bytes, light };
    if (++frames === mostFrames) yield { name: `${nameOf(one)} behind frame ${frames}`, source: one.bytes, light: null };
    if (frames === mostFrames || !wish.goesOn(one.bytes)) return;
  }
  if (frames === 0) yield { name: nameOf(one), source: one.bytes, light: null };
}

/**
 * All pictures of all video streams. A damaged stream gives what can be shown of it. The bundled ffmpeg starts ten times as fast as a system's,
 * which is asked where the old one knows nothing.
 */
async function* decode(format: string, bytes: Buffer): AsyncGenerator<Light> {
  const system = await machineTools();
  const quick = await bundledTools().catch(() => system);
  // A file, for some formats have their tables at the end.
  const folder = await mkdtemp(path.join(os.tmpdir(), 'exportgate-oracle-'));
  try {
    await writeFile(path.join(folder, 'payload'), bytes);
    let frames = 0;
    for (const { ffmpeg } of new Set([quick, system])) {
      let streams = 1;
      for (let stream = 0; stream < streams; stream++)
        for await (const light of readStream(ffmpeg, folder, format, stream, (found) => (streams = found))) {
          frames++;
          yield light;
        }
      if (frames > 0) return;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* readStream(
  ffmpeg: string,
  folder: string,
  format: string,
  stream: number,
  tell: (streams: number) => void,
): AsyncGenerator<Light> {
  const args = [
    '-nostdin',
    '-hide_banner',
    '-nostats',
    '-protocol_whitelist',
    'file',
    '-noautorotate',
    '-threads',
    '1',
    '-f',
    format,
    '-i',
    'file:payload',
  ];
  args.push(
    '-map',
    `0:v:${stream}`,
    '-vf',
    'scale=out_range=full,format=gray',
    '-vsync',
    'passthrough',
    '-strict',
    '-1',
    '-f',
    'yuv4mpegpipe',
    '-',
  );
  const child = spawn(ffmpeg, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeLimitMs });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString('latin1')).slice(0, 65_536)));
  try {
    yield* readY4m(child.stdout);
  } finally {
    child.kill('SIGKILL');
    tell(said.match(/^ {2}Stream #0:\d+.*: Video:/gm)?.length ?? 0);
  }
}

/** Frames of YUV4MPEG2 with light alone. */
async function* readY4m(chunks: AsyncIterable<Buffer>): AsyncGenerator<Light> {
  let size: { width: number; height: number } | null = null;
  let gathered: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    gathered.push(chunk);
    bytes += chunk.length;
    const wanted = size ? 'FRAME\n'.length + size.width * size.height : 1;
    if (bytes < wanted) continue;
    let rest: Buffer = Buffer.concat(gathered);
    if (!size) {
      const end = rest.indexOf('\n');
      const [, width, height] = /^YUV4MPEG2 W(\d+) H(\d+)/.exec(rest.toString('latin1', 0, Math.max(0, end))) ?? [];
      if (end >= 0 && width === undefined) return;
      if (end >= 0) [size, rest] = [{ width: Number(width), height: Number(height) }, rest.subarray(end + 1)];
      if (size && size.width * size.height > mostPixels) return;
    }
    for (let frame = size ? 6 + size.width * size.height : Infinity; rest.length >= frame; rest = rest.subarray(frame))
      yield { ...size!, pixels: rest.subarray(6, frame) };
    [gathered, bytes] = [[rest], rest.length];
  }
}
