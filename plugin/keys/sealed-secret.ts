// A secret of 32 bytes under a passphrase: scrypt and AES-256-GCM, in a file of one form. Layout in docs/ref/keys.md.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveKey, isBearable, scryptCost } from './passphrase.js';
import type { Passphrase } from './passphrase.js';

export const secretBytes = 32;
const magic = Buffer.from('EGKEY1\n');
/** Magic 7 · log2 N u8 · r u8 · p u8 · salt 16 · nonce 12 · text 32 · tag 16. */
const at = { cost: 7, salt: 10, nonce: 26, text: 38, tag: 70 } as const;
export const sealedSecretBytes = 86;

/** 32 bytes of a plain secret that begin so are one in 2^56. */
export const isSealedSecret = (bytes: Buffer): boolean => bytes.length !== secretBytes && bytes.subarray(0, magic.length).equals(magic);

/** The name is sealed too: a token secret put in the place of a master key does not open. */
const associated = (head: Buffer, name: string): Buffer => Buffer.concat([head, Buffer.from(name)]);

export function sealSecret(secret: Buffer, name: string, passphrase: Passphrase): Buffer {
  const { N, r, p } = passphrase.cost ?? scryptCost;
  const head = Buffer.concat([magic, Buffer.of(Math.log2(N), r, p), randomBytes(at.text - at.salt)]);
  const key = deriveKey(passphrase, head.subarray(at.salt, at.nonce), { N, r, p }, 32);
  const cipher = createCipheriv('aes-256-gcm', key, head.subarray(at.nonce), { authTagLength: 16 }).setAAD(associated(head, name));
  return Buffer.concat([head, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

/** Null where it does not open: another passphrase, another name, or not what was sealed. */
export function openSecret(sealed: Buffer, name: string, passphrase: Passphrase): Buffer | null {
  if (sealed.length !== sealedSecretBytes || !isSealedSecret(sealed)) return null;
  const head = sealed.subarray(0, at.text);
  const cost = { N: 2 ** head[at.cost]!, r: head[at.cost + 1]!, p: head[at.cost + 2]! };
  if (!isBearable(cost)) return null;
  const key = deriveKey(passphrase, head.subarray(at.salt, at.nonce), cost, 32);
  const cipher = createDecipheriv('aes-256-gcm', key, head.subarray(at.nonce), { authTagLength: 16 });
  cipher.setAAD(associated(head, name)).setAuthTag(sealed.subarray(at.tag));
  try {
    return Buffer.concat([cipher.update(sealed.subarray(at.text, at.tag)), cipher.final()]);
  } catch {
    return null;
  }
}
