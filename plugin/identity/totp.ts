// One-time passwords by time (RFC 6238): SHA-1, 6 digits, 30 seconds, one step to each side. What every authenticator app does.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const stepMs = 30_000;
const digits = 6;
/** RFC 4226, 4: at least 128 bits, 160 recommended. */
const secretBytes = 20;
/** Steps to each side: clocks of telephones are off, and typing takes time. */
const drift = 1;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const newSecret = (): Buffer => randomBytes(secretBytes);
export const stepOf = (now: Date): number => Math.floor(now.getTime() / stepMs);

/** The code of a step (RFC 4226, 5.3). */
export function codeAt(secret: Buffer, step: number, length = digits): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const number = mac.readUInt32BE(mac[mac.length - 1]! & 0x0f) & 0x7fffffff;
  return String(number % 10 ** length).padStart(length, '0');
}

/** The step that the code belongs to, or null. Whoever asks must remember it: a code counts once (RFC 6238, 5.2). */
export function matchStep(secret: Buffer, code: string, now: Date): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const at = stepOf(now);
  const steps = Array.from({ length: 2 * drift + 1 }, (_, place) => at - drift + place);
  // All are compared, so that the time does not tell which one it was.
  const found = steps.filter((step) => timingSafeEqual(Buffer.from(codeAt(secret, step)), Buffer.from(code)));
  return found.at(-1) ?? null;
}

/** RFC 4648, 6, without padding. */
export function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

/** Blanks and small letters are as people type them. Null where it is none, or shorter than 128 bits. */
export function fromBase32(text: string): Buffer | null {
  const letters = text.replaceAll(/[\s=-]/g, '').toUpperCase();
  if (!/^[A-Z2-7]{26,128}$/.test(letters)) return null;
  const bits = [...letters].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** What an authenticator app reads, as a picture or a link (Key URI Format). `gate`: which gate it is for. */
export function otpauthUri(secret: Buffer, user: string, gate: string): string {
  const name = user.replace(/^user:/, '');
  const label = `${encodeURIComponent(gate)}:${encodeURIComponent(name)}`;
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&issuer=${encodeURIComponent(gate)}&algorithm=SHA1&digits=${digits}&period=30`;
}
