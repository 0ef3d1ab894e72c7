// Which fault a flipped bit must be named as, from the specification's layout and nothing of the product's code.

export interface Region {
  from: number;
  to: number;
  /** Path of the file whose data lies here; null for a record of the archive. */
  path: string | null;
}

/** Local header of 30 bytes and the name, then the data, file behind file; what follows is the directory. */
export function regionsOf(files: ReadonlyMap<string, Buffer>, total: number): Region[] {
  const regions: Region[] = [];
  let at = 0;
  const add = (bytes: number, path: string | null): void => {
    regions.push({ from: at, to: at + bytes, path });
    at += bytes;
  };
  for (const [path, content] of files) {
    add(30 + Buffer.byteLength(path), null);
    add(content.length, path);
  }
  add(total - at, null);
  return regions;
}

/** The fault for a flipped bit at `offset` of a file. */
export function faultIn(path: string, content: Buffer, offset: number): { code: string; where?: string } {
  if (path === 'manifest.json' || path === 'manifest.dsse.json') return { code: 'manifest-changed' };
  if (path === 'journal/entries.ndjson') {
    const line = content.subarray(0, offset).toString('latin1').split('\n').length;
    return { code: 'entry-changed', where: `${path}:${line}` };
  }
  return { code: path.startsWith('journal/') ? 'proof-invalid' : 'file-changed', where: path };
}
