// A new key in the place of the one in use, which goes on to verify or open. A running gate takes it at its next start.
import { Problem } from '../domain/problem.js';
import { makeKeyFile } from './key-bytes.js';
import { readOrMake } from './key-files.js';
import { keyName, mostKeys } from './key-names.js';
import type { KeyKind } from './key-names.js';
import { loadKeys } from './keys.js';
import type { KeySources, KnownKey } from './keys.js';

export interface Rotation {
  key: KeyKind;
  /** Fingerprints. */
  from: string;
  to: string;
}

/** Makes the next number. All keys are opened first: a new one is never put under another passphrase than theirs. Problem `key-invalid`. */
export function rotateKey(folder: string, kind: KeyKind, sources: KeySources): Rotation & { name: string } {
  const before = loadKeys(folder, sources).known.filter((key) => key.kind === kind);
  const current = before.at(-1)!;
  const next = current.number + 1;
  if (current.kept === 'in the environment')
    throw new Problem(
      'key-invalid',
      `Master keys are in the environment; put 32 random bytes in base64 into EXPORTGATE_MASTER_KEY_${next}.`,
    );
  if (before.length >= mostKeys)
    throw new Problem('key-invalid', `There are ${before.length} ${kind} keys, and no more than ${mostKeys} of a kind are read.`);
  const name = keyName(kind, next);
  const place = kind === 'master' ? (sources.masterFolder ?? folder) : folder;
  readOrMake(place, name, () => makeKeyFile(kind, name, sources));
  const made = loadKeys(folder, sources).known.find((key) => key.kind === kind && key.number === next)!;
  return { key: kind, from: current.fingerprint, to: made.fingerprint, name };
}

/** Every change from one key of a kind to the next, oldest first; the log's before all others. */
export function rotationsOf(known: readonly KnownKey[]): Rotation[] {
  return known.flatMap((key, at) => {
    const before = known[at - 1];
    return before?.kind === key.kind ? [{ key: key.kind, from: before.fingerprint, to: key.fingerprint }] : [];
  });
}
