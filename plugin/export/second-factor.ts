// The secret of a second factor: sealed before it comes to the store, shown once, opened to compare.
import type { UserId } from '../domain/subject.js';
import { Problem } from '../domain/problem.js';
import { newSecret, otpauthUri, toBase32 } from '../identity/totp.js';
import type { MasterKeys } from '../keys/master.js';

/** Shown once, to the person alone. */
export interface SecondFactor {
  /** Base32, to type in. */
  secret: string;
  /** `otpauth://…`, to show as a picture. */
  uri: string;
}

/** The wrapping holds the user: a secret put into another account does not open. */
const objectOf = (user: UserId): string => `second-factor of ${user}`;

export function makeSecondFactor(master: MasterKeys, user: UserId, gate: string): { shown: SecondFactor; sealed: string } {
  const secret = newSecret();
  const { version, wrapped } = master.wrap(secret, objectOf(user));
  return {
    shown: { secret: toBase32(secret), uri: otpauthUri(secret, user, gate) },
    sealed: `${version}.${wrapped.toString('base64url')}`,
  };
}

/** Problem `key-invalid`: the master key is gone, or it is not what was sealed. */
export function openSecondFactor(master: MasterKeys, user: UserId, sealed: string): Buffer {
  const [, version, wrapped] = /^(\d{1,6})\.([\w-]{1,200})$/.exec(sealed) ?? [];
  if (!version || !wrapped) throw new Problem('key-invalid', 'The kept second factor of an account is not readable.');
  return master.unwrap(Buffer.from(wrapped, 'base64url'), Number(version), objectOf(user));
}
