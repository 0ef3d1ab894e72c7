// SHA-256 (FIPS 180-4) as a stream: the browser's own takes a whole file at once, and footage is larger than memory.
import { BlockHash } from './block-hash.js';
import { rootBits } from './prime-roots.js';

const upperWords = (bits: bigint[]): Int32Array => Int32Array.from(bits, (each) => Number(BigInt.asIntN(32, each >> 32n)));
const sha256Start = upperWords(rootBits(2n, 8));
const sha256Rounds = upperWords(rootBits(3n, 64));

export class Sha256 extends BlockHash {
  readonly #state = sha256Start.slice();
  readonly #w = new Int32Array(64);

  protected override words(): Int32Array {
    return this.#state;
  }

  protected override compress(bytes: Uint8Array, at: number): void {
    const [state, w, rounds] = [this.#state, this.#w, sha256Rounds];
    for (let i = 0, from = at; i < 16; i++, from += 4)
      w[i] = (bytes[from]! << 24) | (bytes[from + 1]! << 16) | (bytes[from + 2]! << 8) | bytes[from + 3]!;
    for (let i = 16; i < 64; i++) {
      const [x, y] = [w[i - 15]!, w[i - 2]!];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
    }
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let d = state[3]!;
    let e = state[4]!;
    let f = state[5]!;
    let g = state[6]!;
    let h = state[7]!;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + rounds[i]! + w[i]!) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0] = state[0]! + a;
    state[1] = state[1]! + b;
    state[2] = state[2]! + c;
    state[3] = state[3]! + d;
    state[4] = state[4]! + e;
    state[5] = state[5]! + f;
    state[6] = state[6]! + g;
    state[7] = state[7]! + h;
  }
}

/** Of parts behind each other. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = new Sha256();
  for (const part of parts) hash.update(part);
  return hash.done();
}
