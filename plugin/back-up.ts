// A backup of a gate that goes on running: data to one place, keys to another. Objects as they lie, each once; what is in the clear (journal, database,
// policies) sealed for the recipient; a signed list of all of it last.
import { createPublicKey } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { bundle, type BundleFile } from './backup/bundle.js';
import { readRecipient } from './backup/recipient.js';
import { sealTo, syncFolder, writeDurable, type Sum } from './backup/sealed-file.js';
import type { Config } from './config/config.js';
import { isRequestEntry, type Entry } from './domain/audit-event.js';
import { canonicalJson } from './domain/formats/canonical-json.js';
import { openEnvelope, signEnvelope } from './domain/formats/dsse.js';
import { Problem } from './domain/problem.js';
import { keyOf, keyParts } from './domain/request-key.js';
import { fitsSignature, signBytes } from './evidence/signature.js';
import { writeKeyCopy } from './key-copy.js';
import type { Keys } from './keys/keys.js';
import { keyIdIn } from './keys/request-keys.js';
import { headerBytes, readHeader } from './store/segments.js';
import { holdLock, openSqlite } from './store/sqlite.js';

export const backupPayloadType = 'application/vnd.exportgate.backup+json; version=1';
export const manifestName = 'backup.json';
const sealedEnd = '.sealed';

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
  /** Taken away because their key is destroyed. */
  pruned: number;
  /** There and not here any more, though nothing destroyed them: somebody should look. */
  lost: readonly string[];
  keys: string;
}

interface Parts {
  config: Config;
  keys: Keys;
  version: string;
  now: () => Date;
}

/** `to`, `keysTo`: folders. Problems: `backup-failed`, `config-invalid`, `key-invalid`, `state-conflict`. */
export async function backUp({ config, keys, version, now }: Parts, to: string, keysTo: string | null, sameDisk: boolean): Promise<BackupReport> {
  const { recipient, keysFolder } = expectBackup(config, keysTo);
  const at = now().toISOString();
  await fs.promises.mkdir(path.join(to, 'objects'), { recursive: true, mode: 0o700 });
  await fs.promises.mkdir(keysFolder, { recursive: true, mode: 0o700 });
  expectApart(to, keysFolder, sameDisk);
  const release = await holdLock(path.join(to, 'lock')).catch((cause: unknown) => {
    throw new Problem('state-conflict', 'Another backup is being written there.', { cause });
  });
  try {
    const before = readManifestOf(to, keys.publicPem('manifest'));
    const temporary = path.join(config.dataFolder, '.backup.sqlite');
    try {
      const { files, journalBytes } = await takeSnapshot(config, temporary);
      const name = `data-${at.replace(/[^0-9]/g, '')}.sealed`;
      const data = { name, ...(await sealTo(path.join(to, name), recipient, bundle(files))) };
      const { objects, copied } = await copyObjects(path.join(config.dataFolder, 'objects'), path.join(to, 'objects'), before);
      // After the objects: what wraps them is there. Before the list: a list never names what nothing opens.
      await writeKeyCopy(keysFolder, recipient, { keysFolder: config.keysFolder, masterFolder: config.keys.masterFolder, origin: config.journal.origin, destroyed: await destroyedIn(config.dataFolder) });
      const { kept, gone, lost } = leftBehind(to, before, objects, keys);
      const manifest: BackupManifest = { version: 1, at, origin: config.journal.origin, gate: version, journalBytes, data, objects: [...objects, ...kept].sort(byName) };
      const envelope = signEnvelope(backupPayloadType, Buffer.from(canonicalJson(manifest as never)), keys.keyId('manifest'), keys.manifest, signBytes);
      await writeDurable(path.join(to, manifestName), once(Buffer.from(envelope)));
      // From here on the list before it is none any more.
      for (const old of fs.readdirSync(to)) if (/^data-\d+\.sealed/.test(old) && old !== name) await fs.promises.rm(path.join(to, old), { force: true });
      for (const object of gone) await fs.promises.rm(path.join(to, 'objects', object + sealedEnd), { force: true });
      await syncFolder(path.join(to, 'objects'));
      return { at, objects: manifest.objects.length, bytes: manifest.objects.reduce((sum, it) => sum + it.bytes, 0), copied, pruned: gone.length, lost, keys: keysFolder };
    } finally {
      for (const name of [temporary, `${temporary}-wal`, `${temporary}-shm`]) await fs.promises.rm(name, { force: true });
    }
  } finally {
    release();
  }
}

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
async function takeSnapshot({ dataFolder, policiesFolder }: Config, temporary: string): Promise<{ files: BundleFile[]; journalBytes: number }> {
  const journal = path.join(dataFolder, 'journal');
  const entries = path.join(journal, 'entries.ndjson');
  for (let tries = 1; ; tries++) {
    for (const name of [temporary, `${temporary}-wal`, `${temporary}-shm`]) await fs.promises.rm(name, { force: true });
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
    if (journalBytes !== before && tries < 5) continue;
    return {
      journalBytes,
      files: [
        ...files,
        { path: 'data/journal/entries.ndjson', from: { file: entries, bytes: journalBytes } },
        { path: 'data/store.sqlite', from: { file: temporary, bytes: fs.statSync(temporary).size } },
        ...under(path.join(dataFolder, 'audits')).map((file): BundleFile => ({ path: `data/${path.relative(dataFolder, file)}`, from: fs.readFileSync(file) })),
        ...under(policiesFolder).filter((file) => /\.(?:csv|conf)$/.test(file)).map((file): BundleFile => ({ path: `policies/${path.relative(policiesFolder, file)}`, from: fs.readFileSync(file) })),
      ],
    };
  }
}

