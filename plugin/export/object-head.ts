// What the first bytes of a sealed object say, wherever it lies: by which key its own is wrapped. Nothing of it is opened.
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { keyIdIn } from '../keys/request-keys.js';
import { headerBytes, readHeader } from '../store/segments.js';

export const sealedEnd = '.sealed';
export const sealedName = (object: string): string => object + sealedEnd;

/** `key`: the request's; null under a master key. `damaged`: it does not begin like the object of that name. */
export type Head = { key: string | null } | 'damaged' | 'missing';

export function headOf(folder: string, object: string): Head {
  const bytes = headBytes(path.join(folder, sealedName(object)));
  if (bytes === null) return 'missing';
  try {
    const { version, wrapped } = readHeader(object, bytes);
    return { key: version === 0 ? keyIdIn(wrapped) : null };
  } catch (thrown) {
    if (thrown instanceof Problem) return 'damaged';
    throw thrown;
  }
}

/** As they lie there, fewer where it is shorter; null where there is no such file. */
export function headBytes(file: string): Buffer | null {
  if (!fs.existsSync(file)) return null;
  const handle = fs.openSync(file, 'r');
  try {
    const head = Buffer.alloc(headerBytes);
    return head.subarray(0, fs.readSync(handle, head, 0, headerBytes, 0));
  } finally {
    fs.closeSync(handle);
  }
}
