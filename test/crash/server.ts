// The real server as a process of its own, with the preload that can stop it dead; killed by its pid.
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { root } from '../support/gate.js';
import type { Place } from './place.js';

export interface Listening {
  url: string;
  setupToken: string | null;
}

export interface Server {
  /** Its first line. Rejects where it ends without one. */
  listening: Promise<Listening>;
  /** Resolves when it stands at the point that it was to halt at. */
  halted: Promise<void>;
  /** Every append and rename so far, before and after, by name. */
  points: readonly string[];
  /** The end of what it told operators. */
  complaints(): string;
  /** SIGKILL; resolves when it is dead. */
  kill(): Promise<void>;
  /** SIGTERM; resolves its exit code. */
  stop(): Promise<number | null>;
}

const preload = pathToFileURL(path.join(root, 'test/crash/halt.mjs')).href;
const mostKept = 16 * 1024;
const living = new Set<Server>();
let isOver = false;

/** Kills what still runs, and lets nothing start any more: a suite that ran out of time leaves nobody behind. */
export async function endAll(): Promise<void> {
  isOver = true;
  await Promise.all([...living].map((server) => server.kill()));
}

export function startServer(place: Place, haltAt = ''): Server {
  if (isOver) throw new Error('The suite is over.');
  const child = spawn(process.execPath, ['--import', preload, path.join(root, 'bin/exportgate.js'), '--config', place.config, '--json', 'serve'], {
    cwd: place.folder,
    env: {
      PATH: process.env['PATH'], TMPDIR: place.temporary, EXPORTGATE_RECORDER_NVR_1_PASSWORD: 'box-password', EXPORTGATE_HALT_AT: haltAt,
      // Node 22 and later start faster the second time.
      NODE_COMPILE_CACHE: path.join(path.dirname(place.folder), 'compiled'),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let complaints = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaints = (complaints + text).slice(-mostKept)));
  const points: string[] = [];
  const halted = new Promise<void>((resolve) =>
    onLines(child.stdio[3] as Readable, (point) => {
      points.push(point);
      if (point === haltAt) resolve();
    }),
  );
  const listening = new Promise<Listening>((resolve, reject) => {
    onLines(child.stdout!, (line) => resolve(JSON.parse(line) as Listening));
    void ended.then((code) => reject(new Error(`The server ended with ${code} before it listened: ${complaints}`)));
  });
  // Whoever kills it before its first line does not wait for that line.
  listening.catch(() => undefined);
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return ended;
  };
  const server: Server = {
    listening, halted, points, complaints: () => complaints, kill: async () => void (await end('SIGKILL')), stop: () => end('SIGTERM'),
  };
  living.add(server);
  void ended.then(() => living.delete(server));
  return server;
}

function onLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    lines.forEach(onLine);
  });
}
