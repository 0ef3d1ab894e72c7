// Where the code of a second factor comes from: --otp, a question on the terminal, or for scripts a file with the secret.
import fs from 'node:fs';
import { Problem } from '../domain/problem.js';
import { codeAt, fromBase32, stepOf } from '../identity/totp.js';
import { askLines, type Input } from './ask-login.js';
import type { OneTimePassword } from './login.js';

interface Around {
  env: NodeJS.ProcessEnv;
  input: Input;
  prompts: NodeJS.WritableStream;
  now: () => Date;
}

const longest = 1024;

/** `given`: of --otp; `-` asks. Undefined where nobody said how: an account without a second factor needs none. */
export function oneTimePassword(given: string | undefined, { env, input, prompts, now }: Around): OneTimePassword | undefined {
  if (given === '-')
    return async () => (await askLines(input, prompts, [{ prompt: '动态码 six digits of the second factor: ', isShown: true }]))[0]!;
  if (given !== undefined) return () => given;
  const { EXPORTGATE_TOTP_FILE: file } = env;
  return file ? () => codeAt(readSecret(file), stepOf(now())) : undefined;
}

/** The secret as the gate showed it: in letters, or as otpauth://… */
function readSecret(file: string): Buffer {
  const wrong = (what: string, cause?: unknown): Problem =>
    new Problem('config-invalid', `EXPORTGATE_TOTP_FILE: ${file} ${what}.`, { cause });
  let text: string;
  try {
    const { mode, size } = fs.statSync(file);
    if ((mode & 0o077) !== 0) throw wrong('may be read by others; its mode must be 0600');
    if (size > longest) throw wrong('is too long; it holds the secret alone');
    text = fs.readFileSync(file, 'utf8').trim();
  } catch (thrown) {
    throw thrown instanceof Problem ? thrown : wrong('cannot be read', thrown);
  }
  const secret = fromBase32(/[?&]secret=([A-Za-z2-7]+)/.exec(text)?.[1] ?? text);
  if (!secret) throw wrong('holds no secret of a second factor, as the gate showed it');
  return secret;
}
