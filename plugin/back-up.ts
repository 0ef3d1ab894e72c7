// A backup of a gate that goes on running: data to one place, keys to another. Objects as they lie, each once; what is in the clear (journal, database,
// policies) sealed for the recipient; a signed list of all of it last.
import { createPublicKey } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { bundle, type BundleFile } from './backup/bundle.js';
import { readRecipient } from './backup/recipient.js';
import { sealTo, sumOf, syncFolder, writeDurable, type Sum } from './backup/sealed-file.js';
import type { Config } from './config/config.js';
import { canonicalJson } from './domain/formats/canonical-json.js';
import { openEnvelope, signEnvelope } from './domain/formats/dsse.js';
import { Problem, type Fault } from './domain/problem.js';
import { fitsSignature, signBytes } from './evidence/signature.js';
import { keyBookOf } from './export/key-book.js';
import { headBytes, headOf, sealedEnd, sealedName } from './export/object-head.js';
import { readEntries, wholeLines, type ToldByJournal } from './export/read-entries.js';
import { writeKeyCopy } from './key-copy.js';
import type { Keys } from './keys/keys.js';
import { readFiles } from './policy/folder.js';
import { holdLock, openSqlite } from './store/sqlite.js';

export const backupPayloadType = 'application/vnd.exportgate.backup+json; version=1';
export const manifestName = 'backup.json';

export interface BackupObject extends Sum {
  object: string;
}

/** What is signed. */
export interface BackupManifest {
  version: 1;
  at: string;
  origin: string;
  gate: string;
  /** Bytes of entries.ndjson. */
  journalBytes: number;
  /** The sealed bundle beside the list. */
  data: Sum & { name: string };
  objects: readonly BackupObject[];
}

export interface BackupReport {
  at: string;
  objects: number;
  bytes: number;
  /** New in this backup. */
  copied: number;
  /** Were there, but not as they were written: taken anew. */
  repaired: readonly string[];
  /** Taken away: destroyed, or erased. */
  pruned: number;
  /** There and not here any more, though nothing destroyed them: somebody should look. */
  lost: readonly string[];
  /** Not what they were when they were sealed, here or there; what of them is whole somewhere is in the backup. */
  damaged: readonly string[];
  keys: string;
  /** Entries came in faster than the database could be taken: it knows less than the journal beside it. Personal values of those are in the next backup. */
  databaseBehind: boolean;
}

export interface BackupOptions {
  /** Keys and data on one disk all the same. */
  sameDisk?: boolean;
  /** Everything that is there already is read and summed too. */
  verify?: boolean;
}

interface Parts {
  config: Config;
  keys: Keys;
  version: string;
  now: () => Date;
}

