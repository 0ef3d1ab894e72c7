// Whole numbers as ZIP writes them: the least byte first.

export const u16 = (value: number): Buffer => Buffer.of(value & 0xff, value >>> 8);

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
