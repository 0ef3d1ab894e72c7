// A backup brought back: into a place that is empty, every destruction of which anybody knows done again before anything is served, every package and
// original verified, and what is destroyed proved gone. A drill does the same and leaves its report alone. One object that is damaged keeps none of the
// others back.
import fs from 'node:fs';
import path from 'node:path';
import { readManifestOf, type BackupManifest } from './back-up.js';
import { unbundle } from './backup/bundle.js';
import { readKeyNote, type KeyNote } from './backup/key-note.js';
import { readIdentity } from './backup/recipient.js';
import { openFrom, sumOf, writeDurable } from './backup/sealed-file.js';
import { verifierKey } from './domain/formats/signed-note.js';
import { noLog } from './domain/log.js';
import { Problem } from './domain/problem.js';
import { keyOf, keyParts } from './domain/request-key.js';
import { verifyPackage } from './evidence/verify.js';
import { writeZip } from './evidence/zip.js';
import { auditNamed } from './export/audit-objects.js';
import { packaged, packagesOf } from './export/deliver.js';
import { destroyedParts, finishDestruction } from './export/destroy-with.js';
import { finishErasure } from './export/erase.js';
import { recordFound } from './export/found-gone.js';
import { namedOf, type Named } from './export/named-objects.js';
import { headOf, sealedName } from './export/object-head.js';
import { PolicyRecord } from './export/policy-record.js';
import { Requests } from './export/requests.js';
import { ScanTurns } from './export/scan-turns.js';
import { releaseStrayScans, sweepScans } from './export/scans.js';
import { Journal } from './journal/journal.js';
import { verifyJournal } from './journal/verify.js';
import { keyCopyName } from './key-copy.js';
import { openKeys, type Keys, type KeySources } from './keys/keys.js';
import { Objects } from './store/objects.js';
import { isObjectId } from './store/segments.js';
import { holdLock } from './store/sqlite.js';
import { openStore, type Store } from './store/store.js';

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
  /** Values that were erased and are mute here too; objects of no request that nothing names any more, papers among them, which are gone. */
  erasedValues: number;
  unnamedGone: number;
  /** Objects that are lacking, or are not what was backed up or sealed. Each is among the findings too. */
  damaged: readonly string[];
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
  /** Master keys of the environment; what opens keys under a passphrase. */
  sources: Pick<KeySources, 'passphrase' | 'masterKeys'>;
  now: () => Date;
}

/** What is put down while it is looked at. */
class Findings {
  readonly list: { what: string; why: string }[] = [];
  readonly damaged = new Set<string>();

  add(what: string, why: string): void {
    this.list.push({ what, why });
  }

  addDamaged(object: string, why: string): void {
    this.damaged.add(object);
    this.add(object, why);
  }
}

interface Place {
  to: string;
  data: string;
  keys: Keys;
  store: Store;
  journal: Journal;
  requests: Requests;
  objects: Objects;
  now: () => Date;
  findings: Findings;
}

