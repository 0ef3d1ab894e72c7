// Compression: what the answer says of itself, and streams of gzip wherever they begin.
import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { headerOf, type Opened, type Payload } from './payload.js';

/** What came before an end that is missing counts too. */
const tolerant = (room: number) => ({ finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: Math.max(1, room) });

const decoders: Record<string, (bytes: Buffer, room: number) => Buffer> = {
  gzip: (bytes, room) => gunzipSync(bytes, tolerant(room)),
  deflate: (bytes, room) =>
    ((bytes[0]! & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0 ? inflateSync : inflateRawSync)(bytes, tolerant(room)),
  br: (bytes, room) => brotliDecompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: Math.max(1, room) }),
};
/** First bytes of formats that nothing here opens. */
const foreign: Record<string, RegExp> = {
  zstd: /^\x28\xb5\x2f\xfd/,
  bzip2: /^BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)/,
  xz: /^\xfd7zXZ\0/,
  '7z': /^7z\xbc\xaf\x27\x1c/,
  rar: /^Rar!\x1a\x07/,
};

/** Content-Encoding, of the answer or of a part of it. */
export function openCoding({ headers, bytes }: Payload, room: number): Opened {
  const codings = headerOf(headers, 'content-encoding')
    .toLowerCase()
    .split(/\s*,\s*/)
    .filter((coding) => coding && coding !== 'identity');
  if (codings.length === 0) return { inner: [], closed: [] };
  let decoded = bytes;
  for (const coding of codings.reverse()) {
    const decode = decoders[coding.replace(/^x-/, '')];
    if (!decode) return { inner: [], closed: [`nothing here decodes ${coding}`] };
    try {
      decoded = decode(decoded, room);
    } catch (thrown) {
      return { inner: [], closed: [`is no ${coding}, or too much of it: ${(thrown as Error).message}`] };
    }
  }
  return { inner: [{ name: codings.join(), headers: { ...headers, 'content-encoding': undefined }, bytes: decoded }], closed: [] };
}

export function openStreams({ bytes }: Payload, room: number): Opened {
  const found: Opened = { inner: [], closed: [] };
  for (const [name, start] of Object.entries(foreign))
    if (start.test(bytes.toString('latin1', 0, 16))) found.closed.push(`nothing here opens ${name}`);
  for (let at = bytes.indexOf('1f8b08', 0, 'hex'); at >= 0; at = bytes.indexOf('1f8b08', at + 1, 'hex'))
    try {
      found.inner.push({ name: `gzip at ${at}`, bytes: decoders['gzip']!(bytes.subarray(at), room) });
    } catch (thrown) {
      // Three bytes inside of something else are no stream; at the beginning, or too large, they are one that nobody looked into.
      if (at === 0 || (thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
        found.closed.push(`gzip at ${at}: ${(thrown as Error).message}`);
    }
  return found;
}

/** The bytes that a deflate stream at the beginning of `bytes` holds; null: there is none, or more than `room`. */
export function inflateStart(bytes: Buffer, room: number): Buffer | null {
  try {
    return inflateRawSync(bytes, tolerant(room));
  } catch {
    return null;
  }
}
