// Does this machine draw Chinese? ffmpeg ends well on a font that it cannot read, or that has no such letter: it draws empty boxes (“tofu”). So
// a mark is drawn, encoded as a viewing copy is, decoded and looked at.
import { readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { buildArguments, whitelists } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { findFont } from './font.js';
import { drawtext } from './marks/layout.js';
import { runFfmpeg } from './run-ffmpeg.js';

/** Words of the marks, and as many others. */
const [own, other] = ['录像机时间申请编号', '查阅件非原件经办人'] as const;
/** No font has it: every font draws its box for it. */
const tofu = own.replace(/./gu, '\ue000');
const size = { width: 640, height: 96 };
const lightFrom = 128;
/** Of what is drawn in either picture. Of two texts of the shipped font it is 0.6 and more, of a picture and the same encoded 0.05. */
const leastUnlike = 0.3;
/** Of all pixels: less than this is no text. */
const leastDrawn = 0.02;

const limits = { timeLimitMs: 30_000, mostBytes: 4 * 1024 ** 2, wantedMicros: 40_000 };

/** How unlike tofu, and how unlike another text, what was drawn is: 0 the same, 1 nothing in common. Problem `ffmpeg-missing`. `folder`: private, empty. */
export async function proveText(tools: Tools, folder: string): Promise<{ unlikeTofu: number; unlikeOther: number }> {
  await symlink(findFont(), path.join(folder, 'font.ttf'));
  const drawn = async (name: string, text: string): Promise<Buffer> => {
    await writeFile(path.join(folder, `${name}.txt`), text);
    const run = (args: readonly string[]): Promise<void> => runFfmpeg(tools, args, { ...limits, cwd: folder });
    await run(encode(name));
    await run(decode(name));
    return readFile(path.join(folder, `${name}.gray`));
  };
  const mine = await drawn('own', own);
  const [unlikeTofu, unlikeOther] = [unlike(mine, await drawn('tofu', tofu)), unlike(mine, await drawn('other', other))];
  const share = mine.filter((luma) => luma >= lightFrom).length / mine.length;
  if (share < leastDrawn || unlikeTofu < leastUnlike || unlikeOther < leastUnlike)
    throw new Problem(
      'ffmpeg-missing',
      `This ffmpeg draws no Chinese with the shipped font: ${(100 * share).toFixed(1)} % is drawn, unlike boxes by ${unlikeTofu.toFixed(2)}.`,
    );
  return { unlikeTofu, unlikeOther };
}

const encode = (name: string): string[] =>
  buildArguments({
    inputOptions: ['-f', 'lavfi'],
    input: `color=black:s=${size.width}x${size.height}:r=25:d=0.04`,
    filters: [drawtext(48, { font: 'font.ttf', text: `${name}.txt` }, 'none', () => ({ x: '20', y: '20' }))],
    outputOptions: ['-frames:v', '1', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-pix_fmt', 'yuv420p', '-f', 'mp4'],
    output: `file:${name}.mp4`,
  });

const decode = (name: string): string[] =>
  buildArguments({
    inputOptions: whitelists({ container: 'mp4', codec: 'avc1', audio: null }),
    input: `file:${name}.mp4`,
    filters: [],
    outputOptions: ['-frames:v', '1', '-pix_fmt', 'gray', '-f', 'rawvideo'],
    output: `file:${name}.gray`,
  });

/** Share of what is light in either that is light in one alone. */
function unlike(a: Buffer, b: Buffer): number {
  let [either, both] = [0, 0];
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [inA, inB] = [a[at]! >= lightFrom, b[at]! >= lightFrom];
    either += Number(inA || inB);
    both += Number(inA && inB);
  }
  return either === 0 ? 0 : 1 - both / either;
}
