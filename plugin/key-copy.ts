// The copy of the keys, apart from the copy of the data: one file, written whole, so that what was destroyed here is gone there too.
import fs from 'node:fs';
import path from 'node:path';
import type { KeyObject } from 'node:crypto';
import { bundle, type BundleFile } from './backup/bundle.js';
import { sealTo, type Sum } from './backup/sealed-file.js';
import { canonicalJson } from './domain/formats/canonical-json.js';
import { Problem } from './domain/problem.js';

export const keyCopyName = 'keys.sealed';

/** Which keys the journal says are destroyed, so that whoever restores can tell what is gone from what is lost. */
export interface DestroyedKeys {
  version: 1;
  origin: string;
  destroyed: readonly string[];
}

/**
 * Everything in the keys folder but what is only of the moment; master keys of another folder too. Problem `backup-failed`, also where that folder
 * holds none now (a medium that nobody put in): a copy without them would take the place of one that opens something.
 */
export async function writeKeyCopy(
  to: string,
  recipient: KeyObject,
  { keysFolder, masterFolder, ...said }: { keysFolder: string; masterFolder: string | null } & Omit<DestroyedKeys, 'version'>,
): Promise<Sum> {
  const masters = masterFolder === null ? [] : filesIn(masterFolder, 'keys');
  if (masterFolder !== null && masters.length === 0) throw new Problem('backup-failed', 'There is no master key in keys.masterFolder now; the copy of the keys was left as it is.');
  await fs.promises.mkdir(to, { recursive: true, mode: 0o700 });
  const files: BundleFile[] = [
    { path: 'destroyed.json', from: Buffer.from(canonicalJson({ version: 1, ...said } satisfies DestroyedKeys)) },
    ...filesIn(keysFolder, 'keys'),
    ...filesIn(path.join(keysFolder, 'requests'), 'keys/requests'),
    ...masters,
  ];
  return sealTo(path.join(to, keyCopyName), recipient, bundle(files));
}

const filesIn = (folder: string, at: string): BundleFile[] =>
  (fs.existsSync(folder) ? fs.readdirSync(folder) : [])
    .filter((name) => /\.(?:pem|key)$/.test(name) && !name.startsWith('.'))
    .sort()
    .map((name) => ({ path: `${at}/${name}`, from: fs.readFileSync(path.join(folder, name)) }));
