// One file, replaced whole: what it was is kept beside the record, and a reader at any moment finds the old one or the new one.
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../plugin/domain/problem.js';
import { largestFile } from './settings.js';

/** What a file was, but for its content. `mtime` milliseconds since 1970. */
export interface Nature {
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
}

export interface FoundFile {
  content: Buffer;
  nature: Nature;
}

export const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

/** Null where nothing is there. Problem `config-invalid`: it is no plain file, or too large to be a configuration. */
export async function lookAtFile(file: string): Promise<FoundFile | null> {
  const handle = await fs.open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Problem('config-invalid', `${file} cannot be read; right is to run this as root.`, { cause: error });
  });
  if (!handle) return null;
  try {
    const { mode, uid, gid, mtimeMs, size } = await handle.stat().then((it) => {
      if (!it.isFile() || it.size > largestFile) throw new Problem('config-invalid', `${file} is no file of at most ${largestFile} bytes.`);
      return it;
    });
    const content = Buffer.alloc(size);
    await handle.read(content, 0, size, 0);
    return { content, nature: { mode: mode & 0o7777, uid, gid, mtime: mtimeMs } };
  } finally {
    await handle.close();
  }
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Where it is written before it gets its name. */
export const partOf = (file: string): string => `${file}.exportgate.part`;

/** Content and nature, then the name, then the folder. `mtime` is set only where it is given back. */
export async function writeFile(file: string, content: Buffer, nature: Omit<Nature, 'mtime'> & { mtime?: number }): Promise<void> {
  const part = partOf(file);
  try {
    // What a crash left; `wx` below follows no link that somebody put there.
    await fs.rm(part, { force: true });
    const handle = await fs.open(part, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.chown(nature.uid, nature.gid);
      // After the owner: chown takes set-id bits away.
      await handle.chmod(nature.mode);
      if (nature.mtime !== undefined) await handle.utimes(nature.mtime / 1000, nature.mtime / 1000);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(part, file);
    await syncFolder(path.dirname(file));
  } catch (cause) {
    await fs.rm(part, { force: true }).catch(() => undefined);
    throw new Problem('config-invalid', `${file} cannot be written.`, { cause });
  }
}

export async function removeFile(file: string): Promise<void> {
  await fs.rm(file, { force: true });
  await fs.rm(partOf(file), { force: true });
  await syncFolder(path.dirname(file));
}
