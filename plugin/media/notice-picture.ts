// A picture instead of footage: it says why there is none and where to turn. For places where only a picture or a film is looked at.
import { hash } from 'node:crypto';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { buildArguments, type Filter } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { findFont } from './font.js';
import { drawtext, fit, lineHeight, oneLine } from './marks/layout.js';
import { picturePart } from './multipart.js';
import type { Size } from './play-recipe.js';
import { runFfmpeg } from './run-ffmpeg.js';
import { WaitingLine, type LineLimits } from './waiting-line.js';
import { openWork } from './work-folder.js';

export interface Notice {
  /** Sentences in Chinese and English, wrapped as they fit. */
  lines: readonly string[];
  /** Below them, whole; null: there is none. */
  link: string | null;
}

const kinds = {
  jpeg: { file: 'notice.jpg', options: ['-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p', '-f', 'image2'] },
  png: { file: 'notice.png', options: ['-frames:v', '1', '-c:v', 'png', '-pix_fmt', 'rgb24', '-f', 'image2'] },
  clip: {
    file: 'notice.mp4',
    options: [
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'stillimage', '-crf', '23', '-profile:v', 'main', '-pix_fmt', 'yuv420p'],
      ...['-movflags', '+faststart', '-f', 'mp4'],
    ],
  },
} as const;
type Kind = keyof typeof kinds;

const usual: Size = { width: 640, height: 360 };
const [least, most] = [
  { width: 160, height: 90 },
  { width: 1920, height: 1080 },
] as const;
const [clipSeconds, clipRate] = [5, 5];
const [mostLines, longestLine, longestLink] = [12, 300, 500];
const [keptNotices, keptBytes] = [256, 32 * 1024 * 1024];
const [timeLimitMs, mostBytes] = [30_000, 8 * 1024 * 1024];
const [ground, bar, linkColour] = ['0x18212b', '0xd98e04', '0x9ecbff'];
/** How much of the height the texts may take; the rest is margins. */
const textHeight = 0.78;

const even = (wanted: number, from: number, to: number): number => 2 * Math.round(Math.min(to, Math.max(from, wanted)) / 2);
const sized = ({ width, height }: Size): Size => ({
  width: even(width, least.width, most.width),
  height: even(height, least.height, most.height),
});

interface Laid {
  lines: string[];
  /** Pixels. */
  size: number;
}

/** Both texts in one size, in which both fit. Where the picture is too small for that, the link is whole and the text is cut. */
function lay({ lines, link }: Notice, size: Size): { text: Laid; link: Laid } {
  const said = lines.slice(0, mostLines).map((line) => oneLine(line, longestLine));
  const told = link === null ? [] : [oneLine(link, longestLink)];
  const largest = Math.max(10, Math.round(Math.min(size.height / 15, size.width / 26)));
  // An empty line keeps them apart.
  const { size: both } = fit(size, [...said, ...(told.length > 0 ? ['-'] : []), ...told], { largest, height: textHeight });
  const below = fit(size, told, { largest: both, height: textHeight });
  const taken = told.length > 0 ? ((below.lines.length + 1) * lineHeight * below.size) / size.height : 0;
  return { text: fit(size, said, { largest: both, height: textHeight - taken }), link: below };
}

async function place(folder: string, notice: Notice, size: Size): Promise<Filter[]> {
  const { text, link } = lay(notice, size);
  await symlink(findFont(), path.join(folder, 'font.ttf'));
  await writeFile(path.join(folder, 'text.txt'), text.lines.join('\n'), { mode: 0o600 });
  await writeFile(path.join(folder, 'link.txt'), link.lines.join('\n'), { mode: 0o600 });
  const draw = (file: string, pixels: number, y: (distance: number) => string): Filter =>
    drawtext(pixels, { font: 'font.ttf', text: file }, 'none', (distance) => ({ x: String(distance), y: y(distance) }));
  const below = draw('link.txt', link.size, (distance) => `h-th-${distance}`);
  return [
    { filter: 'drawbox', options: { x: 0, y: 0, w: 'iw', h: Math.max(3, Math.round(size.height / 60)), color: bar, t: 'fill' } },
    draw('text.txt', text.size, (distance) => String(Math.round(distance * 1.3))),
    ...(link.lines.length > 0 ? [{ ...below, options: { ...below.options, fontcolor: linkColour } }] : []),
  ];
}

export class NoticePictures {
  readonly #tools: Tools;
  readonly #workFolder: string;
  readonly #line: WaitingLine;
  /** By their content, the one that was wanted last at the end. */
  readonly #kept = new Map<string, { made: Promise<Buffer>; bytes: number }>();

  constructor(tools: Tools, workFolder: string, line: LineLimits = { most: 2, mostWaiting: 100, longestWaitMs: 20_000 }) {
    this.#tools = tools;
    this.#workFolder = workFolder;
    this.#line = new WaitingLine(line);
  }

  /** 640×360 where no size is given; pixels, between 160×90 and 1920×1080, even. Problems `capacity-exceeded`, `render-failed`. */
  picture(notice: Notice, type: 'jpeg' | 'png', size: Size = usual): Promise<Buffer> {
    return this.#get(notice, type, sized(size));
  }

  /** Five seconds of the picture: H.264 in MP4. */
  clip(notice: Notice, size: Size = usual): Promise<Buffer> {
    return this.#get(notice, 'clip', sized(size));
  }

  /** The picture as a part of `multipart/x-mixed-replace`: may be sent again and again. */
  async part(notice: Notice, boundary: string, size: Size = usual): Promise<Buffer> {
    return picturePart(boundary, await this.picture(notice, 'jpeg', size));
  }

  async #get(notice: Notice, kind: Kind, size: Size): Promise<Buffer> {
    const key = hash('sha256', JSON.stringify([kind, size.width, size.height, notice.lines, notice.link]), 'base64');
    const found = this.#kept.get(key) ?? { made: this.#make(notice, kind, size), bytes: 0 };
    this.#kept.delete(key);
    this.#kept.set(key, found);
    try {
      const made = await found.made;
      found.bytes = made.length;
      this.#forget();
      return made;
    } catch (thrown) {
      if (this.#kept.get(key) === found) this.#kept.delete(key);
      throw thrown;
    }
  }

  #forget(): void {
    let bytes = [...this.#kept.values()].reduce((sum, one) => sum + one.bytes, 0);
    for (const [key, one] of this.#kept) {
      if (this.#kept.size <= keptNotices && bytes <= keptBytes) return;
      this.#kept.delete(key);
      bytes -= one.bytes;
    }
  }

  async #make(notice: Notice, kind: Kind, size: Size): Promise<Buffer> {
    const leave = await this.#line.enter('', new AbortController().signal);
    const work = await openWork(this.#workFolder).catch((thrown: unknown) => {
      leave();
      throw thrown;
    });
    try {
      const { file, options } = kinds[kind];
      const args = buildArguments({
        inputOptions: ['-f', 'lavfi'],
        input: `color=c=${ground}:s=${size.width}x${size.height}:r=${clipRate}:d=${clipSeconds}`,
        filters: await place(work.folder, notice, size),
        outputOptions: ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-threads:v', '1', ...options],
        output: `file:${file}`,
      });
      await runFfmpeg(this.#tools, args, { timeLimitMs, cwd: work.folder, mostBytes, wantedMicros: clipSeconds * 1_000_000 });
      const made = await readFile(path.join(work.folder, file)).catch(() => null);
      if (!made || made.length === 0) throw new Problem('render-failed', 'The picture of the notice could not be made.');
      return made;
    } finally {
      leave();
      await work.wipe();
    }
  }
}
