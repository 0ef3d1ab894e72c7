// What SHA-256 and SM3 have in common: blocks of 64 bytes, and the same padding with the length behind it. Takes a stream of any
// length in memory that does not grow.

const blockBytes = 64;

export abstract class BlockHash {
  readonly #rest = new Uint8Array(blockBytes);
  #kept = 0;
  #bytes = 0;

  /** Takes in the block that begins at `at`. */
  protected abstract compress(bytes: Uint8Array, at: number): void;
  /** The state as eight words. */
  protected abstract words(): Int32Array;

  update(bytes: Uint8Array): this {
    this.#bytes += bytes.length;
    let at = 0;
    if (this.#kept > 0) {
      at = Math.min(blockBytes - this.#kept, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#kept);
      this.#kept += at;
      if (this.#kept < blockBytes) return this;
      this.compress(this.#rest, 0);
      this.#kept = 0;
    }
    for (; at + blockBytes <= bytes.length; at += blockBytes) this.compress(bytes, at);
    this.#rest.set(bytes.subarray(at));
    this.#kept = bytes.length - at;
    return this;
  }

  /** 32 bytes. May be asked once. */
  done(): Uint8Array {
    const bits = this.#bytes * 8;
    const tail = new Uint8Array(this.#kept < 56 ? blockBytes : 2 * blockBytes);
    tail.set(this.#rest.subarray(0, this.#kept));
    tail[this.#kept] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(tail.length - 4, bits % 2 ** 32);
    for (let at = 0; at < tail.length; at += blockBytes) this.compress(tail, at);
    const sum = new Uint8Array(32);
    this.words().forEach((word, i) => new DataView(sum.buffer).setInt32(i * 4, word));
    return sum;
  }
}
