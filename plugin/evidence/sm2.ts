// SM2 signatures (GB/T 32918.2) on the curve of GB/T 32918.5. The one door to @noble/curves, which has the arithmetic and not the scheme. Node
// cannot be asked: it signs and verifies with an empty user id, and with no other.
import { createHash, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { readInside, readInteger, tags, writeDer, writeInteger } from '../domain/formats/der.js';
import { FormatError } from '../domain/formats/format-error.js';
import { sm2Point } from '../domain/formats/key-algorithm.js';

export interface CurveParameters {
  p: bigint;
  a: bigint;
  b: bigint;
  n: bigint;
  Gx: bigint;
  Gy: bigint;
}

/** GB/T 32918.5 (sm2p256v1). */
const recommended: CurveParameters = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};
/** What GM/T 0009 says where nobody says otherwise. */
const userId = '1234567812345678';

export interface Pair {
  r: bigint;
  s: bigint;
}

const sm3 = (...pieces: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sm3');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
};
const bytesOf = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const numberOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

/** The scheme over one curve of 256 bits and cofactor 1; points are x ‖ y, 64 bytes. */
export function sm2Over(curve: CurveParameters, id = userId) {
  const Point = weierstrass({ ...curve, h: 1n });
  const { n } = curve;
  const modulo = (value: bigint): bigint => ((value % n) + n) % n;
  const fixed = [curve.a, curve.b, curve.Gx, curve.Gy].map(bytesOf);
  /** GB/T 32918.2, 5.5 and 6.1: the hash over who signs, then over that and the message. */
  const digest = (message: Buffer, point: Buffer): bigint => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(Buffer.byteLength(id) * 8);
    return numberOf(sm3(sm3(length, id, ...fixed, point), message));
  };
  const pointOf = (secret: bigint): Buffer => {
    const { x, y } = Point.BASE.multiply(secret).toAffine();
    return Buffer.concat([bytesOf(x), bytesOf(y)]);
  };
  return {
    pointOf,
    /** 6.1. `draw` gives a random number from 1 to n - 1. */
    sign(message: Buffer, secret: bigint, draw = (): bigint => drawBelow(n)): Pair {
      if (secret < 1n || secret > n - 2n) throw new FormatError('The private key is out of its range.');
      const e = digest(message, pointOf(secret));
      for (;;) {
        const k = draw();
        const r = modulo(e + Point.BASE.multiply(k).toAffine().x);
        if (r === 0n || r + k === n) continue;
        const s = modulo(Point.Fn.inv(1n + secret) * modulo(k - r * secret));
        if (s !== 0n) return { r, s };
      }
    },
    /** 7.1. */
    verify(message: Buffer, point: Buffer, { r, s }: Pair): boolean {
      if (r < 1n || r >= n || s < 1n || s >= n) return false;
      const t = modulo(r + s);
      if (t === 0n) return false;
      const key = Point.fromAffine({ x: numberOf(point.subarray(0, 32)), y: numberOf(point.subarray(32)) });
      key.assertValidity();
      const sum = Point.BASE.multiply(s).add(key.multiply(t));
      return !sum.is0() && modulo(digest(message, point) + sum.toAffine().x) === r;
    },
  };
}

/** From 1 to n - 1, each as likely. */
function drawBelow(n: bigint): bigint {
  for (;;) {
    const drawn = numberOf(randomBytes(32));
    if (drawn > 0n && drawn < n) return drawn;
  }
}

let made: ReturnType<typeof sm2Over> | undefined;
const sm2 = () => (made ??= sm2Over(recommended));

/** DER (GM/T 0009): SEQUENCE of r and s, as OpenSSL writes and reads it. */
export function signSm2(message: Buffer, key: KeyObject): Buffer {
  const { r, s } = sm2().sign(message, secretOf(key));
  return writeDer(tags.sequence, writeInteger(r), writeInteger(s));
}

/** Never throws for what the signature is. */
export function fitsSm2(message: Buffer, key: KeyObject, signature: Buffer): boolean {
  try {
    const [r, s, ...more] = readInside(signature);
    if (!r || !s || more.length > 0) return false;
    return sm2().verify(message, sm2Point(key), { r: readInteger(r), s: readInteger(s) });
  } catch {
    // Not DER, or a point that is not on the curve: no signature of this key.
    return false;
  }
}

/** The secret in PKCS#8 (RFC 5958) around ECPrivateKey (RFC 5915): its first OCTET STRING. Throws FormatError. */
function secretOf(key: KeyObject): bigint {
  const [, , octets] = readInside(key.export({ type: 'pkcs8', format: 'der' }));
  const [, secret] = readInside(octets?.content ?? Buffer.alloc(0));
  if (secret?.tag !== tags.octetString || secret.content.length !== 32)
    throw new FormatError('The private key is not one on the curve of SM2.');
  return numberOf(secret.content);
}
