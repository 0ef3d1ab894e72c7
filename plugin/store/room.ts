// How much room a folder's disk has left, before footage is fetched.
import fs from 'node:fs';
import { Problem } from '../domain/problem.js';

/** Bytes that this process may still write there (blocks reserved for root do not count). Problem `store-unavailable`. */
export async function roomIn(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await fs.promises.statfs(folder);
    return bavail * bsize;
  } catch (cause) {
    throw new Problem('store-unavailable', 'The disk of the sealed store does not tell its free room.', { cause });
  }
}
