// A fetched archive becomes the same package as a folder.
import { Problem } from '../domain/problem.js';
import { Broken } from './package-fault.js';
import { openArchive } from './unzip.js';
import { writeFolder } from './write-folder.js';

/** Problems: `object-corrupt` (the archive is not one of ours, or not whole), `state-conflict` (the folder exists), `disk-full`. */
export async function unpackArchive(archive: string, folder: string): Promise<void> {
  try {
    const source = await openArchive(archive);
    try {
      await writeFolder(
        [...source.files].map(([path, bytes]) => ({ path, bytes, read: () => source.read(path) })),
        folder,
      );
      source.settle();
    } finally {
      await source.close();
    }
  } catch (thrown) {
    if (thrown instanceof Broken)
      throw new Problem('object-corrupt', `The fetched archive is not whole: ${thrown.code} at ${thrown.where}.`, { cause: thrown });
    throw thrown;
  }
}
