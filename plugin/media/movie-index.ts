// Where each sample of an MP4 or MOV lies, and what its decoders are told: read from the index (moov) of a file that this room wrote.
import { boxesOf } from './boxes.js';

/** A track as the index tells it. */
export interface IndexedTrack {
  kind: 'video' | 'audio';
  /** Name of the sample entry: `avc1`, `hvc1`, `mp4a`, `ulaw`. */
  entry: string;
  /** avcC, hvcC, or the AudioSpecificConfig of AAC; empty for G.711. */
  configuration: Buffer;
  /** In the order of the track. */
  places: readonly Place[];
}

/** Of a sample in the file. */
export interface Place {
  at: number;
  bytes: number;
}

const malformed = (): RangeError => new RangeError('the index is not one');

function inside(bytes: Buffer, ...names: string[]): Buffer {
  let body = bytes;
  for (const name of names) {
    const found = boxesOf(body).find(({ type }) => type === name);
    if (!found) throw malformed();
    body = found.body;
  }
  return body;
}

/** Rows of 32-bit numbers behind their count, which stands at `at`. Bounded by the box that holds them. */
function rowsOf(body: Buffer, columns: number, at = 4): number[][] {
  const count = body.readUInt32BE(at);
  if (at + 4 + count * columns * 4 > body.length) throw malformed();
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: columns }, (__, column) => body.readUInt32BE(at + 4 + 4 * (row * columns + column))),
  );
}

/** 8.7.3: one size for all, or one each. */
function sizesOf(stsz: Buffer): number[] {
  const [all, count] = [stsz.readUInt32BE(4), stsz.readUInt32BE(8)];
  if (all === 0) return rowsOf(stsz, 1, 8).map(([size]) => size!);
  // No sample is smaller than a byte, and no file larger than the numbers that count it.
  if (count > 1_000_000) throw malformed();
  return Array<number>(count).fill(all);
}

/** 8.7.4, 8.7.5: chunks at their places, each with so many samples. */
function placesOf(stbl: Buffer): Place[] {
  const boxes = new Map(boxesOf(stbl).map(({ type, body }) => [type, body]));
  const [stsz, stsc, stco, co64] = ['stsz', 'stsc', 'stco', 'co64'].map((name) => boxes.get(name));
  if (!stsz || !stsc || (!stco && !co64)) throw malformed();
  const sizes = sizesOf(stsz);
  const chunks = stco ? rowsOf(stco, 1).map(([at]) => at!) : rowsOf(co64!, 2).map(([high, low]) => high! * 2 ** 32 + low!);
  const runs = rowsOf(stsc, 3);
  const places: Place[] = [];
  let run = -1;
  for (const [index, start] of chunks.entries()) {
    while (runs[run + 1] && runs[run + 1]![0]! <= index + 1) run++;
    let at = start;
    for (let left = runs[run]?.[1] ?? 0; left > 0; left--) {
      const bytes = sizes[places.length];
      if (bytes === undefined) throw malformed();
      places.push({ at, bytes });
      at += bytes;
    }
  }
  if (places.length !== sizes.length) throw malformed();
  return places;
}

/** ISO/IEC 14496-1, 7.2.6: the DecoderSpecificInfo inside ES_Descriptor and DecoderConfigDescriptor. */
function audioConfiguration(esds: Buffer): Buffer {
  const descriptor = (bytes: Buffer, tag: number): Buffer => {
    if (bytes[0] !== tag) throw malformed();
    let [at, size] = [1, 0];
    for (let byte = 0x80; byte & 0x80; at++) {
      byte = bytes.readUInt8(at);
      size = size * 128 + (byte & 0x7f);
    }
    if (at > 5 || at + size > bytes.length) throw malformed();
    return bytes.subarray(at, at + size);
  };
  // ES_ID and flags: 3 bytes, and no others in what this room writes; 13 bytes of the decoder's facts.
  return descriptor(descriptor(descriptor(esds.subarray(4), 3).subarray(3), 4).subarray(13), 5);
}

function describe(stsd: Buffer): Pick<IndexedTrack, 'entry' | 'configuration'> {
  const [entry] = boxesOf(stsd.subarray(8));
  if (!entry) throw malformed();
  // Behind the fields of a visual sample entry (12.1.3) or an audio one (12.2.3).
  if (entry.type === 'avc1') return { entry: entry.type, configuration: inside(entry.body.subarray(78), 'avcC') };
  if (entry.type === 'hvc1') return { entry: entry.type, configuration: inside(entry.body.subarray(78), 'hvcC') };
  if (entry.type === 'mp4a') return { entry: entry.type, configuration: audioConfiguration(inside(entry.body.subarray(28), 'esds')) };
  return { entry: entry.type, configuration: Buffer.alloc(0) };
}

/** `moov`: the body of the box. Throws a RangeError where it is not one that this room writes. */
export function readMovieIndex(moov: Buffer): IndexedTrack[] {
  return boxesOf(moov)
    .filter(({ type }) => type === 'trak')
    .map(({ body }) => {
      const mdia = inside(body, 'mdia');
      const stbl = inside(mdia, 'minf', 'stbl');
      const handler = inside(mdia, 'hdlr').toString('latin1', 8, 12);
      return { kind: handler === 'vide' ? 'video' : 'audio', ...describe(inside(stbl, 'stsd')), places: placesOf(stbl) };
    });
}
