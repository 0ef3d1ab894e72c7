// The gate in front of a system's pages beside nginx, httpxy alone and no proxy at all: each in a process of its own, turn by turn.
import fs from 'node:fs';
import { runWork, startProgram, type Server } from './children.js';
import { makeOnce } from './clip.js';
import type { AskOrder, BodyAnswer, MixAnswer, StreamsAnswer } from './gate-ask.js';
import { account, mix } from './gate-mix.js';
import type { Pictures } from './gate-pages.js';
import type { MarkAnswer, MarkOrder } from './mark.js';
import { compare, median, type Row } from './rows.js';

const perSecond = 200;
const mixSeconds = 10;
/** Over no proxy at all, milliseconds. */
const most = { p50: 1, p99: 5 };
const bodyBytes = 200e6;
/** Of nginx's time: 85 % of its speed. */
const mostOfNginx = 1 / 0.85;
const streams = { streams: 100, seconds: 20 };
const mostGrowth = 1.1;
/** Seconds until a player has its first marked picture, beside what the pull takes. */
const mostToFirst = 2;
const clip = { seconds: 5, framesPerSecond: 15 };

const picture = (size: string, noise: number, quality: number): Promise<string> =>
  makeOnce(
    [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      `testsrc2=size=${size}:rate=1:duration=1,noise=alls=${noise}:allf=t`,
      '-frames:v',
      '1',
      '-q:v',
      String(quality),
      '-flags',
      '+bitexact',
    ],
    'jpg',
  );
const filmCommand: readonly string[] = [
  ...[
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    `testsrc2=size=1280x720:rate=${clip.framesPerSecond}:duration=${clip.seconds},noise=alls=12:allf=t`,
  ],
  ...[
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    '30',
    '-bf',
    '0',
    '-pix_fmt',
    'yuv420p',
    '-b:v',
    '2M',
    '-an',
    '-flags',
    '+bitexact',
    '-fflags',
    '+bitexact',
  ],
];

const ways = ['direct', 'gate', 'nginx', 'httpxy'] as const;
type Way = (typeof ways)[number];

interface Place {
  url: string;
  pid: number;
  cookie: string;
}

/** Null: there is none on this machine. */
type Places = Record<Way, Place | null>;

const placeOf = ({ address }: Server): Place | null => {
  const [url = '', pid] = address.split(' ');
  return url === 'none' ? null : { url, pid: Number(pid), cookie: '' };
};

/** As its browser: signed in on the system's own page. */
async function signIn(place: Place): Promise<Place> {
  const body = new URLSearchParams({ view: 'login', action: 'login', username: account, password: 'not-a-secret' });
  const answer = await fetch(`${place.url}/zm/index.php?view=login`, { method: 'POST', body, redirect: 'manual' });
  const cookie = answer.headers.getSetCookie().find((one) => one.startsWith('exportgate-web='));
  if (!cookie) throw new Error(`Nobody could sign in at the gate: status ${answer.status}.`);
  return { ...place, cookie: cookie.split(';')[0]! };
}

const ask = <Answer>(
  { url, cookie }: Place,
  what:
    | Omit<Extract<AskOrder, { ask: 'mix' }>, 'url' | 'cookie'>
    | Omit<Extract<AskOrder, { ask: 'body' }>, 'url' | 'cookie'>
    | Omit<Extract<AskOrder, { ask: 'streams' }>, 'url' | 'cookie'>,
): Promise<Answer> => runWork<Answer>('gate-ask', { url, cookie, ...what });

type PerWay<T> = Record<Way, T[]>;

/** Turn by turn, so that what else the machine does falls on all of them. */
async function inTurns<T>(places: Places, runs: number, measure: (place: Place) => Promise<T>): Promise<PerWay<T>> {
  const found: PerWay<T> = { direct: [], gate: [], nginx: [], httpxy: [] };
  for (let run = 0; run < runs; run++) for (const way of ways) if (places[way]) found[way].push(await measure(places[way]));
  return found;
}

const names: Record<Way, string> = { direct: 'direct', gate: 'the gate', nginx: 'nginx, plain proxy', httpxy: 'httpxy alone' };
const beside = ['direct', 'nginx', 'httpxy'] as const;
const missing = (values: readonly unknown[]) => (values.length === 0 ? { note: 'there is none on this machine' } : {});

