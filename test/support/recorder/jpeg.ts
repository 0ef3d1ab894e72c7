// One JPEG file as RTP payloads (RFC 2435): baseline, 4:2:2 or 4:2:0, its own quantisation tables in every picture (Q = 255).

interface Picture {
  width: number;
  height: number;
  /** 0: 4:2:2, 1: 4:2:0 (RFC 2435 section 3.1.3). */
  type: number;
  /** Tables of luma and chroma, 64 bytes each. */
  tables: Buffer;
  restartInterval: number;
  /** Entropy-coded data without the end marker. */
  scan: Buffer;
}

export function readJpeg(file: Buffer): Picture {
  const tables = new Map<number, Buffer>();
  const picture = { width: 0, height: 0, type: 0, restartInterval: 0 };
  let selectors = [0, 0];
  for (let at = 2; at + 4 <= file.length;) {
    const [marker, length] = [file[at + 1], file.readUInt16BE(at + 2)];
    const segment = file.subarray(at + 4, at + 2 + length);
    if (marker === 0xdb)
      for (let from = 0; from + 65 <= segment.length; from += 65)
        tables.set((segment[from] ?? 0) & 15, segment.subarray(from + 1, from + 65));
    if (marker === 0xc0) {
      picture.height = segment.readUInt16BE(1);
      picture.width = segment.readUInt16BE(3);
      picture.type = segment[7] === 0x22 ? 1 : 0;
      selectors = [segment[8] ?? 0, segment[11] ?? 0];
    }
    if (marker === 0xdd) picture.restartInterval = segment.readUInt16BE(0);
    at += 2 + length;
    if (marker !== 0xda) continue;
    const end = file.lastIndexOf(Buffer.of(0xff, 0xd9));
    return {
      ...picture,
      tables: Buffer.concat(selectors.map((selector) => tables.get(selector) ?? Buffer.alloc(64, 1))),
      scan: file.subarray(at, end < at ? file.length : end),
    };
  }
  throw new Error('The JPEG has no scan.');
}

/** Main header, restart header, and in the first packet the tables (RFC 2435 sections 3.1, 3.1.7, 3.1.8). */
export function jpegPayloads(file: Buffer, size: number): Buffer[] {
  const { width, height, type, tables, restartInterval, scan } = readJpeg(file);
  const restart = restartInterval ? [Buffer.of(restartInterval >> 8, restartInterval & 255, 0xff, 0xff)] : [];
  const payloads: Buffer[] = [];
  for (let at = 0; at < scan.length;) {
    const main = Buffer.of(0, at >> 16, (at >> 8) & 255, at & 255, type | (restartInterval ? 64 : 0), 255, width >> 3, height >> 3);
    const quantisation = at === 0 ? [Buffer.of(0, 0, 0, tables.length), tables] : [];
    const head = Buffer.concat([main, ...restart, ...quantisation]);
    const end = Math.min(scan.length, at + size - head.length);
    payloads.push(Buffer.concat([head, scan.subarray(at, end)]));
    at = end;
  }
  return payloads;
}
