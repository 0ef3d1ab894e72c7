// A piece of an answer, and what opening it gave.

/** Names in lower case. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Payload {
  /** The way into it: `body › part 2 › base64`. */
  where: string;
  headers: Headers;
  bytes: Buffer;
}

/** What one wrapping gave. `closed`: in words, what could not be opened. */
export interface Opened {
  inner: { name: string; headers?: Headers; bytes: Buffer }[];
  closed: string[];
}

export const headerOf = (headers: Headers, name: string): string => [headers[name] ?? ''].flat().join(', ');
