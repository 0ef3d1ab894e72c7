// The shipped policies, copied into a temp folder and edited there: real files, real faults.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const shipped = fileURLToPath(new URL('../../policies', import.meta.url));

/** File → its new text, or null to remove it. */
export type Edits = Record<string, ((text: string) => string) | string | Buffer | null>;

/** Runs `use` on an edited copy of the shipped folder and removes the copy. */
export async function withPolicies<T>(edits: Edits, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'exportgate-policies-'));
  try {
    await cp(shipped, folder, { recursive: true });
    for (const [file, edit] of Object.entries(edits)) {
      const target = path.join(folder, file);
      if (edit === null) await rm(target, { recursive: true });
      else await mkdir(path.dirname(target), { recursive: true });
      if (edit !== null) await writeFile(target, typeof edit === 'function' ? edit(await readFile(target, 'utf8')) : edit);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const append =
  (line: string) =>
  (text: string): string =>
    `${text.trimEnd()}\n${line}\n`;

/** Replaces text that must be there: an edit that changes nothing would test nothing. */
export const replace =
  (from: string, to: string) =>
  (text: string): string => {
    if (!text.includes(from)) throw new Error(`“${from}” does not stand in the file.`);
    return text.replaceAll(from, to);
  };
