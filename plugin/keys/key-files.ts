// Key files: made once, readable by the gate's user alone, refused where somebody else could have read or changed them.
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';

const maxKeyFileBytes = 4096;
const othersMask = 0o077;

export interface KeyFile {
  bytes: Buffer;
  /** When the key in it was made: sealing a key writes the file anew and keeps this. */
  madeAt: Date;
}

/** Makes the folder (0700) where it is missing, and refuses one that others may enter. Problem `key-invalid`. */
export function expectPrivateFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    expectPrivate(fs.statSync(folder), 'The keys folder', '0700');
  } catch (thrown) {
    throw keyProblem('The keys folder cannot be used.', thrown);
  }
}

/** The file `name`; made by `make` and put on disk first where it is not there. Problem `key-invalid`. */
export function readOrMake(folder: string, name: string, make: () => Buffer): KeyFile {
  try {
    if (!fs.existsSync(path.join(folder, name))) writeNew(folder, name, make());
    return readKey(folder, name);
  } catch (thrown) {
    throw keyProblem(`The key ${name} cannot be read or made.`, thrown);
  }
}

/** Problem `key-invalid`. */
export function readKeyFile(folder: string, name: string): KeyFile {
  try {
    return readKey(folder, name);
  } catch (thrown) {
    throw keyProblem(`The key ${name} cannot be read.`, thrown);
  }
}

/** Other bytes for a key that is there: temporary file, fsync, rename, fsync of the folder, so that a crash leaves the old file or the new one. */
export function replaceKeyFile(folder: string, name: string, { bytes, madeAt }: KeyFile): void {
  const temporary = temporaryOf(folder, name);
  try {
    fs.rmSync(temporary, { force: true });
    fs.writeFileSync(temporary, bytes, { mode: 0o600, flag: 'wx', flush: true });
    fs.utimesSync(temporary, madeAt, madeAt);
    fs.renameSync(temporary, path.join(folder, name));
    syncFolder(folder);
  } catch (thrown) {
    throw keyProblem(`The key ${name} cannot be written.`, thrown);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** None where there is no folder. Problem `key-invalid`. */
export const namesIn = (folder: string): string[] => {
  try {
    return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  } catch (thrown) {
    throw keyProblem('The keys folder cannot be read.', thrown);
  }
};

function readKey(folder: string, name: string): KeyFile {
  // One descriptor for the question and the reading: the file that was judged is the file that is read.
  const file = fs.openSync(path.join(folder, name), 'r');
  try {
    const stat = fs.fstatSync(file);
    expectPrivate(stat, `The key ${name}`, '0600');
    if (!stat.isFile() || stat.size > maxKeyFileBytes)
      throw new Problem('key-invalid', `The key ${name} is not a file of at most ${maxKeyFileBytes} bytes.`);
    return { bytes: fs.readFileSync(file), madeAt: stat.mtime };
  } finally {
    fs.closeSync(file);
  }
}

/** Temporary file, fsync, link, fsync of the folder. A link never overwrites: of two gates that start at once, one key stands. */
function writeNew(folder: string, name: string, bytes: Buffer): void {
  const temporary = temporaryOf(folder, name);
  fs.rmSync(temporary, { force: true });
  fs.writeFileSync(temporary, bytes, { mode: 0o600, flag: 'wx', flush: true });
  try {
    fs.linkSync(temporary, path.join(folder, name));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
  syncFolder(folder);
}

const temporaryOf = (folder: string, name: string): string => path.join(folder, `.${name}.${process.pid}`);

/** A name that came or went is durable only when the folder is. */
export function syncFolder(folder: string): void {
  const handle = fs.openSync(folder, 'r');
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

function expectPrivate({ mode, uid }: fs.Stats, what: string, right: string): void {
  if ((mode & othersMask) !== 0)
    throw new Problem(
      'key-invalid',
      `${what} has mode ${(mode & 0o777).toString(8).padStart(4, '0')}, so others may use it; it must be ${right}.`,
    );
  if (uid !== process.getuid?.()) throw new Problem('key-invalid', `${what} does not belong to the user that the gate runs as.`);
}

const keyProblem = (detail: string, thrown: unknown): Problem =>
  thrown instanceof Problem ? thrown : new Problem('key-invalid', detail, { cause: thrown });
