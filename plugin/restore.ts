// A backup brought back: into a place that is empty, every destruction of which anybody knows done again before anything is served, every package and
// original verified, and what is destroyed proved gone. A drill does the same and leaves its report alone.
import fs from 'node:fs';
import path from 'node:path';
import { readManifestOf, keyIdOf, type BackupManifest } from './back-up.js';
import { unbundle } from './backup/bundle.js';
import { readIdentity } from './backup/recipient.js';
import { openFrom, sumOf, writeDurable } from './backup/sealed-file.js';
import { noLog } from './domain/log.js';
import { verifierKey } from './domain/formats/signed-note.js';
import { Problem } from './domain/problem.js';
import { keyOf, keyParts } from './domain/request-key.js';
import { writeZip } from './evidence/zip.js';
import { verifyPackage } from './evidence/verify.js';
import { auditNamed } from './export/audit-objects.js';
import { packaged, packagesOf } from './export/deliver.js';
import { destroyedParts, finishDestruction } from './export/destroy-with.js';
import { namedOf, type Named } from './export/named-objects.js';
import { Requests } from './export/requests.js';
import { Journal } from './journal/journal.js';
import { verifyJournal } from './journal/verify.js';
import { keyCopyName, type DestroyedKeys } from './key-copy.js';
import { loadKeys, type KeySources } from './keys/keys.js';
import { Objects } from './store/objects.js';
import { holdLock } from './store/sqlite.js';
import { openStore } from './store/store.js';

export interface RestoreReport {
  /** When the backup was made, and when it was restored. */
  backup: string;
  at: string;
  origin: string;
  /** SHA-256 of the SubjectPublicKeyInfo of the key that signed the list: compare it with the one that is known. */
  keyId: string;
  entries: number;
  /** Packages that verify, and objects that open and are what the journal says. */
  packages: number;
  objects: number;
  /** Keys that are destroyed, and objects under them of which none opens. */
  destroyedKeys: readonly string[];
  objectsGone: number;
  /** What should not be so; empty: all is as it should be. */
  findings: readonly { what: string; why: string }[];
}

export interface RestoreFrom {
  from: string;
  keysFrom: string;
  /** PEM. */
  identity: string;
  /** Made; refused where something lies in it. */
  to: string;
  sources: KeySources;
  now: () => Date;
}

/** Problems: `backup-broken`, `key-invalid`, `journal-corrupt`, `state-conflict` (the place is not empty). */
export async function restore({ from, keysFrom, identity: pem, to, sources, now }: RestoreFrom): Promise<RestoreReport> {
  const identity = readIdentity(pem);
  await fs.promises.mkdir(to, { recursive: true, mode: 0o700 });
  if (fs.readdirSync(to).length > 0) throw new Problem('state-conflict', 'The place to restore to is not empty.');
  await fs.promises.chmod(to, 0o700);
  await unbundle(openFrom(path.join(keysFrom, keyCopyName), identity), to);
  const keys = loadKeys(path.join(to, 'keys'), sources);
  const manifest = readManifestOf(from, keys.publicPem('manifest'));
  if (!manifest) throw new Problem('backup-broken', 'There is no backup at that place.');
  const dataFile = path.join(from, path.basename(manifest.data.name));
  if ((await sumOf(dataFile)).sha256 !== manifest.data.sha256) throw new Problem('backup-broken', `${manifest.data.name} is not the file that the list names.`);
  await unbundle(openFrom(dataFile, identity), to);
  const data = path.join(to, 'data');
  const findings: { what: string; why: string }[] = [];
  await copyBack(from, data, manifest, findings);
  const known = JSON.parse(fs.readFileSync(path.join(to, 'destroyed.json'), 'utf8')) as DestroyedKeys;
  const vkeys = [keys.log, ...keys.formerLogs].map((key) => verifierKey(manifest.origin, key));
  const verdict = await verifyJournal(path.join(data, 'journal'), vkeys);
  if (!verdict.intact) throw new Problem('journal-corrupt', `The journal of the backup is not what was signed: ${verdict.fault.code} at ${verdict.fault.where}.`);

  const store = await openStore(path.join(data, 'store.sqlite'));
  const journal = await Journal.open({ folder: path.join(data, 'journal'), origin: manifest.origin, key: keys.log, formerKeys: keys.formerLogs, now, hold: holdLock });
  try {
    const requests = new Requests({ journal, store, log: noLog });
    const objects = new Objects({ folder: path.join(data, 'objects'), keys: keys.requests, newId: () => 'none' });
    await requests.catchUp();
    // First what the journal says, then what is newer than it.
    const isThere = (key: string): boolean => keys.requests.isThere(key);
    const shred = async (gone: readonly string[]): Promise<void> => gone.forEach((key) => keys.requests.destroy(key));
    await finishDestruction({ requests, shred }, isThere);
    await shred(known.destroyed.filter(isThere));
    const destroyed = new Set([...requests.ids().flatMap((id) => destroyedParts(requests.state(id)).map((part) => keyOf(id, part))), ...known.destroyed]);

    const objectsGone = await proveGone(data, objects, destroyed, findings);
    const looked = await lookAtObjects({ requests, objects }, await store.scans.objects(), destroyed, findings);
    const packages = await lookAtPackages({ requests, objects, journal }, to, keys.publicPem('manifest'), destroyed, findings);
    return {
      ...{ backup: manifest.at, at: now().toISOString(), origin: manifest.origin, keyId: keys.keyId('manifest'), entries: verdict.size },
      ...{ packages, objects: looked, destroyedKeys: [...destroyed].sort(), objectsGone, findings },
    };
  } finally {
    await journal.close();
    await store.close();
  }
}

