// What H.264 and H.265 have in common: NAL units behind their lengths, and what of them is the coded picture.
import { Problem } from '../../../../plugin/domain/problem.js';
import type { VideoCodec } from '../../../../plugin/domain/vms.js';
import { unfit } from './depacketizer.js';

/** Pictures of some tens of kilobytes lie behind each other in slabs of so many bytes. */
export const slabBytes = 1024 * 1024;

export const misfit = (): Problem => unfit('fragments of a picture that do not fit together');
export const tooLongSet = (): Problem => new Problem('codec-unsupported', 'The recorder sent a parameter set longer than 64 kB.');

/** Slices: H.264 types 1 to 5 (table 7-1), H.265 types 0 to 31 (table 7-1). */
const isSlice = (codec: 'h264' | 'h265', first: number): boolean =>
  codec === 'h264' ? (first & 0x1f) >= 1 && (first & 0x1f) <= 5 : ((first >> 1) & 0x3f) < 32;

/** The coded picture alone: parameter sets and SEI around it may differ from one PLAY to the next. JPEG: all of it. */
export function codedPicture(codec: VideoCodec, data: Buffer): Buffer[] {
  if (codec === 'jpeg') return [data];
  const slices: Buffer[] = [];
  for (let at = 0; at + 4 < data.length;) {
    const end = at + 4 + data.readUInt32BE(at);
    if (isSlice(codec, data[at + 4] as number)) slices.push(data.subarray(at + 4, end));
    at = end;
  }
  return slices;
}
