// A file in age v1 (age-encryption.org/v1) to one X25519 key: a function of file, key and what was drawn once, so that any range of it can be made
// without the rest. See docs/spec/delivery.md.
import { createCipheriv, createHmac, createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import type { Readable, Wrapped } from './readable.js';

/** Plaintext of one sealed piece, bytes. */
const chunk = 64 * 1024;
const tag = 16;

/** Drawn anew for each transfer: nothing of it serves twice. */
export interface AgeDraw {
  /** X25519 scalar, 32 bytes. */
  ephemeral: Buffer;
  /** 16 bytes. */
  fileKey: Buffer;
  /** 16 bytes. */
  nonce: Buffer;
}
export const ageDrawBytes = { ephemeral: 32, fileKey: 16, nonce: 16 } as const;

/** Problem `body-malformed`: a point of small order, with which no secret is shared. */
export function ageFile(inner: Readable, { name, recipient, draw }: { name: string; recipient: Buffer; draw: AgeDraw }): Wrapped {
  const head = Buffer.concat([header(recipient, draw), draw.nonce]);
  const key = derive(draw.fileKey, draw.nonce, 'payload');
  const chunks = Math.max(1, Math.ceil(inner.bytes / chunk));
  return {
    fileName: `${name}.age`,
    mediaType: 'application/octet-stream',
    bytes: head.length + inner.bytes + chunks * tag,
    async *read(from, to) {
      if (from < head.length) yield head.subarray(from, Math.min(to, head.length));
      const [start, stop] = [Math.max(from - head.length, 0), to - head.length];
      if (start >= stop) return;
      const first = Math.floor(start / (chunk + tag));
      const last = Math.min(chunks, Math.ceil(stop / (chunk + tag)));
      let at = first;
      for await (const plain of inChunks(inner.read(first * chunk, Math.min(last * chunk, inner.bytes)))) {
        const begins = at * (chunk + tag);
        yield seal(key, at, at === chunks - 1, plain).subarray(Math.max(start - begins, 0), stop - begins);
        at += 1;
      }
    },
  };
}

/** Pieces of any size → chunks; an empty file is one empty chunk. */
async function* inChunks(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let [held, length, given] = [[] as Buffer[], 0, false];
  for await (const piece of pieces) {
    held.push(piece);
    length += piece.length;
    if (length < chunk) continue;
    const all = Buffer.concat(held);
    let at = 0;
    for (; all.length - at >= chunk; at += chunk) yield all.subarray(at, at + chunk);
    given = true;
    held = [all.subarray(at)];
    length = all.length - at;
  }
  if (length > 0 || !given) yield Buffer.concat(held);
}

/** STREAM: the nonce is the chunk's number, eleven bytes, then 1 for the last. */
function seal(key: Buffer, number: number, isLast: boolean, plain: Buffer): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return sealWith(key, nonce, plain);
}

function sealWith(key: Buffer, nonce: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: tag });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

function header(recipient: Buffer, { ephemeral, fileKey }: AgeDraw): Buffer {
  const { share, shared } = agree(ephemeral, recipient);
  const wrapKey = derive(shared, Buffer.concat([share, recipient]), 'age-encryption.org/v1/X25519');
  const body = sealWith(wrapKey, Buffer.alloc(12), fileKey);
  const text = `age-encryption.org/v1\n-> X25519 ${unpadded(share)}\n${unpadded(body)}\n---`;
  const mac = createHmac('sha256', derive(fileKey, Buffer.alloc(0), 'header')).update(text).digest();
  return Buffer.from(`${text} ${unpadded(mac)}\n`);
}

const derive = (key: Buffer, salt: Buffer, info: string): Buffer => Buffer.from(hkdfSync('sha256', key, salt, info, 32));

/** PKCS#8 and SPKI of X25519 (RFC 8410) in front of the raw 32 bytes. */
const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const publicPrefix = Buffer.from('302a300506032b656e032100', 'hex');

function agree(scalar: Buffer, point: Buffer): { share: Buffer; shared: Buffer } {
  const privateKey = createPrivateKey({ key: Buffer.concat([privatePrefix, scalar]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey({ key: Buffer.concat([publicPrefix, point]), format: 'der', type: 'spki' });
  const share = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(publicPrefix.length);
  try {
    const shared = diffieHellman({ privateKey, publicKey });
    // Also where a build of OpenSSL does not refuse it by itself (RFC 7748, 6.1).
    if (shared.every((byte) => byte === 0)) throw new RangeError('small order');
    return { share, shared };
  } catch (cause) {
    throw new Problem('body-malformed', 'recipient is no age key that anything can be encrypted to.', { cause });
  }
}
