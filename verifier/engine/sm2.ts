// SM2 verification (GB/T 32918.2 section 7.1) on the curve of GB/T 32918.5, which no browser has. Nothing here is secret, so nothing needs
// constant time.
import { joinBytes, utf8 } from './bytes.js';
import { Sm3 } from './sm3.js';

/** y² = x³ + ax + b over the integers below `field`; its points are as many as `count`. */
const field = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const curveA = field - 3n;
const curveB = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const count = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const generator: Place = [
  0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
];
/** What GM/T 0009 says where nobody says otherwise. */
const userId = utf8('1234567812345678');

/** A point of the curve; null is the neutral one. */
type Place = readonly [x: bigint, y: bigint] | null;

const inField = (x: bigint): bigint => ((x % field) + field) % field;

/** Euclid's way; x is not zero. */
function invertInField(x: bigint): bigint {
  let [a, b, s, t] = [inField(x), field, 1n, 0n];
  while (a > 1n) {
    const times = b / a;
    [a, b, s, t] = [b - times * a, a, t - times * s, s];
  }
  return inField(s);
}

function addPlaces(left: Place, right: Place): Place {
  if (left === null || right === null) return left ?? right;
  const [[x1, y1], [x2, y2]] = [left, right];
  if (x1 === x2 && inField(y1 + y2) === 0n) return null;
  const slope = x1 === x2 ? (3n * x1 * x1 + curveA) * invertInField(2n * y1) : (y2 - y1) * invertInField(x2 - x1);
  const x = inField(slope * slope - x1 - x2);
  return [x, inField(slope * (x1 - x) - y1)];
}

function timesPlace(times: bigint, place: Place): Place {
  let sum: Place = null;
  for (let bit = 255n; bit >= 0n; bit--) {
    sum = addPlaces(sum, sum);
    if ((times >> bit) & 1n) sum = addPlaces(sum, place);
  }
  return sum;
}

const bigEndian = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const toBytes = (x: bigint): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => Number((x >> BigInt(8 * (31 - i))) & 0xffn));

/** An INTEGER of DER at `at`, not negative, in its one spelling; `end` is behind it. */
function readNumber(der: Uint8Array, at: number): { value: bigint; end: number } | null {
  const end = at + 2 + (der[at + 1] ?? 0);
  const bytes = der.subarray(at + 2, end);
  if (der[at] !== 0x02 || bytes.length === 0 || bytes.length > 33 || end > der.length) return null;
  if (bytes[0]! >= 0x80 || (bytes[0] === 0 && bytes.length > 1 && bytes[1]! < 0x80)) return null;
  return { value: bigEndian(bytes), end };
}

/** SEQUENCE of r and s; both are numbers from 1 to `count` - 1. */
function readPair(der: Uint8Array): readonly [r: bigint, s: bigint] | null {
  const r = der[0] === 0x30 && der[1] === der.length - 2 ? readNumber(der, 2) : null;
  const s = r && readNumber(der, r.end);
  if (!r || !s || s.end !== der.length) return null;
  return [r.value, s.value].every((each) => each > 0n && each < count) ? [r.value, s.value] : null;
}

/** Did the holder of this key (x and y, 64 bytes) sign this message, under the standard user id? */
export function verifySm2(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const pair = readPair(signature);
  if (pair === null || publicKey.length !== 64) return false;
  const [x, y] = [bigEndian(publicKey.subarray(0, 32)), bigEndian(publicKey.subarray(32))];
  if (x >= field || y >= field || inField(y * y - x * x * x - curveA * x - curveB) !== 0n) return false;
  const [r, s] = pair;
  const t = (r + s) % count;
  const sum = t === 0n ? null : addPlaces(timesPlace(s, generator), timesPlace(t, [x, y]));
  return sum !== null && (sm2Digest(publicKey, message) + sum[0]) % count === r;
}

/** Sections 5.5 and 6.1: the sum over who signs, then over that and the message. */
function sm2Digest(publicKey: Uint8Array, message: Uint8Array): bigint {
  const length = Uint8Array.of(0, userId.length * 8);
  const fixed = [curveA, curveB, ...generator!].map(toBytes);
  const signer = new Sm3().update(joinBytes(length, userId, ...fixed, publicKey)).done();
  return bigEndian(new Sm3().update(signer).update(message).done());
}
