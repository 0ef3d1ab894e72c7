// A receiver's age key as text: `age1…`, bech32 (BIP 173) over the 32 bytes of an X25519 point.
import { Problem } from '../domain/problem.js';

const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const prefix = 'age';
const sumLetters = 6;
/** 52 letters for 32 bytes, then the sum. */
const keyText = /^age1[02-9ac-hj-np-z]{58}$/;

/** Problem `body-malformed`: not the text of such a key, or one letter of it is wrong. */
export function readAgeKey(text: string): Buffer {
  const wrong = new Problem('body-malformed', 'recipient is the public age key that you fetch for: age1 and 58 letters and digits.');
  // BIP 173 allows all capitals; age writes small letters, and one key has one text here.
  if (!keyText.test(text)) throw wrong;
  const values = [...text.slice(prefix.length + 1)].map((letter) => letters.indexOf(letter));
  if (polymod([...expanded(prefix), ...values]) !== 1) throw wrong;
  const bytes = toBytes(values.slice(0, -sumLetters));
  if (bytes === null) throw wrong;
  return bytes;
}

const expanded = (text: string): number[] => [...[...text].map((it) => it.charCodeAt(0) >> 5), 0, ...[...text].map((it) => it.charCodeAt(0) & 31)];

function polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    generators.forEach((generator, i) => (sum ^= (top >>> i) & 1 ? generator : 0));
  }
  return sum >>> 0;
}

/** Five bits each → bytes; null where the bits left over are not zero. */
function toBytes(values: readonly number[]): Buffer | null {
  const bytes: number[] = [];
  let [bits, count] = [0, 0];
  for (const value of values) {
    bits = ((bits << 5) | value) & 0xfff;
    count += 5;
    if (count >= 8) bytes.push((bits >>> (count -= 8)) & 0xff);
  }
  return count < 5 && (bits & ((1 << count) - 1)) === 0 ? Buffer.from(bytes) : null;
}
