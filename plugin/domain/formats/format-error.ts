// Bytes that are not in the one form this folder defines. Rooms turn it into their own Problem or fault.

/** `malformed`: not the canonical form. `key-foreign`: no signature of the given key. `signature-bad`: signed, but not over this. */
export type FormatFault = 'malformed' | 'key-foreign' | 'signature-bad';

export class FormatError extends Error {
  constructor(
    message: string,
    readonly fault: FormatFault = 'malformed',
  ) {
    super(message);
    this.name = 'FormatError';
  }
}
