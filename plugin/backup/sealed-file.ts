// One file of a backup, sealed for its recipient while it is written: `EGBACK1` and a newline ‖ ephemeral public key (32) ‖ segments of 1 MiB, each
// AES-256-GCM with its tag behind it. The nonce is the segment's number (11 bytes) and 1 for the last one, 0 for the others: cut off, changed in order
// or joined, a file does not open.
import { createCipheriv, createDecipheriv, createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { fileKey, publicOf, rawOf } from './recipient.js';

const magic = Buffer.from('EGBACK1\n');
const segment = 1_048_576;
const tagBytes = 16;
const headBytes = magic.length + 32;

export interface Sum {
  bytes: number;
  sha256: string;
}

/** Temporary file, fsync, read back and compared, rename, fsync of the folder. Problems: `backup-failed`. */
export async function sealTo(file: string, recipient: KeyObject, plain: AsyncIterable<Buffer>): Promise<Sum> {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const [ephemeral, to] = [rawOf(publicKey), rawOf(recipient)];
  const key = fileKey(privateKey, recipient, ephemeral, to);
  return writeDurable(
    file,
    (async function* () {
      yield Buffer.concat([magic, ephemeral]);
      let [held, number] = [Buffer.alloc(0), 0];
      for await (const piece of plain) {
        held = Buffer.concat([held, piece]);
        // The last one is known when nothing comes behind it.
        for (; held.length > segment; held = held.subarray(segment)) yield sealOne(key, number++, false, held.subarray(0, segment));
      }
      yield sealOne(key, number, true, held);
    })(),
  );
}

/** Plaintext, each segment judged before it is given. Problem `backup-broken`. */
export async function* openFrom(file: string, identity: KeyObject): AsyncGenerator<Buffer> {
  const handle = await fs.promises.open(file, 'r').catch((cause: unknown) => {
    throw broken(file, cause);
  });
  try {
    const { size } = await handle.stat();
    const head = await readAt(handle, 0, headBytes);
    if (head.length < headBytes || !head.subarray(0, magic.length).equals(magic)) throw broken(file);
    const ephemeral = head.subarray(magic.length);
    const key = fileKey(identity, publicOf(ephemeral.toString('base64url')), ephemeral, rawOf(identity));
    const whole = segment + tagBytes;
    const count = Math.ceil((size - headBytes) / whole);
    if (count < 1) throw broken(file);
    for (let number = 0; number < count; number++)
      yield openOne(file, key, number, number === count - 1, await readAt(handle, headBytes + number * whole, Math.min(whole, size - headBytes - number * whole)));
  } finally {
    await handle.close();
  }
}

/** The bytes, under a temporary name until all of them are on the disk and are what was written. Problem `backup-failed`. */
export async function writeDurable(file: string, bytes: AsyncIterable<Buffer>): Promise<Sum> {
  // A name of its own: two who write the same file at once do not write into each other's.
  const temporary = `${file}.${randomBytes(6).toString('hex')}.part`;
  const hash = createHash('sha256');
  let count = 0;
  try {
    const handle = await fs.promises.open(temporary, 'w', 0o600);
    try {
      for await (const piece of bytes) {
        hash.update(piece);
        count += piece.length;
        await handle.writeFile(piece);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    const sum = { bytes: count, sha256: hash.digest('hex') };
    if ((await sumOf(temporary)).sha256 !== sum.sha256) throw new Problem('backup-failed', `${path.basename(file)} reads back as something else than was written.`);
    await fs.promises.rename(temporary, file);
    await syncFolder(path.dirname(file));
    return sum;
  } catch (cause) {
    await fs.promises.rm(temporary, { force: true }).catch(() => undefined);
    throw cause instanceof Problem ? cause : new Problem('backup-failed', `${path.basename(file)} cannot be written there.`, { cause });
  }
}

export async function sumOf(file: string): Promise<Sum> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of fs.createReadStream(file, { highWaterMark: segment })) {
    hash.update(piece as Buffer);
    bytes += (piece as Buffer).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.promises.open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

function sealOne(key: Buffer, number: number, isLast: boolean, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, isLast), { authTagLength: tagBytes });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function openOne(file: string, key: Buffer, number: number, isLast: boolean, sealed: Buffer): Buffer {
  if (sealed.length < tagBytes) throw broken(file);
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, isLast), { authTagLength: tagBytes });
    cipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    return Buffer.concat([cipher.update(sealed.subarray(0, sealed.length - tagBytes)), cipher.final()]);
  } catch (cause) {
    throw broken(file, cause);
  }
}

async function readAt(handle: fs.promises.FileHandle, position: number, bytes: number): Promise<Buffer> {
  const into = Buffer.alloc(bytes);
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await handle.read(into, done, bytes - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return into.subarray(0, done);
}

const broken = (file: string, cause?: unknown): Problem =>
  new Problem('backup-broken', `${path.basename(file)} is not what was backed up, or was sealed for another identity.`, { cause });
