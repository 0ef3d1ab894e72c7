// A ZIP written record by record, with anything wrong that a test wants. Knows nothing of the product's writer.
import { crc32 } from 'node:zlib';

export interface RawMember {
  name: string | Buffer;
  data?: Buffer;
  flags?: number;
  method?: number;
  date?: number;
  made?: number;
  needed?: number;
  attributes?: number;
  crc?: number;
  /** Told in the directory, and in the local header unless `localSize` says otherwise. */
  size?: number;
  localSize?: number;
  localName?: string;
  extra?: Buffer;
  localExtra?: Buffer;
  comment?: Buffer;
  headerAt?: number;
  /** Bytes between this file's data and the next header. */
  gap?: Buffer;
}

export interface RawEnd {
  count?: number;
  bytes?: number;
  at?: number;
  comment?: Buffer;
  before?: Buffer;
  after?: Buffer;
}

export function rawZip(members: readonly RawMember[], end: RawEnd = {}): Buffer {
  const [bodies, records]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const member of members) {
    const body = local(member);
    records.push(central(member, member.headerAt ?? at));
    bodies.push(body);
    at += body.length;
  }
  const directory = Buffer.concat(records);
  const comment = end.comment ?? Buffer.alloc(0);
  const last = Buffer.alloc(22);
  last.writeUInt32LE(0x06054b50, 0);
  last.writeUInt16LE(end.count ?? members.length, 8);
  last.writeUInt16LE(end.count ?? members.length, 10);
  last.writeUInt32LE(end.bytes ?? directory.length, 12);
  last.writeUInt32LE(end.at ?? at, 16);
  last.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...bodies, directory, end.before ?? Buffer.alloc(0), last, comment, end.after ?? Buffer.alloc(0)]);
}

function facts(head: Buffer, at: number, { flags = 0x0800, method = 0, date = 0x21, data = Buffer.alloc(0), crc, needed = 20 }: RawMember, size: number): void {
  head.writeUInt16LE(needed, at);
  head.writeUInt16LE(flags, at + 2);
  head.writeUInt16LE(method, at + 4);
  head.writeUInt16LE(date, at + 8);
  head.writeUInt32LE(crc ?? crc32(data), at + 10);
  head.writeUInt32LE(size, at + 14);
  head.writeUInt32LE(size, at + 18);
}

function local(member: RawMember): Buffer {
  const { data = Buffer.alloc(0), localExtra = Buffer.alloc(0), gap = Buffer.alloc(0) } = member;
  const name = Buffer.from(member.localName ?? member.name);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  facts(head, 4, member, member.localSize ?? member.size ?? data.length);
  head.writeUInt16LE(name.length, 26);
  head.writeUInt16LE(localExtra.length, 28);
  return Buffer.concat([head, name, localExtra, data, gap]);
}

function central(member: RawMember, headerAt: number): Buffer {
  const { data = Buffer.alloc(0), extra = Buffer.alloc(0), comment = Buffer.alloc(0) } = member;
  const name = Buffer.from(member.name);
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt16LE(member.made ?? 0x0314, 4);
  facts(head, 6, member, member.size ?? data.length);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt16LE(extra.length, 30);
  head.writeUInt16LE(comment.length, 32);
  head.writeUInt32LE(member.attributes ?? 0x81a40000, 38);
  head.writeUInt32LE(headerAt, 42);
  return Buffer.concat([head, name, extra, comment]);
}
