// What every Matroska file of this room is made of (RFC 9559): its head, its tracks, and one cluster for each unit, so that every time is
// exact to the microsecond (a block's own time has 16 bits).
import { element, float, size8, text, unsigned } from './ebml.js';
import type { PartForm, Picture, Sound } from './part-file.js';

export const [pictureTrack, soundTrack] = [1, 2] as const;
export const segmentId = Buffer.from('18538067', 'hex');

export const header = (): Buffer =>
  element(
    0x1a45dfa3,
    element(0x4286, unsigned(1)), // EBMLVersion
    element(0x42f7, unsigned(1)), // EBMLReadVersion
    element(0x42f2, unsigned(4)), // EBMLMaxIDLength
    element(0x42f3, unsigned(8)), // EBMLMaxSizeLength
    element(0x4282, text('matroska')), // DocType
    element(0x4287, unsigned(4)), // DocTypeVersion
    element(0x4285, unsigned(2)), // DocTypeReadVersion
  );

/** Ticks of a microsecond. */
export const info = ({ date, duration }: { date?: Buffer; duration?: Buffer } = {}): Buffer =>
  element(
    0x1549a966,
    element(0x2ad7b1, unsigned(1000)), // TimestampScale, nanoseconds
    ...(date ? [element(0x4461, date)] : []),
    element(0x4d80, text('ExportGate')), // MuxingApp
    element(0x5741, text('ExportGate')), // WritingApp
    // Last: a file's is written again at its end.
    ...(duration ? [element(0x4489, duration)] : []),
  );

/** WAVEFORMATEX of G.711: tag 6 A-law, 7 mu-law. */
function waveFormat({ codec, channels, sampleRate }: Sound): Buffer {
  const bytes = Buffer.alloc(18);
  bytes.writeUInt16LE(codec === 'pcma' ? 6 : 7, 0);
  bytes.writeUInt16LE(channels, 2);
  bytes.writeUInt32LE(sampleRate, 4);
  bytes.writeUInt32LE(sampleRate * channels, 8);
  bytes.writeUInt16LE(channels, 12);
  bytes.writeUInt16LE(8, 14);
  return bytes;
}

function trackEntry(number: number, kind: 1 | 2, codec: string, ...more: Buffer[]): Buffer {
  const named = [element(0xd7, unsigned(number)), element(0x73c5, unsigned(number)), element(0x83, unsigned(kind))];
  return element(0xae, ...named, element(0x9c, unsigned(0)), element(0x86, text(codec)), ...more);
}

const pictureNames = { avc1: 'V_MPEG4/ISO/AVC', hvc1: 'V_MPEGH/ISO/HEVC', mjpeg: 'V_MJPEG' } as const;

function pictureEntry({ codec, width, height, configuration }: Picture): Buffer {
  const name = pictureNames[codec.split('.', 1)[0] as keyof typeof pictureNames];
  const video = element(0xe0, element(0xb0, unsigned(width)), element(0xba, unsigned(height)));
  return trackEntry(pictureTrack, 1, name, ...(configuration.length > 0 ? [element(0x63a2, configuration)] : []), video);
}

function soundEntry(sound: Sound): Buffer {
  const audio = element(0xe1, element(0xb5, float(sound.sampleRate)), element(0x9f, unsigned(sound.channels)));
  const configuration = sound.codec === 'aac' ? sound.configuration : waveFormat(sound);
  return trackEntry(soundTrack, 2, sound.codec === 'aac' ? 'A_AAC' : 'A_MS/ACM', element(0x63a2, configuration), audio);
}

export const tracks = ({ picture, sound }: Pick<PartForm, 'picture' | 'sound'>): Buffer =>
  element(0x1654ae6b, pictureEntry(picture), ...(sound ? [soundEntry(sound)] : []));

/** Cluster, Timestamp, SimpleBlock, all sizes known: what stands before the unit's bytes. */
export function clusterHead(track: number, micros: number, bytes: number, key = true): Buffer {
  const time = element(0xe7, unsigned(micros));
  // A block at the time of its cluster.
  const block = Buffer.concat([Buffer.from([0xa3]), size8(4 + bytes), Buffer.from([0x80 | track, 0, 0, key ? 0x80 : 0])]);
  return Buffer.concat([Buffer.from('1f43b675', 'hex'), size8(time.length + block.length + bytes), time, block]);
}
