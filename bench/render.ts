// The measured viewing copy, in a process of its own: a film as a part, marked with text, clock and tile, as a package has it. JSON in, JSON out.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { findFfmpeg } from '../plugin/media/find-ffmpeg.js';
import { muxParts, type Part } from '../plugin/media/mux-parts.js';
import { renderViewing, type Rendering } from '../plugin/media/render.js';
import { streamMarked } from '../plugin/media/stream-marked.js';
import { footageOf } from '../test/media/footage.js';
import { peakMegabytes } from './memory.js';
import { PartFiles } from './part-files.js';

export interface RenderOrder {
  media: string;
  /** `copy`: the file; `plain`: its recipe again, by ffmpeg alone; `naive`: ffmpeg with a line of text and no other word; `stream`: until the first bytes are there; `like`: how much copy and naive are like what they encode. */
  what: 'copy' | 'plain' | 'naive' | 'stream' | 'like';
  /** Left out: one for each processor. */
  workers?: number;
}

export interface RenderAnswer {
  seconds: number;
  bytes: number;
  /** SSIM of all planes: of ours, of the naive one. */
  likeness: [number, number] | null;
  /** Of this process, and of the largest that it started. */
  megabytes: number;
  childMegabytes: number;
}

const { media, what, workers } = (await json(process.stdin)) as RenderOrder;
const ask = promisify(execFile);
const tools = await findFfmpeg({ searchPath: process.env.PATH ?? '' });
const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-bench-'));
const text = { requestId: 'EG-310000-SZX01-2026-000123', instrument: '沪公(示)调证字〔2026〕0042号', unit: '示例支队', officers: ['陆一舟', '顾南'], copy: { number: 1, of: 1 } };

/** As the gate has them: a long span falls into parts. */
async function partsOf(file: string): Promise<Rendering[]> {
  const { tracks, samples } = footageOf(file);
  const files = new PartFiles(folder);
  const parts: Part[] = [];
  const onPart = async (part: Part): Promise<void> => {
    await files.closePart();
    parts.push(part);
  };
  const end = samples.at(-1)!.utcMicros / 1000 + 1;
  const span = { from: new Date(samples[0]!.utcMicros / 1000).toISOString(), to: new Date(end).toISOString() };
  await muxParts((async function* () { yield* samples; })(), { tracks, span, open: (number, container) => files.open(number, container), onUnit: () => undefined, onPart });
  return parts.map((part, at) => {
    const input = path.join(folder, `${String(at + 1).padStart(2, '0')}.${part.container}`);
    return { input, workFolder: folder, part, times: 'proven', marks: ['text', 'clock', 'tile'], text, workers } satisfies Rendering;
  });
}

/** Of the largest process that this one started, ever; looked at ten times a second. */
function watchChildren(): () => number {
  let most = 0;
  const look = (): void => {
    for (const id of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      try {
        const status = fs.readFileSync(`/proc/${id}/status`, 'utf8');
        if (Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]) === process.pid) most = Math.max(most, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0));
      } catch {
        // It has ended since the list was read.
      }
  };
  const timer = setInterval(look, 100);
  return () => {
    clearInterval(timer);
    return (most * 1024) / 1e6;
  };
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
};

const naive = path.join(folder, 'naive.mp4');
const font = path.join(import.meta.dirname, '../../assets/fonts');
const line = (): string => `drawtext=text=COPY:fontfile=${fs.readdirSync(font).map((name) => path.join(font, name)).find((name) => /\.(ttf|otf)$/.test(name))!}`;
const makeNaive = (input: string): Promise<unknown> => ask(tools.ffmpeg, ['-v', 'error', '-nostdin', '-y', '-i', input, '-vf', line(), naive], { cwd: folder });

/** Against the very pictures that were encoded: with their marks. */
async function likenessOf(input: string, graph: string, output: string): Promise<number> {
  const { stderr } = await ask(tools.ffmpeg, ['-nostdin', '-i', input, '-i', output, '-lavfi', `[0:v]${graph}[drawn];[1:v][drawn]ssim`, '-an', '-f', 'null', '-'], { cwd: folder, maxBuffer: 64 << 20 });
  return Number(/SSIM .*All:([0-9.]+)/.exec(stderr)![1]);
}

const renderings = await partsOf(media);
const [rendering] = renderings;
if (!rendering) throw new Error(`${media} holds no part.`);
if (renderings.length > 1 && what !== 'copy' && what !== 'stream') throw new Error(`${media} falls into ${renderings.length} parts.`);
const answer: RenderAnswer = { seconds: 0, bytes: 0, likeness: null, megabytes: 0, childMegabytes: 0 };
const children = watchChildren();
if (what === 'copy') {
  answer.seconds = await timed(async () => {
    for (const each of renderings) answer.bytes += fs.statSync((await renderViewing(tools, each)).output).size;
  });
} else if (what === 'plain') {
  const { recipe } = await renderViewing(tools, rendering);
  if (recipe.pieces) throw new Error('This film is long: its copy is no single run of ffmpeg.');
  answer.seconds = await timed(() => ask(tools.ffmpeg, [...recipe.arguments], { cwd: folder }));
} else if (what === 'naive') {
  answer.seconds = await timed(() => makeNaive(rendering.input));
  answer.bytes = fs.statSync(naive).size;
} else if (what === 'like') {
  const { output, recipe } = await renderViewing(tools, rendering);
  await makeNaive(rendering.input);
  const args = recipe.pieces?.arguments ?? recipe.arguments;
  const graph = args[args.indexOf('-filter:v') + 1]!.replace(/^trim=[^,]*,/, '').replace(/,settb=[^,]*,setpts=[^,]*$/, '');
  answer.likeness = [await likenessOf(rendering.input, graph, output), await likenessOf(rendering.input, line(), naive)];
} else {
  const stop = new AbortController();
  answer.seconds = await timed(async () => {
    // What comes before the first `mdat` is no picture (ISO/IEC 14496-12, 8.1.1).
    for await (const piece of streamMarked(tools, { ...rendering, sound: false, marks: ['text', 'clock'] }, stop.signal)) if (piece.includes('mdat')) break;
  });
}
answer.childMegabytes = children();
answer.megabytes = peakMegabytes();
await fs.promises.rm(folder, { recursive: true, force: true });
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
