// What PHP makes of a name that comes in by query or form (main/php_variables.c, php_register_variable_ex; PHP 8.2). Written whole, so that a
// name that PHP would read as another one is seen to be another one, and refused.

/** PHP goes no deeper; what is nested deeper is dropped. */
const deepest = 64;

/** Name and indexes; an index of null is PHP's `[]`, the next free number. */
export interface PhpName {
  base: string;
  indexes: readonly (string | null)[];
}

/** `name`: decoded once. Null: PHP drops it. */
export function phpName(name: string): PhpName | null {
  // A C string: what follows a NUL is not there.
  const whole = name.split('\0', 1)[0]!.replace(/^ +/, '');
  const open = whole.indexOf('[');
  const base = (open < 0 ? whole : whole.slice(0, open)).replace(/[ .]/g, '_');
  if (base === '') return null;
  if (open < 0) return { base, indexes: [] };
  const indexes: (string | null)[] = [];
  for (let at = open; whole[at] === '[';) {
    if (indexes.length === deepest) return null;
    const blank = /^[ \t\n\v\f\r]/.test(whole.slice(at + 1));
    const from = blank ? at + 2 : at + 1;
    if (whole[from] === ']') {
      indexes.push(null);
      at = from + 1;
      continue;
    }
    const close = whole.indexOf(']', from);
    if (close < 0) return unclosed(base, indexes, whole.slice(at + 1));
    indexes.push(whole.slice(at + 1, close));
    at = close + 1;
  }
  // Whatever stands behind the last bracket is not there.
  return { base, indexes };
}

/** A bracket that is never closed becomes a `_`; of the rest, blanks, dots and brackets too, where it is part of the base name. */
function unclosed(base: string, indexes: readonly (string | null)[], rest: string): PhpName {
  if (indexes.length > 0) return { base, indexes };
  return { base: `${base}_${rest.replace(/[ .[]/g, '_')}`, indexes: [] };
}

/** The one spelling of a name: as a page that means it would write it. */
export const spellPhpName = ({ base, indexes }: PhpName): string => base + indexes.map((index) => `[${index ?? ''}]`).join('');
