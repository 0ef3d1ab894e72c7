// Keys put under the passphrase, one file after the other: plain ones, and those that are under a former one. After a crash some are and
// some are not; asked again, it does the rest.
import type { KeyObject } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import { isUnderPassphrase, openSecretKey, openSigningKey } from './key-bytes.js';
import { expectPrivateFolder, readKeyFile, replaceKeyFile } from './key-files.js';
import type { KeyKind } from './key-names.js';
import { filesOf, loadKeys } from './keys.js';
import type { KeySources } from './keys.js';
import type { Passphrase } from './passphrase.js';
import { encryptedPem } from './private-key.js';
import { sealSecret } from './sealed-secret.js';

export interface Protecting extends KeySources {
  passphrase: Passphrase;
  /** What keys may be under now; the passphrase is changed from this one. */
  former?: Passphrase | null;
}

type Key = Buffer | KeyObject;

/** Names of the files that were written anew. All are opened before one is written. Problem `key-invalid`: one of them opens by neither. */
export function protectKeys(folder: string, { former = null, ...sources }: Protecting): string[] {
  const { passphrase } = sources;
  // Without a former one it is as at a start: what is missing is made.
  if (former) expectPrivateFolder(folder);
  else loadKeys(folder, sources);
  const files = filesOf(folder, sources.masterFolder ?? null).map(({ kind, place, name }) => {
    const { bytes, madeAt } = readKeyFile(place, name);
    return { place, name, madeAt, key: isUnder(passphrase, kind, name, bytes) ? null : open(kind, name, bytes, former ?? passphrase) };
  });
  return files.flatMap(({ place, name, madeAt, key }) => {
    if (!key) return [];
    replaceKeyFile(place, name, { bytes: seal(name, key, passphrase), madeAt });
    return [name];
  });
}

const open = (kind: KeyKind, name: string, bytes: Buffer, passphrase: Passphrase): Key =>
  (kind === 'tokens' || kind === 'master' ? openSecretKey : openSigningKey)(bytes, name, passphrase);

function isUnder(passphrase: Passphrase, kind: KeyKind, name: string, bytes: Buffer): boolean {
  if (!isUnderPassphrase(bytes)) return false;
  try {
    open(kind, name, bytes, passphrase);
    return true;
  } catch {
    return false;
  }
}

/** Opened again before it takes the place of the only copy. */
function seal(name: string, key: Key, passphrase: Passphrase): Buffer {
  if (Buffer.isBuffer(key)) {
    const sealed = sealSecret(key, name, passphrase);
    if (openSecretKey(sealed, name, passphrase).equals(key)) return sealed;
  } else {
    const sealed = encryptedPem(key, passphrase);
    if (openSigningKey(sealed, name, passphrase).equals(key)) return sealed;
  }
  throw new Problem('internal', `The key ${name} does not open as it was sealed; it was left as it is.`);
}
