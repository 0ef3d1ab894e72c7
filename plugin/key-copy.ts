// The copy of the keys, apart from the copy of the data: one file, written whole, so that what was destroyed here is gone there too; and never without a
// key that is to be there.
import fs from 'node:fs';
import path from 'node:path';
import type { KeyObject } from 'node:crypto';
import { bundle, type BundleFile } from './backup/bundle.js';
import { keyNoteName, type KeyNote } from './backup/key-note.js';
import { sealTo } from './backup/sealed-file.js';
import { canonicalJson } from './domain/formats/canonical-json.js';
import type { Log } from './domain/log.js';
import { Problem } from './domain/problem.js';
import type { KeyBook } from './export/key-book.js';
import { Turns } from './export/turns.js';
import { keyName } from './keys/key-names.js';
import type { KnownKey } from './keys/keys.js';
import { requestKeyFile, requestKeysFolder } from './keys/request-keys.js';
import { headOf } from './export/object-head.js';
import { awaitLock } from './store/sqlite.js';

export const keyCopyName = 'keys.sealed';

interface Parts {
  to: string;
  recipient: KeyObject;
  keysFolder: string;
  /** Where master keys lie, if not there. */
  masterFolder: string | null;
  dataFolder: string;
  origin: string;
  /** All that were opened. */
  known: readonly KnownKey[];
  /** As of now: asked with the lock held. */
  book(): KeyBook | Promise<KeyBook>;
  now(): Date;
}

/** Another process writes the copy within seconds; one that hangs is told, not waited for. */
const PATIENCE_MS = 60_000;

/**
 * One writer at a time, of whatever process, and each reads the keys after the one before it wrote: the last copy is that of the newest keys, so that
 * none that was destroyed comes back. Refused where a key lacks that the journal does not say is destroyed, and where one lacks that was opened at
 * start (a folder, a medium that is away): the copy would take the place of one that opens something. Gives what it was written by. Problem
 * `backup-failed`.
 */
export async function writeKeyCopy(parts: Parts): Promise<KeyBook> {
  const { to, recipient, dataFolder, origin, known } = parts;
  const release = await awaitLock(path.join(dataFolder, 'key-copy.lock'), PATIENCE_MS).catch((cause: unknown) => {
    throw new Problem('backup-failed', 'Another process is writing the copy of the keys and does not end; the copy was left as it is.', { cause });
  });
  try {
    const { files, book } = await takeKeys(parts);
    const keys = known.map(({ kind, number, fingerprint }) => ({ kind, number, fingerprint }));
    const note: KeyNote = { version: 1, origin, at: parts.now().toISOString(), keys, destroyed: book.destroyed, erased: book.erased };
    await fs.promises.mkdir(to, { recursive: true, mode: 0o700 });
    await sealTo(path.join(to, keyCopyName), recipient, bundle([{ path: `keys/${keyNoteName}`, from: Buffer.from(canonicalJson(note as never)) }, ...files]));
    return book;
  } finally {
    release();
  }
}

async function takeKeys(parts: Parts): Promise<{ files: BundleFile[]; book: KeyBook }> {
  const { keysFolder, masterFolder, known } = parts;
  const before = await parts.book();
  const ended = new Set(before.destroyed.map(pathOf));
  const taken = (folder: string, at: string): BundleFile[] => filesIn(folder, at, ended);
  const files = [...taken(keysFolder, 'keys'), ...taken(path.join(keysFolder, requestKeysFolder), `keys/${requestKeysFolder}`), ...(masterFolder === null ? [] : taken(masterFolder, 'keys'))];
  const there = new Set(files.map((file) => file.path));
  const away = known.find(({ kind, number, kept }) => kept !== 'in the environment' && !there.has(`keys/${keyName(kind, number)}`));
  if (away) throw new Problem('backup-failed', `The key ${keyName(away.kind, away.number)} is not in its folder now; the copy of the keys was left as it is.`);
  // What a running gate destroyed meanwhile has its entry by now: an entry comes before its key goes.
  const book = await parts.book();
  const gone = new Set(book.destroyed.map(pathOf));
  const lost = before.live.find(({ key, object }) => !there.has(pathOf(key)) && !gone.has(pathOf(key)) && wasUnder(parts, key, object));
  if (lost) throw new Problem('backup-failed', `The key ${lost.key} is not in its folder, and the journal does not say that it is destroyed; the copy of the keys was left as it is.`);
  return { files: files.filter((file) => !gone.has(file.path)), book };
}

const pathOf = (key: string): string => `keys/${requestKeysFolder}/${requestKeyFile(key)}`;

/** Objects that an earlier version sealed lie under the master key: there never was such a key. */
function wasUnder({ dataFolder }: Parts, key: string, object: string): boolean {
  const head = headOf(path.join(dataFolder, 'objects'), object);
  return head === 'damaged' || head === 'missing' || head.key === key;
}

/** One of `ended` that could not be removed is not even read: whatever lies in its place keeps the copy of the others back no more. */
const filesIn = (folder: string, at: string, ended: ReadonlySet<string>): BundleFile[] =>
  (fs.existsSync(folder) ? fs.readdirSync(folder) : [])
    .filter((name) => /\.(?:pem|key)$/.test(name) && !name.startsWith('.') && !ended.has(`${at}/${name}`))
    .sort()
    .flatMap((name) => {
      const from = readIfThere(path.join(folder, name));
      return from === null ? [] : [{ path: `${at}/${name}`, from }];
    });

/** Null: destroyed between the list and now. */
function readIfThere(file: string): Buffer | null {
  try {
    return fs.readFileSync(file);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Problem('backup-failed', `The key ${path.basename(file)} cannot be read; the copy of the keys was left as it is.`, { cause: thrown });
  }
}

/** The copy that a running gate keeps true: written at each destruction, and again and again where it could not be. */
export class KeptKeyCopy {
  readonly #turns = new Turns(1);
  /** What the copy says is gone; null: nobody knows. */
  #written: string | null = null;
  #failure: Problem | null = null;

  constructor(private readonly parts: Omit<Parts, 'book'> & { book(): KeyBook; log: Log }) {}

  /** Does not fail: what is destroyed is destroyed all the same. */
  write(): Promise<void> {
    return this.#turns.take(async () => {
      const { log } = this.parts;
      // Asked before: what ends while it is written makes it be written again.
      const gone = this.#gone();
      this.#failure = await writeKeyCopy(this.parts).then(() => null, (thrown: unknown) => Problem.from(thrown));
      if (this.#failure) log('error', { event: 'key-copy-not-written', problem: this.#failure.code, cause: this.#failure });
      this.#written = this.#failure ? null : gone;
    });
  }

  /** Of values that were erased since, and where the last writing failed. */
  async tend(): Promise<void> {
    if (this.#written !== this.#gone()) await this.write();
  }

  /** Problem `backup-failed`: the copy may hold what is destroyed. */
  judge(): void {
    if (this.#failure) throw this.#failure;
  }

  #gone(): string {
    const { destroyed, erased } = this.parts.book();
    return canonicalJson({ destroyed, erased });
  }
}
