// A file that was just written, read from the medium and not from the memory of what was written, as far as this machine lets one.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** SHA-256, hex. */
export async function sumOf(file: string): Promise<string> {
  return sum(fs.createReadStream(file));
}

async function sum(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** `isCold`: past the cache. Node cannot ask for that (O_DIRECT wants memory that lies on page boundaries); dd of coreutils can. */
export async function readAgain(file: string): Promise<{ sha256: string; isCold: boolean }> {
  const child = spawn('dd', [`if=${path.resolve(file)}`, 'iflag=direct', 'bs=1M', 'status=none'], { stdio: ['ignore', 'pipe', 'ignore'], env: {} });
  const ended = new Promise<boolean>((resolve) => child.once('error', () => resolve(false)).once('close', (code) => resolve(code === 0)));
  const [sha256, isCold] = await Promise.all([sum(child.stdout).catch(() => ''), ended]);
  // No dd, or a file system that has no way past its cache.
  return isCold ? { sha256, isCold } : { sha256: await sumOf(file), isCold };
}
