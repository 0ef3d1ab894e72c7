// The index of an MP4 or MOV (moov) with the movie's own times in microseconds. mediabunny counts them in 1/57,600 s, which would move
// sound against pictures, knows no end of what is shown, and stamps the file with the clock of this machine.
import { box, boxesOf, u32 } from './boxes.js';

/** Microseconds. */
export interface TrackTimes {
  /** Presentation time of the earliest sample: below 0 it is not shown. */
  first: number;
  /** Where what is shown ends. */
  end: number;
}

const timescale = 1_000_000;
/** Seconds from 1904 (ISO/IEC 14496-12, 8.2.2) to 1970. */
const epoch1904 = 2_082_844_800;

const i64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(Math.round(value)));
  return bytes;
};

/** Version 1, flags kept: 64 bits for every time (8.2.2.2, 8.3.2.2). */
const version1 = (body: Buffer): Buffer => Buffer.from([1, body[1]!, body[2]!, body[3]!]);
/** Length of the fields that version 0 writes in 32 bits: two instants, `between` bytes, a duration. */
const restOf = (body: Buffer, between: number): Buffer => body.subarray(body[0] === 1 ? 28 + between : 16 + between);

function movieHeader(body: Buffer, instant: number, duration: number): Buffer {
  return box('mvhd', version1(body), i64(instant), i64(instant), u32(timescale), i64(duration), restOf(body, 4));
}

function trackHeader(body: Buffer, instant: number, duration: number): Buffer {
  const identity = body.subarray(body[0] === 1 ? 20 : 12, body[0] === 1 ? 28 : 20);
  return box('tkhd', version1(body), i64(instant), i64(instant), identity, i64(duration), restOf(body, 8));
}

function mediaHeader(body: Buffer, instant: number): Buffer {
  const wide = body[0] === 1;
  return box(
    'mdhd',
    version1(body),
    i64(instant),
    i64(instant),
    body.subarray(wide ? 20 : 12, wide ? 24 : 16),
    durationOf(body),
    restOf(body, 4),
  );
}

const durationOf = (mdhd: Buffer): Buffer => (mdhd[0] === 1 ? mdhd.subarray(24, 32) : i64(mdhd.readUInt32BE(16)));

/** 8.6.6: nothing until the first sample, or the samples from 0 on; up to the end of what is shown. */
function editList({ first, end }: TrackTimes): Buffer {
  const edit = (duration: number, mediaTime: number): Buffer => Buffer.concat([i64(duration), i64(mediaTime), u32(0x00010000)]);
  const edits = first > 0 ? [edit(first, -1), edit(Math.max(0, end - first), 0)] : [edit(Math.max(0, end), -first)];
  return box('edts', box('elst', u32(0x01000000), u32(edits.length), ...edits));
}

function track(body: Buffer, instant: number, times: TrackTimes): Buffer {
  return box(
    'trak',
    ...boxesOf(body).flatMap((inner) => {
      if (inner.type === 'tkhd') return [trackHeader(inner.body, instant, Math.max(0, times.end)), editList(times)];
      if (inner.type === 'edts') return [];
      if (inner.type !== 'mdia') return [box(inner.type, inner.body)];
      const media = boxesOf(inner.body).map((one) => (one.type === 'mdhd' ? mediaHeader(one.body, instant) : box(one.type, one.body)));
      return [box('mdia', ...media)];
    }),
  );
}

/** `tracks` in the order of the index. It stands behind the samples, so it may grow. Throws a RangeError where it is no index. */
export function withMovieTimes(moov: Buffer, tracks: readonly TrackTimes[], creation: Date): Buffer {
  const [whole, ...more] = boxesOf(moov);
  const inner = whole && boxesOf(whole.body);
  const known = inner?.filter(({ type }) => type === 'trak').length;
  if (whole?.type !== 'moov' || more.length > 0 || known !== tracks.length) throw new RangeError('the index is not one');
  const instant = Math.floor(creation.getTime() / 1000) + epoch1904;
  const left = [...tracks];
  const longest = Math.max(0, ...tracks.map(({ end }) => end));
  return box(
    'moov',
    ...inner!.map(({ type, body }) => {
      if (type === 'mvhd') return movieHeader(body, instant, longest);
      return type === 'trak' ? track(body, instant, left.shift()!) : box(type, body);
    }),
  );
}
