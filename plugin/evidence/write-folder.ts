// The package as a folder: the same files as in the archive, whole or not at all.
import fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Problem } from '../domain/problem.js';
import { readExactly } from './read-exactly.js';
import type { PackageFile, UnpackedFile } from './read-exactly.js';

/**
 * Writes into `<folder>.part`, which is renamed to `folder` at the end; `folder` must not exist, its parent must.
 * Problems: `state-conflict` (it exists), `object-corrupt`, `disk-full`.
 */
export async function writeFolder(files: readonly (PackageFile | UnpackedFile)[], folder: string): Promise<void> {
  const target = resolve(folder);
  const part = `${target}.part`;
  if (fs.existsSync(target)) throw new Problem('state-conflict', 'There is something at the place of the package already.');
  await fs.promises.rm(part, { recursive: true, force: true });
  try {
    await fs.promises.mkdir(part, { mode: 0o700 });
    const folders = new Set([part]);
    for (const file of files) {
      const path = join(part, ...file.path.split('/'));
      await fs.promises.mkdir(dirname(path), { recursive: true });
      for (let up = dirname(path); !folders.has(up); up = dirname(up)) folders.add(up);
      await writeFile(file, path);
    }
    for (const each of folders) await syncFolder(each);
    await fs.promises.rename(part, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await fs.promises.rm(part, { recursive: true, force: true });
    throw translate(error);
  }
}

async function writeFile(file: PackageFile | UnpackedFile, path: string): Promise<void> {
  const handle = await fs.promises.open(path, 'wx', 0o600);
  try {
    for await (const bytes of readExactly(file)) await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename is durable once the folder that names it is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.promises.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function translate(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EFBIG') return error;
  return new Problem('disk-full', 'There is no room for the package.', { cause: error });
}