/** `to`, `keysTo`: folders. Problems: `backup-failed`, `config-invalid`, `key-invalid`, `state-conflict`. */
export async function backUp({ config, keys, version, now }: Parts, to: string, keysTo: string | null, { sameDisk = false, verify = false }: BackupOptions = {}): Promise<BackupReport> {
  const { recipient, keysFolder } = expectBackup(config, keysTo);
  const { dataFolder } = config;
  const at = now().toISOString();
  const objectsTo = path.join(to, 'objects');
  await fs.promises.mkdir(objectsTo, { recursive: true, mode: 0o700 });
  await fs.promises.mkdir(keysFolder, { recursive: true, mode: 0o700 });
  expectApart(to, keysFolder, sameDisk);
  const release = await holdBoth(path.join(dataFolder, 'backup.lock'), path.join(to, 'lock'));
  const temporary = path.join(dataFolder, '.backup.sqlite');
  try {
    for (const folder of [to, objectsTo]) for (const left of fs.readdirSync(folder)) if (left.endsWith('.part')) await fs.promises.rm(path.join(folder, left), { force: true });
    const before = readManifestOf(to, keys.publicPem('manifest'));
    const { files, journalBytes, databaseBehind } = await takeSnapshot(config, temporary);
    const name = `data-${at.replace(/[^0-9]/g, '')}.sealed`;
    const data = { name, ...(await sealTo(path.join(to, name), recipient, bundle(files))) };
    const entries = path.join(dataFolder, 'journal/entries.ndjson');
    const taken = namedIn(await readEntries(entries, journalBytes), await scansIn(temporary));
    const { objects, copied, repaired, damaged } = await copyObjects(path.join(dataFolder, 'objects'), objectsTo, before, verify);
    // After the objects: what wraps them is there. Before the list: a list never names what nothing opens.
    const { masterFolder } = config.keys;
    const book = async () => keyBookOf((await readEntries(entries)).states);
    await writeKeyCopy({ to: keysFolder, recipient, keysFolder: config.keysFolder, masterFolder, dataFolder, origin: config.journal.origin, known: keys.known, book, now });
    const here = new Set(objects.map(({ object }) => object));
    const nowNamed = namedIn(await readEntries(entries), await scansIn(path.join(dataFolder, 'store.sqlite')));
    const left = await leftBehind(objectsTo, (before?.objects ?? []).filter(({ object }) => !here.has(object)), taken, nowNamed, verify);
    const manifest: BackupManifest = { version: 1, at, origin: config.journal.origin, gate: version, journalBytes, data, objects: [...objects, ...left.kept].sort(byName) };
    const envelope = signEnvelope(backupPayloadType, Buffer.from(canonicalJson(manifest as never)), keys.keyId('manifest'), keys.manifest, signBytes);
    await writeDurable(path.join(to, manifestName), once(Buffer.from(envelope)));
    // From here on the list before it is none any more, and what no list names is of no use.
    for (const old of fs.readdirSync(to)) if (/^data-\d+\.sealed/.test(old) && old !== name) await fs.promises.rm(path.join(to, old), { force: true });
    const listed = new Set(manifest.objects.map(({ object }) => object));
    for (const object of sealedIn(objectsTo)) if (!listed.has(object)) await fs.promises.rm(path.join(objectsTo, sealedName(object)), { force: true });
    await syncFolder(objectsTo);
    const bytes = manifest.objects.reduce((sum, it) => sum + it.bytes, 0);
    return { at, objects: manifest.objects.length, bytes, copied, repaired, pruned: left.gone.length, lost: left.lost, damaged: [...damaged, ...left.damaged].sort(), keys: keysFolder, databaseBehind };
  } finally {
    for (const name of snapshotFiles(temporary)) await fs.promises.rm(name, { force: true });
    release();
  }
}

/** One backup of a gate at a time, wherever to, and one into a place at a time. Problem `state-conflict`. */
async function holdBoth(here: string, there: string): Promise<() => void> {
  const held: (() => void)[] = [];
  const release = (): void => held.forEach((letGo) => letGo());
  try {
    for (const lock of [here, there]) held.push(await holdLock(lock));
    return release;
  } catch (cause) {
    release();
    throw new Problem('state-conflict', 'Another backup of this gate, or to that place, is being written.', { cause });
  }
}

const snapshotFiles = (file: string): string[] => ['', '-wal', '-shm', '-journal'].map((end) => file + end);

function expectBackup({ backup }: Config, keysTo: string | null) {
  const keysFolder = keysTo ?? backup?.keys ?? null;
  if (!backup) throw new Problem('config-invalid', 'The configuration names no backup.recipient; make one: exportgate backup-key.');
  if (keysFolder === null) throw new Problem('config-invalid', 'Keys are backed up apart from the data: name a folder by --keys or backup.keys.');
  return { recipient: readRecipient(backup.recipient), keysFolder };
}

/** Whoever takes one of them has not taken the other. Problem `config-invalid`. */
function expectApart(to: string, keysTo: string, sameDisk: boolean): void {
  const [data, keys] = [fs.realpathSync(to), fs.realpathSync(keysTo)];
  const isInside = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(outer + path.sep);
  if (isInside(data, keys) || isInside(keys, data)) throw new Problem('config-invalid', 'The copy of the keys lies inside the copy of the data, or the other way round: whoever took one had both.');
  if (!sameDisk && fs.statSync(data).dev === fs.statSync(keys).dev)
    throw new Problem('config-invalid', 'The copies of keys and data lie on the same disk: whoever took it had both. Name another one, or say --same-disk.');
}

