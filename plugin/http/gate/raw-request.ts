// A request as it came over the wire: what the gate reads, whichever event of the server brought it.

/** One header line as it came. */
export type HeaderLine = readonly [name: string, value: string];

export interface RawRequest {
  /** As sent, in any case. */
  method: string;
  /** As sent, byte for byte. */
  target: string;
  /** Every line, repeated ones too: what a server joins is what this must see apart. */
  headers: readonly HeaderLine[];
  /** Whole; empty without one. */
  body: Buffer;
  /** It came by the server's `upgrade`. */
  upgrade: boolean;
}

/** Node's `rawHeaders` → lines. */
export const headerLines = (rawHeaders: readonly string[]): HeaderLine[] =>
  rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));

/** Every value of a header. */
export const valuesOf = (headers: readonly HeaderLine[], name: string): string[] =>
  headers.filter(([each]) => each.length === name.length && each.toLowerCase() === name).map(([, value]) => value);
