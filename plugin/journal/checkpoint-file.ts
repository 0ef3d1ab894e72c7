// What the journal has signed last, in a file of its own beside the entries; and all leaf hashes, to name a changed entry by.
import fs from 'node:fs';
import path from 'node:path';

const hashBytes = 32;

/** Temporary file, fsync, rename, fsync of the folder: the old checkpoint or the new one, never half of one. */
export async function writeCheckpoint(folder: string, note: string): Promise<void> {
  const temporary = path.join(folder, 'checkpoint.part');
  const handle = await fs.promises.open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(note);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await fs.promises.rename(temporary, path.join(folder, 'checkpoint'));
  await syncFolder(folder);
}

/**
 * `leaves`: the leaf hashes behind each other, 32 bytes each. Nothing is decided by this file: it counts only where the root over
 * it is the signed one, and then it tells *which* entry is not what it was. Lost, it is written again at the next start.
 */
export async function writeLeaves(folder: string, from: number, hashes: readonly Buffer[]): Promise<void> {
  const handle = await fs.promises.open(path.join(folder, 'leaves'), fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
  try {
    await handle.truncate(from * hashBytes);
    await handle.write(Buffer.concat(hashes), 0, hashes.length * hashBytes, from * hashBytes);
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.promises.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
