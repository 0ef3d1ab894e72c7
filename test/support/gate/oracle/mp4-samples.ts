// Samples of the video tracks of any MP4 or MOV (ISO/IEC 14496-12): with sample tables, in fragments, or still being written.
import type { NalCodec } from './find-slices.js';

export interface Mp4Sample {
  /** `other`: the sample is one coded picture, without NAL units. */
  codec: NalCodec | 'other';
  /** Of the length before each NAL unit. */
  lengthBytes: number;
  data: Buffer;
}

interface Box {
  type: string;
  /** Of its head and its content in the file. A box that is cut ends with the file. */
  at: number;
  from: number;
  to: number;
}

interface Track extends Pick<Mp4Sample, 'codec' | 'lengthBytes'> {
  id: number;
  isVideo: boolean;
  defaultSize: number;
}

interface Place {
  track: Track;
  at: number;
  size: number;
}

/** In the order of the file. Media data that no table tells of counts as NAL units of H.264 one behind the other. */
export function mp4Samples(file: Buffer): Mp4Sample[] {
  const top = boxesIn(file, 0, file.length);
  const moov = top.find(({ type }) => type === 'moov');
  const traks = moov ? boxesIn(file, moov.from, moov.to).filter(({ type }) => type === 'trak') : [];
  const tracks = traks.map((trak) => trackOf(file, trak, moov!));
  const places = [
    ...traks.flatMap((trak, at) => tablePlaces(file, trak, tracks[at]!)),
    ...top.filter(({ type }) => type === 'moof').flatMap((moof) => fragmentPlaces(file, moof, tracks)),
  ];
  const told = places
    .filter(({ track }) => track.isVideo)
    .map(({ track, at, size }) => ({ ...codecOf(track), data: file.subarray(at, at + size) }));
  const untold = top.filter(({ type, from, to }) => type === 'mdat' && !places.some(({ at }) => at >= from && at < to));
  return [
    ...told,
    ...untold.map(({ from, to }) => ({ ...codecOf(tracks.find(({ isVideo }) => isVideo) ?? unknown), data: file.subarray(from, to) })),
  ];
}

const unknown: Track = { id: 0, isVideo: true, defaultSize: 0, codec: 'h264', lengthBytes: 4 };
const codecOf = ({ codec, lengthBytes }: Track): Pick<Mp4Sample, 'codec' | 'lengthBytes'> => ({ codec, lengthBytes });

function boxesIn(file: Buffer, from: number, to: number): Box[] {
  const found: Box[] = [];
  for (let at = from; at + 8 <= to;) {
    const short = file.readUInt32BE(at);
    const long = short === 1 && at + 16 <= to;
    const size = long ? Number(file.readBigUInt64BE(at + 8)) : short || to - at;
    if (size < (long ? 16 : 8)) break;
    found.push({ type: file.toString('latin1', at + 4, at + 8), at, from: at + (long ? 16 : 8), to: Math.min(to, at + size) });
    at += size;
  }
  return found;
}

const child = (file: Buffer, { from, to }: Box, ...path: string[]): Box | null =>
  path.reduce<Box | null>((box, type) => (box && boxesIn(file, box.from, box.to).find((one) => one.type === type)) ?? null, {
    type: '',
    at: from,
    from,
    to,
  });

/** Bytes of a full box behind its version and flags. */
const wordsOf = (file: Buffer, { from, to }: Box, skip = 4): number[] =>
  Array.from({ length: Math.max(0, Math.floor((to - from - skip) / 4)) }, (_, at) => file.readUInt32BE(from + skip + 4 * at));

function trackOf(file: Buffer, trak: Box, moov: Box): Track {
  const tkhd = child(file, trak, 'tkhd')!;
  const id = file.readUInt32BE(tkhd.from + (file[tkhd.from] === 1 ? 20 : 12));
  const hdlr = child(file, trak, 'mdia', 'hdlr')!;
  const stsd = child(file, trak, 'mdia', 'minf', 'stbl', 'stsd')!;
  const entry = boxesIn(file, stsd.from + 8, stsd.to)[0];
  const trexes = child(file, moov, 'mvex');
  const trex = trexes && boxesIn(file, trexes.from, trexes.to).find((box) => box.type === 'trex' && file.readUInt32BE(box.from + 4) === id);
  const isVideo = file.toString('latin1', hdlr.from + 8, hdlr.from + 12) === 'vide';
  return { id, isVideo, defaultSize: trex ? file.readUInt32BE(trex.from + 16) : 0, ...(entry ? entryOf(file, entry) : codecOf(unknown)) };
}

