// The secret by which the identity provider knows the gate: from the environment or from a file, never from the configuration.
import type { Fault } from '../domain/problem.js';
import { fromFile } from './folders.js';
import type { Environment } from './recorder-password.js';
import { readSecretFile } from './secret-file.js';
import { isOneLine, Secret } from './secret.js';

const longest = 256;
const variable = 'EXPORTGATE_OIDC_CLIENT_SECRET';

interface Named {
  clientSecretEnv?: string | undefined;
  clientSecretFile?: string | undefined;
}

/** Codes: `secret-missing`, `secret-open` (others may read the file), `not-allowed`. */
export async function readClientSecret(
  { clientSecretEnv, clientSecretFile }: Named,
  { file, env }: { file: string; env: Environment },
): Promise<{ password: Secret } | { faults: Fault[] }> {
  const refuse = (code: string, key: string, detail: string) => ({ faults: [{ code, where: `oidc.${key}`, detail }] });
  if (clientSecretEnv && clientSecretFile)
    return refuse('not-allowed', 'clientSecretFile', 'clientSecretEnv is given too; right is one of the two.');
  const read = clientSecretFile
    ? await readSecretFile(fromFile(file, clientSecretFile), longest)
    : { text: env[clientSecretEnv ?? variable] ?? '', open: false };
  const key = clientSecretFile ? 'clientSecretFile' : 'clientSecretEnv';
  if (read?.open) return refuse('secret-open', key, 'Everybody on this machine may read the file; right is mode 0600 or 0640.');
  if (read && isOneLine(read.text, longest)) return { password: new Secret(read.text) };
  const place = clientSecretFile ? 'The file' : `The environment variable ${clientSecretEnv ?? variable}`;
  return refuse(
    'secret-missing',
    key,
    `${place} is not there, empty or not one line; right is the client’s secret, at most ${longest} characters.`,
  );
}
