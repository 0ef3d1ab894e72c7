// A part that was written here, read back: its tracks as the recorder told them, and each unit by its place in the file.
import { open } from 'node:fs/promises';
import { Problem } from '../domain/problem.js';
import type { AudioTrack, Track, VideoCodec, VideoTrack } from '../domain/vms.js';
import { readClusterIndex } from './cluster-index.js';
import { readMovieIndex, type IndexedTrack } from './movie-index.js';
import { readExact } from './read-exact.js';
import type { Part } from './write-part.js';

export interface OpenedPart {
  /** Of the video and, where the part holds sound, of the sound: with the parameter sets that the file keeps. */
  tracks: readonly Track[];
  /** Bytes of a unit, as received. Problem `object-corrupt` where the file has no such unit. */
  read(kind: Track['kind'], index: number): Promise<Buffer>;
  close(): Promise<void>;
}

const mostIndexBytes = 256 * 1024 * 1024;
const mostUnitBytes = 64 * 1024 * 1024;
const corrupt = (cause?: unknown): Problem =>
  new Problem('object-corrupt', 'A sealed part is not the file that its list describes.', { cause });

const codecs = { avc1: 'h264', hvc1: 'h265', mjpeg: 'jpeg' } as const satisfies Record<string, VideoCodec>;
const codecOf = ({ codec }: Part): VideoCodec => codecs[codec.split('.', 1)[0] as keyof typeof codecs];

/** NAL units behind 16-bit lengths, `count` of them. */
function countedUnits(bytes: Buffer, from: number, count: number): { units: Buffer[]; end: number } {
  const units: Buffer[] = [];
  let at = from;
  for (let unit = 0; unit < count; unit++) {
    const length = bytes.readUInt16BE(at);
    units.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (at > bytes.length) throw new RangeError('the configuration is not one');
  return { units, end: at };
}

/** Parameter sets of an avcC (ISO/IEC 14496-15, 5.3.3.1). */
function setsOfAvc(configuration: Buffer): Buffer[] {
  const sequence = countedUnits(configuration, 6, configuration.readUInt8(5) & 0x1f);
  return [...sequence.units, ...countedUnits(configuration, sequence.end + 1, configuration.readUInt8(sequence.end)).units];
}

/** Parameter sets of an hvcC (8.3.3.1). */
function setsOfHevc(configuration: Buffer): Buffer[] {
  const sets: Buffer[] = [];
  let at = 23;
  for (let arrays = configuration.readUInt8(22); arrays > 0; arrays--) {
    const { units, end } = countedUnits(configuration, at + 3, configuration.readUInt16BE(at + 1));
    sets.push(...units);
    at = end;
  }
  return sets;
}

const setReaders = { h264: setsOfAvc, h265: setsOfHevc, jpeg: () => [] } as const satisfies Record<VideoCodec, (from: Buffer) => Buffer[]>;

function tracksOf(part: Part, video: IndexedTrack, sound: IndexedTrack | undefined): Track[] {
  const codec = codecOf(part);
  const picture: VideoTrack = {
    kind: 'video',
    track: 0,
    token: 'video',
    clockRate: 90_000,
    codec,
    parameterSets: setReaders[codec](video.configuration),
  };
  if (!part.audio || !sound) return [picture];
  const heard: AudioTrack = {
    kind: 'audio',
    track: 1,
    token: 'sound',
    clockRate: part.audio.sampleRate,
    codec: part.audio.codec,
    channels: part.audio.channels,
    configuration: part.audio.codec === 'aac' ? sound.configuration : Buffer.alloc(0),
  };
  return [picture, heard];
}

/** Boxes of the file's first level until the index. */
async function readMoov(file: Awaited<ReturnType<typeof open>>, size: number): Promise<Buffer> {
  for (let at = 0; at + 8 <= size;) {
    const head = await readExact(file, at, Math.min(16, size - at));
    const short = head.readUInt32BE(0);
    const [from, bytes] = short === 1 ? [16, Number(head.readBigUInt64BE(8))] : [8, short];
    if (bytes < from || at + bytes > size) break;
    if (head.toString('latin1', 4, 8) === 'moov') {
      if (bytes > mostIndexBytes) break;
      return readExact(file, at + from, bytes - from);
    }
    at += bytes;
  }
  throw new RangeError('the file has no index');
}

/** `path`: in the work folder. Problem `object-corrupt`: the file is not the one that `part` describes. */
export async function openPart(path: string, part: Part): Promise<OpenedPart> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const found = part.container === 'mkv' ? await readClusterIndex(file, size) : readMovieIndex(await readMoov(file, size));
    const [video, sound] = [found.find(({ kind }) => kind === 'video'), found.find(({ kind }) => kind === 'audio')];
    if (video?.places.length !== part.frames || (part.audio?.units ?? 0) !== (sound?.places.length ?? 0))
      throw new RangeError('other units than the list tells');
    const of = { video, audio: sound };
    return {
      tracks: tracksOf(part, video, sound),
      async read(kind, index) {
        const place = of[kind]?.places[index];
        if (!place || place.bytes > mostUnitBytes) throw corrupt();
        return readExact(file, place.at, place.bytes).catch((cause: unknown) => {
          throw corrupt(cause);
        });
      },
      close: () => file.close(),
    };
  } catch (cause) {
    await file.close();
    throw cause instanceof RangeError ? corrupt(cause) : cause;
  }
}
