// What a film says of its pictures' codec: parameter sets, and how long the lengths before NAL units are.
import type { VideoCodec } from '../../plugin/domain/vms.js';

export interface CodecData {
  parameterSets: Buffer[];
  /** Bytes before each NAL unit. */
  lengthBytes: number;
}

/** Throws a RangeError where the record is not one. */
function readSets(record: Buffer, at: number, count: number): { sets: Buffer[]; at: number } {
  const sets: Buffer[] = [];
  for (let left = count; left > 0; left--) {
    const bytes = record.readUInt16BE(at);
    if (at + 2 + bytes > record.length) throw new RangeError('cut');
    sets.push(record.subarray(at + 2, at + 2 + bytes));
    at += 2 + bytes;
  }
  return { sets, at };
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1). */
function readAvcC(record: Buffer): CodecData {
  const sps = readSets(record, 6, record.readUInt8(5) & 0x1f);
  const pps = readSets(record, sps.at + 1, record.readUInt8(sps.at));
  return { parameterSets: [...sps.sets, ...pps.sets], lengthBytes: (record.readUInt8(4) & 3) + 1 };
}

/** HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1): arrays of VPS, SPS, PPS and others. */
function readHvcC(record: Buffer): CodecData {
  const parameterSets: Buffer[] = [];
  let at = 23;
  for (let arrays = record.readUInt8(22); arrays > 0; arrays--) {
    const type = record.readUInt8(at) & 0x3f;
    const found = readSets(record, at + 3, record.readUInt16BE(at + 1));
    if (type >= 32 && type <= 34) parameterSets.push(...found.sets);
    at = found.at;
  }
  return { parameterSets, lengthBytes: (record.readUInt8(21) & 3) + 1 };
}

/** Null where there is none that can be read. */
export function readCodecData(codec: VideoCodec, record: Buffer | null): CodecData | null {
  try {
    if (!record) return null;
    const data = codec === 'h264' ? readAvcC(record) : readHvcC(record);
    return data.lengthBytes === 3 ? null : data;
  } catch {
    return null;
  }
}

/** NAL units of a sample; null where their lengths do not add up. */
export function splitNals(sample: Buffer, lengthBytes: number): Buffer[] | null {
  const nals: Buffer[] = [];
  for (let at = 0; at < sample.length;) {
    const bytes = at + lengthBytes <= sample.length ? sample.readUIntBE(at, lengthBytes) : 0;
    if (bytes === 0 || at + lengthBytes + bytes > sample.length) return null;
    nals.push(sample.subarray(at + lengthBytes, at + lengthBytes + bytes));
    at += lengthBytes + bytes;
  }
  return nals;
}

/** Each behind its length, 4 bytes. */
export const joinNals = (nals: readonly Buffer[]): Buffer =>
  Buffer.concat(
    nals.flatMap((nal) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(nal.length);
      return [length, nal];
    }),
  );

/** Can decoding begin here: IDR of H.264 (ITU-T H.264, 7.4.1), IRAP of H.265 (ITU-T H.265, 7.4.2.2)? By the picture, not by the film's
 *  index. */
export const isCleanPoint = (codec: VideoCodec, nals: readonly Buffer[]): boolean =>
  nals.some((nal) => {
    const type = codec === 'h264' ? nal[0]! & 0x1f : (nal[0]! >> 1) & 0x3f;
    return codec === 'h264' ? type === 5 : type >= 16 && type <= 21;
  });
