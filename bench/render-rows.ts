// The rows of `bench -- render`: viewing copies of three films beside plain ffmpeg, and a span of eight hours beside one of one.
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { makeOnce } from './clip.js';
import { root, runWork } from './children.js';
import type { RenderAnswer, RenderOrder } from './render.js';
import { asTable, compare, type Row } from './rows.js';

const street = path.join(root, 'test/fixtures/street.mp4');
const mute = ['-an', '-pix_fmt', 'yuv420p', '-flags', '+bitexact', '-fflags', '+bitexact'];
/** As a camera sends it: so many bits a second, however much moves. */
const constant = (rate: string): string[] => ['-b:v', rate, '-maxrate', rate, '-bufsize', rate];
const again = (times: number, seconds: number): string[] => ['-v', 'error', '-stream_loop', String(times), '-i', street, '-t', String(seconds)];
const sub = (seconds: number): string[] => [
  ...again(12, seconds),
  ...['-vf', 'fps=15,scale=640:360,eq=brightness=-0.25:contrast=0.7,noise=alls=8:allf=t'],
  ...['-c:v', 'libx264', '-preset', 'fast', ...constant('512k'), '-g', '30', ...mute],
];
const hours = (many: number): string[] => [
  ...['-v', 'error', '-stream_loop', '-1', '-i', street, '-vf', 'scale=640:360,setpts=N/TB', '-r', '1', '-frames:v', String(many * 3600)],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '30', '-g', '30', '-bf', '0', ...mute],
];

/** Three films: as it was recorded; a main stream; a sub stream at night. */
const films: readonly [name: string, command: readonly string[]][] = [
  ['576p10 as recorded', ['-v', 'error', '-i', street, '-c', 'copy']],
  ['1080p25, 4 Mbit/s', [...again(2, 24), '-vf', 'fps=25,scale=1920:1080,noise=alls=4:allf=t', '-c:v', 'libx264', '-preset', 'fast', ...constant('4M'), '-g', '50', ...mute]],
  ['360p15 at night, 512 kbit/s', sub(64)],
];

/** 2.5 times as fast. */
const mostTime = 1 / 2.5;
const mostSize = 1.25;
/** Of SSIM. */
const mayLose = 0.001;
const mostOverhead = 1.05;
/** 90 % of what all processors together could. */
const mostOfShare = 1 / 0.9;

const work = (order: RenderOrder): Promise<RenderAnswer> => runWork<RenderAnswer>('render', order, []);
const secondsOf = async (order: RenderOrder): Promise<number> => (await work(order)).seconds;
const bound = (name: string, value: number) => ({ name, values: [value] });

async function filmRows([name, command]: (typeof films)[number], runs: number): Promise<Row[]> {
  const media = await makeOnce(command, 'mp4');
  const [copies, naive]: [RenderAnswer[], RenderAnswer[]] = [[], []];
  for (let run = 0; run < runs; run++) {
    copies.push(await work({ media, what: 'copy' }));
    naive.push(await work({ media, what: 'naive' }));
  }
  const [ours, theirs] = (await work({ media, what: 'like' })).likeness!;
  const seconds = (answers: RenderAnswer[]): number[] => answers.map((one) => one.seconds);
  const megabytes = (answers: RenderAnswer[]): number[] => [answers[0]!.bytes / 1e6];
  const plain = 'ffmpeg, one drawtext, all defaults';
  return [
    compare(`copy of ${name}`, 's', seconds(copies), { name: plain, values: seconds(naive) }, mostTime),
    compare(`copy of ${name}: size`, 'MB', megabytes(copies), { name: plain, values: megabytes(naive) }, mostSize),
    compare(`copy of ${name}: lost of 1000 (SSIM)`, 'lost', [1000 * (1 - ours)], { name: plain, values: [1000 * (1 - theirs)] }, (1 - theirs + mayLose) / (1 - theirs)),
  ];
}

async function overheadRow(runs: number): Promise<Row> {
  const media = await makeOnce(films[0]![1], 'mp4');
  const [ours, plain]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run++) {
    ours.push(await secondsOf({ media, what: 'copy' }));
    plain.push(await secondsOf({ media, what: 'plain' }));
  }
  return compare('copy, judged and probed', 's', ours, { name: 'ffmpeg with the same arguments', values: plain }, mostOverhead);
}

async function parallelRow(runs: number): Promise<Row> {
  const media = await makeOnce(sub(256), 'mp4');
  const [all, one]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run++) {
    all.push(await secondsOf({ media, what: 'copy' }));
    one.push(await secondsOf({ media, what: 'copy', workers: 1 }));
  }
  const cores = availableParallelism();
  return compare(`copy of a long part by ${cores} workers`, 's', all, { name: `by one, through ${cores}`, values: one.map((seconds) => seconds / cores) }, mostOfShare);
}

async function longRows(runs: number): Promise<Row[]> {
  const [one, eight] = [await makeOnce(hours(1), 'mp4'), await makeOnce(hours(8), 'mp4')];
  const first: number[] = [];
  for (let run = 0; run < runs; run++) first.push(await secondsOf({ media: eight, what: 'stream' }));
  const [short, long] = [await work({ media: one, what: 'copy' }), await work({ media: eight, what: 'copy' })];
  return [
    compare('first marked bytes of eight hours', 's', first, bound('the bound', 1), 1),
    compare('copy of eight hours: the largest ffmpeg', 'MB', [long.childMegabytes], { name: 'of one hour', values: [short.childMegabytes] }, 1.1),
    compare('copy of eight hours', 's', [long.seconds], { name: 'of one hour', values: [short.seconds] }, null),
  ];
}

export async function renderRows(runs: number): Promise<Row[]> {
  const rows: Row[] = [];
  // It takes a quarter of an hour: what is known is told.
  const tell = (more: readonly Row[]): void => {
    rows.push(...more);
    process.stderr.write(`${asTable(more)}\n\n`);
  };
  for (const film of films) tell(await filmRows(film, runs));
  tell([await overheadRow(runs)]);
  tell([await parallelRow(runs)]);
  tell(await longRows(runs));
  return rows;
}

