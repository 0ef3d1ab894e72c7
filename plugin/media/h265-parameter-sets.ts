// Which pictures an H.265 stream holds: size and codec string from the SPS, and the configuration record that MP4 wants (hvcC).
import { Problem } from '../domain/problem.js';
import { readBits } from './bits.js';
import type { Bits } from './bits.js';
import { counted, judgeLength } from './nal-units.js';
import type { Picture } from './part-file.js';

/** nal_unit_type (ITU-T H.265, table 7-1). */
const setTypes = { video: 32, sequence: 33, picture: 34 } as const;
type SetKind = keyof typeof setTypes;
/** Pictures at which decoding can begin, IRAP: 16 to 23. Slices end at 31. */
const [firstIrap, lastIrap, lastSlice] = [16, 23, 31];

export const h265TypeOf = (unit: Buffer): number => (unit[0]! >> 1) & 0x3f;
/** nuh_layer_id: other layers than the base (views, scaling) are carried and not looked at. */
const layerOf = (unit: Buffer): number => ((unit[0]! & 1) << 5) | (unit[1]! >> 3);

/** All parameter sets of a stream, by id. */
export type H265Sets = Readonly<Record<SetKind, ReadonlyMap<number, Buffer>>>;

export const noH265Sets: H265Sets = { video: new Map(), sequence: new Map(), picture: new Map() };

/** Facts of one sequence parameter set (7.3.2.2.1). */
export interface H265Sequence {
  id: number;
  /** Shown size, pixels: conformance window applied. */
  width: number;
  height: number;
  /** profile_space to level, as in the stream: 12 bytes (7.3.3). */
  profile: Buffer;
  chromaFormat: number;
  lumaDepth: number;
  chromaDepth: number;
  temporalLayers: number;
  temporalIdNested: number;
}

/** Level 6.2 holds 35,651,584 luma samples and 16,888 of them in a row (A.4.1): beyond it the SPS is a lie. */
const largestSide = 16_888;

const notValid = (): Problem => new Problem('codec-unsupported', 'The recorder’s H.265 sequence parameter set is not valid.');

/** profile_tier_level of the stream and, passed over, of its sub-layers. */
function readProfile(read: Bits, subLayers: number): Buffer {
  const profile = Buffer.from(Array.from({ length: 12 }, () => read.bits(8)));
  const present = Array.from({ length: subLayers }, () => [read.bits(1), read.bits(1)] as const);
  if (subLayers > 0) for (let layer = subLayers; layer < 8; layer++) read.bits(2);
  for (const [hasProfile, hasLevel] of present) {
    for (let byte = 0; byte < (hasProfile ? 11 : 0) + (hasLevel ? 1 : 0); byte++) read.bits(8);
  }
  return profile;
}

/** Problem `codec-unsupported`: not a sequence parameter set, or one of an impossible size. */
export function readH265Sequence(unit: Buffer): H265Sequence {
  if (unit.length < 16 || h265TypeOf(unit) !== setTypes.sequence)
    throw new Problem('codec-unsupported', 'The recorder sent no H.265 sequence parameter set.');
  const read = readBits(unit, 2);
  read.bits(4); // sps_video_parameter_set_id
  const subLayers = read.bits(3);
  if (subLayers > 6) throw notValid();
  const temporalIdNested = read.bits(1);
  const profile = readProfile(read, subLayers);
  const id = read.unsigned();
  const chromaFormat = read.unsigned();
  if (id > 15 || chromaFormat > 3) throw notValid();
  const separate = chromaFormat === 3 ? read.bits(1) : 0;
  const [columns, rows] = [read.unsigned(), read.unsigned()];
  const [left, right, top, bottom] = read.bits(1) ? [read.unsigned(), read.unsigned(), read.unsigned(), read.unsigned()] : [0, 0, 0, 0];
  const [lumaDepth, chromaDepth] = [8 + read.unsigned(), 8 + read.unsigned()];
  if (lumaDepth > 15 || chromaDepth > 15) throw notValid();
  const cropX = !separate && (chromaFormat === 1 || chromaFormat === 2) ? 2 : 1;
  const cropY = !separate && chromaFormat === 1 ? 2 : 1;
  const width = columns - (left! + right!) * cropX;
  const height = rows - (top! + bottom!) * cropY;
  if (width < 8 || height < 8 || width > largestSide || height > largestSide)
    throw new Problem('codec-unsupported', `The recorder’s pictures claim a size of ${width}×${height}.`);
  return { id, width, height, profile, chromaFormat, lumaDepth, chromaDepth, temporalLayers: subLayers + 1, temporalIdNested };
}

