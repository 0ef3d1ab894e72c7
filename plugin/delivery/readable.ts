// Bytes of known length that can be read from anywhere: the package as it is, and each wrapping of it.

export interface Readable {
  /** Length of the whole, bytes. */
  bytes: number;
  /** Exactly the bytes [from, to), in pieces of any size. */
  read(from: number, to: number): AsyncIterable<Buffer>;
}

/** A form in which a package leaves. */
export interface Wrapped extends Readable {
  /** Under which name a receiver keeps it. */
  fileName: string;
  mediaType: string;
}
