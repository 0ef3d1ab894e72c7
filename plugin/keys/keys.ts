// Where keys come from: one private folder, apart from the data. What is missing is made at first use.
import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { keyIdOf } from '../domain/formats/key-id.js';
import { Problem } from '../domain/problem.js';
import { expectPrivateFolder, namesIn, readOrMake } from './key-files.js';
import { MasterKeys } from './master.js';

/** `log` signs checkpoints, `manifest` signs packages: one cannot be made to say the other's words. */
export type SigningKey = 'log' | 'manifest';

export interface Keys {
  /** Ed25519 private keys. */
  log: KeyObject;
  manifest: KeyObject;
  /** HS256 secret, 32 bytes. */
  tokens: KeyObject;
  master: MasterKeys;
  /** SubjectPublicKeyInfo, PEM: for gate.pub. */
  publicPem(name: SigningKey): string;
  /** SHA-256 of the SubjectPublicKeyInfo (DER), hex. */
  keyId(name: SigningKey): string;
}

const secretBytes = 32;
const masterName = /^master-([1-9]\d{0,5})\.key$/;

/**
 * Keys of `folder`, which must lie outside the data folder: a copy of one must not bring the other. Files `log.pem`,
 * `manifest.pem` (PKCS#8), `tokens.key` and `master-<n>.key` (32 bytes each; the highest n wraps, all open). A new master key is
 * put there by the operator; the first is made. Problem `key-invalid`: others could read them, or they are not keys.
 */
export function loadKeys(folder: string): Keys {
  expectPrivateFolder(folder);
  const signing = { log: loadSigningKey(folder, 'log'), manifest: loadSigningKey(folder, 'manifest') };
  const secret = readOrMake(folder, 'tokens.key', () => randomBytes(secretBytes));
  if (secret.length !== secretBytes)
    throw new Problem('key-invalid', `tokens.key has ${secret.length} bytes; it must have ${secretBytes}.`);
  return {
    ...signing,
    tokens: createSecretKey(secret),
    master: new MasterKeys(loadMasterKeys(folder)),
    publicPem: (name) => createPublicKey(signing[name]).export({ type: 'spki', format: 'pem' }).toString(),
    keyId: (name) => keyIdOf(signing[name]),
  };
}

function loadSigningKey(folder: string, name: SigningKey): KeyObject {
  const pem = readOrMake(folder, `${name}.pem`, () =>
    Buffer.from(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
  );
  const key = parsePrivateKey(pem, name);
  if (key.asymmetricKeyType !== 'ed25519') throw new Problem('key-invalid', `${name}.pem holds a key of another kind; it must be Ed25519.`);
  return key;
}

function parsePrivateKey(pem: Buffer, name: SigningKey): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new Problem('key-invalid', `${name}.pem is not a private key in PEM form (PKCS#8).`, { cause });
  }
}

function loadMasterKeys(folder: string): Map<number, Buffer> {
  const make = (): Buffer => randomBytes(secretBytes);
  const versions = namesIn(folder)
    .flatMap((name) => masterName.exec(name)?.[1] ?? [])
    .map(Number);
  if (versions.length === 0) versions.push(1);
  return new Map(versions.map((version) => [version, readOrMake(folder, `master-${version}.key`, make)]));
}
