// Every listed file is there, nothing else is, and each is what its sums say.
import { Broken } from './broken.js';
import { compareTexts, hexOf } from './bytes.js';
import { entriesPath, type History } from './history.js';
import { checkpointPath, proofPath } from './inclusion.js';
import { stampPath, type ListedFile } from './manifest.js';
import { Sha256, sha256 } from './sha256.js';
import { Sm3 } from './sm3.js';
import { readWhole, type Source } from './source.js';

/** Bytes of the listed files read so far, and all of them; the file that is being read. */
export type OnProgress = (done: number, all: number, path: string) => void;

/** Throws Broken `file-missing`, then `file-unexpected`, then `file-changed`: each the first by path. */
export async function checkFiles(
  source: Source,
  files: readonly ListedFile[],
  lines: History['lines'],
  stamp: string | null,
  onProgress: OnProgress,
): Promise<void> {
  if (stamp !== null) await checkStamp(source, stamp);
  const absent = files.find(({ path }) => !source.files.has(path));
  if (absent) throw new Broken('file-missing', absent.path);
  const known = new Set(['manifest.json', 'manifest.dsse.json', entriesPath, checkpointPath]);
  if (stamp !== null) known.add(stampPath);
  for (const { path } of files) known.add(path);
  for (const { index } of lines) known.add(proofPath(index));
  const [added] = [...source.files.keys()].filter((path) => !known.has(path)).sort(compareTexts);
  if (added !== undefined) throw new Broken('file-unexpected', added);
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const file of files) {
    if (source.files.get(file.path) !== file.bytes) throw new Broken('file-changed', file.path);
    const [sha256, sm3] = [new Sha256(), new Sm3()];
    let bytes = 0;
    for await (const piece of source.read(file.path)) {
      sha256.update(piece);
      sm3.update(piece);
      bytes += piece.length;
      onProgress((done += piece.length), all, file.path);
    }
    const isSame = bytes === file.bytes && hexOf(sha256.done()) === file.sha256 && hexOf(sm3.done()) === file.sm3;
    if (!isSame) throw new Broken('file-changed', file.path);
  }
}

const mostStampBytes = 64 * 1024;

/** The time stamp is the one that was sealed. Whether its authority is one to believe, this page cannot say. */
async function checkStamp(source: Source, stamp: string): Promise<void> {
  const bytes = await readWhole(source, stampPath, mostStampBytes, 'file-changed');
  if (hexOf(sha256(bytes)) !== stamp) throw new Broken('file-changed', stampPath);
}
