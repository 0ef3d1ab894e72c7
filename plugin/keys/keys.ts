// Where keys come from: one private folder, apart from the data. What is missing is made at first use.
import { createPublicKey, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import path from 'node:path';
import { algorithmOf } from '../domain/formats/key-algorithm.js';
import { keyIdOf, secretIdOf } from '../domain/formats/key-id.js';
import { Problem } from '../domain/problem.js';
import { isUnderPassphrase, makeKeyFile, openSecretKey, openSigningKey } from './key-bytes.js';
import type { Making, Profile } from './key-bytes.js';
import { expectPrivateFolder, namesIn, readKeyFile, readOrMake } from './key-files.js';
import type { KeyFile } from './key-files.js';
import { keyKinds, keyName, mostKeys, numbersOf } from './key-names.js';
import type { KeyKind, SecretKey, SigningKey } from './key-names.js';
import { MasterKeys } from './master.js';
import type { Passphrase } from './passphrase.js';
import { RequestKeys, requestKeysFolder } from './request-keys.js';
import { secretBytes } from './sealed-secret.js';

export interface KeySources extends Making {
  /** Where `master-<n>.key` lie, if not beside the others. */
  masterFolder?: string | null;
  /** Of the environment, by number: 32 bytes in base64. */
  masterKeys?: ReadonlyMap<number, Passphrase>;
}

export interface KnownKey {
  kind: KeyKind;
  number: number;
  /** Of a signing key SHA-256 of its SubjectPublicKeyInfo (DER); of a secret `secretIdOf`. Hex. */
  fingerprint: string;
  kept: 'plain' | 'under a passphrase' | 'in the environment';
  /** Null: the environment does not say. */
  madeAt: Date | null;
  inUse: boolean;
}

export interface Keys {
  /** Private keys, those in use: Ed25519, `manifest` also SM2. */
  log: KeyObject;
  manifest: KeyObject;
  /** Earlier log keys, newest first: packages sealed under one name it for ever. */
  formerLogs: readonly KeyObject[];
  /** HS256 secret, 32 bytes; and earlier ones, newest first. */
  tokens: KeyObject;
  formerTokens: readonly KeyObject[];
  master: MasterKeys;
  /** What objects are sealed under. */
  requests: RequestKeys;
  /** SubjectPublicKeyInfo, PEM, one block behind the other, the key in use first: for gate.pub. */
  publicPem(name: SigningKey): string;
  /** SHA-256 of the SubjectPublicKeyInfo (DER) of the key in use, hex. */
  keyId(name: SigningKey): string;
  /** All of them, by kind and number. */
  known: readonly KnownKey[];
}

/** One key that was read. */
interface Held<T> extends KnownKey {
  key: T;
}

/**
 * Keys of `folder`, which must lie outside the data folder: a copy of one must not bring the other. `log.pem` and `manifest.pem`
 * (PKCS#8, plain or encrypted), `tokens.key` and `master-<n>.key` (32 bytes each, plain or sealed); of each kind the highest number
 * is in use and all verify or open. Problem `key-invalid`: others could read them, the passphrase does not open them, or they are not keys.
 */
export function loadKeys(folder: string, sources: KeySources = {}): Keys {
  expectPrivateFolder(folder);
  // Before the signing keys: where log.pem lies a gate has worked already, and its master keys are somewhere.
  const master = loadMasterKeys(folder, sources);
  const log = loadSigningKeys(folder, 'log', sources);
  const manifest = loadSigningKeys(folder, 'manifest', sources);
  const tokens = loadSecrets(folder, 'tokens', numbersIn(folder, 'tokens'), sources);
  const signing = { log, manifest };
  const [logNow, manifestNow] = [log.at(-1)!.key, manifest.at(-1)!.key];
  const known = [...log, ...manifest, ...tokens, ...master].map(({ kind, number, fingerprint, kept, madeAt, inUse }) => ({
    ...{ kind, number, fingerprint, kept, madeAt, inUse },
  }));
  const masterKeys = new MasterKeys(new Map(master.map(({ number, key }) => [number, key])), sources.profile === 'gm' ? 'sm4' : 'aes');
  return {
    log: logNow,
    manifest: manifestNow,
    formerLogs: log
      .slice(0, -1)
      .map(({ key }) => key)
      .reverse(),
    tokens: createSecretKey(tokens.at(-1)!.key),
    formerTokens: tokens
      .slice(0, -1)
      .map(({ key }) => createSecretKey(key))
      .reverse(),
    master: masterKeys,
    requests: new RequestKeys(path.join(folder, requestKeysFolder), masterKeys),
    publicPem: (name) =>
      [...signing[name]]
        .reverse()
        .map(({ key }) => createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString())
        .join(''),
    keyId: (name) => signing[name].at(-1)!.fingerprint,
    known,
  };
}

/** What a copy of the keys, or whoever opened them before, says that there has to be. */
export type WantedKey = Pick<KnownKey, 'kind' | 'number' | 'fingerprint'>;

/**
 * The same keys, of a gate that has worked already: none is made. `wanted`: each of them has to be there, and the one it was. Problem `key-invalid`,
 * which names the first that is not.
 */
export function openKeys(folder: string, sources: KeySources, wanted: readonly WantedKey[] = []): Keys {
  const given = sources.masterKeys ?? new Map<number, Passphrase>();
  const masterFolder = sources.masterFolder ?? null;
  const numbers = new Map(keyKinds.map((kind) => [kind, [...(kind === 'master' ? given.keys() : []), ...numbersOf(kind, namesIn(kind === 'master' ? (masterFolder ?? folder) : folder))]]));
  const lacking = keyKinds.filter((kind) => numbers.get(kind)!.length === 0).map((kind) => ({ kind, number: 1 }));
  for (const { kind, number } of [...wanted, ...lacking]) if (!numbers.get(kind)!.includes(number)) throw new Problem('key-invalid', `The key ${keyName(kind, number)} is not there${kind === 'master' ? `, and EXPORTGATE_MASTER_KEY_${number} is not set` : ''}; no new one is made in its place.`);
  const keys = loadKeys(folder, sources);
  for (const { kind, number, fingerprint } of wanted)
    if (!keys.known.some((it) => it.kind === kind && it.number === number && it.fingerprint === fingerprint))
      throw new Problem('key-invalid', `The key ${keyName(kind, number)}${kind === 'master' && given.has(number) ? ` (EXPORTGATE_MASTER_KEY_${number})` : ''} is another one than this gate had; its fingerprint was ${fingerprint}.`);
  return keys;
}

/** Does the key that signs packages fit the profile? Rotation makes one that does. Problem `key-invalid`. */
export function expectProfile({ manifest }: Keys, profile: Profile): void {
  const wanted = profile === 'gm' ? 'SM2' : 'Ed25519';
  if (algorithmOf(manifest) !== wanted)
    throw new Problem(
      'key-invalid',
      `The manifest key in use is not ${wanted}, which profile: ${profile} wants; make one: exportgate keys rotate manifest.`,
    );
}

/** Are there keys that only a passphrase opens? Asked before anybody is. Problem `key-invalid`. */
export function wantsPassphrase(folder: string, masterFolder: string | null = null): boolean {
  return filesOf(folder, masterFolder).some(({ place, name }) => isUnderPassphrase(readKeyFile(place, name).bytes));
}

/** Every key file that is there. */
export function filesOf(folder: string, masterFolder: string | null): { kind: KeyKind; place: string; name: string }[] {
  const kinds: [KeyKind, string][] = [
    ['log', folder],
    ['manifest', folder],
    ['tokens', folder],
    ['master', masterFolder ?? folder],
  ];
  return kinds.flatMap(([kind, place]) => numbersOf(kind, namesIn(place)).map((number) => ({ kind, place, name: keyName(kind, number) })));
}

/** Numbers of the keys that are there; `[1]` where there is none yet. */
function numbersIn(folder: string, kind: KeyKind): number[] {
  const numbers = numbersOf(kind, namesIn(folder));
  if (numbers.length > mostKeys)
    throw new Problem('key-invalid', `There are ${numbers.length} ${kind} keys; at most ${mostKeys} of a kind are read.`);
  return numbers.length > 0 ? numbers : [1];
}

function loadSigningKeys(folder: string, kind: SigningKey, sources: KeySources): Held<KeyObject>[] {
  const numbers = numbersIn(folder, kind);
  return numbers.map((number) => {
    const name = keyName(kind, number);
    const file = readOrMake(folder, name, () => makeKeyFile(kind, name, sources));
    const key = openSigningKey(file.bytes, name, sources.passphrase ?? null);
    return held(kind, number, file, keyIdOf(key), number === numbers.at(-1), key);
  });
}

function loadSecrets(folder: string, kind: SecretKey, numbers: readonly number[], sources: KeySources): Held<Buffer>[] {
  return numbers.map((number) => {
    const name = keyName(kind, number);
    const file = readOrMake(folder, name, () => makeKeyFile(kind, name, sources));
    const key = openSecretKey(file.bytes, name, sources.passphrase ?? null);
    return held(kind, number, file, secretIdOf(key), number === numbers.at(-1), key);
  });
}

function loadMasterKeys(folder: string, sources: KeySources): Held<Buffer>[] {
  const place = sources.masterFolder ?? folder;
  if (sources.masterFolder) expectPrivateFolder(place);
  const given = [...(sources.masterKeys ?? [])].map(([number, text]) => ofEnvironment(number, text.reveal()));
  const there = numbersOf('master', namesIn(place));
  // A folder of its own may be a medium that nobody put in: a new key would open nothing that is sealed.
  if (sources.masterFolder && there.length === 0 && given.length === 0 && namesIn(folder).includes('log.pem'))
    throw new Problem('key-invalid', 'There is no master key in keys.masterFolder, and this gate had one; put master-1.key there.');
  const files = loadSecrets(place, 'master', given.length > 0 ? there : numbersIn(place, 'master'), sources);
  const twice = files.find(({ number, key }) => given.some((it) => it.number === number && !it.key.equals(key)));
  if (twice)
    throw new Problem('key-invalid', `Master key ${twice.number} is another in the environment than in its file; one of them is wrong.`);
  const all = [...given, ...files.filter(({ number }) => !given.some((it) => it.number === number))].sort((a, b) => a.number - b.number);
  return all.map((it) => ({ ...it, inUse: it === all.at(-1) }));
}

function ofEnvironment(number: number, text: string): Held<Buffer> {
  const key = Buffer.from(text, 'base64');
  if (key.length !== secretBytes || key.toString('base64') !== text)
    throw new Problem('key-invalid', `EXPORTGATE_MASTER_KEY_${number} is not ${secretBytes} bytes in base64.`);
  return { kind: 'master', number, fingerprint: secretIdOf(key), kept: 'in the environment', madeAt: null, inUse: false, key };
}

const held = <T>(kind: KeyKind, number: number, file: KeyFile, fingerprint: string, inUse: boolean, key: T): Held<T> => ({
  ...{ kind, number, fingerprint, inUse, key, madeAt: file.madeAt },
  kept: isUnderPassphrase(file.bytes) ? 'under a passphrase' : 'plain',
});
