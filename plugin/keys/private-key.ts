// A private key in a PEM file, plain (PKCS#8) or under a passphrase (PKCS#8, PBES2).
import { createCipheriv, createPrivateKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { tags, writeDer, writeInteger, writeOid } from '../domain/formats/der.js';
import { deriveKey, scryptCost } from './passphrase.js';
import type { Passphrase } from './passphrase.js';

const form = /^\s*-----BEGIN (ENCRYPTED )?PRIVATE KEY-----[\s\S]*-----END \1?PRIVATE KEY-----\s*$/;
const oids = { pbes2: '1.2.840.113549.1.5.13', scrypt: '1.3.6.1.4.1.11591.4.11', aes256Cbc: '2.16.840.1.101.3.4.1.42' } as const;

export const isEncryptedPem = (pem: Buffer): boolean => form.exec(pem.toString('latin1'))?.[1] !== undefined;

/** Null where it is not a private key in this form, or the passphrase does not open it. What OpenSSL says of it helps nobody. */
export function openPrivateKey(pem: Buffer, passphrase: Passphrase | null): KeyObject | null {
  if (!form.test(pem.toString('latin1'))) return null;
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase && isEncryptedPem(pem) && { passphrase: passphrase.reveal() }) });
  } catch {
    return null;
  }
}

export const plainPem = (key: KeyObject): Buffer => Buffer.from(key.export({ type: 'pkcs8', format: 'pem' }));

/**
 * EncryptedPrivateKeyInfo (RFC 5958 section 3): PBES2 (RFC 8018) with scrypt (RFC 7914 section 7) and AES-256-CBC, as
 * `openssl pkcs8 -topk8 -v2 aes-256-cbc -scrypt` writes it. Node itself would derive with 2048 rounds of PBKDF2, which costs who guesses
 * next to nothing.
 */
export function encryptedPem(key: KeyObject, passphrase: Passphrase): Buffer {
  const { N, r, p } = passphrase.cost ?? scryptCost;
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const cipher = createCipheriv('aes-256-cbc', deriveKey(passphrase, salt, { N, r, p }, 32), iv);
  const text = Buffer.concat([cipher.update(key.export({ type: 'pkcs8', format: 'der' })), cipher.final()]);
  const sequence = (...inside: Buffer[]): Buffer => writeDer(tags.sequence, ...inside);
  const cost = [N, r, p].map((value) => writeInteger(BigInt(value)));
  const derivation = sequence(writeOid(oids.scrypt), sequence(writeDer(tags.octetString, salt), ...cost));
  const encryption = sequence(writeOid(oids.aes256Cbc), writeDer(tags.octetString, iv));
  const der = sequence(sequence(writeOid(oids.pbes2), sequence(derivation, encryption)), writeDer(tags.octetString, text));
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return Buffer.from(['-----BEGIN ENCRYPTED PRIVATE KEY-----', ...lines, '-----END ENCRYPTED PRIVATE KEY-----', ''].join('\n'));
}
