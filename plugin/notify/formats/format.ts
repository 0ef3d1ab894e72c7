// What a webhook format is: a letter and a secret → the request; the answer's JSON → taken, or the number that says why not.
import type { Letter } from '../letter.js';

export interface Format {
  /** Milliseconds between two letters at least: what the vendor bears. */
  gapMs: number;
  write(letter: Letter, secret: string, now: Date): { body: string; headers?: Record<string, string>; query?: Record<string, string> };
  /** The vendor's own code where its answer says that the letter was not taken; null: taken; undefined: no answer of this vendor. */
  codeOf(answer: unknown): number | null | undefined;
}

/** Bots tell success in the body, whatever the status is: 0, else the reason. */
export const codeIn =
  (...members: readonly string[]) =>
  (answer: unknown): number | null | undefined => {
    if (typeof answer !== 'object' || answer === null) return undefined;
    const code = members.map((member) => (answer as Record<string, unknown>)[member]).find((it) => it !== undefined);
    if (!Number.isSafeInteger(code)) return undefined;
    return code === 0 ? null : (code as number);
  };
