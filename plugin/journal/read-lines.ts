// The lines of the file of entries, one after the other, with bounded memory.
import fs from 'node:fs';

/** An entry without its newline has at most so many bytes: a leaf fits a tile entry, and a reader knows where to stop. */
export const maxEntryBytes = 8_192;

const chunkBytes = 1024 * 1024;
const newline = 10;

/**
 * Calls `take` with each finished line, without its newline; the bytes are the reader's again when it returns. A line longer than any
 * entry is given once, cut, and is the last. Gives what stands behind the last newline.
 */
export async function readLines(file: string, take: (line: Buffer) => void): Promise<Buffer> {
  // The size first: a device that never ends, or a writer at work, does not keep us here.
  const size = fs.existsSync(file) ? fs.statSync(file).size : 0;
  let rest: Buffer = Buffer.alloc(0);
  if (size === 0) return rest;
  const chunks = fs.createReadStream(file, { end: size - 1, highWaterMark: chunkBytes }) as AsyncIterable<Buffer>;
  for await (const chunk of chunks) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      take(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length <= maxEntryBytes) continue;
    take(rest.subarray(0, maxEntryBytes + 1));
    return Buffer.alloc(0);
  }
  return rest;
}
