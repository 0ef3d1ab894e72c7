// DER (ITU-T X.690): the few shapes that our key files and signatures are made of. Reads the one right spelling and no other.
import { FormatError } from './format-error.js';

export const tags = { integer: 0x02, bitString: 0x03, octetString: 0x04, oid: 0x06, sequence: 0x30 } as const;

export interface Element {
  tag: number;
  content: Buffer;
}

export function writeDer(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length < 0x80 ? Buffer.of(body.length) : bytesOf(BigInt(body.length));
  return Buffer.concat([Buffer.of(tag), ...(body.length < 0x80 ? [] : [Buffer.of(0x80 | length.length)]), length, body]);
}

/** Not negative. */
export function writeInteger(value: bigint): Buffer {
  const bytes = bytesOf(value);
  return writeDer(tags.integer, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

/** `1.2.840` → its element. */
export function writeOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return writeDer(tags.oid, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** The elements that lie one behind the other, and nothing else. Throws FormatError. */
export function readDer(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const { element, length } = readOne(rest);
    found.push(element);
    rest = rest.subarray(length);
  }
  return found;
}

/** Elements inside the one element of this tag that `bytes` is. Throws FormatError. */
export function readInside(bytes: Buffer, tag: number = tags.sequence): Element[] {
  const [only, ...more] = readDer(bytes);
  if (!only || more.length > 0 || only.tag !== tag) throw malformed();
  return readDer(only.content);
}

/** Not negative, in the shortest spelling. Throws FormatError. */
export function readInteger({ tag, content }: Element): bigint {
  const isShortest = content.length > 0 && content[0]! < 0x80 && !(content.length > 1 && content[0] === 0 && content[1]! < 0x80);
  if (tag !== tags.integer || !isShortest) throw malformed();
  return BigInt(`0x${content.toString('hex')}`);
}

function readOne(bytes: Buffer): { element: Element; length: number } {
  const [tag, short] = bytes;
  if (tag === undefined || short === undefined) throw malformed();
  const more = short < 0x80 ? 0 : short - 0x80;
  // Four bytes of length are more than any file of ours has.
  if ((short >= 0x80 && (more < 1 || more > 4)) || bytes.length < 2 + more) throw malformed();
  const length = more === 0 ? short : bytes.readUIntBE(2, more);
  if (more > 0 && (length < 0x80 || bytes[2] === 0)) throw malformed();
  const end = 2 + more + length;
  if (bytes.length < end) throw malformed();
  return { element: { tag, content: bytes.subarray(2 + more, end) }, length: end };
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

const malformed = (): FormatError => new FormatError('The bytes are not DER of the form that belongs here.');
