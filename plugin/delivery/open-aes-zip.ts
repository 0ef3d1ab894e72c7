// An AES-256 ZIP of this gate's, opened again: of its one form and no other, and nothing of it counts before its code was compared.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import { codeBytes, keystream, localHeader, overhead, saltBytes, zipEnd, zipKeys } from './aes-zip.js';
import type { Readable } from './readable.js';

/**
 * What is inside, piece after piece; its last one is followed by the judgement, so whoever writes it down keeps it only where the end was
 * reached. Problems: `body-malformed` (another form, cut, or changed), `login-failed` (another passphrase).
 */
export async function* openAesZip(file: Readable, passphrase: string): AsyncGenerator<Buffer> {
  const { head, name, bytes } = await readHead(file);
  const dataAt = head + saltBytes + 2;
  const codeAt = dataAt + bytes;
  const salt = await gather(file.read(head, head + saltBytes));
  const keys = zipKeys(passphrase, salt);
  if (!(await gather(file.read(head + saltBytes, dataAt))).equals(keys.verifier))
    throw new Problem('login-failed', 'This passphrase does not open it; it has five groups of five letters.');
  const hmac = createHmac('sha1', keys.code);
  const decipher = keystream(keys.cipher, 0);
  for await (const piece of file.read(dataAt, codeAt)) {
    hmac.update(piece);
    yield decipher(piece);
  }
  const code = await gather(file.read(codeAt, codeAt + codeBytes));
  const end = await gather(file.read(codeAt + codeBytes, file.bytes));
  if (!timingSafeEqual(code, hmac.digest().subarray(0, codeBytes)) || !end.equals(zipEnd(name, bytes, codeAt + codeBytes)))
    throw new Problem('body-malformed', 'The file was changed, or another passphrase closed it: its code does not fit.');
}

const mostName = 200;

async function readHead(file: Readable): Promise<{ head: number; name: string; bytes: number }> {
  const other = new Problem('body-malformed', 'This is no encrypted package as the gate sends them.');
  const first = await gather(file.read(0, Math.min(file.bytes, 30 + mostName + 40)));
  if (first.length < 30) throw other;
  const nameLength = first.readUInt16LE(26);
  const [extraLength, nameEnd] = [first.readUInt16LE(28), 30 + nameLength];
  if (nameLength > mostName || first.length < nameEnd + extraLength) throw other;
  const name = first.toString('utf8', 30, nameEnd);
  const large = first.readUInt32LE(22) === 0xffffffff && extraLength > 11;
  const bytes = large ? Number(first.readBigUInt64LE(nameEnd + 4)) : first.readUInt32LE(22);
  const head = nameEnd + extraLength;
  if (!Number.isSafeInteger(bytes) || !first.subarray(0, head).equals(localHeader(name, bytes))) throw other;
  if (file.bytes !== head + bytes + overhead + zipEnd(name, bytes, head + bytes + overhead).length) throw other;
  return { head, name, bytes };
}

async function gather(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const held: Buffer[] = [];
  for await (const piece of pieces) held.push(piece);
  return Buffer.concat(held);
}
