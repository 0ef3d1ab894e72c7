// The two ways in which a segment is enciphered; the first bytes of an object say which. Either gives text as long as the plain one, and a
// tag of 16 bytes.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { gmEncipher, gmIvBytes, gmOpen } from '../domain/formats/gm-cipher.js';

/** `aes`: AES-256-GCM. `sm4`: SM4 in counter mode and HMAC-SM3, of the 国密 profile. */
export type Suite = 'aes' | 'sm4';
export const tagBytes = 16;

/** Of a segment its index; of the header, which no segment can be. */
export type Counter = number | 'header';

export interface Cipher {
  /** Text and tag. */
  encipher(key: Buffer, counter: Counter, associated: Buffer, plain: Buffer): [Buffer, Buffer];
  /** What deciphers piece by piece; `final` throws where the tag does not fit, and null says so at once. */
  open(
    key: Buffer,
    counter: Counter,
    associated: Buffer,
    text: Buffer,
    tag: Buffer,
  ): { update(piece: Buffer): Buffer; final(): unknown } | null;
}

/** The key is used for one object alone, so a counter never meets the same nonce twice. */
function gcmNonce(counter: Counter): Buffer {
  if (counter === 'header') return Buffer.alloc(12, 0xff);
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(counter), 4);
  return nonce;
}

/** The index stands in the upper half: the blocks of a segment are counted in the lower one and never come to the next. */
function sm4Iv(counter: Counter): Buffer {
  if (counter === 'header') return Buffer.alloc(gmIvBytes, 0xff);
  const iv = Buffer.alloc(gmIvBytes);
  iv.writeBigUInt64BE(BigInt(counter));
  return iv;
}

export const ciphers: Record<Suite, Cipher> = {
  aes: {
    /** GCM has no rest: `final` gives nothing and closes the tag. */
    encipher(key, counter, associated, plain) {
      const cipher = createCipheriv('aes-256-gcm', key, gcmNonce(counter), { authTagLength: tagBytes }).setAAD(associated);
      const sealed = cipher.update(plain);
      cipher.final();
      return [sealed, cipher.getAuthTag()];
    },
    open: (key, counter, associated, _text, tag) =>
      createDecipheriv('aes-256-gcm', key, gcmNonce(counter), { authTagLength: tagBytes }).setAAD(associated).setAuthTag(tag),
  },
  sm4: {
    encipher: (key, counter, associated, plain) => gmEncipher(key, sm4Iv(counter), associated, plain),
    open(key, counter, associated, text, tag) {
      const opened = gmOpen(key, sm4Iv(counter), associated, text, tag);
      return opened && { update: (piece) => opened.update(piece), final: () => undefined };
    },
  },
};
