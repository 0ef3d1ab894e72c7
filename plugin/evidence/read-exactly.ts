// Bytes on their way out are counted: a source that gives more, less or other bytes than were promised ends the work.
import { crc32 } from 'node:zlib';
import { Problem } from '../domain/problem.js';

/** A file of the package before it is written. */
export interface PackageFile {
  path: string;
  bytes: number;
  crc32: number;
  /** Exactly the bytes [from, to) of the file; asked for the whole of it unless a range of the archive is wanted. */
  read(from: number, to: number): AsyncIterable<Buffer>;
}

/** The same on its way out of an archive, whose strict reader has held it against its header already. */
export type UnpackedFile = Omit<PackageFile, 'crc32'>;

/** Streams [from, to) of a file. Problem `object-corrupt` where the source gives another number of bytes, or, read whole, another CRC. */
export async function* readExactly(file: PackageFile | UnpackedFile, from = 0, to = file.bytes): AsyncIterable<Buffer> {
  if (from >= to) return;
  let [given, sum] = [0, 0];
  for await (const bytes of file.read(from, to)) {
    given += bytes.length;
    if (given > to - from) break;
    sum = crc32(bytes, sum);
    yield bytes;
  }
  const whole = from === 0 && to === file.bytes;
  if (given !== to - from || (whole && 'crc32' in file && sum !== file.crc32))
    throw new Problem('object-corrupt', `${file.path} did not give the bytes that were sealed.`);
}
