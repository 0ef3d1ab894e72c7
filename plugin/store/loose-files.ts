// Files of a private folder that others could change or put there: what the gate relies on must be the gate's alone.
import fs from 'node:fs';
import path from 'node:path';

export interface Loose {
  /** Below the folder; `.` is the folder. */
  path: string;
  why: 'open to others' | 'of another user' | 'a link';
}

/** For each entry of the folder what is wrong with it, or null. Follows no link. */
export async function* looseFiles(folder: string, user = process.getuid?.()): AsyncGenerator<Loose | null> {
  const judge = (at: string, stat: fs.Stats, closed: number): Loose | null => {
    if (stat.isSymbolicLink()) return { path: at, why: 'a link' };
    if ((stat.mode & closed) !== 0) return { path: at, why: 'open to others' };
    return user !== undefined && stat.uid !== user ? { path: at, why: 'of another user' } : null;
  };
  // The folder itself keeps everybody out; what lies in it must at least not be changed by others who were let in once.
  yield judge('.', await fs.promises.lstat(folder), 0o077);
  const waiting = ['.'];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const inside = await fs.promises.opendir(path.join(folder, at)).catch(gone);
    if (inside === null) continue;
    for await (const entry of inside) {
      const name = path.join(at, entry.name);
      const stat = await fs.promises.lstat(path.join(folder, name)).catch(gone);
      if (stat === null) continue;
      yield judge(name, stat, 0o022);
      if (stat.isDirectory()) waiting.push(name);
    }
  }
}

/** Taken away meanwhile: work files come and go. */
function gone(thrown: NodeJS.ErrnoException): null {
  if (thrown.code === 'ENOENT') return null;
  throw thrown;
}
