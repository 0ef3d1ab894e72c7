// A small MP4 reader of the tests' own: sample bytes, times, edit list. Shares nothing with the writer.
export interface Mp4Sample {
  data: Buffer;
  /** Presentation time in ticks of the track, edit list not applied. */
  time: number;
  key: boolean;
}

export interface ReadMp4 {
  timescale: number;
  movieTimescale: number;
  creation: number;
  width: number;
  height: number;
  configuration: Buffer;
  edits: { duration: number; mediaTime: number }[];
  samples: Mp4Sample[];
}

function boxes(bytes: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 0; at + 8 <= bytes.length;) {
    const short = bytes.readUInt32BE(at);
    const size = short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? bytes.length - at : short;
    found.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + (short === 1 ? 16 : 8), at + size));
    at += size;
  }
  return found;
}

const inside = (bytes: Buffer, ...path: string[]): Buffer | undefined => {
  let box: Buffer | undefined = bytes;
  for (const name of path) box = box && boxes(box).get(name);
  return box;
};

/** `count` behind `skip` bytes, then rows of 32-bit numbers. */
function rows(box: Buffer | undefined, columns: number, skip = 4): number[][] {
  if (!box) return [];
  const count = box.readUInt32BE(skip);
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: columns }, (_, column) => box.readUInt32BE(skip + 4 + 4 * (row * columns + column))),
  );
}

const spread = (runs: number[][]): number[] => runs.flatMap(([count, value]) => Array<number>(count!).fill(value!));

function readEdits(elst: Buffer | undefined): { duration: number; mediaTime: number }[] {
  if (!elst) return [];
  const wide = elst[0] === 1;
  return Array.from({ length: elst.readUInt32BE(4) }, (_, row) => {
    const at = 8 + row * (wide ? 20 : 12);
    return wide
      ? { duration: Number(elst.readBigUInt64BE(at)), mediaTime: Number(elst.readBigInt64BE(at + 8)) }
      : { duration: elst.readUInt32BE(at), mediaTime: elst.readInt32BE(at + 4) };
  });
}

export function readMp4(file: Buffer): ReadMp4 {
  const moov = inside(file, 'moov')!;
  const mvhd = inside(moov, 'mvhd')!;
  const trak = inside(moov, 'trak')!;
  const mdhd = inside(trak, 'mdia', 'mdhd')!;
  const stbl = inside(trak, 'mdia', 'minf', 'stbl')!;
  const at = (name: string) => inside(stbl, name);
  const avc1 = at('stsd')!.subarray(16);
  const stsz = at('stsz')!;
  const sizes = stsz.readUInt32BE(4)
    ? Array<number>(stsz.readUInt32BE(8)).fill(stsz.readUInt32BE(4))
    : rows(stsz, 1, 8).map(([size]) => size!);
  const offsets = at('stco')
    ? rows(at('stco'), 1).map(([offset]) => offset!)
    : rows(at('co64'), 2).map(([high, low]) => high! * 2 ** 32 + low!);
  const chunks = rows(at('stsc'), 3);
  const deltas = spread(rows(at('stts'), 2));
  const shifts = spread(rows(at('ctts'), 2)).map((shift) => shift | 0);
  const keys = at('stss') && new Set(rows(at('stss'), 1).map(([number]) => number!));
  const samples: Mp4Sample[] = [];
  let decode = 0;
  offsets.forEach((offset, chunk) => {
    const held = chunks.findLast(([first]) => first! <= chunk + 1)![1]!;
    let position = offset;
    for (let taken = 0; taken < held; taken++) {
      const index = samples.length;
      const data = file.subarray(position, position + sizes[index]!);
      samples.push({ data, time: decode + (shifts[index] ?? 0), key: !keys || keys.has(index + 1) });
      position += data.length;
      decode += deltas[index]!;
    }
  });
  return {
    timescale: mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12),
    movieTimescale: mvhd.readUInt32BE(mvhd[0] === 1 ? 20 : 12),
    creation: mdhd[0] === 1 ? Number(mdhd.readBigUInt64BE(4)) : mdhd.readUInt32BE(4),
    width: avc1.readUInt16BE(24),
    height: avc1.readUInt16BE(26),
    configuration: boxes(avc1.subarray(78)).get('avcC')!,
    edits: readEdits(inside(trak, 'edts', 'elst')),
    samples,
  };
}
