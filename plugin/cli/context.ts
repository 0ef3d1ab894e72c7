// What every verb is given: the global options, where to speak, and the parts that only the front door knows.
import { Problem } from '../domain/problem.js';
import { Client } from './client.js';
import type { Output } from './console.js';
import type { OneTimePassword } from './login.js';
import type { Exit } from './outcome.js';

export interface Context {
  output: Output;
  /** Path of the configuration file. */
  config: string;
  /** Base address of a running gate. */
  gate: string;
  env: NodeJS.ProcessEnv;
  /** The code of a second factor, asked for when somebody signs in; undefined where nobody said how to get one. */
  otp?: OneTimePassword;
}

export type Verb<O> = (context: Context, options: O) => Promise<Exit>;

/** Who signs in comes from the environment: a password in an argument list is readable by every process of the machine. */
export function clientOf({ gate, env, otp }: Pick<Context, 'gate' | 'env' | 'otp'>): Client {
  expectAddress(gate);
  const { EXPORTGATE_USER: user, EXPORTGATE_PASSWORD: password, EXPORTGATE_TOKEN: token } = env;
  if (token) return new Client(gate, null, token);
  if (!user || !password) throw new Problem('token-missing', 'The gate wants to know who asks.');
  return new Client(gate, { user, password, ...(otp && { otp }) });
}

/** For what asks nobody who they are: joining, and signing in. */
export function strangerOf({ gate }: Pick<Context, 'gate'>): Client {
  expectAddress(gate);
  return new Client(gate, null);
}

function expectAddress(gate: string): void {
  if (!/^https?:$/.test(URL.canParse(gate) ? new URL(gate).protocol : ''))
    throw new Problem('config-invalid', `--gate wants an address like https://exportgate.example, not “${gate}”.`);
}
