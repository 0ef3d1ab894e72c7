// SM3 (GB/T 32905-2016), which no browser has.
import { BlockHash } from './block-hash.js';

const sm3Start = Int32Array.of(0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e);
const turn = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
/** T of section 4.3, turned by the round already. */
const sm3Rounds = Int32Array.from({ length: 64 }, (_, j) => turn(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32));

export class Sm3 extends BlockHash {
  readonly #state = sm3Start.slice();
  readonly #w = new Int32Array(68);

  protected override words(): Int32Array {
    return this.#state;
  }

  protected override compress(bytes: Uint8Array, at: number): void {
    const [state, w, rounds] = [this.#state, this.#w, sm3Rounds];
    for (let i = 0, from = at; i < 16; i++, from += 4)
      w[i] = (bytes[from]! << 24) | (bytes[from + 1]! << 16) | (bytes[from + 2]! << 8) | bytes[from + 3]!;
    for (let i = 16; i < 68; i++) {
      const [y, z] = [w[i - 3]!, w[i - 13]!];
      const x = w[i - 16]! ^ w[i - 9]! ^ ((y << 15) | (y >>> 17));
      w[i] = x ^ ((x << 15) | (x >>> 17)) ^ ((x << 23) | (x >>> 9)) ^ ((z << 7) | (z >>> 25)) ^ w[i - 6]!;
    }
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let d = state[3]!;
    let e = state[4]!;
    let f = state[5]!;
    let g = state[6]!;
    let h = state[7]!;
    for (let j = 0; j < 64; j++) {
      const a12 = (a << 12) | (a >>> 20);
      const sum = (a12 + e + rounds[j]!) | 0;
      const ss1 = (sum << 7) | (sum >>> 25);
      const early = j < 16;
      const ff = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      const gg = early ? e ^ f ^ g : (e & f) | (~e & g);
      const tt1 = (ff + d + (ss1 ^ a12) + (w[j]! ^ w[j + 4]!)) | 0;
      const tt2 = (gg + h + ss1 + w[j]!) | 0;
      d = c;
      c = (b << 9) | (b >>> 23);
      b = a;
      a = tt1;
      h = g;
      g = (f << 19) | (f >>> 13);
      f = e;
      e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
    }
    state[0]! ^= a;
    state[1]! ^= b;
    state[2]! ^= c;
    state[3]! ^= d;
    state[4]! ^= e;
    state[5]! ^= f;
    state[6]! ^= g;
    state[7]! ^= h;
  }
}
