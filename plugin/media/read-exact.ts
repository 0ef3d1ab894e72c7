// So many bytes at a place of a file, or none: a short read is no answer.
import type { FileHandle } from 'node:fs/promises';

/** Throws a RangeError where the file ends before. */
export async function readExact(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const data = Buffer.alloc(bytes);
  for (let done = 0; done < bytes;) {
    const { bytesRead } = await file.read(data, done, bytes - done, at + done);
    if (bytesRead === 0) throw new RangeError('the file ends too early');
    done += bytesRead;
  }
  return data;
}
