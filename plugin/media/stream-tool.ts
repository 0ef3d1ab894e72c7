// Runs a media tool whose output is read while it is made, and whose input may be: with the limits of run-tool. Nothing is written to disk,
// the tool waits for its reader, and what it reads waits for the tool.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { Problem } from '../domain/problem.js';
import type { Fence } from './run-tool.js';
import { fenced } from './run-tool.js';

export interface StreamLimits {
  timeLimitMs: number;
  /** How long the reader may take nothing; after that nobody is there. */
  stallLimitMs: number;
  cwd: string;
  signal: AbortSignal;
  /** Of what comes out. */
  mostBytes: number;
}

interface Pipes {
  /** Standard error, as it comes. */
  onComplaint(text: string): void;
  /** For standard input; without it there is none. It is returned when the tool is over. */
  input?: AsyncIterable<Buffer>;
}

const keptComplaint = 16 * 1024;

const roomAgain = (pipe: Writable): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      pipe.off('drain', done).off('close', done);
      resolve();
    };
    pipe.on('drain', done).on('close', done);
  });

/** Ends early, and well, where nobody reads: how the tool ended then tells why. Throws what `input` throws. */
async function feed(pipe: Writable, input: AsyncIterable<Buffer>): Promise<void> {
  pipe.on('error', () => undefined);
  for await (const piece of input) {
    if (pipe.destroyed) return;
    if (!pipe.write(piece)) await roomAgain(pipe);
    if (pipe.destroyed) return;
  }
  pipe.end();
}

/**
 * What the tool writes to its standard output. Ends only where the tool ended well; a reader that goes away, `signal`, and an input that
 * fails kill it at once. Problem `render-failed`, and the one that `input` throws; the cause is for the log alone.
 */
export async function* streamTool(
  fence: Fence,
  command: string,
  args: readonly string[],
  limits: StreamLimits,
  { onComplaint, input }: Pipes,
): AsyncGenerator<Buffer> {
  const { signal } = limits;
  if (signal.aborted) throw new Problem('render-failed', 'The work was stopped.', { cause: signal.reason });
  // It writes no file at all: what comes out is counted here.
  const [program, ...rest] = [...fenced(fence, command, { ...limits, mostBytes: 0 }), ...args] as [string, ...string[]];
  const child = spawn(program, rest, { cwd: limits.cwd, env: {}, stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'], windowsHide: true });
  let complaint = '';
  let failure: Problem | undefined;
  const fail = (problem: Problem): void => {
    failure ??= problem;
    child.kill('SIGKILL');
  };
  const stop = (detail: string, cause?: unknown): void => fail(new Problem('render-failed', detail, { cause }));
  const abort = (): void => stop('The work was stopped.', signal.reason);
  const stalled = (): void => stop('Nobody read what was made.');
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => stop('The work took longer than it may.'), limits.timeLimitMs);
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-keptComplaint);
    onComplaint(text);
  });
  child.on('error', (error) => (failure ??= new Problem('render-failed', 'The tool could not be started.', { cause: error })));
  const closed = once(child, 'close').catch(() => [null, null]) as Promise<[number | null, string | null]>;
  if (input) feed(child.stdin!, input).catch((thrown: unknown) => fail(Problem.from(thrown)));
  let bytes = 0;
  let patience: NodeJS.Timeout | undefined;
  try {
    for await (const chunk of child.stdout! as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limits.mostBytes) stop('More came out than may.');
      if (failure) break;
      patience = setTimeout(stalled, limits.stallLimitMs);
      yield chunk;
      clearTimeout(patience);
    }
    const [code, killedBy] = await closed;
    if (failure) throw failure;
    if (code !== 0)
      throw new Problem('render-failed', 'The footage could not be worked on: it may be damaged.', {
        cause: new Error(`ended with ${killedBy ?? `code ${code}`}: ${complaint}`),
      });
  } catch (thrown) {
    // A pipe that breaks because the tool was killed is no failure of its own.
    throw failure ?? thrown;
  } finally {
    clearTimeout(patience);
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    child.kill('SIGKILL');
    await closed;
  }
}
