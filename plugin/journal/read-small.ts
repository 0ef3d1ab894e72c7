// Small files from outside, read up to a bound.
import fs from 'node:fs';

/** At most the first `most` bytes of a file, or null where it cannot be read. */
export function readSmall(file: string, most: number): Buffer | null {
  let handle: number;
  try {
    handle = fs.openSync(file, 'r');
  } catch {
    return null;
  }
  try {
    const bytes = Buffer.alloc(Math.min(most, fs.fstatSync(handle).size));
    return bytes.subarray(0, fs.readSync(handle, bytes, 0, bytes.length, 0));
  } catch {
    return null;
  } finally {
    fs.closeSync(handle);
  }
}
