// Plain keys put under the passphrase, one file after the other. After a crash some are and some are not; both are read.
import { isUnderPassphrase, openSecretKey, openSigningKey } from './key-bytes.js';
import { readKeyFile, replaceKeyFile } from './key-files.js';
import type { KeyFile } from './key-files.js';
import type { KeyKind } from './key-names.js';
import { filesOf, loadKeys } from './keys.js';
import type { KeySources } from './keys.js';
import type { Passphrase } from './passphrase.js';
import { encryptedPem } from './private-key.js';
import { sealSecret } from './sealed-secret.js';
import { Problem } from '../domain/problem.js';

/** Names of the files that were written anew. All keys are opened first: there is one passphrase, and not two. Problem `key-invalid`. */
export function protectKeys(folder: string, sources: KeySources & { passphrase: Passphrase }): string[] {
  loadKeys(folder, sources);
  return filesOf(folder, sources.masterFolder ?? null).flatMap(({ kind, place, name }) => {
    const file = readKeyFile(place, name);
    if (isUnderPassphrase(file.bytes)) return [];
    replaceKeyFile(place, name, { bytes: seal(kind, name, file, sources.passphrase), madeAt: file.madeAt });
    return [name];
  });
}

/** Opened again before it takes the place of the only copy. */
function seal(kind: KeyKind, name: string, { bytes }: KeyFile, passphrase: Passphrase): Buffer {
  if (kind === 'tokens' || kind === 'master') {
    const sealed = sealSecret(bytes, name, passphrase);
    if (openSecretKey(sealed, name, passphrase).equals(bytes)) return sealed;
  } else {
    const key = openSigningKey(bytes, name, null);
    const sealed = encryptedPem(key, passphrase);
    if (openSigningKey(sealed, name, passphrase).equals(key)) return sealed;
  }
  throw new Problem('internal', `The key ${name} does not open as it was sealed; it was left as it is.`);
}
