// From a passphrase to a key: scrypt, with one cost for every file that we seal.
import { scryptSync } from 'node:crypto';

/** Structural, so that the text stays in a wrapping that does not print. */
export interface Passphrase {
  reveal(): string;
  /** What it costs to derive a key for a new file. Left out: the real cost; cheaper ones are for tests. */
  cost?: ScryptCost;
}

export interface ScryptCost {
  /** Power of two. */
  N: number;
  r: number;
  p: number;
}

/**
 * 16 MiB and about 0.15 s a key: scrypt with N = 2^14 and p = 5 costs who guesses as much as N = 2^17 with p = 1, and stays below the
 * 32 MiB that OpenSSL grants a PBES2 file.
 */
export const scryptCost: ScryptCost = { N: 16_384, r: 8, p: 5 };

/** What a file may ask of us: 64 MiB. Whoever could write a costlier one is not to hold up a start. */
const mostMemory = 64 * 1024 * 1024;
export const isBearable = ({ N, r, p }: ScryptCost): boolean =>
  N >= 2 && Number.isInteger(Math.log2(N)) && r >= 1 && p >= 1 && p <= 16 && 128 * N * r <= mostMemory;

/** RFC 7914. The caller has asked `isBearable`. */
export const deriveKey = (passphrase: Passphrase, salt: Buffer, cost: ScryptCost, bytes: number): Buffer =>
  scryptSync(Buffer.from(passphrase.reveal()), salt, bytes, { ...cost, maxmem: 2 * mostMemory });
