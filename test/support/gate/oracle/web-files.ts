// What the video system's own web folder holds: its files byte for byte, and pictures inside of them (a style sheet's, as data: addresses).
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { carve } from './carve.js';
import { unwrap } from './unwrap.js';

export const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');

/** Digests. Links are followed, each folder once. */
export async function webFiles(folders: readonly string[]): Promise<ReadonlySet<string>> {
  const digests = new Set<string>();
  const seen = new Set<string>();
  const read = async (place: string): Promise<void> => {
    const found = await stat(place).catch(() => null);
    const key = `${found?.dev}/${found?.ino}`;
    if (!found || seen.has(key)) return;
    seen.add(key);
    if (found.isDirectory()) for (const name of await readdir(place)) await read(path.join(place, name));
    if (found.isFile() && found.size > 0) take(await readFile(place));
  };
  const take = (bytes: Buffer): void => {
    digests.add(digestOf(bytes));
    for (const carved of bytes.includes('data:image/')
      ? unwrap({ headers: {}, body: bytes }).payloads.flatMap((payload) => carve(payload.bytes))
      : carve(bytes))
      digests.add(digestOf(carved.bytes));
  };
  for (const folder of folders) await read(folder);
  return digests;
}