/**
 * The database first, so that it never knows more entries than the journal beside it; both again where an entry came in between, for its personal values
 * lie in the database alone. The checkpoint before the entries, so that it never covers more of them.
 */
async function takeSnapshot({ dataFolder, policiesFolder }: Config, temporary: string): Promise<{ files: BundleFile[]; journalBytes: number; databaseBehind: boolean }> {
  const policies = await takePolicies(policiesFolder);
  const journal = path.join(dataFolder, 'journal');
  const entries = path.join(journal, 'entries.ndjson');
  for (let tries = 1; ; tries++) {
    for (const name of snapshotFiles(temporary)) await fs.promises.rm(name, { force: true });
    const before = fs.statSync(entries).size;
    const database = await openSqlite(path.join(dataFolder, 'store.sqlite'));
    try {
      database.prepare('vacuum into ?').run([temporary]);
    } finally {
      database.close();
    }
    await fs.promises.chmod(temporary, 0o600);
    const small = [...['checkpoint', 'cosigned'].map((name) => path.join(journal, name)), ...under(path.join(journal, 'covering'))].filter((file) => fs.existsSync(file));
    const files = small.map((file): BundleFile => ({ path: `data/${path.relative(dataFolder, file)}`, from: fs.readFileSync(file) }));
    const journalBytes = wholeLines(entries);
    const databaseBehind = journalBytes !== before;
    if (databaseBehind && tries < 5) continue;
    return {
      journalBytes,
      databaseBehind,
      files: [
        ...files,
        { path: 'data/journal/entries.ndjson', from: { file: entries, bytes: journalBytes } },
        { path: 'data/store.sqlite', from: { file: temporary, bytes: fs.statSync(temporary).size } },
        ...under(path.join(dataFolder, 'audits')).map((file): BundleFile => ({ path: `data/${path.relative(dataFolder, file)}`, from: fs.readFileSync(file) })),
        ...policies,
      ],
    };
  }
}

/** What the policy loader reads, and nothing else of what people leave in that folder. */
async function takePolicies(folder: string): Promise<BundleFile[]> {
  const faults: Fault[] = [];
  const files = await readFiles(folder, faults);
  if (!files) throw new Problem('backup-failed', `Of the policies folder could not be read: ${faults.map(({ where }) => where).join(', ')}.`, { faults });
  return Object.entries(files).map(([name, from]) => ({ path: `policies/${name}`, from }));
}

/** Hidden files are nobody's. */
const under = (folder: string): string[] =>
  fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((it) => it.isFile() && !it.name.startsWith('.')).map((it) => path.join(it.parentPath, it.name)).sort() : [];

/** What lies here, there too, and whether what lies there already is what the list says. */
interface Copied {
  objects: BackupObject[];
  copied: number;
  /** Were there, and were not what the list says: taken anew. */
  repaired: string[];
  damaged: string[];
}

/**
 * Of what is there already its length and its header are held against the one here; all of it is read and summed where these differ, and everywhere with
 * `verify`. What is there as it was listed is never written over: objects do not change, so that it is the one here that is damaged.
 */
