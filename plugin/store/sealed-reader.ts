// Reads one sealed object by range: header judged first, each segment authenticated before a byte of it leaves.
import type { FileHandle } from 'node:fs/promises';
import type { Suite } from './ciphers.js';
import {
  checkHeader,
  corrupt,
  fileBytes,
  headerBytes,
  openInPieces,
  openSegment,
  readHeader,
  segmentBytes,
  segmentCount,
  segmentStart,
} from './segments.js';
import type { Header, Place } from './segments.js';

/** Wraps an object's data key under the key that is current, and opens it under the one that was used. */
export interface Wrapping {
  /** How new objects are enciphered; left out: AES-256-GCM. What is there is read by its own first bytes. */
  suite?: Suite;
  wrap(dataKey: Buffer, object: string): { version: number; wrapped: Buffer };
  unwrap(wrapped: Buffer, version: number, object: string): Buffer;
  /** The same, where new objects belong to the key of this name; left out: one key wraps all. */
  under?(key: string): Wrapping;
}

/** Reads a sealed object. No byte leaves before its segment is authenticated. */
export class SealedReader {
  readonly #header: Header;
  readonly #file: FileHandle;
  readonly #key: Buffer;

  private constructor(header: Header, file: FileHandle, key: Buffer) {
    this.#header = header;
    this.#file = file;
    this.#key = key;
  }

  /** Checks the header and the file's length. Problem `object-corrupt`. */
  static async open(object: string, file: FileHandle, wrapping: Wrapping): Promise<SealedReader> {
    const bytes = await readAt(file, 0, Buffer.alloc(headerBytes));
    const header = readHeader(object, bytes);
    const key = unwrap(wrapping, header);
    checkHeader(header.suite, key, object, bytes);
    const { size } = await file.stat();
    if (size !== fileBytes(header.length)) throw corrupt(object, `its file has ${size} bytes and not ${fileBytes(header.length)}`);
    return new SealedReader(header, file, key);
  }

  /** Plaintext bytes. */
  get length(): number {
    return this.#header.length;
  }

  /** Plaintext from `from` up to, not including, `to`. Only the segments that hold it are read. */
  async *read(from: number, to: number): AsyncGenerator<Buffer> {
    const end = from < to ? Math.ceil(to / segmentBytes) : 0;
    // For the ciphertext of one segment after the other.
    const sealed = Buffer.allocUnsafeSlow(fileBytes(segmentBytes) - segmentStart(0));
    for (let index = Math.floor(from / segmentBytes); index < end; index++) {
      const plain = await this.#segment(index, sealed);
      const start = index * segmentBytes;
      yield plain.subarray(Math.max(0, from - start), Math.min(plain.length, to - start));
    }
    // An empty object has a segment too, and whoever reads it wants to know that nothing was taken out.
    if (this.length === 0) await this.#segment(0, sealed);
  }

  /**
   * All of it in pieces, for sums alone: a segment is judged behind its last piece, so that nothing may be made of them before the end.
   * Problem `object-corrupt`.
   */
  async *pieces(): AsyncGenerator<Buffer> {
    const sealed = Buffer.allocUnsafeSlow(fileBytes(segmentBytes) - segmentStart(0));
    for (let index = 0; index < segmentCount(this.length); index++) {
      const { place, bytes } = await this.#sealed(index, sealed);
      yield* openInPieces(this.#header.suite, this.#key, place, bytes);
    }
  }

  async #segment(index: number, into: Buffer): Promise<Buffer> {
    const { place, bytes } = await this.#sealed(index, into);
    return openSegment(this.#header.suite, this.#key, place, bytes);
  }

  async #sealed(index: number, into: Buffer): Promise<{ place: Place; bytes: Buffer }> {
    const { object, length } = this.#header;
    const place: Place = { object, index, last: index === segmentCount(length) - 1 };
    const bytes = place.last ? fileBytes(length) - segmentStart(index) : segmentStart(1) - segmentStart(0);
    return { place, bytes: await readAt(this.#file, segmentStart(index), into.subarray(0, bytes)) };
  }
}

function unwrap(wrapping: Wrapping, { object, version, wrapped }: Header): Buffer {
  try {
    return wrapping.unwrap(wrapped, version, object);
  } catch (cause) {
    throw corrupt(object, version === 0 ? 'the key of its request does not open it' : `master key ${version} does not open its key`, cause);
  }
}

/** As many bytes as `bytes` holds; fewer where the file ends. */
async function readAt(file: FileHandle, position: number, bytes: Buffer): Promise<Buffer> {
  const { length } = bytes;
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
