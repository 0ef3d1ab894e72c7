// A program of the machine's, by a list of arguments and no shell. Rejects with the end of what it complained of.
import { spawn } from 'node:child_process';
import { Problem } from '../domain/problem.js';

const mostComplaint = 4_096;

export function runProgram(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    // Its messages in one language, and nothing else of ours.
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/local/bin' }, windowsHide: true });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString('utf8')).slice(-mostComplaint)));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Problem('internal', `${program} ended ${code}.`, { cause: new Error(complaint) }))));
  });
}
