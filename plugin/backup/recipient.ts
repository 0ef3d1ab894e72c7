// For whom backups are sealed: a key pair of which the gate's machine has the public half alone, so that it cannot read its own backups.
import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';
import { Problem } from '../domain/problem.js';

/** `exportgate-backup-x25519:` and 32 bytes in base64url: what stands in the configuration. */
const recipientForm = /^exportgate-backup-x25519:([A-Za-z0-9_-]{43})$/;
const kind = { kty: 'OKP', crv: 'X25519' } as const;

export interface BackupKeyPair {
  recipient: string;
  /** PKCS#8, PEM: kept away from the gate's machine and from the backups. */
  identity: string;
}

export function makeBackupKeys(): BackupKeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { recipient: recipientOf(publicKey), identity: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

const recipientOf = (key: KeyObject): string => `exportgate-backup-x25519:${key.export({ format: 'jwk' }).x!}`;

export const isRecipient = (text: string): boolean => recipientForm.test(text);

/** Problem `key-invalid`. */
export function readRecipient(text: string): KeyObject {
  const x = recipientForm.exec(text)?.[1];
  if (!x) throw new Problem('key-invalid', 'The recipient of backups is not one that exportgate backup-key made: exportgate-backup-x25519:…');
  return publicOf(x);
}

/** Problem `key-invalid`. */
export function readIdentity(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'x25519') return key;
  } catch {
    // Told below: nothing of a private key belongs in a message.
  }
  throw new Problem('key-invalid', 'The identity is not the private key that exportgate backup-key wrote.');
}

export const publicOf = (x: string): KeyObject => createPublicKey({ key: { ...kind, x }, format: 'jwk' });
export const rawOf = (key: KeyObject): Buffer => Buffer.from((key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' }).x!, 'base64url');

/** Of one file: by X25519 (RFC 7748) and HKDF-SHA-256 (RFC 5869), bound to both public halves. */
export const fileKey = (privateKey: KeyObject, publicKey: KeyObject, ephemeral: Buffer, recipient: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', diffieHellman({ privateKey, publicKey }), Buffer.concat([ephemeral, recipient]), 'exportgate/backup-file', 32));
