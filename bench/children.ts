// Processes of the bench: servers that say where they listen, and work that is measured in a process of its own. Each ends by its id.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

/** Of the project; this file runs built, in dist/bench. */
export const root = path.resolve(import.meta.dirname, '../..');

/** A built program of the bench. */
export const program = (name: string): string => path.join(import.meta.dirname, `${name}.js`);

export interface Server {
  /** What it printed behind `listening`. */
  address: string;
  close(): Promise<void>;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 2000);
  await ended;
  clearTimeout(force);
}

/** As docs/guide/deploy.md has the gate started: V8 counts bytes outside its heap late, and glibc keeps an arena for each thread. */
const asDeployed = { flags: ['--max-semi-space-size=1', '--v8-pool-size=1'], env: { MALLOC_ARENA_MAX: '1' } };
/** And where it stands before pages: memory for not collecting all of it twice a second. */
const beforePages = '--initial-old-space-size=256';

/** Starts a program that prints `listening ADDRESS`, with `input` as JSON on its standard input. */
export async function startServer(command: string, args: readonly string[], input: object = {}, env: object = {}): Promise<Server> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)));
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(input));
  for await (const line of createInterface(child.stdout)) {
    const address = /^listening (\S.*)$/.exec(line)?.[1];
    if (address) return { address, close: () => end(child) };
  }
  throw new Error(`${path.basename(args[0] ?? command)} did not start: ${complaint}`);
}

/** Runs a program to its end: `input` as JSON on its standard input, the answer as JSON from its standard output. `flags`: none for what a
 *  command does that a person starts. */
export async function runWork<Answer>(name: string, input: object, flags: readonly string[] = asDeployed.flags): Promise<Answer> {
  const child = spawn(process.execPath, [...flags, program(name)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...asDeployed.env },
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(input));
  const [answer, [status]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number | null]>]);
  if (status !== 0) throw new Error(`${name} ended with status ${status}.`);
  return JSON.parse(answer) as Answer;
}

export interface PeerRun {
  status: number | null;
  signal: NodeJS.Signals | null;
  output: string;
  complaint: string;
  seconds: number;
}

/** Runs somebody else's program; it is ended where it takes longer than `mostSeconds`. */
export async function runPeer(command: string, args: readonly string[], mostSeconds: number): Promise<PeerRun> {
  const begun = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const late = setTimeout(() => child.kill('SIGKILL'), mostSeconds * 1000);
  try {
    const [output, complaint, [status, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    return { status, signal, output, complaint, seconds: (performance.now() - begun) / 1000 };
  } finally {
    clearTimeout(late);
  }
}

/** A built program of the bench as a server, started as the gate is deployed. */
export const startProgram = (name: string, input: object): Promise<Server> =>
  startServer(process.execPath, [...asDeployed.flags, beforePages, program(name)], input, asDeployed.env);
