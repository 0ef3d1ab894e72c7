// The clients, in a process of their own: the page mix at a steady rate, one long body, or many live streams. JSON in, JSON out.
import fs from 'node:fs';
import http from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fastLive, mix, slowLive } from './gate-mix.js';
import { median, percentile } from './rows.js';

export type AskOrder = { url: string; cookie: string } & (
  | { ask: 'mix'; perSecond: number; seconds: number }
  | { ask: 'body' }
  /** `pid`: whose memory is looked at. */
  | { ask: 'streams'; streams: number; seconds: number; pid: number }
);

/** Milliseconds from the sending of a request to its last byte. */
export interface MixAnswer {
  p50: number;
  p99: number;
  asked: number;
}
export interface BodyAnswer {
  seconds: number;
  bytes: number;
}
/** Megabytes resident: around second 5, and at the end. */
export interface StreamsAnswer {
  before: number;
  after: number;
  pictures: number;
}

const order = (await json(process.stdin)) as AskOrder;
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

/** Its head; every other status than 200 ends the bench. */
const ask = (path: string): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = http.get(new URL(path, order.url), { agent, headers: { cookie: order.cookie, accept: '*/*' } }, (answer) =>
      answer.statusCode === 200 ? resolve(answer) : reject(new Error(`${path}: status ${answer.statusCode}`)),
    );
    request.on('error', reject);
  });

async function read(answer: http.IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of answer) bytes += (chunk as Buffer).length;
  return bytes;
}

async function fetchMilliseconds(path: string, least: number): Promise<number> {
  const begun = performance.now();
  const bytes = await read(await ask(path));
  if (bytes < least) throw new Error(`${path}: ${bytes} of ${least} bytes came`);
  return performance.now() - begun;
}

/** An open loop: what is due is sent, whatever is still waited for. */
async function askMix(perSecond: number, seconds: number): Promise<MixAnswer> {
  // Every code is compiled (V8 does it after some thousand calls) and every connection open before it counts.
  for (let round = 0; round < 150; round++) await Promise.all(mix.map(({ path, bytes }) => fetchMilliseconds(path, bytes * 0.9)));
  const waiting: Promise<number>[] = [];
  const begun = performance.now();
  for (let number = 0; number < perSecond * seconds; number++) {
    const due = begun + (number * 1000) / perSecond;
    while (performance.now() < due) await wait(Math.max(0, due - performance.now()));
    const { path, bytes } = mix[number % mix.length]!;
    const taken = fetchMilliseconds(path, bytes * 0.9);
    taken.catch(() => undefined);
    waiting.push(taken);
  }
  const times = await Promise.all(waiting);
  return { p50: median(times), p99: percentile(times, 99), asked: times.length };
}

async function askBody(): Promise<BodyAnswer> {
  const begun = performance.now();
  const bytes = await read(await ask(fastLive));
  return { seconds: (performance.now() - begun) / 1000, bytes };
}

const residentMegabytes = async (pid: number): Promise<number> => {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(await fs.promises.readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error('The system does not tell how much memory a process has.');
  return (Number(kibibytes) * 1024) / 1e6;
};

async function askStreams(streams: number, seconds: number, pid: number): Promise<StreamsAnswer> {
  let pictures = 0;
  const answers = await Promise.all(Array.from({ length: streams }, (_, at) => ask(slowLive(at + 1))));
  let broken = 0;
  const begun = performance.now();
  for (const answer of answers) {
    answer.on('data', (chunk: Buffer) => (pictures += chunk.toString('latin1').split('Content-Type: image/jpeg').length - 1));
    answer.on('close', () => broken++).on('error', () => undefined);
  }
  const seen: { at: number; megabytes: number }[] = [];
  for (let at = 0; at <= seconds; at = (performance.now() - begun) / 1000) {
    seen.push({ at, megabytes: await residentMegabytes(pid) });
    await wait(100);
  }
  if (broken > 0) throw new Error(`${broken} of ${streams} streams ended.`);
  for (const answer of answers) answer.destroy();
  // A second's median: the collector runs several times in it.
  const around = (from: number): number => median(seen.filter(({ at }) => at >= from && at < from + 1).map(({ megabytes }) => megabytes));
  return { before: around(5), after: around(seconds - 1), pictures };
}

const asked = (): Promise<object> => {
  switch (order.ask) {
    case 'mix':
      return askMix(order.perSecond, order.seconds);
    case 'body':
      return askBody();
    case 'streams':
      return askStreams(order.streams, order.seconds, order.pid);
  }
};
process.stdout.write(JSON.stringify(await asked()), () => process.exit(0));
