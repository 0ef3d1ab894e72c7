// What is in a key file: made, plain or under the passphrase; and opened, of the kind that belongs there.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { algorithmOf } from '../domain/formats/key-algorithm.js';
import { Problem } from '../domain/problem.js';
import type { KeyKind } from './key-names.js';
import type { Passphrase } from './passphrase.js';
import { encryptedPem, isEncryptedPem, openPrivateKey, plainPem } from './private-key.js';
import { isSealedSecret, openSecret, sealSecret, secretBytes } from './sealed-secret.js';

/** `gm`: 国密, packages signed by SM2 and objects sealed by SM4. What was made under the other stays readable. */
export type Profile = 'international' | 'gm';

export const isUnderPassphrase = (bytes: Buffer): boolean => isSealedSecret(bytes) || isEncryptedPem(bytes);

export interface Making {
  /** Opens keys under a passphrase; with one, new keys are put under it. */
  passphrase?: Passphrase | null;
  /** Left out: international. */
  profile?: Profile;
}

/** Bytes of a new key file, under the passphrase where there is one. */
export function makeKeyFile(kind: KeyKind, name: string, { passphrase = null, profile }: Making): Buffer {
  if (kind === 'tokens' || kind === 'master') {
    const secret = randomBytes(secretBytes);
    return passphrase ? sealSecret(secret, name, passphrase) : secret;
  }
  const privateKey =
    kind === 'manifest' && profile === 'gm'
      ? generateKeyPairSync('ec', { namedCurve: 'SM2' }).privateKey
      : generateKeyPairSync('ed25519').privateKey;
  return passphrase ? encryptedPem(privateKey, passphrase) : plainPem(privateKey);
}

/** Problem `key-invalid`. */
export function openSigningKey(pem: Buffer, name: string, passphrase: Passphrase | null): KeyObject {
  const isEncrypted = isEncryptedPem(pem);
  if (isEncrypted && !passphrase) throw noPassphrase(name);
  const key = openPrivateKey(pem, passphrase);
  if (!key && isEncrypted) throw wrongPassphrase(name);
  if (!key) throw new Problem('key-invalid', `${name} is not a private key in PEM form (PKCS#8).`);
  const algorithm = algorithmOf(key);
  const mayBeSm2 = name.startsWith('manifest');
  if (algorithm !== 'Ed25519' && !(mayBeSm2 && algorithm === 'SM2'))
    throw new Problem('key-invalid', `${name} holds a key of another kind; it must be Ed25519${mayBeSm2 ? ' or SM2' : ''}.`);
  return key;
}

/** Problem `key-invalid`. */
export function openSecretKey(bytes: Buffer, name: string, passphrase: Passphrase | null): Buffer {
  if (!isSealedSecret(bytes)) {
    if (bytes.length !== secretBytes)
      throw new Problem(
        'key-invalid',
        `${name} has ${bytes.length} bytes; it must have ${secretBytes}, or be sealed by “exportgate keys protect”.`,
      );
    return bytes;
  }
  if (!passphrase) throw noPassphrase(name);
  const secret = openSecret(bytes, name, passphrase);
  if (!secret) throw wrongPassphrase(name);
  return secret;
}

const noPassphrase = (name: string): Problem =>
  new Problem(
    'key-invalid',
    `The key ${name} is under a passphrase and there is none; give it by keys.passphraseFile, EXPORTGATE_KEYS_PASSPHRASE or on a terminal.`,
  );
const wrongPassphrase = (name: string): Problem => new Problem('key-invalid', `The passphrase does not open the key ${name}.`);
