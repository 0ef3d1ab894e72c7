// Which pictures an H.264 stream holds: size and codec string from the SPS, and the configuration record that MP4 wants (avcC).
import { Problem } from '../domain/problem.js';
import { readBits } from './bits.js';
import type { Bits } from './bits.js';
import { counted, judgeLength, nalType, typeOf } from './nal-units.js';
import type { Picture } from './part-file.js';

/** Facts of one sequence parameter set (ITU-T H.264, 7.3.2.1.1). */
export interface SequenceSet {
  id: number;
  /** Shown size, pixels: cropping applied. */
  width: number;
  height: number;
  /** RFC 6381: `avc1.PPCCLL`. */
  codec: string;
  profile: number;
  chromaFormat: number;
  lumaDepth: number;
  chromaDepth: number;
}

/** All parameter sets of a stream, by id. */
export interface ParameterSets {
  sequence: ReadonlyMap<number, Buffer>;
  picture: ReadonlyMap<number, Buffer>;
}

export const noParameterSets: ParameterSets = { sequence: new Map(), picture: new Map() };

const extendedProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
/** Level 6.2 ends at 139,264 macroblocks and 1,055 of them in a row: beyond it the SPS is a lie. */
const largestSide = 16_880;

function skipScalingList(read: Bits, size: number): void {
  for (let last = 8, next = 8, at = 0; at < size && next !== 0; at++) {
    next = (last + read.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function readColour(read: Bits, profile: number): { chromaFormat: number; lumaDepth: number; chromaDepth: number; separate: number } {
  if (!extendedProfiles.has(profile)) return { chromaFormat: 1, lumaDepth: 8, chromaDepth: 8, separate: 0 };
  const chromaFormat = read.unsigned();
  const separate = chromaFormat === 3 ? read.bits(1) : 0;
  const lumaDepth = 8 + read.unsigned();
  const chromaDepth = 8 + read.unsigned();
  read.bits(1); // qpprime_y_zero_transform_bypass_flag
  const lists = read.bits(1) ? (chromaFormat === 3 ? 12 : 8) : 0;
  for (let list = 0; list < lists; list++) if (read.bits(1)) skipScalingList(read, list < 6 ? 16 : 64);
  return { chromaFormat, lumaDepth, chromaDepth, separate };
}

function skipPictureOrder(read: Bits): void {
  const kind = read.unsigned();
  if (kind === 0) read.unsigned();
  if (kind !== 1) return;
  read.bits(1);
  read.signed();
  read.signed();
  const cycle = read.unsigned();
  if (cycle > 255) throw new Problem('codec-unsupported', 'The recorder’s H.264 sequence parameter set is not valid.');
  for (let frame = 0; frame < cycle; frame++) read.signed();
}

/** Problem `codec-unsupported`: not a sequence parameter set, or one of an impossible size. */
export function readSequenceSet(unit: Buffer): SequenceSet {
  if (unit.length < 4 || typeOf(unit) !== nalType.sps)
    throw new Problem('codec-unsupported', 'The recorder sent no H.264 sequence parameter set.');
  const read = readBits(unit);
  const profile = read.bits(8);
  read.bits(16); // constraint flags and level, taken from the bytes below
  const id = read.unsigned();
  const { chromaFormat, lumaDepth, chromaDepth, separate } = readColour(read, profile);
  read.unsigned(); // log2_max_frame_num_minus4
  skipPictureOrder(read);
  read.unsigned(); // max_num_ref_frames
  read.bits(1); // gaps_in_frame_num_value_allowed_flag
  const columns = read.unsigned() + 1;
  const rows = read.unsigned() + 1;
  const framesOnly = read.bits(1);
  if (!framesOnly) read.bits(1); // mb_adaptive_frame_field_flag
  read.bits(1); // direct_8x8_inference_flag
  const [left, right, top, bottom] = read.bits(1) ? [read.unsigned(), read.unsigned(), read.unsigned(), read.unsigned()] : [0, 0, 0, 0];
  const arrayType = separate ? 0 : chromaFormat;
  const cropX = arrayType === 1 || arrayType === 2 ? 2 : 1;
  const cropY = (arrayType === 1 ? 2 : 1) * (2 - framesOnly);
  const width = columns * 16 - (left! + right!) * cropX;
  const height = rows * 16 * (2 - framesOnly) - (top! + bottom!) * cropY;
  if (width < 16 || height < 16 || width > largestSide || height > largestSide)
    throw new Problem('codec-unsupported', `The recorder’s pictures claim a size of ${width}×${height}.`);
  return { id, width, height, codec: `avc1.${unit.subarray(1, 4).toString('hex')}`, profile, chromaFormat, lumaDepth, chromaDepth };
}

/** Id of the picture parameter set and of the sequence set it needs. */
export function readPictureSet(unit: Buffer): { id: number; sequence: number } {
  const read = readBits(unit);
  return { id: read.unsigned(), sequence: read.unsigned() };
}

/** Id of the picture parameter set that a slice uses (7.3.3). */
export function pictureSetOf(slice: Buffer): number {
  const read = readBits(slice.subarray(0, 24)); // three numbers: the rest of the slice is of no interest
  read.unsigned();
  read.unsigned();
  return read.unsigned();
}

/** `sets` with those among `units`; the same object where none is new or another than before. */
export function withParameterSets(sets: ParameterSets, units: readonly Buffer[]): ParameterSets {
  let next = sets;
  for (const unit of units) {
    const type = typeOf(unit);
    if (type !== nalType.sps && type !== nalType.pps) continue;
    const kind = type === nalType.sps ? 'sequence' : 'picture';
    const { id } = type === nalType.sps ? readSequenceSet(unit) : readPictureSet(unit);
    if (id > 255) throw new Problem('codec-unsupported', 'A parameter set of the recorder has a number out of range.');
    judgeLength(unit);
    if (next[kind].get(id)?.equals(unit)) continue;
    next = { ...next, [kind]: new Map(next[kind]).set(id, Buffer.from(unit)) };
  }
  return next;
}

/** The sequence set that the pictures of `units` use. Problem `codec-unsupported`: it has not come. */
export function activeSequenceSet(sets: ParameterSets, units: readonly Buffer[]): SequenceSet {
  const slice = units.find((unit) => typeOf(unit) >= nalType.slice && typeOf(unit) <= nalType.idr);
  const picture = slice && sets.picture.get(pictureSetOf(slice));
  const sequence = picture && sets.sequence.get(readPictureSet(picture).sequence);
  if (!sequence) throw new Problem('codec-unsupported', 'The recorder sent pictures before the H.264 parameter sets that they need.');
  return readSequenceSet(sequence);
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1), lengths of 4 bytes. */
export function makeConfiguration(sets: ParameterSets, active: SequenceSet): Buffer {
  const sequence = [...sets.sequence.values()];
  const picture = [...sets.picture.values()];
  if (sequence.length > 31 || picture.length > 255)
    throw new Problem('codec-unsupported', 'The recorder uses more parameter sets than MP4 can name.');
  const head = sets.sequence.get(active.id)!.subarray(1, 4);
  const tail = [100, 110, 122, 144].includes(active.profile)
    ? [0xfc | active.chromaFormat, 0xf8 | (active.lumaDepth - 8), 0xf8 | (active.chromaDepth - 8), 0]
    : [];
  return Buffer.concat([
    Buffer.from([1, ...head, 0xff, 0xe0 | sequence.length]),
    ...counted(sequence),
    Buffer.from([picture.length]),
    ...counted(picture),
    Buffer.from(tail),
  ]);
}

/** The pictures that `units` hold. Problem `codec-unsupported`. */
export function describeH264(sets: ParameterSets, units: readonly Buffer[]): Picture {
  const active = activeSequenceSet(sets, units);
  return { codec: active.codec, width: active.width, height: active.height, configuration: makeConfiguration(sets, active) };
}
