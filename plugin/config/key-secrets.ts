// What opens the gate's own keys: a passphrase, and master keys that lie in no file. Never from the configuration itself.
import { Problem, type Fault } from '../domain/problem.js';
import type { Check } from './check.js';
import { fromFile } from './folders.js';
import type { Environment } from './recorder-password.js';
import { readSecretFile } from './secret-file.js';
import { isOneLine, Secret } from './secret.js';

const longest = 256;
/** Whoever copied the keys may guess as long as they like. */
const shortest = 12;
const variable = 'EXPORTGATE_KEYS_PASSPHRASE';
const master = /^EXPORTGATE_MASTER_KEY_([1-9]\d{0,5})$/;

export const isPassphrase = (text: string): boolean => isOneLine(text, longest) && text.length >= shortest;

/** Null where nobody gives one. Codes: `secret-missing`, `secret-open` (others may read the file), `not-allowed`. */
export async function readPassphrase(
  passphraseFile: string | undefined,
  { file, env }: { file: string; env: Environment },
): Promise<{ passphrase: Secret | null } | { faults: Fault[] }> {
  const refuse = (code: string, detail: string) => ({ faults: [{ code, where: 'keys.passphraseFile', detail }] });
  const given = env[variable];
  if (passphraseFile && given) return refuse('not-allowed', `${variable} is set too; right is one of the two.`);
  if (!passphraseFile && !given) return { passphrase: null };
  const read = passphraseFile ? await readSecretFile(fromFile(file, passphraseFile), longest) : { text: given!, open: false };
  if (read?.open) return refuse('secret-open', 'Everybody on this machine may read the file; right is mode 0600 or 0640.');
  if (read && isPassphrase(read.text)) return { passphrase: new Secret(read.text) };
  const place = passphraseFile ? 'The file' : `The environment variable ${variable}`;
  return refuse(
    'secret-missing',
    `${place} is not there or not one line of ${shortest} to ${longest} characters; right is the passphrase of the keys.`,
  );
}

/** Of a file that is named once, while the passphrase is changed. Any length: openssl has none that is too short. Problem `key-invalid`. */
export async function readFormerPassphrase(file: string): Promise<Secret> {
  const read = await readSecretFile(file, longest);
  if (read?.open) throw new Problem('key-invalid', 'Everybody on this machine may read the file of the former passphrase; right is mode 0600 or 0640.');
  if (read && isOneLine(read.text, longest)) return new Secret(read.text);
  throw new Problem('key-invalid', `The file of the former passphrase is not there or not one line of at most ${longest} characters.`);
}

export const passphraseSound: Check = async ({ keys }, around) => {
  const read = await readPassphrase(keys?.passphraseFile, around);
  return 'faults' in read ? read.faults : [];
};

/** `EXPORTGATE_MASTER_KEY_<n>`, by n. */
export const masterKeysOf = (env: Environment): ReadonlyMap<number, Secret> =>
  new Map(
    Object.entries(env).flatMap(([name, text]) => {
      const number = master.exec(name)?.[1];
      return number && text ? [[Number(number), new Secret(text)] as const] : [];
    }),
  );
