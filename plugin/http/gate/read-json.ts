// JSON (RFC 8259), strictly: what two readers could take differently (a name twice, in whatever case; a number that does not fit; half a
// surrogate pair; bytes that are not UTF-8) is refused. JSON.parse would take the last of two names and say nothing.
import { malformed } from './ambiguous.js';

const deepest = 32;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// RFC 8259 §7: control characters are escaped inside a string
const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\u0000-\u001f]*)*"/y;
const literal = /true|false|null/y;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Problem `body-malformed`. */
export function readJson(body: Buffer): unknown {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): unknown {
    if (depth > deepest) throw malformed(`The body is nested deeper than ${deepest}.`);
    this.blanks();
    const first = this.text[this.at];
    const value = first === '{' ? this.object(depth) : first === '[' ? this.array(depth) : this.scalar(first);
    this.blanks();
    return value;
  }

  end(): void {
    if (this.at !== this.text.length) throw malformed('Something follows the value.');
  }

  private scalar(first: string | undefined): unknown {
    if (first === '"') return this.string();
    const word = /[tfn]/.test(first ?? '') ? this.take(literal) : null;
    if (word !== null) return word === 'null' ? null : word === 'true';
    const digits = this.take(number);
    if (digits === null) throw malformed('The body is not JSON.');
    const value = Number(digits) + 0;
    // Beyond these a reader with other numbers reads another one.
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) throw malformed('A number is too large.');
    return value;
  }

  private string(): string {
    const quoted = this.take(string);
    if (quoted === null) throw malformed('A string is not whole.');
    const value = JSON.parse(quoted) as string;
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value) || value.includes('\0'))
      throw malformed('A string has half a letter or a NUL.');
    return value;
  }

  private array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.list(']', () => items.push(this.value(depth + 1)));
    return items;
  }

  private object(depth: number): Record<string, unknown> {
    const members: [string, unknown][] = [];
    const names = new Set<string>();
    this.list('}', () => {
      this.blanks();
      const name = this.string();
      const folded = name.toLowerCase();
      if (names.has(folded) || name === '__proto__') throw malformed('A name is there twice, or has a meaning of its own.');
      names.add(folded);
      this.blanks();
      this.expect(':');
      members.push([name, this.value(depth + 1)]);
    });
    return Object.fromEntries(members);
  }

  private list(close: string, item: () => void): void {
    this.at += 1;
    this.blanks();
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      item();
      this.blanks();
      if (this.text[this.at] === close) break;
      this.expect(',');
    }
    this.at += 1;
  }

  private blanks(): void {
    while (this.at < this.text.length && ' \t\n\r'.includes(this.text[this.at]!)) this.at += 1;
  }

  private expect(letter: string): void {
    if (this.text[this.at] !== letter) throw malformed('The body is not JSON.');
    this.at += 1;
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return null;
    this.at += found[0].length;
    return found[0];
  }
}
