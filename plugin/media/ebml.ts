// Elements of EBML (RFC 8794): an id, a size, content.

/** A size in 8 bytes (RFC 8794, 6). */
export function size8(bytes: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE((1n << 56n) | BigInt(bytes));
  return size;
}

/** Of an element that ends where its parent does (RFC 8794, 6.2): what is written while nobody knows how long it becomes. */
export const unknownSize = (): Buffer => Buffer.from('01ffffffffffffff', 'hex');

const sizeOf = (bytes: number): Buffer => (bytes < 127 ? Buffer.from([0x80 | bytes]) : size8(bytes));

export function element(id: number, ...content: Buffer[]): Buffer {
  const head = Buffer.from((id.toString(16).length % 2 ? '0' : '') + id.toString(16), 'hex');
  return Buffer.concat([head, sizeOf(content.reduce((sum, piece) => sum + piece.length, 0)), ...content]);
}

export function unsigned(value: number): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
}

export function float(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

export const text = (value: string): Buffer => Buffer.from(value, 'utf8');
