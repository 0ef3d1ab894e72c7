// Asks the configured program for the unit's e-seal: the bytes to be signed on its standard input, a detached CMS (DER) on its standard output. What it gives is checked
// before it is used; where the key lies is the program's affair, and never the gate's.
import { spawn } from 'node:child_process';
import type { X509Certificate } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import { checkSeal } from './check-seal.js';

/** Room for a CMS with its certificates. */
export const mostSealBytes = 16 * 1024;
const keptComplaint = 2_000;

export interface SealProgram {
  /** Absolute path and arguments; run without a shell and with an empty environment. */
  command: readonly [program: string, ...args: string[]];
  authorities: readonly X509Certificate[];
  timeoutMs: number;
}

/** Problem `seal-missing`: says what was wrong; what the program complained of is for the log alone. */
export async function askSeal({ command, authorities, timeoutMs }: SealProgram, signed: Buffer, now: Date): Promise<Buffer> {
  const cms = await run(command, signed, timeoutMs);
  const fault = checkSeal(cms, signed, authorities, now);
  if (fault) throw missing(`what it gave is not to be used (${fault})`);
  return cms;
}

function run([program, ...args]: SealProgram['command'], input: Buffer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // A group of its own: what a script started ends with it, or its pipes would keep the paper waiting.
    const child = spawn(program, args, { env: {}, stdio: ['pipe', 'pipe', 'pipe'], detached: true, windowsHide: true });
    const pieces: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    let failure: Problem | null = null;
    const stop = (problem: Problem): void => {
      failure ??= problem;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(() => stop(missing(`its program did not end within ${timeoutMs / 1000} s`)), timeoutMs);
    child.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > mostSealBytes) stop(missing(`its program gave more than ${mostSealBytes} bytes`));
      else pieces.push(piece);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-keptComplaint)));
    // One that ends without reading says so by its code.
    child.stdin.on('error', () => undefined).end(input);
    child.on('error', (cause) => (failure ??= missing('its program could not be started', cause)));
    child.on('close', (code, killedBy) => {
      clearTimeout(timer);
      if (failure) return reject(failure);
      if (code !== 0) return reject(missing('its program ended with an error', new Error(`${killedBy ?? `code ${code}`}: ${complaint}`)));
      resolve(Buffer.concat(pieces));
    });
  });
}

const missing = (why: string, cause?: unknown): Problem => new Problem('seal-missing', `The e-seal was not put on the papers: ${why}.`, { cause });
