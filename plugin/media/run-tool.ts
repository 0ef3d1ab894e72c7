// Runs a media tool on footage nobody trusts: no shell, no environment, limits on everything, dead when we are.
import { spawn } from 'node:child_process';
import { Problem } from '../domain/problem.js';

/** Programs that fence a child in, absolute paths; null where the machine has none. */
export interface Fence {
  /** util-linux setpriv: the child dies with us, so that no plaintext is written after a crash. */
  setpriv: string | null;
  /** util-linux prlimit: memory, processor time, file size. */
  prlimit: string | null;
}

export const noFence: Fence = { setpriv: null, prlimit: null };

export interface RunLimits {
  timeLimitMs: number;
  cwd: string;
  signal?: AbortSignal;
  /** Largest file that the child may write. */
  mostBytes: number;
}

/** Address space; x264 at 4K takes about 1.5 GiB. */
const memoryBytes = 6 * 1024 ** 3;
const keptComplaint = 16 * 1024;

/** The command behind its fence. */
export function fenced(fence: Fence, command: string, limits: RunLimits): string[] {
  const seconds = Math.ceil(limits.timeLimitMs / 1000);
  return [
    ...(fence.setpriv ? [fence.setpriv, '--pdeathsig', 'KILL', '--'] : []),
    // Processor time adds up over threads.
    ...(fence.prlimit
      ? [fence.prlimit, `--as=${memoryBytes}`, `--cpu=${seconds * 16}`, `--fsize=${limits.mostBytes}`, '--core=0', '--']
      : []),
    command,
  ];
}

/**
 * Resolves when the tool ended well. Problem `render-failed`: it did not, took too long, or was told to stop; the cause holds the end
 * of what it complained of, for the log alone. A child that outlives `signal` is killed at once.
 */
export function runTool(
  fence: Fence,
  command: string,
  args: readonly string[],
  limits: RunLimits,
  onOutput: (text: string) => void,
): Promise<void> {
  const [program, ...rest] = [...fenced(fence, command, limits), ...args] as [string, ...string[]];
  return new Promise((resolve, reject) => {
    if (limits.signal?.aborted) return reject(new Problem('render-failed', 'The work was stopped.', { cause: limits.signal.reason }));
    const child = spawn(program, rest, { cwd: limits.cwd, env: {}, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    let complaint = '';
    let failure: Problem | undefined;
    const stop = (detail: string, cause?: unknown): void => {
      failure ??= new Problem('render-failed', detail, { cause });
      child.kill('SIGKILL');
    };
    const abort = (): void => stop('The work was stopped.', limits.signal?.reason);
    const timer = setTimeout(() => stop('The work took longer than it may.'), limits.timeLimitMs);
    limits.signal?.addEventListener('abort', abort, { once: true });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      try {
        onOutput(text);
      } catch (error) {
        stop('The tool’s answer could not be used.', error);
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-keptComplaint)));
    child.on('error', (error) => (failure ??= new Problem('render-failed', 'The tool could not be started.', { cause: error })));
    child.on('close', (code, killedBy) => {
      clearTimeout(timer);
      limits.signal?.removeEventListener('abort', abort);
      if (!failure && code === 0) return resolve();
      const cause = new Error(`ended with ${killedBy ?? `code ${code}`}: ${complaint}`);
      reject(failure ?? new Problem('render-failed', 'The footage could not be worked on: it may be damaged.', { cause }));
    });
  });
}
