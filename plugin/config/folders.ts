// Where folders really lie: a link must not bring the keys into the data folder behind our back.
import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** The real path, where the last parts may not exist yet. */
export async function reallyAt(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await reallyAt(parent), basename(path));
  }
}

/** Is `inner` the folder `outer`, or inside it? */
export function liesIn(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** Relative paths start at the folder of the configuration file. */
export const fromFile = (file: string, path: string): string => resolve(dirname(resolve(file)), path);