/** A visual sample entry has 78 bytes before its boxes. */
function entryOf(file: Buffer, entry: Box): Pick<Mp4Sample, 'codec' | 'lengthBytes'> {
  const boxes = boxesIn(file, entry.from + 78, entry.to);
  const [avcC, hvcC] = ['avcC', 'hvcC'].map((type) => boxes.find((box) => box.type === type));
  if (avcC) return { codec: 'h264', lengthBytes: (file[avcC.from + 4]! & 3) + 1 };
  if (hvcC) return { codec: 'h265', lengthBytes: (file[hvcC.from + 21]! & 3) + 1 };
  return { codec: 'other', lengthBytes: 0 };
}

function tablePlaces(file: Buffer, trak: Box, track: Track): Place[] {
  const stbl = child(file, trak, 'mdia', 'minf', 'stbl')!;
  const [stsz, stsc, stco, co64] = ['stsz', 'stsc', 'stco', 'co64'].map((type) => child(file, stbl, type));
  if (!stsz || !stsc || !(stco || co64)) return [];
  const [same = 0, count = 0, ...sizes] = wordsOf(file, stsz);
  const [, ...runs] = wordsOf(file, stsc);
  const [, ...words] = wordsOf(file, (stco ?? co64)!);
  const chunks = stco ? words : words.flatMap((word, at) => (at % 2 ? [words[at - 1]! * 2 ** 32 + word] : []));
  const places: Place[] = [];
  let run = 0;
  chunks.forEach((start, chunk) => {
    while ((runs[3 * (run + 1)] ?? Infinity) <= chunk + 1) run++;
    for (let [left, at] = [runs[3 * run + 1] ?? 0, start]; left > 0 && places.length < count; left--) {
      const size = same || (sizes[places.length] ?? 0);
      places.push({ track, at, size });
      at += size;
    }
  });
  return places;
}

function fragmentPlaces(file: Buffer, moof: Box, tracks: readonly Track[]): Place[] {
  return boxesIn(file, moof.from, moof.to)
    .filter(({ type }) => type === 'traf')
    .flatMap((traf) => {
      const tfhd = child(file, traf, 'tfhd')!;
      const flags = file.readUIntBE(tfhd.from + 1, 3);
      const track = tracks.find(({ id }) => id === file.readUInt32BE(tfhd.from + 4)) ?? unknown;
      let at = tfhd.from + 8;
      let base = moof.at;
      if (flags & 1) [base, at] = [Number(file.readBigUInt64BE(at)), at + 8];
      at += (flags & 2 ? 4 : 0) + (flags & 8 ? 4 : 0);
      const defaultSize = flags & 16 ? file.readUInt32BE(at) : track.defaultSize;
      const places: Place[] = [];
      for (const trun of boxesIn(file, traf.from, traf.to).filter(({ type }) => type === 'trun'))
        places.push(...runPlaces(file, trun, { track, base, defaultSize, behind: places.at(-1) }));
      return places;
    });
}

function runPlaces(
  file: Buffer,
  trun: Box,
  { track, base, defaultSize, behind }: { track: Track; base: number; defaultSize: number; behind: Place | undefined },
): Place[] {
  const flags = file.readUIntBE(trun.from + 1, 3);
  const count = file.readUInt32BE(trun.from + 4);
  let at = trun.from + 8;
  let next = behind ? behind.at + behind.size : base;
  if (flags & 1) [next, at] = [base + file.readInt32BE(at), at + 4];
  if (flags & 4) at += 4;
  const places: Place[] = [];
  for (let sample = 0; sample < count; sample++) {
    if (flags & 0x100) at += 4;
    let size = defaultSize;
    if (flags & 0x200) [size, at] = [file.readUInt32BE(at), at + 4];
    at += (flags & 0x400 ? 4 : 0) + (flags & 0x800 ? 4 : 0);
    places.push({ track, at: next, size });
    next += size;
  }
  return places;
}
