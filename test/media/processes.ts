// Which children of this process run a program in a folder: read from /proc.
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';

/** Process ids. Children that ended and were not yet waited for are none. */
export async function childrenCalled(name: string, folder?: string): Promise<number[]> {
  const found: number[] = [];
  for (const id of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = await readFile(`/proc/${id}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [program] = (await readFile(`/proc/${id}/cmdline`, 'utf8')).split('\0');
      const inFolder = folder === undefined || (await readlink(`/proc/${id}/cwd`)).startsWith(folder);
      if (Number(parent) === process.pid && state !== 'Z' && path.basename(program!) === name && inFolder) found.push(Number(id));
    } catch {
      // It ended while it was looked at.
    }
  }
  return found;
}