/** Problems: `backup-broken`, `key-invalid` (a key that the gate had is not there, or another one), `journal-corrupt`, `state-conflict` (the place is not empty). */
export async function restore({ from, keysFrom, identity: pem, to, sources, now }: RestoreFrom): Promise<RestoreReport> {
  const identity = readIdentity(pem);
  await fs.promises.mkdir(to, { recursive: true, mode: 0o700 });
  if (fs.readdirSync(to).length > 0) throw new Problem('state-conflict', 'The place to restore to is not empty.');
  await fs.promises.chmod(to, 0o700);
  await unbundle(openFrom(path.join(keysFrom, keyCopyName), identity), to);
  const note = readKeyNote(path.join(to, 'keys'));
  if (!note) throw new Problem('backup-broken', 'The copy of the keys does not say what it is a copy of.');
  const keys = openKeys(path.join(to, 'keys'), sources, note.keys);
  const manifest = readManifestOf(from, keys.publicPem('manifest'));
  if (!manifest) throw new Problem('backup-broken', 'There is no backup at that place.');
  if (note.origin !== manifest.origin) throw new Problem('backup-broken', `The keys are of ${note.origin}, the data of ${manifest.origin}.`);
  const dataFile = path.join(from, path.basename(manifest.data.name));
  if ((await sumOf(dataFile)).sha256 !== manifest.data.sha256) throw new Problem('backup-broken', `${manifest.data.name} is not the file that the list names.`);
  await unbundle(openFrom(dataFile, identity), to);
  const data = path.join(to, 'data');
  const findings = new Findings();
  await copyBack(from, data, manifest, findings);
  const vkeys = [keys.log, ...keys.formerLogs].map((key) => verifierKey(manifest.origin, key));
  const verdict = await verifyJournal(path.join(data, 'journal'), vkeys);
  if (!verdict.intact) throw new Problem('journal-corrupt', `The journal of the backup is not what was signed: ${verdict.fault.code} at ${verdict.fault.where}.`);

  const store = await openStore(path.join(data, 'store.sqlite'));
  const journal = await Journal.open({ folder: path.join(data, 'journal'), origin: manifest.origin, key: keys.log, formerKeys: keys.formerLogs, now, hold: holdLock });
  try {
    const requests = new Requests({ journal, store, log: noLog });
    const objects = new Objects({ folder: path.join(data, 'objects'), keys: keys.requests, newId: () => 'none' });
    const place: Place = { to, data, keys, store, journal, requests, objects, now, findings };
    await requests.catchUp();
    const destroyed = await endAgain(place, note);
    const { objectsGone, unnamedGone } = await proveGone(place, destroyed);
    const erasedValues = await proveErased(place);
    const looked = await lookAtObjects(place);
    const packages = await lookAtPackages(place);
    return {
      ...{ backup: manifest.at, at: now().toISOString(), origin: manifest.origin, keyId: keys.keyId('manifest'), entries: verdict.size },
      ...{ packages, objects: looked, destroyedKeys: [...destroyed].sort(), objectsGone, erasedValues, unnamedGone },
      ...{ damaged: [...findings.damaged].sort(), findings: findings.list },
    };
  } finally {
    await journal.close();
    await store.close();
  }
}

