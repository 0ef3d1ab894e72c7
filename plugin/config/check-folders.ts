// Where things lie: keys apart from data, nothing precious where work is wiped, and what must be there is there.
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fault, type Check } from './check.js';
import { fromFile, liesIn, reallyAt } from './folders.js';

/** The keys open what the data folder holds: a copy of one must not bring the other. The work folder is wiped at every start. */
export const foldersApart: Check = async ({ dataFolder, keysFolder, keys, policiesFolder, workFolder, backup }, { file }) => {
  const given = {
    ...{ dataFolder, keysFolder, policiesFolder, workFolder: workFolder ?? (dataFolder && join(dataFolder, 'work')) },
    ...{ 'keys.masterFolder': keys?.masterFolder, 'keys.passphraseFile': keys?.passphraseFile, 'backup.keys': backup?.keys },
  };
  const at = new Map<string, string>();
  for (const [name, path] of Object.entries(given)) if (path) at.set(name, await reallyAt(fromFile(file, path)));
  const refused: [inner: string, outer: string, why: string][] = [
    ['keysFolder', 'dataFolder', 'whoever copies the data would have the keys'],
    ['dataFolder', 'keysFolder', 'whoever copies the keys would have the data'],
    ['keysFolder', 'workFolder', 'the work folder is wiped at every start'],
    ['workFolder', 'keysFolder', 'footage in work would lie beside the keys'],
    ['dataFolder', 'workFolder', 'the work folder is wiped at every start'],
    ['policiesFolder', 'workFolder', 'the work folder is wiped at every start'],
    ['policiesFolder', 'keysFolder', 'people who edit policies would reach the keys'],
    ['keys.masterFolder', 'dataFolder', 'whoever copies the data would have the keys'],
    ['keys.masterFolder', 'workFolder', 'the work folder is wiped at every start'],
    ['keys.passphraseFile', 'keysFolder', 'whoever copies the keys would have what opens them'],
    ['keys.passphraseFile', 'keys.masterFolder', 'whoever copies the keys would have what opens them'],
    ['keys.passphraseFile', 'dataFolder', 'it would go where the data goes'],
    ['backup.keys', 'dataFolder', 'whoever copies the data would have the keys'],
    ['backup.keys', 'workFolder', 'the work folder is wiped at every start'],
    ['backup.keys', 'keysFolder', 'it would go with what it is a copy of'],
  ];
  return refused.flatMap(([inner, outer, why]) => {
    const [innerAt, outerAt] = [at.get(inner), at.get(outer)];
    if (!innerAt || !outerAt || !liesIn(outerAt, innerAt)) return [];
    return [fault('folders-mixed', inner, `It lies inside ${outer}: ${why}. Right is a folder of its own.`)];
  });
};

/** A checkpoint that lies with the journal is lost, or put back, together with it. */
export const checkpointApart: Check = async ({ journal, dataFolder }, { file }) => {
  if (!journal?.heldCheckpoint || !dataFolder) return [];
  const [held, data] = [await reallyAt(fromFile(file, journal.heldCheckpoint)), await reallyAt(fromFile(file, dataFolder))];
  if (!liesIn(data, held)) return [];
  return [fault('folders-mixed', 'journal.heldCheckpoint', 'It lies inside dataFolder; right is a file on another machine’s share.')];
};

/** Files and folders that must be there already. */
export const thingsThere: Check = async ({ policiesFolder, listen, ffmpeg, journal }, { file }) => {
  const wanted: [where: string, path: string | null | undefined, mode: number, kind: 'folder' | 'file', right: string][] = [
    ['policiesFolder', policiesFolder, constants.R_OK, 'folder', 'the folder with model.conf and the policy tables'],
    ['listen.tls.certFile', listen?.tls?.certFile, constants.R_OK, 'file', 'a certificate chain in PEM that this process may read'],
    ['listen.tls.keyFile', listen?.tls?.keyFile, constants.R_OK, 'file', 'a private key in PEM that this process may read'],
    ['journal.heldCheckpoint', journal?.heldCheckpoint && dirname(journal.heldCheckpoint), constants.W_OK, 'folder', 'a file in a folder that is there and that this process may write to'],
    ['ffmpeg.path', ffmpeg?.path, constants.X_OK, 'file', 'an ffmpeg that this process may run'],
  ];
  const faults = await Promise.all(
    wanted.map(async ([where, path, mode, kind, right]) => {
      if (!path || (await isThere(fromFile(file, path), mode, kind))) return [];
      return [fault('file-missing', where, `There is none; right is ${right}.`)];
    }),
  );
  return faults.flat();
};

const isThere = (path: string, mode: number, kind: 'folder' | 'file'): Promise<boolean> =>
  Promise.all([stat(path), access(path, mode)]).then(
    ([found]) => (kind === 'folder' ? found.isDirectory() : found.isFile()),
    () => false,
  );
