// The verifier's ZIP reader. Two kinds of deviation: *structure* (records that contradict each other, gaps, overlaps, compression)
// ends the work at once; *dress* (an attribute, a date, an extra field, another order) is remembered and told only after the contents,
// so that a file added with an ordinary ZIP program is named as what it is.
import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { compareInPackage, maxFiles, maxPathBytes } from './layout.js';
import { Broken } from './package-fault.js';
import { readRange } from './read-range.js';
import type { Source } from './source.js';
import {
  canonicalCentral,
  canonicalLocal,
  checkLocal,
  end64Bytes,
  endBytes,
  malformed,
  maxLocalBytes,
  readDirectory,
  readEnd,
} from './zip-records.js';
import type { ArchivedFile } from './zip-records.js';

const maxDirectoryBytes = maxFiles * (46 + maxPathBytes + 64);

interface Placed extends ArchivedFile {
  dataAt: number;
}

/** Reads the structure, whole: throws Broken `archive-malformed`. File data is read later, each time it is asked for. */
export async function openArchive(path: string): Promise<Source> {
  const handle = await fs.promises.open(path, 'r');
  try {
    return await openHandle(handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openHandle(handle: FileHandle): Promise<Source> {
  const { size } = await handle.stat();
  const tail = await readBytes(handle, Math.max(0, size - endBytes - end64Bytes), size);
  const { count, bytes, at } = readEnd(tail, size);
  if (count > maxFiles || bytes > maxDirectoryBytes) throw malformed('directory');
  const records = readDirectory(await readBytes(handle, at, at + bytes), count);
  let dress: string | null = null;
  const placed = new Map<string, Placed>();
  let next = 0;
  for (const [i, { file, record }] of records.entries()) {
    // Each file begins where the one before ended: no gap for a stowaway, no overlap, no size that the archive does not have.
    if (file.headerAt !== next) throw malformed(file.path);
    const header = await readBytes(handle, next, Math.min(next + maxLocalBytes, at));
    const length = checkLocal(header, file);
    next += length + file.bytes;
    if (next > at) throw malformed(file.path);
    placed.set(file.path, { ...file, dataAt: next - file.bytes });
    const inOrder = i === 0 || compareInPackage(records[i - 1]!.file.path, file.path) < 0;
    if (!inOrder || !record.equals(canonicalCentral(file)) || !header.subarray(0, length).equals(canonicalLocal(file))) dress ??= file.path;
  }
  if (next !== at) throw malformed('directory');
  return archiveSource(handle, placed, dress);
}

function archiveSource(handle: FileHandle, placed: ReadonlyMap<string, Placed>, dress: string | null): Source {
  const wrongSums = new Set<string>();
  return {
    files: new Map([...placed].map(([path, { bytes }]) => [path, bytes])),
    read: async function* (path) {
      const file = placed.get(path);
      if (!file) throw new Broken('file-missing', path);
      let sum = 0;
      for await (const piece of readRange(handle, file.dataAt, file.dataAt + file.bytes)) {
        sum = crc32(piece, sum);
        yield piece;
      }
      if (sum !== file.crc32) wrongSums.add(path);
    },
    // A CRC that does not fit bytes which the manifest vouches for: the header lies, not the file.
    settle: () => {
      const wrong = dress ?? [...wrongSums].sort(compareInPackage)[0];
      if (wrong !== undefined) throw malformed(wrong);
    },
    close: () => handle.close(),
  };
}

async function readBytes(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readRange(handle, from, to)) pieces.push(piece);
  return Buffer.concat(pieces);
}
