// Authenticated encryption of the 国密 profile: SM4 in counter mode (GB/T 32907, GB/T 17964), then HMAC-SM3 (GB/T 32905, GB/T 15852.2) over
// what came out. OpenSSL 3.0 has no SM4-GCM; encrypt-then-MAC holds with any cipher and any MAC.
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

export const gmTagBytes = 16;
export const gmIvBytes = 16;

/** One key for each of the two; neither says anything of the other. */
const derive = (key: Buffer, what: string): Buffer => createHmac('sm3', key).update(`exportgate/gm/${what}`).digest();
const encryptionKey = (key: Buffer): Buffer => derive(key, 'sm4').subarray(0, 16);

/** First 128 bits, as long as the tag of GCM. The length keeps associated data and text from being shifted into each other. */
function macOf(key: Buffer, iv: Buffer, associated: Buffer, text: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(associated.length));
  return createHmac('sm3', derive(key, 'hmac-sm3'))
    .update(length)
    .update(associated)
    .update(iv)
    .update(text)
    .digest()
    .subarray(0, gmTagBytes);
}

/** Text and tag. `key` has 32 bytes; `iv` 16, whose counter no other text under this key may reach. */
export function gmEncipher(key: Buffer, iv: Buffer, associated: Buffer, plain: Buffer): [Buffer, Buffer] {
  const text = createCipheriv('sm4-ctr', encryptionKey(key), iv).update(plain);
  return [text, macOf(key, iv, associated, text)];
}

/** Something that deciphers the text piece by piece; null where the tag does not fit: judged before the first byte. */
export function gmOpen(key: Buffer, iv: Buffer, associated: Buffer, text: Buffer, tag: Buffer): { update(piece: Buffer): Buffer } | null {
  const right = macOf(key, iv, associated, text);
  if (tag.length !== right.length || !timingSafeEqual(tag, right)) return null;
  return createDecipheriv('sm4-ctr', encryptionKey(key), iv);
}
