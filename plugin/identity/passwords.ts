// Passwords: scrypt (RFC 7914) from node:crypto. Stored as `scrypt$N$r$p$salt$hash`, salt and hash in base64url.
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import type { Fault } from '../domain/problem.js';
import { Problem } from '../domain/problem.js';

export interface PasswordCost {
  N: number;
  r: number;
  p: number;
}

/** 32 MiB and about 0.1 s for each guess. */
const cost: PasswordCost = { N: 2 ** 15, r: 8, p: 1 };
const saltBytes = 16;
const hashBytes = 32;

/** scrypt needs 128·N·r bytes; node's own default limit is exactly that, and refuses it. */
const memory = ({ N, r }: { N: number; r: number }): number => 2 * 128 * N * r;

const derive = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // NFKC: the same password typed on two keyboards or input methods is one password (NIST SP 800-63B, 5.1.1.2).
    scrypt(password.normalize('NFKC'), salt, hashBytes, options, (error, hash) => (error ? reject(error) : resolve(hash)));
  });

const least = 10;
const most = 200;

/** What is wrong with a new password, all at once; empty where it will do. Codes: `password-short`, `password-long`, … */
export function judgePassword(password: string, user: string): Fault[] {
  const characters = [...password.normalize('NFKC')];
  const name = user.replace(/^user:/, '').toLowerCase();
  const faults: [boolean, string, string][] = [
    [characters.length < least, 'password-short', `It has ${characters.length} characters; at least ${least} are needed.`],
    [characters.length > most, 'password-long', `It has ${characters.length} characters; at most ${most} are taken.`],
    [new Set(characters).size < 5, 'password-simple', 'It consists of fewer than 5 different characters; use more.'],
    [name !== '' && password.toLowerCase().includes(name), 'password-named', 'It contains the user name; leave that out.'],
    [characters.some((char) => /\p{Cc}/u.test(char)), 'password-unprintable', 'It contains a control character; leave that out.'],
  ];
  return faults.filter(([wrong]) => wrong).map(([, code, detail]) => ({ code, where: 'password', detail }));
}

/** The text to keep for a password. It does not judge the password: `judgePassword` does. `at`: another cost, which tests may hand in. */
export async function hashPassword(password: string, at: PasswordCost = cost): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, { ...at, maxmem: memory(at) });
  return ['scrypt', at.N, at.r, at.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

const stored = /^scrypt\$(\d{1,6})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/;

/** Verified against when there is no such user, so that an unknown name costs the same time as a known one. Nobody's password. */
const nobody = [
  'scrypt',
  cost.N,
  cost.r,
  cost.p,
  randomBytes(saltBytes).toString('base64url'),
  randomBytes(hashBytes).toString('base64url'),
].join('$');

/**
 * Is it the password that `kept` was made from? `kept` is null for a user who does not exist: the same work, then false.
 * Problem `internal` where `kept` is not of the stored form, or asks for more than 16 times today's cost.
 */
export async function verifyPassword(password: string, kept: string | null): Promise<boolean> {
  const [, N, r, p, salt, hash] = stored.exec(kept ?? nobody) ?? [];
  const options = { N: Number(N), r: Number(r), p: Number(p) };
  if (!salt || !hash || options.N * options.r * options.p > 16 * cost.N * cost.r)
    throw new Problem('internal', 'An account’s stored password is not readable.');
  const tooLong = password.length > 4 * most;
  const made = await derive(tooLong ? '' : password, Buffer.from(salt, 'base64url'), { ...options, maxmem: memory(options) });
  return timingSafeEqual(made, Buffer.from(hash, 'base64url')) && kept !== null && !tooLong;
}
