// Boxes of an MP4 or MOV file (ISO/IEC 14496-12 section 4.2).

export interface Box {
  type: string;
  body: Buffer;
}

export function boxesIn(data: Buffer): Box[] {
  const found: Box[] = [];
  for (let at = 0; at + 8 <= data.length;) {
    const short = data.readUInt32BE(at);
    const head = short === 1 ? 16 : 8;
    const size = short === 1 ? Number(data.readBigUInt64BE(at + 8)) : short || data.length - at;
    if (size < head || at + size > data.length) throw new Error('The MP4 has a box that is longer than the file.');
    found.push({ type: data.toString('latin1', at + 4, at + 8), body: data.subarray(at + head, at + size) });
    at += size;
  }
  return found;
}

export function descend(data: Buffer, path: string): Buffer {
  return path.split('/').reduce((body, type) => {
    const box = boxesIn(body).find((candidate) => candidate.type === type);
    if (!box) throw new Error(`The MP4 has no ${path}.`);
    return box.body;
  }, data);
}

/** Entries of a full box that holds a count and 32-bit words. */
export function words(body: Buffer, from = 8): number[] {
  return Array.from({ length: Math.floor((body.length - from) / 4) }, (_, index) => body.readUInt32BE(from + 4 * index));
}
