// The one-time set-up token: who holds it may make an administrator's account. Only its SHA-256 stays on disk.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../domain/problem.js';
import { hashOfCode, isCode, newCode } from './one-time-code.js';

const fileName = 'setup-token.sha256';

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/**
 * Makes a set-up token and returns it, to be printed once. Made when the gate starts without an administrator, and by the operator of the
 * machine, who is root here anyway; an earlier token that nobody used ends thereby. Problem `key-invalid` where the keys folder cannot be written.
 */
export async function makeSetupToken(keysFolder: string): Promise<string> {
  const token = newCode();
  const file = join(keysFolder, fileName);
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(`${hashOfCode(token)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(keysFolder);
    return token;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw new Problem('key-invalid', 'The set-up token cannot be kept: the keys folder is not writable.', { cause: error });
  }
}

/**
 * Uses the token up. It is gone from the disk before anything is created with it: a crash in between leaves no account, and the
 * next start makes a new token. Of two uses at once one wins. Problems: `setup-closed` (none is open, or just used),
 * `token-invalid` (another token).
 */
export async function spendSetupToken(keysFolder: string, token: string): Promise<void> {
  const file = join(keysFolder, fileName);
  const kept = await readKept(file);
  if (!isCode(token) || !timingSafeEqual(Buffer.from(hashOfCode(token), 'hex'), kept))
    throw new Problem('token-invalid', 'It is not the set-up token that this gate printed last.');
  try {
    await unlink(file);
  } catch (error) {
    throw closed(error);
  }
  await syncFolder(keysFolder);
}

/** Ends a token that nobody used, once an administrator has signed in. */
export async function dropSetupToken(keysFolder: string): Promise<void> {
  await unlink(join(keysFolder, fileName)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw new Problem('key-invalid', 'The set-up token cannot be removed.', { cause: error });
  });
}

async function readKept(file: string): Promise<Buffer> {
  const text = await readFile(file, 'latin1').catch((error: unknown) => {
    throw closed(error);
  });
  const kept = Buffer.from(text.slice(0, 64), 'hex');
  if (kept.length !== 32) throw new Problem('key-invalid', 'The kept set-up token is not readable; restart the gate for a new one.');
  return kept;
}

const closed = (cause: unknown): Problem =>
  new Problem('setup-closed', 'No set-up token is open; people are invited by an administrator now.', { cause });