/** Each is what it was when it was backed up. */
async function copyBack(from: string, data: string, manifest: BackupManifest, findings: Findings): Promise<void> {
  await fs.promises.mkdir(path.join(data, 'objects'), { recursive: true, mode: 0o700 });
  for (const { object, sha256 } of manifest.objects) {
    if (!isObjectId(object)) throw new Problem('backup-broken', 'The list names an object that no gate makes.');
    const source = path.join(from, 'objects', sealedName(object));
    if (!fs.existsSync(source)) {
      findings.addDamaged(object, 'the backup has no such object, though its list names it');
      continue;
    }
    const copied = await writeDurable(path.join(data, 'objects', sealedName(object)), fs.createReadStream(source, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>);
    if (copied.sha256 !== sha256) findings.addDamaged(object, 'the object is not what was backed up');
  }
}

/**
 * What ended ends again, before anything is looked at: first what the copy of the keys knows and this journal does not say, which is put down in it; then
 * all that it says. Gives the names of all destroyed keys, also of requests that came after this journal's end.
 */
async function endAgain({ keys, requests, store, journal, objects, now }: Place, note: KeyNote): Promise<ReadonlySet<string>> {
  await recordFound(requests, { at: note.at, destroyed: note.destroyed, erased: note.erased });
  const isThere = (key: string): boolean => keys.requests.isThere(key);
  const shred = async (gone: readonly string[]): Promise<void> => gone.forEach((key) => keys.requests.destroy(key));
  await finishDestruction({ requests, shred }, isThere);
  await shred(note.destroyed.filter(isThere));
  for (const id of requests.ids()) await finishErasure(store, requests.state(id));
  await releaseStrayScans({ store, isRequest: (id) => requests.isKnown(id) });
  await sweepScans({ journal, store, objects, scanTurns: new ScanTurns(), reserveBytes: 0, now });
  return new Set([...requests.ids().flatMap((id) => destroyedParts(requests.state(id)).map((part) => keyOf(id, part))), ...note.destroyed]);
}

/**
 * Every object under a destroyed key is tried: none of them may open, by whatever keys there are. What lies under a master key opens as long as that does:
 * of these, what nothing names any more is unlinked, as a gate does at its start.
 */
async function proveGone({ data, objects, requests, journal, store, findings }: Place, destroyed: ReadonlySet<string>): Promise<{ objectsGone: number; unnamedGone: number }> {
  const lists = requests.ids().flatMap((id) => [requests.state(id).copiesDestroyed, requests.state(id).destroyed]).flatMap((end) => (end?.list ? [end.list] : []));
  const named = new Set([...lists, ...new PolicyRecord(journal).texts(), ...(await store.scans.objects())].map(({ object }) => object));
  let [objectsGone, unnamedGone] = [0, 0];
  for (const object of await objects.list()) {
    const head = headOf(path.join(data, 'objects'), object);
    if (typeof head === 'string') {
      findings.addDamaged(object, 'it does not begin like a sealed object');
      continue;
    }
    // What is not what was backed up may say anything of its key.
    if (findings.damaged.has(object)) continue;
    if (head.key === null) {
      if (named.has(object)) continue;
      await objects.remove(object);
      unnamedGone++;
      continue;
    }
    if (!destroyed.has(head.key)) continue;
    const opened = await objects.size(object).then(() => true, () => false);
    if (opened) findings.add(object, `it opens, though its key ${head.key} is destroyed`);
    else {
      objectsGone++;
      await objects.remove(object);
    }
  }
  return { objectsGone, unnamedGone };
}

async function proveErased({ requests, store, findings }: Place): Promise<number> {
  let mute = 0;
  for (const id of requests.ids())
    for (const commitment of requests.state(id).erased)
      if ((await store.personal.standing([commitment])).length === 0) mute++;
      else findings.add(id, `a value of it that was erased is still there: ${commitment}`);
  return mute;
}

async function lookAtObjects(place: Place): Promise<number> {
  const { requests, store, findings } = place;
  const { signal } = new AbortController();
  let looked = 0;
  const look = async (named: Named): Promise<void> => {
    const finding = await auditNamed(place, named, signal);
    if (finding) findings.addDamaged(finding.what, finding.code);
    else looked++;
  };
  for (const scan of await store.scans.objects()) await look({ ...scan, requestId: null });
  for (const id of requests.ids())
    for await (const named of namedOf(place, id)) {
      if ('unreadable' in named) findings.addDamaged(named.unreadable, 'list-unreadable');
      else await look(named);
    }
  return looked;
}

/** Each package of each request, the originals' own too. One at a time lies in the clear, in the place that is restored to: let that be a disk of the gate's own. */
async function lookAtPackages({ to, keys, requests, objects, journal, findings }: Place): Promise<number> {
  let verified = 0;
  const file = path.join(to, 'package.zip');
  for (const id of requests.ids()) {
    const state = requests.state(id);
    if (keyParts.some((part) => destroyedParts(state).includes(part))) continue;
    for (const { part, sealed } of packagesOf(state))
      try {
        await writeDurable(file, writeZip(await packaged({ journal, objects }, state, sealed)));
        const verdict = await verifyPackage(file, keys.publicPem('manifest'));
        if (verdict.intact) verified++;
        else findings.add(id, `its package (${part}) does not verify: ${verdict.fault.code} at ${verdict.fault.where}`);
      } catch (thrown) {
        findings.add(id, `its package (${part}) cannot be made: ${Problem.from(thrown).code}`);
      } finally {
        await fs.promises.rm(file, { force: true });
      }
  }
  return verified;
}
