// Reads the H.264 samples of a small MP4 (ISO/IEC 14496-12 and -15): the footage that the recorder in a box plays.
import { readFileSync } from 'node:fs';

export interface Frame {
  key: boolean;
  /** NAL units as stored, without lengths or start codes. */
  nals: Buffer[];
}

export interface Footage {
  frames: Frame[];
  parameterSets: Buffer[];
  /** Microseconds of one frame. */
  frameMicros: number;
}

interface Box {
  type: string;
  body: Buffer;
}

function boxesIn(data: Buffer): Box[] {
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

function descend(data: Buffer, path: string): Buffer {
  return path.split('/').reduce((body, type) => {
    const box = boxesIn(body).find((candidate) => candidate.type === type);
    if (!box) throw new Error(`The MP4 has no ${path}.`);
    return box.body;
  }, data);
}

/** Entries of a full box that holds a count and 32-bit words. */
function words(body: Buffer, from = 8): number[] {
  return Array.from({ length: Math.floor((body.length - from) / 4) }, (_, index) => body.readUInt32BE(from + 4 * index));
}

/** SPS and PPS of an `avc1` sample entry's AVCDecoderConfigurationRecord. */
function parameterSetsOf(stsd: Buffer): Buffer[] {
  const entry = boxesIn(stsd.subarray(8))[0];
  if (entry?.type !== 'avc1') throw new Error('The MP4 is not H.264.');
  const avcC = descend(entry.body.subarray(78), 'avcC');
  const sets: Buffer[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = (avcC[at++] ?? 0) & mask;
    for (let index = 0; index < count; index++) {
      const length = avcC.readUInt16BE(at);
      sets.push(avcC.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return sets;
}

function sampleOffsets(stbl: Buffer, sizes: number[]): number[] {
  const chunks = words(descend(stbl, 'stco'));
  const runs = words(descend(stbl, 'stsc'));
  const offsets: number[] = [];
  let run = 0;
  chunks.forEach((start, index) => {
    while ((runs[3 * (run + 1)] ?? Infinity) <= index + 1) run++;
    let at = start;
    for (let left = runs[3 * run + 1] ?? 0; left > 0; left--) {
      offsets.push(at);
      at += sizes[offsets.length - 1] ?? 0;
    }
  });
  return offsets;
}

function splitNals(sample: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 0; at < sample.length;) {
    const length = sample.readUInt32BE(at);
    nals.push(sample.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return nals;
}

/** One video track, constant frame rate, no B-frames, 4-byte NAL lengths. */
export function readMp4(path: string): Footage {
  const file = readFileSync(path);
  const mdia = boxesIn(descend(file, 'moov'))
    .filter((box) => box.type === 'trak')
    .map((trak) => descend(trak.body, 'mdia'))
    .find((body) => descend(body, 'hdlr').toString('latin1', 8, 12) === 'vide');
  if (!mdia) throw new Error('The MP4 has no video track.');
  const stbl = descend(mdia, 'minf/stbl');
  const timescale = descend(mdia, 'mdhd').readUInt32BE(12);
  const [, delta = 0, ...further] = words(descend(stbl, 'stts'));
  if (further.length) throw new Error('The MP4 has no constant frame rate.');
  const sizes = words(descend(stbl, 'stsz'), 12);
  const keys = new Set(words(descend(stbl, 'stss')));
  const frames = sampleOffsets(stbl, sizes).map((offset, index) => ({
    key: keys.has(index + 1),
    nals: splitNals(file.subarray(offset, offset + (sizes[index] ?? 0))),
  }));
  return { frames, parameterSets: parameterSetsOf(descend(stbl, 'stsd')), frameMicros: (delta * 1_000_000) / timescale };
}
