// A signature by whichever kind of key it is: Ed25519 (RFC 8032), or SM2 with SM3 where the installation has the 国密 profile.
import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { algorithmOf } from '../domain/formats/key-algorithm.js';
import { fitsSm2, signSm2 } from './sm2.js';

export const signBytes = (bytes: Buffer, key: KeyObject): Buffer =>
  algorithmOf(key) === 'SM2' ? signSm2(bytes, key) : sign(null, bytes, key);

export const fitsSignature = (bytes: Buffer, key: KeyObject, signature: Buffer): boolean =>
  algorithmOf(key) === 'SM2' ? fitsSm2(bytes, key, signature) : verify(null, bytes, key, signature);
