// One key wrapped by another: nothing of it is told, and it opens only for what it was wrapped for.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { gmEncipher, gmIvBytes, gmOpen, gmTagBytes } from '../domain/formats/gm-cipher.js';

export type WrapSuite = 'aes' | 'sm4';

/** Of every key that wraps or is wrapped. */
export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** In front of what the 国密 profile wraps. The nonce that stands there otherwise is random: one in 2^64 looks like it. */
const gmMagic = Buffer.from('EGWRAP2\n');

/**
 * nonce (12, random) ‖ AES-256-GCM text ‖ tag (16); or `EGWRAP2` and a newline ‖ iv (16, random) ‖ SM4-CTR text ‖ HMAC-SM3 (16). `bound` is held by
 * the tag.
 */
export function wrapKey(suite: WrapSuite, key: Buffer, bound: Buffer, inner: Buffer): Buffer {
  if (suite === 'sm4') {
    const iv = randomBytes(gmIvBytes);
    return Buffer.concat([gmMagic, iv, ...gmEncipher(key, iv, bound, inner)]);
  }
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(bound);
  return Buffer.concat([nonce, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
}

/** Null where it is not what was wrapped with this key for this. */
export function unwrapKey(key: Buffer, bound: Buffer, wrapped: Buffer): Buffer | null {
  if (wrapped.subarray(0, gmMagic.length).equals(gmMagic)) return unwrapGm(key, bound, wrapped.subarray(gmMagic.length));
  const end = wrapped.length - tagBytes;
  if (end < nonceBytes) return null;
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, nonceBytes), { authTagLength: tagBytes });
    cipher.setAAD(bound).setAuthTag(wrapped.subarray(end));
    return Buffer.concat([cipher.update(wrapped.subarray(nonceBytes, end)), cipher.final()]);
  } catch {
    return null;
  }
}

function unwrapGm(key: Buffer, bound: Buffer, wrapped: Buffer): Buffer | null {
  const end = wrapped.length - gmTagBytes;
  if (end < gmIvBytes) return null;
  const text = wrapped.subarray(gmIvBytes, end);
  return gmOpen(key, wrapped.subarray(0, gmIvBytes), bound, text, wrapped.subarray(end))?.update(text) ?? null;
}