/** Each is what it was when it was backed up. */
async function copyBack(from: string, data: string, manifest: BackupManifest, findings: RestoreReport['findings'][number][]): Promise<void> {
  await fs.promises.mkdir(path.join(data, 'objects'), { recursive: true, mode: 0o700 });
  for (const { object, sha256 } of manifest.objects) {
    if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(object)) throw new Problem('backup-broken', 'The list names an object that no gate makes.');
    const source = path.join(from, 'objects', `${object}.sealed`);
    if (!fs.existsSync(source)) {
      findings.push({ what: object, why: 'the backup has no such object, though its list names it' });
      continue;
    }
    const copied = await writeDurable(path.join(data, 'objects', `${object}.sealed`), fs.createReadStream(source, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>);
    if (copied.sha256 !== sha256) findings.push({ what: object, why: 'the object is not what was backed up' });
  }
}

/** Every object under a destroyed key is tried: none of them may open, by whatever keys there are. */
async function proveGone(data: string, objects: Objects, destroyed: ReadonlySet<string>, findings: RestoreReport['findings'][number][]): Promise<number> {
  let gone = 0;
  for (const object of await objects.list()) {
    const key = keyIdOf(path.join(data, 'objects', `${object}.sealed`), object);
    if (key === null || !destroyed.has(key)) continue;
    const opened = await objects.size(object).then(() => true, () => false);
    if (opened) findings.push({ what: object, why: `it opens, though its key ${key} is destroyed` });
    else {
      gone++;
      await objects.remove(object);
    }
  }
  return gone;
}

/** Of what was destroyed after the backup was made its journal does not know; the keys' copy knows better. */
async function lookAtObjects(
  parts: { requests: Requests; objects: Objects },
  scans: readonly Omit<Named, 'requestId'>[],
  destroyed: ReadonlySet<string>,
  findings: RestoreReport['findings'][number][],
): Promise<number> {
  const { requests } = parts;
  const { signal } = new AbortController();
  let looked = 0;
  const look = async (named: Named): Promise<void> => {
    const finding = await auditNamed(parts, named, signal);
    if (finding) findings.push({ what: finding.what, why: finding.code });
    else looked++;
  };
  for (const scan of scans) await look({ ...scan, requestId: null });
  for (const id of requests.ids()) {
    const here = destroyedParts(requests.state(id));
    if (keyParts.some((part) => destroyed.has(keyOf(id, part)) && !here.includes(part))) continue;
    for await (const named of namedOf(parts, id)) {
      if ('unreadable' in named) findings.push({ what: named.unreadable, why: 'list-unreadable' });
      else await look(named);
    }
  }
  return looked;
}

/** One package at a time lies in the clear, in the place that is restored to: let that be a disk of the gate's own. */
async function lookAtPackages(
  { requests, objects, journal }: { requests: Requests; objects: Objects; journal: Journal },
  to: string,
  publicPem: string,
  destroyed: ReadonlySet<string>,
  findings: RestoreReport['findings'][number][],
): Promise<number> {
  let verified = 0;
  const file = path.join(to, 'package.zip');
  for (const id of requests.ids()) {
    const state = requests.state(id);
    if (destroyed.has(keyOf(id, 'copies')) || destroyed.has(keyOf(id, 'original'))) continue;
    for (const { part, sealed } of packagesOf(state))
      try {
        await writeDurable(file, writeZip(await packaged({ journal, objects }, state, sealed)));
        const verdict = await verifyPackage(file, publicPem);
        if (verdict.intact) verified++;
        else findings.push({ what: id, why: `its package (${part}) does not verify: ${verdict.fault.code} at ${verdict.fault.where}` });
      } catch (thrown) {
        findings.push({ what: id, why: `its package (${part}) cannot be made: ${Problem.from(thrown).code}` });
      } finally {
        await fs.promises.rm(file, { force: true });
      }
  }
  return verified;
}
