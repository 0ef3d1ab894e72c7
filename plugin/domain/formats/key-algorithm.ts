// What a signing key is, by its SubjectPublicKeyInfo: Node has no name for an SM2 key that was read from a file.
import type { KeyObject } from 'node:crypto';
import { publicHalf } from './key-id.js';

export type SigningAlgorithm = 'Ed25519' | 'SM2';

/** RFC 8410: Ed25519. RFC 5480 with GM/T 0006: an EC key on the curve sm2p256v1, its point uncompressed. Up to the key's own bytes. */
const heads: Record<SigningAlgorithm, Buffer> = {
  Ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
  SM2: Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d03420004', 'hex'),
};
const rawBytes: Record<SigningAlgorithm, number> = { Ed25519: 32, SM2: 64 };

/** Null for any other kind of key. Takes the public key or the private one that it belongs to. */
export function algorithmOf(key: KeyObject): SigningAlgorithm | null {
  const spki = publicHalf(key).export({ type: 'spki', format: 'der' });
  const fits = (name: SigningAlgorithm): boolean =>
    spki.length === heads[name].length + rawBytes[name] && spki.subarray(0, heads[name].length).equals(heads[name]);
  return (['Ed25519', 'SM2'] as const).find(fits) ?? null;
}

/** The 64 bytes x ‖ y of an SM2 key. The caller has asked `algorithmOf`. */
export const sm2Point = (key: KeyObject): Buffer => publicHalf(key).export({ type: 'spki', format: 'der' }).subarray(-rawBytes.SM2);
