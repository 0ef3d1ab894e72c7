// A check character for numbers that people type: ISO 7064, MOD 37,36, over digits and capital letters.
import { FormatError } from './format-error.js';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const modulus = 36;

/**
 * Of a text of digits and capital letters; hyphens stand for the eye and do not count. Finds every single wrong character and every two neighbours
 * changed for each other, but one pair in 36. Throws FormatError for any other character.
 */
export function checkCharacter(text: string): string {
  let product = modulus;
  for (const sign of text.replaceAll('-', '')) {
    const value = alphabet.indexOf(sign);
    if (value < 0) throw new FormatError(`A number holds digits, capital letters and hyphens, not “${sign}”.`);
    const sum = (product + value) % modulus;
    product = (2 * (sum === 0 ? modulus : sum)) % (modulus + 1);
  }
  return alphabet[(modulus + 1 - product) % modulus]!;
}
