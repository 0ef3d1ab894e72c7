// JPEG over RTP (RFC 2435): types 0 and 1, 64 and 65 with restart markers; each picture comes out as one JPEG file.
import { Problem } from '../../../../plugin/domain/problem.js';
import type { RtpPacket } from '../rtp-packet.js';
import { makeUnitWriter } from '../unit-writer.js';
import { unfit } from './depacketizer.js';
import { jpegHeaders, readSegments } from './jpeg-file.js';
import { quantizersOf } from './jpeg-tables.js';
import { slabBytes } from './nal-units.js';
import type { PictureForm } from './pictures.js';

interface Tables {
  quantizers: Buffer;
  precision: number;
}

const unreadable = (): Problem => unfit('a JPEG packet that cannot be read');

export function makeJpeg(): PictureForm {
  const writer = makeUnitWriter(slabBytes);
  /** Tables sent once for Q from 128 to 254; 255 means that each picture brings its own (section 3.1.8). */
  const kept = new Map<number, Tables>();
  let headerBytes = 0;

  /** Quantization Table header (section 3.1.8): tables, and where the scan begins. */
  const readTables = ({ bytes, end }: RtpPacket, at: number, quality: number): [Tables, number] => {
    if (quality < 128) {
      if (quality < 1 || quality > 99)
        throw new Problem('codec-unsupported', `The recorder sends JPEG of a quality (${quality}) not defined.`);
      return [{ quantizers: quantizersOf(quality), precision: 0 }, at];
    }
    if (at + 4 > end) throw unreadable();
    const [precision, length] = [bytes[at + 1] as number, bytes.readUInt16BE(at + 2)];
    const next = at + 4 + length;
    if (next > end) throw unreadable();
    if (length === 0) {
      const tables = quality < 255 ? kept.get(quality) : undefined;
      if (!tables) throw unfit('a JPEG picture without its tables');
      return [tables, next];
    }
    // One or two tables, as long as their precision says.
    const first = 64 * (1 + (precision & 1));
    if (length !== first && length !== first + 64 * (1 + ((precision >> 1) & 1))) throw unreadable();
    const tables = { quantizers: Buffer.from(bytes.subarray(at + 4, next)), precision };
    if (quality < 255) kept.set(quality, tables);
    return [tables, next];
  };

  const begin = (packet: RtpPacket, scan: number, restartInterval: number): number => {
    const { bytes, start } = packet;
    const [type, quality, width, height] = [4, 5, 6, 7].map((offset) => bytes[start + offset]) as [number, number, number, number];
    const subsampling = type & 0x3f;
    if (type > 65 || (subsampling !== 0 && subsampling !== 1))
      throw new Problem('codec-unsupported', `The recorder sends JPEG of a type (${type}) that the gate does not read.`);
    const [tables, scanStart] = readTables(packet, scan, quality);
    const segments = readSegments(bytes, packet.jpegStart, packet.jpegEnd);
    const headers = jpegHeaders({ subsampling, width: 8 * width, height: 8 * height, ...tables, restartInterval, segments });
    if (!headers) throw new Problem('codec-unsupported', 'The recorder sends JPEG pictures without telling their size.');
    writer.copy(headers, 0, headers.length);
    headerBytes = headers.length;
    return scanStart;
  };

  return {
    add(packet) {
      const { bytes, start, end } = packet;
      if (end - start < 8) throw unreadable();
      const offset = bytes.readUIntBE(start + 1, 3);
      const restarts = (bytes[start + 4] as number) & 0x40;
      let at = start + (restarts ? 12 : 8);
      const begun = writer.size() > 0;
      if (at > end || offset !== writer.size() - headerBytes || (begun && offset === 0)) throw unreadable();
      if (!begun) at = begin(packet, at, restarts ? bytes.readUInt16BE(start + 8) : 0);
      writer.copy(bytes, at, end);
    },
    state: () => (writer.size() > headerBytes ? 'whole' : 'bare'),
    finish() {
      // EOI: RTP may leave it out.
      if (writer.last(2) !== 0xff || writer.last(1) !== 0xd9) for (const byte of [0xff, 0xd9]) writer.byte(byte);
      headerBytes = 0;
      return { data: writer.take(), key: true };
    },
  };
}
