// Boxes of an MP4 or MOV (ISO/IEC 14496-12, 4.2; QuickTime calls them atoms): a size of 32 bits, a name, a body.

export interface Box {
  /** Four characters. */
  type: string;
  body: Buffer;
}

export const boxHeadBytes = 8;

/** A box of `bodyBytes`, up to its body. Throws a RangeError from 4 GiB on: 32 bits do not count that. */
export function boxHead(type: string, bodyBytes: number): Buffer {
  const head = Buffer.alloc(boxHeadBytes);
  head.writeUInt32BE(boxHeadBytes + bodyBytes);
  head.write(type, 4, 'latin1');
  return head;
}

export const box = (type: string, ...content: Buffer[]): Buffer =>
  Buffer.concat([boxHead(type, content.reduce((sum, piece) => sum + piece.length, 0)), ...content]);

/** Boxes one behind the other, none of them with a size of 64 bits. Throws a RangeError where `bytes` are something else. */
export function boxesOf(bytes: Buffer): Box[] {
  const found: Box[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readUInt32BE(at);
    if (size < boxHeadBytes || at + size > bytes.length) throw new RangeError('the index is not one');
    found.push({ type: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + boxHeadBytes, at + size) });
    at += size;
  }
  return found;
}

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
