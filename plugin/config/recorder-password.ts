// The password of the gate's account on a recorder: from the environment or from a file, never from the configuration.
import type { Fault } from '../domain/problem.js';
import { fromFile } from './folders.js';
import { readSecretFile } from './secret-file.js';
import { isOneLine, Secret } from './secret.js';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Named {
  id: string;
  passwordEnv?: string | undefined;
  passwordFile?: string | undefined;
}

const longest = 256;

/** `nvr-1` → `EXPORTGATE_RECORDER_NVR_1_PASSWORD`. Ids hold no `_`, so no two share a name. */
const variableOf = (id: string): string => `EXPORTGATE_RECORDER_${id.toUpperCase().replaceAll('-', '_')}_PASSWORD`;

/** Codes: `secret-missing`, `secret-open` (others may read the file), `not-allowed`. `where` is the place of the recorder. */
export async function readPassword(
  recorder: Named,
  where: string,
  { file, env }: { file: string; env: Environment },
): Promise<{ password: Secret } | { faults: Fault[] }> {
  const refuse = (code: string, key: string, detail: string) => ({ faults: [{ code, where: `${where}.${key}`, detail }] });
  const { id, passwordEnv, passwordFile } = recorder;
  if (passwordEnv && passwordFile) return refuse('not-allowed', 'passwordFile', 'passwordEnv is given too; right is one of the two.');
  if (passwordFile) {
    const found = await readSecretFile(fromFile(file, passwordFile), longest);
    if (!found)
      return refuse('secret-missing', 'passwordFile', 'The file cannot be read; right is a small text file that this process may read.');
    if (found.open)
      return refuse('secret-open', 'passwordFile', 'Everybody on this machine may read the file; right is mode 0600 or 0640.');
    return isOneLine(found.text, longest)
      ? { password: new Secret(found.text) }
      : refuse('secret-missing', 'passwordFile', `The file is empty or not one line; right is one line of at most ${longest} characters.`);
  }
  const name = passwordEnv ?? variableOf(id);
  const text = env[name] ?? '';
  return isOneLine(text, longest)
    ? { password: new Secret(text) }
    : refuse(
        'secret-missing',
        'passwordEnv',
        `The environment variable ${name} is not set, empty or not one line; right is the recorder’s password, at most ${longest} characters.`,
      );
}
