// SHA-512 (FIPS 180-4), which Ed25519 wants; of texts that are in memory. 64-bit words as two halves: BigInt would be too slow for a
// manifest of several megabytes.
import { rootBits } from './prime-roots.js';

const split = (bits: bigint[]): { hi: Int32Array; lo: Int32Array } => ({
  hi: Int32Array.from(bits, (each) => Number(BigInt.asIntN(32, each >> 32n))),
  lo: Int32Array.from(bits, (each) => Number(BigInt.asIntN(32, each))),
});
const sha512Start = split(rootBits(2n, 8));
const sha512Rounds = split(rootBits(3n, 80));

/** Of parts behind each other; 64 bytes. */
export function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padded = new Uint8Array(Math.ceil((length + 17) / 128) * 128);
  let end = 0;
  for (const part of parts) {
    padded.set(part, end);
    end += part.length;
  }
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor((length * 8) / 2 ** 32));
  view.setUint32(padded.length - 4, (length * 8) % 2 ** 32);
  const [hi, lo] = [sha512Start.hi.slice(), sha512Start.lo.slice()];
  const [wh, wl] = [new Int32Array(80), new Int32Array(80)];
  for (let at = 0; at < padded.length; at += 128) sha512Block(view, at, hi, lo, wh, wl);
  const sum = new Uint8Array(64);
  const out = new DataView(sum.buffer);
  for (let i = 0; i < 8; i++) {
    out.setInt32(i * 8, hi[i]!);
    out.setInt32(i * 8 + 4, lo[i]!);
  }
  return sum;
}

/** Upper half of a word turned right by `by` (1 to 63); the lower half is that of the halves exchanged. */
const turnHi = (hi: number, lo: number, by: number): number =>
  by < 32 ? (hi >>> by) | (lo << (32 - by)) : by === 32 ? lo : (lo >>> (by - 32)) | (hi << (64 - by));
/** Carry of sums of lower halves, which are added as plain numbers. */
const carry = (sum: number): number => Math.floor(sum / 2 ** 32);

function sha512Block(view: DataView, at: number, hi: Int32Array, lo: Int32Array, wh: Int32Array, wl: Int32Array): void {
  for (let i = 0; i < 16; i++) {
    wh[i] = view.getInt32(at + i * 8);
    wl[i] = view.getInt32(at + i * 8 + 4);
  }
  for (let i = 16; i < 80; i++) {
    const [xh, xl, yh, yl] = [wh[i - 15]!, wl[i - 15]!, wh[i - 2]!, wl[i - 2]!];
    const s0h = turnHi(xh, xl, 1) ^ turnHi(xh, xl, 8) ^ (xh >>> 7);
    const s0l = turnHi(xl, xh, 1) ^ turnHi(xl, xh, 8) ^ ((xl >>> 7) | (xh << 25));
    const s1h = turnHi(yh, yl, 19) ^ turnHi(yh, yl, 61) ^ (yh >>> 6);
    const s1l = turnHi(yl, yh, 19) ^ turnHi(yl, yh, 61) ^ ((yl >>> 6) | (yh << 26));
    const low = (wl[i - 16]! >>> 0) + (s0l >>> 0) + (wl[i - 7]! >>> 0) + (s1l >>> 0);
    wl[i] = low | 0;
    wh[i] = (wh[i - 16]! + s0h + wh[i - 7]! + s1h + carry(low)) | 0;
  }
  // a to h, as places in two arrays of eight.
  const [vh, vl] = [hi.slice(), lo.slice()];
  for (let i = 0; i < 80; i++) {
    const [eh, el, ah, al] = [vh[4]!, vl[4]!, vh[0]!, vl[0]!];
    const s1h = turnHi(eh, el, 14) ^ turnHi(eh, el, 18) ^ turnHi(eh, el, 41);
    const s1l = turnHi(el, eh, 14) ^ turnHi(el, eh, 18) ^ turnHi(el, eh, 41);
    const choiceH = (eh & vh[5]!) ^ (~eh & vh[6]!);
    const choiceL = (el & vl[5]!) ^ (~el & vl[6]!);
    const t1 = (vl[7]! >>> 0) + (s1l >>> 0) + (choiceL >>> 0) + (sha512Rounds.lo[i]! >>> 0) + (wl[i]! >>> 0);
    const t1l = t1 | 0;
    const t1h = (vh[7]! + s1h + choiceH + sha512Rounds.hi[i]! + wh[i]! + carry(t1)) | 0;
    const s0h = turnHi(ah, al, 28) ^ turnHi(ah, al, 34) ^ turnHi(ah, al, 39);
    const s0l = turnHi(al, ah, 28) ^ turnHi(al, ah, 34) ^ turnHi(al, ah, 39);
    const majorH = (ah & vh[1]!) ^ (ah & vh[2]!) ^ (vh[1]! & vh[2]!);
    const majorL = (al & vl[1]!) ^ (al & vl[2]!) ^ (vl[1]! & vl[2]!);
    const t2 = (s0l >>> 0) + (majorL >>> 0);
    const t2h = (s0h + majorH + carry(t2)) | 0;
    vh.copyWithin(1, 0, 7);
    vl.copyWithin(1, 0, 7);
    const e = (vl[4]! >>> 0) + (t1l >>> 0);
    vl[4] = e | 0;
    vh[4] = (vh[4]! + t1h + carry(e)) | 0;
    const a = (t1l >>> 0) + ((t2 | 0) >>> 0);
    vl[0] = a | 0;
    vh[0] = (t1h + t2h + carry(a)) | 0;
  }
  for (let i = 0; i < 8; i++) {
    const low = (lo[i]! >>> 0) + (vl[i]! >>> 0);
    lo[i] = low | 0;
    hi[i] = (hi[i]! + vh[i]! + carry(low)) | 0;
  }
}
