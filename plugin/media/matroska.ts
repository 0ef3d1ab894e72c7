// One Matroska file of JPEG pictures (RFC 9559), with or without sound. Small, since mediabunny cannot mux JPEG: one cluster for each unit,
// so that every time is exact to the microsecond (a block's own time has 16 bits).
import { Problem } from '../domain/problem.js';
import type { PartFile, PartForm, PartTarget, Sound } from './part-file.js';

const [pictureTrack, soundTrack] = [1, 2];
const gathered = 1024 * 1024;
/** DateUTC counts nanoseconds from 2001 (RFC 8794, 7.6). */
const epoch2001 = Date.UTC(2001, 0, 1);

/** A size in 8 bytes (RFC 8794, 6). */
function size8(bytes: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE((1n << 56n) | BigInt(bytes));
  return size;
}

const sizeOf = (bytes: number): Buffer => (bytes < 127 ? Buffer.from([0x80 | bytes]) : size8(bytes));

function element(id: number, ...content: Buffer[]): Buffer {
  const head = Buffer.from((id.toString(16).length % 2 ? '0' : '') + id.toString(16), 'hex');
  return Buffer.concat([head, sizeOf(content.reduce((sum, piece) => sum + piece.length, 0)), ...content]);
}

function unsigned(value: number): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
}

function float(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

const text = (value: string): Buffer => Buffer.from(value, 'utf8');

const header = (): Buffer =>
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

/** Duration stands last: it is written again at the end. Ticks of a microsecond. */
function info(creation: Date, durationMicros: number): Buffer {
  const date = Buffer.alloc(8);
  date.writeBigInt64BE(BigInt(creation.getTime() - epoch2001) * 1_000_000n);
  return element(
    0x1549a966,
    element(0x2ad7b1, unsigned(1000)), // TimestampScale, nanoseconds
    element(0x4461, date),
    element(0x4d80, text('ExportGate')), // MuxingApp
    element(0x5741, text('ExportGate')), // WritingApp
    element(0x4489, float(durationMicros)),
  );
}

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

function tracks({ picture, sound }: PartForm): Buffer {
  const video = element(0xe0, element(0xb0, unsigned(picture.width)), element(0xba, unsigned(picture.height)));
  const entries = [trackEntry(pictureTrack, 1, 'V_MJPEG', video)];
  if (sound) {
    const audio = element(0xe1, element(0xb5, float(sound.sampleRate)), element(0x9f, unsigned(sound.channels)));
    const configuration = sound.codec === 'aac' ? sound.configuration : waveFormat(sound);
    const codec = sound.codec === 'aac' ? 'A_AAC' : 'A_MS/ACM';
    entries.push(trackEntry(soundTrack, 2, codec, element(0x63a2, configuration), audio));
  }
  return element(0x1654ae6b, ...entries);
}

/** Cluster, Timestamp, SimpleBlock, all sizes known: what stands before the unit's bytes. */
function clusterHead(track: number, micros: number, bytes: number): Buffer {
  const time = element(0xe7, unsigned(micros));
  // A key block at the time of its cluster.
  const block = Buffer.concat([Buffer.from([0xa3]), size8(4 + bytes), Buffer.from([0x80 | track, 0, 0, 0x80])]);
  return Buffer.concat([Buffer.from('1f43b675', 'hex'), size8(time.length + block.length + bytes), time, block]);
}

/** Writes to `target` in pieces of about a MiB. */
function gather(target: PartTarget) {
  let pieces: Buffer[] = [];
  let [waiting, written] = [0, 0];
  const flush = async (): Promise<void> => {
    if (waiting === 0) return;
    const data = Buffer.concat(pieces, waiting);
    const position = written;
    [pieces, waiting, written] = [[], 0, written + data.length];
    await target.write(data, position);
  };
  return {
    flush,
    end: (): number => written + waiting,
    async write(...more: Buffer[]): Promise<void> {
      pieces.push(...more);
      waiting += more.reduce((sum, piece) => sum + piece.length, 0);
      if (waiting >= gathered) await flush();
    },
  };
}

/** What `target.write` throws comes out of the calls that write. Units below 0 cannot be told in Matroska: Problem `internal`. */
export async function openMatroska(target: PartTarget, form: PartForm): Promise<PartFile> {
  const out = gather(target);
  const [ebml, segment, about] = [header(), Buffer.from('18538067', 'hex'), info(form.creation, 0)];
  const start = ebml.length + segment.length + 8;
  let shown = 0;
  await out.write(ebml, segment, size8(0), about, tracks(form));
  const add = async (track: number, data: Buffer, micros: number, durationMicros: number): Promise<void> => {
    if (micros < 0) throw new Problem('internal', 'Matroska has no time before its beginning.');
    shown = Math.max(shown, micros + durationMicros);
    await out.write(clusterHead(track, micros, data.length), data);
  };
  return {
    addPicture: (data, micros, durationMicros) => add(pictureTrack, data, micros, durationMicros),
    addSound: (data, micros, durationMicros) => add(soundTrack, data, micros, durationMicros),
    async finish() {
      await out.flush();
      await target.write(Buffer.concat([size8(out.end() - start), info(form.creation, shown)]), start - 8);
    },
    cancel: async () => undefined,
  };
}
