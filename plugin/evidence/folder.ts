// A package that lies open in a folder, read by the verifier.
import fs from 'node:fs';
import { join } from 'node:path';
import { comparePaths, isPackagePath, maxFiles } from './layout.js';
import { Broken } from './package-fault.js';
import { readRange } from './read-range.js';
import type { Source } from './source.js';

/** Links are not followed: what they point to is not in the package. Throws Broken `file-unexpected`. */
export async function openFolder(root: string): Promise<Source> {
  const files = new Map<string, number>();
  await collect(root, '', files);
  return {
    files,
    read: (path) => readFile(root, path),
    settle: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** Only regular files, folders that hold something, and names that a package may have. The path's length bounds the depth. */
async function collect(root: string, folder: string, files: Map<string, number>): Promise<void> {
  const names = (await fs.promises.readdir(join(root, folder))).sort(comparePaths);
  if (names.length === 0 && folder !== '') throw new Broken('file-unexpected', folder);
  for (const name of names) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (!isPackagePath(path) || files.size >= maxFiles) throw new Broken('file-unexpected', path);
    const stat = await fs.promises.lstat(join(root, path));
    if (stat.isDirectory()) await collect(root, path, files);
    else if (stat.isFile()) files.set(path, stat.size);
    else throw new Broken('file-unexpected', path);
  }
}

async function* readFile(root: string, path: string): AsyncIterable<Buffer> {
  const handle = await fs.promises.open(join(root, path), fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === 'ENOENT' || code === 'ELOOP' ? new Broken('file-missing', path) : error;
  });
  try {
    yield* readRange(handle, 0, (await handle.stat()).size);
  } finally {
    await handle.close();
  }
}
