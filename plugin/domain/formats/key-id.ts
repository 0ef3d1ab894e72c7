// Names of keys, and the raw form in which Ed25519 public keys travel.
import { createHash, createHmac, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { FormatError } from './format-error.js';

/** SHA-256 of the SubjectPublicKeyInfo (DER), hex. Takes the public key or the private one that it belongs to. */
export const keyIdOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(publicHalf(key).export({ type: 'spki', format: 'der' }))
    .digest('hex');

/** Name of a secret, hex: HMAC-SHA-256 under it over a fixed text, so that the name says nothing of it. */
export const secretIdOf = (secret: KeyObject | Buffer): string => createHmac('sha256', secret).update('exportgate/key-id').digest('hex');

/** Ed25519 key → its 32 public bytes (RFC 8032 section 5.1.5). Throws FormatError for any other kind of key. */
export function rawPublicKey(key: KeyObject): Buffer {
  if (key.asymmetricKeyType !== 'ed25519') throw new FormatError('The key is not an Ed25519 key.');
  return Buffer.from(publicHalf(key).export({ format: 'jwk' }).x!, 'base64url');
}

/** 32 public bytes → Ed25519 public key. Throws FormatError. */
export function publicKeyFromRaw(raw: Buffer): KeyObject {
  if (raw.length !== 32) throw new FormatError(`An Ed25519 public key has 32 bytes, not ${raw.length}.`);
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') } });
}

export const publicHalf = (key: KeyObject): KeyObject => (key.type === 'private' ? createPublicKey(key) : key);
