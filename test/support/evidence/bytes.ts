// Streams to bytes and back, folders for a test's lifetime.
import fs from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { packageFiles } from '../../../plugin/evidence/package.js';
import type { PackageParts } from '../../../plugin/evidence/package.js';
import { writeZip } from '../../../plugin/evidence/zip.js';

export async function gather(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

export const zipOf = (parts: PackageParts): Promise<Buffer> => gather(writeZip(packageFiles(parts)));

/** Path → bytes of a package, in its order. */
export async function filesOf(parts: PackageParts): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const file of packageFiles(parts)) files.set(file.path, await gather(file.read(0, file.bytes)));
  return files;
}

/** An archive of any files, in the order of the map. */
export const zipFiles = (files: ReadonlyMap<string, Buffer>): Promise<Buffer> =>
  gather(
    writeZip(
      [...files].map(([path, bytes]) => ({
        path, bytes: bytes.length, crc32: crc32(bytes),
        read: async function* (from: number, to: number) {
          yield bytes.subarray(from, to);
        },
      })),
    ),
  );

export function putFolder(root: string, files: ReadonlyMap<string, Buffer>): string {
  const folder = fs.mkdtempSync(join(root, 'package-'));
  for (const [path, bytes] of files) {
    fs.mkdirSync(join(folder, dirname(path)), { recursive: true });
    fs.writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

export const makeTempFolder = (): string => fs.mkdtempSync(join(os.tmpdir(), 'exportgate-evidence-'));
