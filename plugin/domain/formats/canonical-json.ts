// One value, one text: canonical JSON (RFC 8785), over which digests and signatures are made.
import { FormatError } from './format-error.js';

/** Deeper than any document of ours; an attacker's `[[[[…` ends here and not in the stack. */
const maxDepth = 64;

const loneSurrogate = /\p{Surrogate}/u;

/**
 * RFC 8785 text of a plain value. Members that are `undefined` are left out, as in JSON; everything else that JSON cannot say
 * (NaN, Infinity, bigint, undefined in an array, lone surrogates, dates, maps, class instances) throws FormatError.
 */
export const canonicalJson = (value: unknown): string => write(value, 0);

/** Text → value, only if the text is the canonical form of that value. Throws FormatError. */
export function parseCanonicalJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError('The text is not JSON.');
  }
  if (isPlainlyCanonical(text)) return value;
  // Doubled members, blanks, other spellings of a number or string: all of them fail to come back as they were.
  if (canonicalJson(value) !== text) throw new FormatError('The JSON text is not in its canonical form (RFC 8785).');
  return value;
}

/** Without an escape and without a sign that could want one. */
const plain = /^[ !#-[\]-~"]*$/;
const plainNumber = /(?:0|-?[1-9][0-9]{0,14})(?=[,\]}])/y;

/**
 * Of a text that is JSON: is it so plainly in canonical form that it need not be written out? Journals are verified a million entries at a
 * time, and nearly all are ASCII without escapes, whole numbers and members in order; that takes one walk. What is in doubt is not plain.
 */
function isPlainlyCanonical(text: string): boolean {
  if (!plain.test(text)) return false;
  /** Of each object or list that is open: the name of its last member; null in a list. */
  const open: (string | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      const end = text.indexOf('"', at + 1);
      if (text[end + 1] === ':') {
        const [name, before] = [text.slice(at + 1, end), open.at(-1)];
        // Twice the same is out of order too. An empty name is in doubt: nothing stands before it.
        if (typeof before !== 'string' || name <= before) return false;
        open[open.length - 1] = name;
        at = end + 1;
      } else at = end;
    } else if (sign === '{' || sign === '[') {
      if (open.length >= maxDepth) return false;
      open.push(sign === '{' ? '' : null);
    } else if (sign === '}' || sign === ']') open.pop();
    else if (sign === ',') continue;
    else if (sign === 't' || sign === 'n') at += 3;
    else if (sign === 'f') at += 4;
    else {
      plainNumber.lastIndex = at;
      if (!plainNumber.test(text)) return false;
      at = plainNumber.lastIndex - 1;
    }
  }
  return true;
}

function write(value: unknown, depth: number): string {
  if (depth > maxDepth) throw new FormatError(`The value is nested deeper than ${maxDepth} levels.`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return writeNumber(value);
  if (typeof value === 'string') return writeString(value);
  if (Array.isArray(value)) return `[${Array.from(value, (item: unknown) => write(item, depth + 1)).join(',')}]`;
  if (isPlain(value)) return writeObject(value, depth);
  throw new FormatError(`A ${typeof value} has no canonical JSON form.`);
}

/** Section 3.2.2.3: as ECMAScript prints it, which is the shortest text; -0 becomes 0. */
function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new FormatError(`${value} has no JSON form.`);
  return JSON.stringify(value);
}

/** ASCII without anything that is escaped: nearly every text of a journal. */
const plainText = /^[ !#-[\]-~]*$/;

/** Section 3.2.2.2: ECMAScript's escapes are the canonical ones, save that a lone surrogate must end the work. */
function writeString(value: string): string {
  if (plainText.test(value)) return `"${value}"`;
  if (loneSurrogate.test(value)) throw new FormatError('A text holds half a surrogate pair and has no UTF-8 form.');
  return JSON.stringify(value);
}

/** Section 3.2.3: members sorted by UTF-16 code units, which is how ECMAScript compares texts. */
function writeObject(value: Record<string, unknown>, depth: number): string {
  let members = '';
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member === undefined) continue;
    members += `${members && ','}${writeString(name)}:${write(member, depth + 1)}`;
  }
  return `{${members}}`;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
