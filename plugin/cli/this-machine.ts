// This machine, as an installation sees it: its files, its addresses, its commands.
import { execFile } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import type { Machine, Ran } from '../domain/install.js';

const longest = { milliseconds: 60_000, bytes: 8 * 1024 * 1024 };

export const thisMachine = (state: string, now: () => Date): Machine => ({
  root: '/',
  state: path.resolve(state),
  addresses: Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    // An address of a link wants its interface named beside it, and has the same neighbours as the others.
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address),
  now,
  run,
});

function run(command: string, args: readonly string[], input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(command, [...args], { timeout: longest.milliseconds, maxBuffer: longest.bytes, encoding: 'utf8' }, (error, stdout, stderr) => {
      const code = !error ? 0 : error.code === 'ENOENT' ? 127 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, stdout, stderr });
    });
    // One that ends without reading is judged by how it ended.
    child.stdin?.on('error', () => undefined).end(input);
  });
}
