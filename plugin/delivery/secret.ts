// The secret of a release, and the passphrase that is derived from it: told to executors, passed on by another way than the link.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

export const secretBytes = 32;

/** Crockford's base 32: no I, L, O, U, so that nobody reads one letter for another, aloud or in a hurry. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const groups = 5;
const groupLength = 5;

/** 25 letters of 5 bits each: 125 random bits, `7ZK3M-…`. `part`: which package of the request; each has its own. */
export function passphraseOf(secret: Buffer, requestId: string, part: string): string {
  const letters = groups * groupLength;
  // A byte for each letter: 256 is a multiple of 32, so every letter is as likely as the others.
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', `exportgate/delivery/passphrase\n${requestId}\n${part}`, letters));
  const text = [...bytes].map((byte) => alphabet[byte % alphabet.length]).join('');
  return text.match(new RegExp(`.{${groupLength}}`, 'g'))!.join('-');
}

/** The link's last part: whoever was not given it does not find the page. It opens nothing by itself. */
export const linkMark = (secret: Buffer, requestId: string): string =>
  createHmac('sha256', secret).update(`exportgate/delivery/link\n${requestId}`).digest().subarray(0, 16).toString('base64url');

export function isLinkMark(secret: Buffer, requestId: string, mark: string): boolean {
  const [given, right] = [Buffer.from(mark), Buffer.from(linkMark(secret, requestId))];
  return given.length === right.length && timingSafeEqual(given, right);
}

/** As a person types it: small letters, blanks, and the letters that Crockford's alphabet leaves out. */
export function readPassphrase(typed: string): string {
  const letters = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return letters.match(new RegExp(`.{1,${groupLength}}`, 'g'))?.join('-') ?? '';
}
