// Sums of bytes: SHA-256 and SM3 (GB/T 32905) side by side, and the CRC-32 that a ZIP header wants.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Digest } from '../artifact.js';

/** Lower-case hex. A text counts as its UTF-8 bytes. */
export const sha256Hex = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** All sums in one pass. `done` may be asked once. */
export class Digester {
  readonly #sha256 = createHash('sha256');
  readonly #sm3 = createHash('sm3');
  #crc32 = 0;
  #bytes = 0;

  update(bytes: Buffer): void {
    this.#sha256.update(bytes);
    this.#sm3.update(bytes);
    this.#crc32 = crc32(bytes, this.#crc32);
    this.#bytes += bytes.length;
  }

  done(): Digest {
    return { bytes: this.#bytes, sha256: this.#sha256.digest('hex'), sm3: this.#sm3.digest('hex'), crc32: this.#crc32 };
  }
}

export function digestOf(bytes: Buffer): Digest {
  const digester = new Digester();
  digester.update(bytes);
  return digester.done();
}