async function copyObjects(from: string, to: string, before: BackupManifest | null, verify: boolean): Promise<Copied> {
  const known = new Map((before?.objects ?? []).map((it) => [it.object, it]));
  const done: Copied = { objects: [], copied: 0, repaired: [], damaged: [] };
  for (const object of sealedIn(from)) {
    const [source, target] = [path.join(from, sealedName(object)), path.join(to, sealedName(object))];
    const there = known.get(object);
    const isAlike = there !== undefined && alike(source, target, there.bytes);
    if (there && ((isAlike && !verify) || (await isStill(target, there)))) {
      done.objects.push(there);
      if (!isAlike && fs.existsSync(source)) done.damaged.push(object);
      continue;
    }
    // Destroyed while this ran: there is nothing left to copy.
    if (!fs.existsSync(source)) continue;
    if (headOf(from, object) === 'damaged') done.damaged.push(object);
    done.objects.push({ object, ...(await writeDurable(target, fs.createReadStream(source, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>)) });
    if (there) done.repaired.push(object);
    else done.copied++;
  }
  return done;
}

function alike(source: string, target: string, bytes: number): boolean {
  const [here, there] = [headBytes(source), headBytes(target)];
  return here !== null && there !== null && here.equals(there) && [source, target].every((file) => fs.statSync(file, { throwIfNoEntry: false })?.size === bytes);
}

const isStill = async (file: string, { bytes, sha256 }: Sum): Promise<boolean> => fs.statSync(file, { throwIfNoEntry: false })?.size === bytes && (await sumOf(file)).sha256 === sha256;

const sealedIn = (folder: string): string[] =>
  (fs.existsSync(folder) ? fs.readdirSync(folder) : []).filter((name) => name.endsWith(sealedEnd)).map((name) => name.slice(0, -sealedEnd.length)).sort();

interface Left {
  kept: BackupObject[];
  gone: string[];
  lost: string[];
  damaged: string[];
}

/**
 * Of what is there and not here any more: what the journal of this very backup says is destroyed goes, and what is under no request's key and named by
 * nothing in it (a paper that was erased). All else stays, whatever became of its key; it is lost unless what happened since accounts for it.
 */
async function leftBehind(to: string, left: readonly BackupObject[], taken: Named, now: Named, verify: boolean): Promise<Left> {
  const done: Left = { kept: [], gone: [], lost: [], damaged: [] };
  for (const it of left) {
    const head = headOf(to, it.object);
    const isGone = (by: Named): boolean => typeof head === 'object' && (head.key === null ? !by.objects.has(it.object) : by.destroyed.has(head.key));
    // One that is not what the list says may say anything of its key.
    const isWhole = typeof head === 'object' && ((!verify && !isGone(taken)) || (await isStill(path.join(to, sealedName(it.object)), it)));
    if (isWhole && isGone(taken)) {
      done.gone.push(it.object);
      continue;
    }
    done.kept.push(it);
    if (!isWhole) done.damaged.push(it.object);
    if (!isGone(now)) done.lost.push(it.object);
  }
  return done;
}

/** What is destroyed, by its keys; and what is named of that which lies under master keys. */
interface Named {
  destroyed: ReadonlySet<string>;
  objects: ReadonlySet<string>;
}

function namedIn({ states, policyTexts }: ToldByJournal, scans: readonly string[]): Named {
  const lists = states.flatMap(({ copiesDestroyed, destroyed }) => [copiesDestroyed, destroyed].flatMap((end) => (end?.list ? [end.list.object] : [])));
  return { destroyed: new Set(keyBookOf(states).destroyed), objects: new Set([...lists, ...policyTexts.map(({ object }) => object), ...scans]) };
}

async function scansIn(file: string): Promise<string[]> {
  const database = await openSqlite(file);
  try {
    return (database.prepare('select object from scans').all([]) as { object: string }[]).map(({ object }) => object);
  } finally {
    database.close();
  }
}

/** Null where there is none yet. Problem `backup-broken`: it is not what this gate signed. */
export function readManifestOf(folder: string, publicPem: string): BackupManifest | null {
  const file = path.join(folder, manifestName);
  if (!fs.existsSync(file)) return null;
  const text = fs.readFileSync(file, 'utf8');
  for (const block of publicPem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? []) {
    try {
      const { payloadType, body } = openEnvelope(text, createPublicKey(block), fitsSignature);
      if (payloadType === backupPayloadType) return JSON.parse(body.toString()) as BackupManifest;
    } catch {
      // Another key's.
    }
  }
  throw new Problem('backup-broken', `${manifestName} was not signed by this gate.`);
}

const byName = (a: BackupObject, b: BackupObject): number => (a.object < b.object ? -1 : 1);
async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
