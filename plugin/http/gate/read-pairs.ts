// `a=1&b=2` of a query or a form → decoded names and values, or a refusal. What the pairs mean is the model's matter.
import type { Param } from '../../domain/asked.js';
import type { Refuse } from './ambiguous.js';
import { percentDecode } from './percent.js';

/** PHP's max_input_vars: what comes after is silently not there. */
const mostPairs = 1000;

/** Empty pairs are nothing, everywhere. */
export function readPairs(text: string, refuse: Refuse): Param[] {
  const tokens = text.split('&').filter((token) => token !== '');
  const pairs = tokens.slice(0, mostPairs + 1).map((token): Param => {
    const cut = token.indexOf('=');
    const decoded = (part: string): string => {
      const whole = percentDecode(part, { plus: true });
      if (whole === null) throw refuse('A name or value is not UTF-8 in whole percent escapes.');
      return whole;
    };
    return cut < 0 ? [decoded(token), ''] : [decoded(token.slice(0, cut)), decoded(token.slice(cut + 1))];
  });
  return boundPairs(pairs, refuse);
}

/** What holds for pairs from wherever they come. */
export function boundPairs(pairs: readonly Param[], refuse: Refuse): Param[] {
  if (pairs.length > mostPairs) throw refuse(`There are more than ${mostPairs} names.`);
  for (const [name, value] of pairs) {
    // NUL ends a string in C; the others end lines in logs and headers.
    if (name === '' || /[\u0000-\u001f\u007f]/.test(name)) throw refuse('A name is empty or has control characters.');
    // Tab and line breaks are what a text field holds.
    if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value)) throw refuse(`The value of ${told(name)} has control characters.`);
  }
  return [...pairs];
}

/** A name as it may be shown: short, and nothing that a log would take for something else. */
export const told = (name: string): string => `“${name.replace(/[^\w.[\]-]/g, '?').slice(0, 40)}”`;
