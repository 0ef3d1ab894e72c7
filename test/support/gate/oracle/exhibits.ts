// What the oracle is tried on: an original, the gate's own copies of it, and the ways in which it could leave all the same.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderStill } from '../../../../plugin/media/still.js';
import { renderViewing } from '../../../../plugin/media/render.js';
import { mux, readStreet, streetFile } from '../../../media/street.js';
import { ask, machineTools } from '../../../media/tools.js';

const text = { requestId: 'EG-310000-SZX01-2026-000123', unit: '示例分局', officers: ['欧阳明远', '上官静姝'] };

/** All files whole. */
export interface Exhibits {
  original: Buffer;
  /** The same pictures encoded anew, without a mark; one in four is kept. */
  reencoded: Buffer;
  /** One of them, and pieces of it. */
  still: Buffer;
  cropped: Buffer;
  scaled: Buffer;
  animated: Buffer;
  webp: Buffer;
  bmp: Buffer;
  markedClip: Buffer;
  markedStill: Buffer;
  markedSmall: Buffer;
  refusal: Buffer;
  icon: Buffer;
}

/** Two seconds of a street, and all that can be made of them in few runs of ffmpeg. */
export async function makeExhibits(folder: string): Promise<Exhibits> {
  const tools = await machineTools();
  const ffmpeg = (...args: string[]): Promise<Buffer> => ask(tools.ffmpeg, ['-v', 'error', '-y', '-threads', '1', ...args], folder);
  const street = await readStreet({ to: 20 });
  const { files, parts } = await mux(street.samples, street.parameterSets);
  const input = path.join(folder, '01.mp4');
  await writeFile(input, files[0]!);
  const rendering = { input, workFolder: folder, part: parts[0]!, times: 'proven', marks: ['text', 'clock'], text } as const;
  const { output } = await renderViewing(tools, rendering);
  const markedStill = await renderStill(tools, { ...rendering, edge: 'first' });
  await writeFile(path.join(folder, 'marked.jpg'), markedStill);
  const one = ['-map', '0:v', '-frames:v', '1'];
  await ffmpeg(
    ...['-ss', '1', '-i', streetFile],
    ...[
      '-map',
      '0:v',
      '-vf',
      "select='not(mod(n,4))'",
      '-vsync',
      'passthrough',
      '-frames:v',
      '5',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      'reencoded.mp4',
    ],
    ...[...one, '-q:v', '3', 'still.jpg'],
    ...[...one, '-vf', 'crop=300:200:100:300', 'cropped.png'],
    ...[...one, '-vf', 'scale=160:120', '-q:v', '5', 'scaled.jpg'],
    ...['-map', '0:v', '-frames:v', '2', '-vf', 'scale=96:72', 'animated.gif'],
    ...[...one, '-vf', 'scale=192:144', '-pix_fmt', 'bgr24', 'picture.bmp'],
    ...[...one, '-vf', 'scale=192:144', '-c:v', 'libwebp', 'picture.webp'],
  );
  // Sources with an end: of endless ones ffmpeg 5.1, with several outputs, now and then makes pictures for ever that nobody wants.
  await ffmpeg(
    ...['-i', 'marked.jpg', '-f', 'lavfi', '-i', 'color=navy:s=320x180:d=1', '-f', 'lavfi', '-i', 'testsrc=s=48x48:d=1'],
    ...[
      '-map',
      '0:v',
      '-vf',
      'scale=512:384',
      '-q:v',
      '6',
      'marked-small.jpg',
      '-map',
      '1:v',
      '-frames:v',
      '1',
      'refusal.jpg',
      '-map',
      '2:v',
      '-frames:v',
      '1',
      'icon.png',
    ],
  );
  const read = (name: string): Promise<Buffer> => readFile(path.join(folder, name));
  return {
    original: await readFile(streetFile),
    reencoded: await read('reencoded.mp4'),
    still: await read('still.jpg'),
    cropped: await read('cropped.png'),
    scaled: await read('scaled.jpg'),
    animated: await read('animated.gif'),
    webp: await read('picture.webp'),
    bmp: await read('picture.bmp'),
    markedClip: await readFile(output),
    markedStill,
    markedSmall: await read('marked-small.jpg'),
    refusal: await read('refusal.jpg'),
    icon: await read('icon.png'),
  };
}

/** A folder as a video system serves its pages from. */
export async function makeWebFolder(folder: string, icon: Buffer): Promise<string> {
  const web = path.join(folder, 'www');
  await mkdir(path.join(web, 'graphics'), { recursive: true });
  await writeFile(path.join(web, 'graphics', 'icon.png'), icon);
  await writeFile(path.join(web, 'skin.css'), `.icon { background: url(data:image/png;base64,${icon.toString('base64')}) }`);
  return web;
}

/** As the peer's cameras paint it (test/peers/zoneminder/cameras.mjs): 41 bits time, 24 bits frame, 3 bits camera, 12 bits sum. */
function stripBits(utcMs: number): string {
  const body = utcMs.toString(2).padStart(41, '0') + (7).toString(2).padStart(24, '0') + '001';
  let sum = 0xabc;
  for (const bit of body) sum = ((sum << 1) ^ (sum >> 11 ? 0x80f : 0) ^ (bit === '1' ? 0x5a5 : 0)) & 0xfff;
  return body + sum.toString(2).padStart(12, '0');
}

/** A camera's picture of this instant as JPEG, scaled to `width`. */
export async function livePicture(folder: string, utcMs: number, width = 640): Promise<Buffer> {
  const [columns, lines] = [320, 180];
  const gray = Buffer.alloc(columns * lines);
  for (let at = 0; at < gray.length; at++) gray[at] = 40 + (((at % columns) + Math.floor(at / columns)) >> 2);
  [...stripBits(utcMs)].forEach((bit, block) => {
    const [left, top] = [(block % 40) * 8, block < 40 ? 0 : 8];
    for (let y = top; y < top + 8; y++) gray.fill(bit === '1' ? 235 : 16, y * columns + left, y * columns + left + 8);
  });
  const name = `live-${utcMs}-${width}.gray`;
  await writeFile(path.join(folder, name), gray);
  const { ffmpeg } = await machineTools();
  const input = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${columns}x${lines}`, '-i', name];
  return ask(
    ffmpeg,
    [
      '-v',
      'error',
      ...input,
      '-vf',
      `scale=${width}:-2:flags=area`,
      '-pix_fmt',
      'yuvj420p',
      '-q:v',
      '6',
      '-f',
      'image2pipe',
      '-c:v',
      'mjpeg',
      '-',
    ],
    folder,
  );
}
