// A package that lies open in a folder.
import { Broken } from './broken.js';
import { compareTexts } from './bytes.js';
import { isPackagePath, mostFiles } from './shape.js';
import { readPieces, type Readable, type Source } from './source.js';

/** What was found in a folder, by its path in it; null is a folder in which there is nothing. */
export type Found = ReadonlyMap<string, Readable | null>;

/** As names are sorted folder by folder. */
function compareByFolder(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at < 0 ? left.length - right.length : right[at] === undefined ? 1 : compareTexts(left[at]!, right[at]);
}

/** Throws Broken `file-unexpected`: an empty folder, or a name that nothing of a package may bear. */
export function openFolder(found: Found): Source {
  const files = new Map<string, number>();
  for (const path of [...found.keys()].sort(compareByFolder)) {
    const parts = path.split('/');
    const bad = parts.map((_, i) => parts.slice(0, i + 1).join('/')).find((prefix) => !isPackagePath(prefix));
    const content = found.get(path);
    if (bad !== undefined || !content || files.size >= mostFiles) throw new Broken('file-unexpected', bad ?? path);
    files.set(path, content.size);
  }
  return {
    files,
    read: (path) => {
      const content = found.get(path);
      if (!content) throw new Broken('file-missing', path);
      return readPieces(content, 0, content.size);
    },
    settle: () => undefined,
  };
}