/** Number of a set, and the limit of such numbers. */
function idOf(kind: SetKind, unit: Buffer): number {
  if (kind === 'sequence') return readH265Sequence(unit).id;
  const read = readBits(unit.subarray(0, 24), 2);
  const id = kind === 'video' ? read.bits(4) : read.unsigned();
  if (id > (kind === 'video' ? 15 : 63))
    throw new Problem('codec-unsupported', 'A parameter set of the recorder has a number out of range.');
  return id;
}

/** Number of the sequence set that a picture set needs. */
function sequenceOf(pictureSet: Buffer): number {
  const read = readBits(pictureSet.subarray(0, 24), 2);
  read.unsigned();
  return read.unsigned();
}

/** Number of the picture set that a slice uses (7.3.6.1). */
export function h265PictureSetOf(slice: Buffer): number {
  const read = readBits(slice.subarray(0, 24), 2);
  read.bits(1); // first_slice_segment_in_pic_flag
  const type = h265TypeOf(slice);
  if (type >= firstIrap && type <= lastIrap) read.bits(1); // no_output_of_prior_pics_flag
  return read.unsigned();
}

const isOfBaseLayer = (unit: Buffer): boolean => unit.length > 2 && layerOf(unit) === 0;

/** `sets` with those among `units`; the same object where none is new or another than before. */
export function withH265Sets(sets: H265Sets, units: readonly Buffer[]): H265Sets {
  let next = sets;
  for (const unit of units.filter(isOfBaseLayer)) {
    const kind = (Object.keys(setTypes) as SetKind[]).find((one) => setTypes[one] === h265TypeOf(unit));
    if (!kind) continue;
    const id = idOf(kind, unit);
    judgeLength(unit);
    if (next[kind].get(id)?.equals(unit)) continue;
    next = { ...next, [kind]: new Map(next[kind]).set(id, Buffer.from(unit)) };
  }
  return next;
}

/** RFC 6381 with ISO/IEC 14496-15, annex E.3: `hvc1.1.6.L93.B0`. */
export function h265Codec({ profile }: H265Sequence): string {
  const space = ['', 'A', 'B', 'C'][profile[0]! >> 6]!;
  let compatible = 0;
  for (let bit = 0; bit < 32; bit++) compatible += ((profile.readUInt32BE(1) >>> (31 - bit)) & 1) * 2 ** bit;
  const tier = profile[0]! & 0x20 ? 'H' : 'L';
  const constraints = [...profile.subarray(5, 11)];
  while (constraints.at(-1) === 0) constraints.pop();
  const parts = [`${space}${profile[0]! & 0x1f}`, compatible.toString(16), `${tier}${profile[11]}`];
  return ['hvc1', ...parts, ...constraints.map((byte) => byte.toString(16))].join('.').toUpperCase().replace('HVC1', 'hvc1');
}

/** HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1), lengths of 4 bytes. */
export function makeH265Configuration(sets: H265Sets, active: H265Sequence): Buffer {
  const kinds = (Object.keys(setTypes) as SetKind[]).filter((kind) => sets[kind].size > 0);
  return Buffer.concat([
    Buffer.from([1, ...active.profile, 0xf0, 0, 0xfc, 0xfc | active.chromaFormat, 0xf8 | (active.lumaDepth - 8)]),
    Buffer.from([0xf8 | (active.chromaDepth - 8), 0, 0, (active.temporalLayers << 3) | (active.temporalIdNested << 2) | 3, kinds.length]),
    ...kinds.flatMap((kind) => [Buffer.from([0x80 | setTypes[kind], 0, sets[kind].size]), ...counted([...sets[kind].values()])]),
  ]);
}

/** The pictures that `units` hold. Problem `codec-unsupported`: their parameter sets have not come. */
export function describeH265(sets: H265Sets, units: readonly Buffer[]): Picture {
  const slice = units.find((unit) => isOfBaseLayer(unit) && h265TypeOf(unit) <= lastSlice);
  const picture = slice && sets.picture.get(h265PictureSetOf(slice));
  const sequence = picture && sets.sequence.get(sequenceOf(picture));
  if (!sequence || sets.video.size === 0)
    throw new Problem('codec-unsupported', 'The recorder sent pictures before the H.265 parameter sets that they need.');
  const active = readH265Sequence(sequence);
  return { codec: h265Codec(active), width: active.width, height: active.height, configuration: makeH265Configuration(sets, active) };
}
