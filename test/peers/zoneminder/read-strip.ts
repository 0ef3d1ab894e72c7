// The strip of blocks that the peer's cameras paint into each picture (cameras.mjs): which instant, which frame, which camera a decoded
// picture shows, whatever it went through on the way. Null where there is none, or it is blurred.
import { execFile } from 'node:child_process';

export interface Strip {
  /** Milliseconds since 1970, UTC, by the clock of the machine that painted it. */
  utcMs: number;
  frame: number;
  /** From 0. */
  camera: number;
}

const [width, height] = [320, 180];
export const pictureBytes = width * height;

function sumOf(body: string): number {
  let sum = 0xabc;
  for (const bit of body) sum = ((sum << 1) ^ (sum >> 11 ? 0x80f : 0) ^ (bit === '1' ? 0x5a5 : 0)) & 0xfff;
  return sum;
}

/** `gray`: 320×180 bytes of light. */
export function readStrip(gray: Buffer): Strip | null {
  let bits = '';
  for (let block = 0; block < 80; block++) {
    let light = 0;
    const [left, top] = [(block % 40) * 8, block < 40 ? 0 : 8];
    for (let y = top + 2; y < top + 6; y++) for (let x = left + 2; x < left + 6; x++) light += gray[y * width + x]!;
    bits += light / 16 > 126 ? '1' : '0';
  }
  if (sumOf(bits.slice(0, 68)) !== parseInt(bits.slice(68), 2)) return null;
  return { utcMs: parseInt(bits.slice(0, 41), 2), frame: parseInt(bits.slice(41, 65), 2), camera: parseInt(bits.slice(65, 68), 2) };
}

/** Every picture that a player shows of `media`: a file, or bytes of an MP4, a JPEG, a multipart of JPEGs. */
export async function readStrips(ffmpeg: string, media: string | Buffer, input: readonly string[] = []): Promise<(Strip | null)[]> {
  const args = ['-v', 'error', ...input, '-i', typeof media === 'string' ? media : 'pipe:0', '-map', '0:v:0', '-vsync', 'passthrough'];
  args.push('-vf', `scale=${width}:${height}:flags=area:out_range=full,format=gray`, '-f', 'rawvideo', '-');
  const gray = await new Promise<Buffer>((resolve, reject) => {
    const child = execFile(ffmpeg, args, { encoding: 'buffer', maxBuffer: 1024 ** 3 }, (error, stdout, stderr) =>
      error ? reject(new Error(stderr.toString().slice(-1000))) : resolve(stdout),
    );
    child.stdin?.on('error', () => undefined);
    if (typeof media !== 'string') child.stdin?.end(media);
  });
  return Array.from({ length: gray.length / pictureBytes }, (_, at) => readStrip(gray.subarray(at * pictureBytes, (at + 1) * pictureBytes)));
}