async function mixRows(places: Places, runs: number): Promise<Row[]> {
  const found = await inTurns(places, runs, (place) => ask<MixAnswer>(place, { ask: 'mix', perSecond, seconds: mixSeconds }));
  return (['p50', 'p99'] as const).flatMap((which) => {
    const times = (way: Way): number[] => found[way].map((answer) => answer[which]);
    const over = (way: Way): number[] => times(way).map((time, run) => time - times('direct')[run]!);
    const what = `pages, ${perSecond}/s: ${which}`;
    return [
      ...beside.map((way) => ({
        ...compare(what, 'ms', times('gate'), { name: names[way], values: times(way) }, null),
        ...missing(times(way)),
      })),
      compare(`${what} over direct`, 'ms', over('gate'), { name: 'the bound', values: [most[which]] }, 1),
    ];
  });
}

async function bodyRows(places: Places, runs: number): Promise<Row[]> {
  // One that does not count, as of the pages: V8 compiles on the way.
  await inTurns(places, 1, (place) => ask<BodyAnswer>(place, { ask: 'body' }));
  const found = await inTurns(places, runs, (place) => ask<BodyAnswer>(place, { ask: 'body' }));
  const short = ways.flatMap((way) => found[way]).find(({ bytes }) => bytes < bodyBytes);
  if (short) throw new Error(`Of a body of ${bodyBytes} bytes ${short.bytes} came.`);
  const times = (way: Way): number[] => found[way].map(({ seconds }) => seconds);
  const speed = (way: Way): string => (times(way).length > 0 ? `, ${Math.round(bodyBytes / 1e6 / median(times(way)))} MB/s` : '');
  return beside.map((way) => ({
    // Without nginx there is nothing to hold it against, and the row says so.
    ...compare(
      `live pictures, 200 MB${speed('gate')}`,
      's',
      times('gate'),
      { name: `${names[way]}${speed(way)}`, values: times(way) },
      way === 'nginx' && places.nginx ? mostOfNginx : null,
    ),
    ...missing(times(way)),
  }));
}

async function streamRows({ gate }: Places): Promise<Row[]> {
  const { before, after, pictures } = await ask<StreamsAnswer>(gate!, { ask: 'streams', ...streams, pid: gate!.pid });
  // Five a second of each; a second for all of them to begin.
  const least = streams.streams * 5 * (streams.seconds - 1) * 0.9;
  if (pictures < least) throw new Error(`Of ${streams.streams} live streams ${pictures} pictures came, where ${least} are due.`);
  return [
    compare(
      `${streams.streams} live streams, memory at second ${streams.seconds}`,
      'MB',
      [after],
      { name: 'at second 5', values: [before] },
      mostGrowth,
    ),
  ];
}

async function markRows(runs: number): Promise<Row[]> {
  const media = await makeOnce(filmCommand, 'mp4');
  const rows: Row[] = [];
  for (const form of ['clip', 'mjpeg'] as const) {
    const answers: MarkAnswer[] = [];
    for (let run = 0; run < runs; run++) answers.push(await runWork('mark', { media, seconds: clip.seconds, form } satisfies MarkOrder));
    const plays = answers.map(({ busySeconds }) => clip.seconds / busySeconds);
    const alone = { name: 'one alone, by the clock', values: answers.map(({ seconds }) => clip.seconds / seconds) };
    rows.push(compare(`marked plays of 720p15 that one core carries, ${form}`, 'plays', plays, alone, null));
    const first = answers.map(({ firstSeconds }) => firstSeconds);
    rows.push(compare(`first marked picture, ${form}`, 's', first, { name: 'the bound', values: [mostToFirst] }, 1));
  }
  return rows;
}

export async function gateRows(runs: number): Promise<Row[]> {
  const [small, large] = await Promise.all([picture('640x360', 4, 4), picture('1920x1080', 12, 6)]);
  const base64 = (file: string): Promise<string> => fs.promises.readFile(file, 'base64');
  const pictures: Pictures = { small: await base64(small), large: await base64(large), bytes: bodyBytes };
  const servers: Server[] = [];
  const start = async (name: string, input: object): Promise<Place | null> => {
    const server = await startProgram(name, input);
    servers.push(server);
    return placeOf(server);
  };
  try {
    const direct = (await start('gate-pages', pictures))!;
    const input = { upstream: direct.url };
    const gate = await signIn((await start('gate-whole', input))!);
    const places: Places = { direct, gate, nginx: await start('gate-nginx', input), httpxy: await start('gate-httpxy', input) };
    if (!places.nginx) process.stderr.write('There is no nginx on this machine: nothing is held against it.\n');
    process.stderr.write(
      `${mix.length} files of a page, ${perSecond} a second; ${runs} run(s); medians, the least and the most in brackets\n`,
    );
    return [...(await mixRows(places, runs)), ...(await bodyRows(places, runs)), ...(await streamRows(places)), ...(await markRows(runs))];
  } finally {
    for (const server of servers.reverse()) await server.close();
  }
}
