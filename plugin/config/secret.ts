// A text that must not be printed by accident: in logs, errors, JSON and inspections it reads `[secret]`.
import { inspect } from 'node:util';

export class Secret {
  // A private field: neither Object.entries nor structuredClone nor a debugger's spread finds it.
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Hand it to the one place that needs it and keep no copy. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

export const isOneLine = (text: string, longest: number): boolean => text !== '' && text.length <= longest && !/\p{Cc}/u.test(text);
