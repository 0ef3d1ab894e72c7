// The password of the gate's account on a recorder: from the environment or from a file, never from the configuration.
import { open } from 'node:fs/promises';
import type { Fault } from '../domain/problem.js';
import { fromFile } from './folders.js';
import { Secret } from './secret.js';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Named {
  id: string;
  passwordEnv?: string | undefined;
  passwordFile?: string | undefined;
}

export const longest = 256;

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
    const found = await readFileOnce(fromFile(file, passwordFile));
    if (!found)
      return refuse('secret-missing', 'passwordFile', 'The file cannot be read; right is a small text file that this process may read.');
    if (found.open)
      return refuse('secret-open', 'passwordFile', 'Everybody on this machine may read the file; right is mode 0600 or 0640.');
    return isPassword(found.text)
      ? { password: new Secret(found.text) }
      : refuse('secret-missing', 'passwordFile', `The file is empty or not one line; right is one line of at most ${longest} characters.`);
  }
  const name = passwordEnv ?? variableOf(id);
  const text = env[name] ?? '';
  return isPassword(text)
    ? { password: new Secret(text) }
    : refuse(
        'secret-missing',
        'passwordEnv',
        `The environment variable ${name} is not set, empty or not one line; right is the recorder’s password, at most ${longest} characters.`,
      );
}

export const isPassword = (text: string): boolean => text !== '' && text.length <= longest && !/\p{Cc}/u.test(text);

/** Mode and text of one opened file, so that both are of the same file. The line end that editors add is not part of the password. */
export async function readFileOnce(path: string): Promise<{ text: string; open: boolean } | null> {
  try {
    const handle = await open(path, 'r');
    try {
      const { mode } = await handle.stat();
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4 * longest + 2), 0, 4 * longest + 2, 0);
      return { text: buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, ''), open: (mode & 0o007) !== 0 };
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
