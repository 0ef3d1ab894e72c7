// Canonical JSON (RFC 8785): a reader that takes no other spelling, and the writer that digests need. It never asks JSON.parse, which
// takes doubled members, blanks and many spellings of one number.

export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

const mostDepth = 64;

class NotCanonical extends Error {}

class Reader {
  #at = 0;

  constructor(readonly text: string) {}

  whole(): Json {
    const value = this.#value(0);
    if (this.#at !== this.text.length) throw new NotCanonical();
    return value;
  }

  #take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #expect(expected: string): void {
    if (!this.#take(expected)) throw new NotCanonical();
  }

  #value(depth: number): Json {
    if (depth > mostDepth) throw new NotCanonical();
    if (this.#take('{')) return this.#object(depth);
    if (this.#take('[')) return this.#array(depth);
    if (this.text[this.#at] === '"') return this.#string();
    if (this.#take('null')) return null;
    if (this.#take('true')) return true;
    if (this.#take('false')) return false;
    return this.#number();
  }

  /** Members by UTF-16 code units, each once. */
  #object(depth: number): Json {
    const members = Object.create(null) as { [member: string]: Json };
    if (this.#take('}')) return members;
    let before: string | null = null;
    do {
      const name = this.#string();
      if (before !== null && before >= name) throw new NotCanonical();
      this.#expect(':');
      members[name] = this.#value(depth + 1);
      before = name;
    } while (this.#take(','));
    this.#expect('}');
    return members;
  }

  #array(depth: number): Json {
    const items: Json[] = [];
    if (this.#take(']')) return items;
    do items.push(this.#value(depth + 1));
    while (this.#take(','));
    this.#expect(']');
    return items;
  }

  /** What stands between the quotes must be how ECMAScript writes the string that it means. */
  #string(): string {
    this.#expect('"');
    const from = this.#at;
    let end = from;
    // Sign by sign: whoever made the text decides how many there are, and each is looked at once.
    for (; this.text[end] !== '"'; end += this.text[end] === '\\' ? 2 : 1) if (end >= this.text.length) throw new NotCanonical();
    const written = this.text.slice(from, end);
    const value = written.replace(/\\(u00[01][0-9a-f]|.)/gs, (_, escape: string) => readEscape(escape));
    if (/\p{Surrogate}/u.test(value) || JSON.stringify(value) !== `"${written}"`) throw new NotCanonical();
    this.#at = end + 1;
    return value;
  }

  #number(): number {
    const [written] = /^-?[0-9][0-9.eE+-]*/.exec(this.text.slice(this.#at, this.#at + 32)) ?? [];
    const value = Number(written);
    if (written === undefined || !Number.isFinite(value) || String(value) !== written) throw new NotCanonical();
    this.#at += written.length;
    return value;
  }
}

const shortEscapes: Record<string, string> = { '"': '"', '\\': '\\', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function readEscape(escape: string): string {
  if (escape.length > 1) return String.fromCharCode(parseInt(escape.slice(1), 16));
  const value = shortEscapes[escape];
  if (value === undefined) throw new NotCanonical();
  return value;
}

/** The value, only where the text is its canonical form; else undefined. */
export function readCanonical(text: string): Json | undefined {
  try {
    return new Reader(text).whole();
  } catch (error) {
    if (error instanceof NotCanonical) return undefined;
    throw error;
  }
}

export function writeCanonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(writeCanonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${writeCanonical(value[name]!)}`).join(',')}}`;
}

export const sameJson = (a: Json, b: Json): boolean => writeCanonical(a) === writeCanonical(b);
