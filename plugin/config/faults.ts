// What zod found → faults for a person: which place, what is wrong, what would be right. The value found is never repeated: it may
// hold a password. Schemas carry the right value as their message.
import type { core } from 'zod';
import type { Fault } from '../domain/problem.js';

type Issue = core.$ZodIssue;

/** `recorders[0].url`; the whole thing is `(file)`. */
export const placeOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '') || '(file)';

/** Keys that people try, and why they are refused. */
const refusedKeys: Record<string, string> = {
  password: 'A password never stands in this file. Name an environment variable (passwordEnv) or a file (passwordFile).',
  secret: 'A secret never stands in this file.',
  token: 'A secret never stands in this file.',
};

/** Codes: `unknown-key`, `missing`, `not-allowed`. */
export function faultsOf(issues: readonly Issue[], known: (path: readonly PropertyKey[]) => readonly string[]): Fault[] {
  return issues.flatMap((issue): Fault[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        code: 'unknown-key',
        where: placeOf([...issue.path, key]),
        detail: tellKey(key, known(issue.path)),
      }));
    const missing = issue.input === undefined;
    return [
      {
        code: missing ? 'missing' : 'not-allowed',
        where: placeOf(issue.path),
        detail: `${missing ? 'It is missing' : 'It is not allowed so'}; right is: ${issue.message}.`,
      },
    ];
  });
}

const tellKey = (key: string, right: readonly string[]): string =>
  refusedKeys[key] ?? `There is no such key; right is one of: ${right.join(', ')}.`;
