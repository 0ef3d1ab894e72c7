// Papers for tests, as small as they can be and whole: PNG, JPEG and PDF, built byte by byte so that a test can break each of them.
import { crc32, deflateSync } from 'node:zlib';

export function pngChunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

export interface PngForm {
  width?: number;
  height?: number;
  /** Depth, colour type, compression, filter, interlace. */
  form?: readonly number[];
  /** Chunks between header and picture. */
  more?: readonly Buffer[];
  /** Instead of a grey pixel. */
  picture?: readonly Buffer[];
}

export const pngHead = Buffer.from('89504e470d0a1a0a', 'hex');

export function aPng({ width = 1, height = 1, form = [8, 0, 0, 0, 0], more = [], picture = [pngChunk('IDAT', deflateSync(Buffer.of(0, 128)))] }: PngForm = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(form, 8);
  return Buffer.concat([pngHead, pngChunk('IHDR', header), ...more, ...picture, pngChunk('IEND')]);
}

export function jpegSegment(marker: number, data: Buffer): Buffer {
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

export interface JpegForm {
  width?: number;
  height?: number;
  frame?: number;
  /** Segments before the frame header. */
  more?: readonly Buffer[];
  /** Entropy-coded bytes. */
  scan?: Buffer;
}

/** Right in its structure; its picture decodes to nothing of interest. */
export function aJpeg({ width = 8, height = 8, frame = 0xc0, more = [], scan = Buffer.of(0x12, 0xff, 0x00, 0xff, 0xd0, 0x34) }: JpegForm = {}): Buffer {
  const header = Buffer.of(8, 0, 0, 0, 0, 1, 1, 0x11, 0);
  header.writeUInt16BE(height, 1);
  header.writeUInt16BE(width, 3);
  const parts = [Buffer.of(0xff, 0xd8), jpegSegment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')), ...more];
  return Buffer.concat([...parts, jpegSegment(frame, header), jpegSegment(0xda, Buffer.of(1, 1, 0, 0, 63, 0)), scan, Buffer.of(0xff, 0xd9)]);
}

/** `catalogue`: what stands in the catalogue beside its pages. */
export const aPdf = (catalogue = '', more = ''): Buffer =>
  Buffer.from(
    `%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R ${catalogue} >> endobj\n2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n` +
      `3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >> endobj\n${more}trailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n`,
    'latin1',
  );