/** Bytes up to the end of the last whole entry. */
function wholeLines(file: string): number {
  const handle = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(handle);
    const tail = Buffer.alloc(Math.min(size, 65_536));
    fs.readSync(handle, tail, 0, tail.length, size - tail.length);
    return size - tail.length + tail.lastIndexOf(0x0a) + 1;
  } finally {
    fs.closeSync(handle);
  }
}

const under = (folder: string): string[] =>
  fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((it) => it.isFile()).map((it) => path.join(it.parentPath, it.name)).sort() : [];

/** What the journal says is destroyed, by the names of its keys. */
async function destroyedIn(dataFolder: string): Promise<string[]> {
  const gone = new Set<string>();
  for await (const line of createInterface({ input: fs.createReadStream(path.join(dataFolder, 'journal/entries.ndjson')) })) {
    if (!/"event":"(?:copies-destroyed|footage-destroyed|footage-expired)"/.test(line)) continue;
    const entry = JSON.parse(line) as Entry;
    if (!isRequestEntry(entry)) continue;
    for (const key of keyParts) if (entry.event !== 'copies-destroyed' || key === 'copies') gone.add(keyOf(entry.requestId, key));
  }
  return [...gone].sort();
}

/** What lies here, there too: what is there already by its name and length is not read again. */
async function copyObjects(from: string, to: string, before: BackupManifest | null): Promise<{ objects: BackupObject[]; copied: number }> {
  const known = new Map((before?.objects ?? []).map((it) => [it.object, it]));
  const objects: BackupObject[] = [];
  let copied = 0;
  for (const name of fs.existsSync(from) ? fs.readdirSync(from).filter((it) => it.endsWith(sealedEnd)).sort() : []) {
    const object = name.slice(0, -sealedEnd.length);
    const [source, target] = [path.join(from, name), path.join(to, name)];
    const there = known.get(object);
    if (there && fs.statSync(target, { throwIfNoEntry: false })?.size === there.bytes) {
      objects.push(there);
      continue;
    }
    // Destroyed while this ran: there is nothing left to copy.
    if (!fs.existsSync(source)) continue;
    objects.push({ object, ...(await writeDurable(target, fs.createReadStream(source, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>)) });
    copied++;
  }
  return { objects, copied };
}

/** Of what is there and not here any more: what was destroyed goes, all else stays. */
function leftBehind(to: string, before: BackupManifest | null, now: readonly BackupObject[], keys: Keys) {
  const here = new Set(now.map(({ object }) => object));
  const [kept, gone, lost]: [BackupObject[], string[], string[]] = [[], [], []];
  for (const it of (before?.objects ?? []).filter(({ object }) => !here.has(object))) {
    const key = keyIdOf(path.join(to, 'objects', it.object + sealedEnd), it.object);
    if (key !== null && !keys.requests.isThere(key)) gone.push(it.object);
    else kept.push(it);
    if (key !== null && keys.requests.isThere(key)) lost.push(it.object);
  }
  return { kept, gone, lost };
}

/** The request's key that wraps it; null under a master key, or where there is no such object. */
export function keyIdOf(file: string, object: string): string | null {
  if (!fs.existsSync(file)) return null;
  const head = Buffer.alloc(headerBytes);
  const handle = fs.openSync(file, 'r');
  fs.readSync(handle, head, 0, headerBytes, 0);
  fs.closeSync(handle);
  const { version, wrapped } = readHeader(object, head);
  return version === 0 ? keyIdIn(wrapped) : null;
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
