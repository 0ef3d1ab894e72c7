// A package as the verifier reads it: an archive or a folder, one shape.
import fs from 'node:fs';
import { Problem } from '../domain/problem.js';
import { openFolder } from './folder.js';
import { Broken } from './package-fault.js';
import type { PackageFaultCode } from './package-fault.js';
import { openArchive } from './unzip.js';

export interface Source {
  /** Path → bytes, of everything that is there. */
  files: ReadonlyMap<string, number>;
  /** The file's bytes in pieces of at most 1 MiB. Throws Broken `file-missing`. */
  read(path: string): AsyncIterable<Buffer>;
  /** Once every file was read: throws Broken `archive-malformed` where the archive holds the right files in another than the canonical form. */
  settle(): void;
  close(): Promise<void>;
}

/** Problem `not-found` where there is neither file nor folder; Broken `archive-malformed`, `file-unexpected`. */
export async function openSource(path: string): Promise<Source> {
  const stat = await fs.promises.stat(path).catch((cause: unknown) => {
    throw new Problem('not-found', 'There is no package at this place.', { cause });
  });
  if (stat.isDirectory()) return openFolder(path);
  if (!stat.isFile()) throw new Broken('archive-malformed', 'archive');
  return openArchive(path);
}

/** A whole file of at most `limit` bytes. Throws Broken: `file-missing`, or `tooLarge` where it is larger. */
export async function readWhole(source: Source, path: string, limit: number, tooLarge: PackageFaultCode): Promise<Buffer> {
  const bytes = source.files.get(path);
  if (bytes === undefined) throw new Broken('file-missing', path);
  if (bytes > limit) throw new Broken(tooLarge, path);
  const pieces: Buffer[] = [];
  for await (const piece of source.read(path)) pieces.push(piece);
  return Buffer.concat(pieces);
}
