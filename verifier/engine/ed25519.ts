// Ed25519 verification (RFC 8032 section 5.1.7), written out: browsers got it late, and not on pages that were opened from a disk.
// Nothing here is secret, so nothing needs constant time.
import { joinBytes, sameBytes } from './bytes.js';
import { sha512 } from './sha512.js';

const p = 2n ** 255n - 19n;
/** Order of the base point. */
const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const modP = (x: bigint): bigint => ((x % p) + p) % p;

function powerModP(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, modP(base)];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p;
    square = (square * square) % p;
  }
  return result;
}
const inverse = (x: bigint): bigint => powerModP(x, p - 2n);

const d = modP(-121665n * inverse(121666n));
const rootOfMinusOne = powerModP(2n, (p - 1n) / 4n);

/** Extended coordinates: x = X/Z, y = Y/Z, xy = T/Z (section 5.1.4). */
type Point = readonly [x: bigint, y: bigint, z: bigint, t: bigint];
const neutral: Point = [0n, 1n, 1n, 0n];

/** Complete: right for any two points of the curve, also the same one twice. */
function addPoints([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = ((y1 - x1) * (y2 - x2)) % p;
  const b = ((y1 + x1) * (y2 + x2)) % p;
  const c = (2n * t1 * d * t2) % p;
  const f = 2n * z1 * z2;
  const [e, g, h, i] = [b - a, f - c, f + c, b + a];
  return [modP(e * g), modP(h * i), modP(g * h), modP(e * i)];
}

const negate = ([x, y, z, t]: Point): Point => [modP(-x), y, z, modP(-t)];

/** [k]P + [l]Q, the bits of both at once. */
function doubleMultiply(k: bigint, pointP: Point, l: bigint, pointQ: Point): Point {
  const both = addPoints(pointP, pointQ);
  let sum = neutral;
  for (let bit = 255n; bit >= 0n; bit--) {
    sum = addPoints(sum, sum);
    const [inK, inL] = [(k >> bit) & 1n, (l >> bit) & 1n];
    if (inK || inL) sum = addPoints(sum, inK && inL ? both : inK ? pointP : pointQ);
  }
  return sum;
}

const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** Section 5.1.3; null where the bytes are no point, or not its one spelling. */
function decodePoint(bytes: Uint8Array): Point | null {
  const number = littleEndian(bytes);
  const [sign, y] = [number >> 255n, number & (2n ** 255n - 1n)];
  if (bytes.length !== 32 || y >= p) return null;
  const u = modP(y * y - 1n);
  const v = modP(d * y * y + 1n);
  let x = (u * v ** 3n * powerModP(u * v ** 7n, (p - 5n) / 8n)) % p;
  const vxx = modP(v * x * x);
  if (vxx === modP(-u)) x = (x * rootOfMinusOne) % p;
  else if (vxx !== u) return null;
  if (x === 0n && sign === 1n) return null;
  if ((x & 1n) !== sign) x = p - x;
  return [x, y, 1n, (x * y) % p];
}

function encodePoint([x, y, z]: Point): Uint8Array {
  const scale = inverse(z);
  const number = ((y * scale) % p) | ((((x * scale) % p) & 1n) << 255n);
  return Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
}

const base = decodePoint(Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0x58 : 0x66)))!;

/** Did the holder of this key (32 bytes) sign this message? Without the cofactor, as OpenSSL answers; S ≥ L is refused. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const [r, s] = [signature.subarray(0, 32), littleEndian(signature.subarray(32))];
  const a = decodePoint(publicKey);
  if (a === null || s >= order) return false;
  const k = littleEndian(sha512(joinBytes(r, publicKey), message)) % order;
  return sameBytes(encodePoint(doubleMultiply(s, base, k, negate(a))), r);
}
