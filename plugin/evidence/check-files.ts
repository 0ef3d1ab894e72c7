// Every file that the manifest names is there, is what it was, and nothing else is there.
import { Digester } from '../domain/formats/digest.js';
import { checkpointPath, comparePaths, entriesPath, envelopePath, manifestPath, proofPath, timeStampPath } from './layout.js';
import type { Manifest } from './manifest-schema.js';
import { Broken } from './package-fault.js';
import type { History, Seal } from './read-history.js';
import type { Source } from './source.js';

/** Throws Broken `file-missing`, then `file-unexpected`, then `file-changed`: each the first by path. */
export async function checkFiles(source: Source, { files }: Manifest, { lines }: Pick<History, 'lines'>, seal: Seal | null): Promise<void> {
  const missing = files.find(({ path }) => !source.files.has(path));
  if (missing) throw new Broken('file-missing', missing.path);
  const known = new Set([
    manifestPath,
    envelopePath,
    entriesPath,
    checkpointPath,
    ...(seal?.timeStamp ? [timeStampPath] : []),
    ...files.map(({ path }) => path),
    ...lines.map(({ index }) => proofPath(index)),
  ]);
  const [unexpected] = [...source.files.keys()].filter((path) => !known.has(path)).sort(comparePaths);
  if (unexpected !== undefined) throw new Broken('file-unexpected', unexpected);
  for (const file of files) if (!(await isUnchanged(source, file))) throw new Broken('file-changed', file.path);
}

async function isUnchanged(source: Source, { path, bytes, sha256, sm3 }: Manifest['files'][number]): Promise<boolean> {
  if (source.files.get(path) !== bytes) return false;
  const digester = new Digester();
  for await (const piece of source.read(path)) digester.update(piece);
  const found = digester.done();
  return found.bytes === bytes && found.sha256 === sha256 && found.sm3 === sm3;
}
