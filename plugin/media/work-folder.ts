// The only place where footage lies in the clear: one private folder per piece of work, wiped at its end and at start.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

export interface Work {
  /** Absolute, mode 0700. */
  folder: string;
  wipe(): Promise<void>;
}

const prefix = 'work-';

/** A fresh folder under `root`, which is made where it is missing. */
export async function openWork(root: string): Promise<Work> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(path.join(path.resolve(root), prefix)); // mkdtemp makes 0700
  return { folder, wipe: () => rm(folder, { recursive: true, force: true }) };
}

/** What a crash left. At start, before any work is opened; leaves alone whatever `openWork` did not make. */
export async function wipeAll(root: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  for (const name of await readdir(root)) if (name.startsWith(prefix)) await rm(path.join(root, name), { recursive: true, force: true });
}
