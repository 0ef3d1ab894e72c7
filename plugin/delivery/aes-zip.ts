// A file in an AES-256 ZIP (WinZip's AE-2, which 7-Zip opens): one stored entry, a function of file, passphrase and salt, so that any range of it
// can be made without the rest. See docs/spec/delivery.md.
import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto';
import { u16, u32, u64 } from '../domain/formats/little-endian.js';
import type { Readable, Wrapped } from './readable.js';

export const saltBytes = 16;
const verifierBytes = 2;
export const codeBytes = 10;
/** What stands around the enciphered bytes. */
export const overhead = saltBytes + verifierBytes + codeBytes;

const full32 = 0xffffffff;
/** 5.1: AES. */
const version = 51;
const unix = 3;
/** A regular file, rw-------. */
const attributes = 0o100600 * 0x10000;
/** Enciphered; the name is UTF-8. */
const flags = 0x0801;
const aesMethod = 99;
/** 1980-01-01 00:00:00, the first that MS-DOS knows. */
const [dosTime, dosDate] = [0, 0x21];

/** Data of the extra field 0x9901: AE-2 (no CRC of what is inside), vendor AE, AES-256, stored. */
const aesExtra = Buffer.concat([u16(0x9901), u16(7), u16(2), Buffer.from('AE'), Buffer.of(3), u16(0)]);

export interface ZipKeys {
  cipher: Buffer;
  code: Buffer;
  /** Tells most wrong passphrases before anything is read. */
  verifier: Buffer;
}

export function zipKeys(passphrase: string, salt: Buffer): ZipKeys {
  const derived = pbkdf2Sync(passphrase, salt, 1000, 66, 'sha1');
  return { cipher: derived.subarray(0, 32), code: derived.subarray(32, 64), verifier: derived.subarray(64) };
}

/** `salt`: 16 bytes that are used for no other content under this passphrase: the keystream is a function of the two. */
export function aesZip(inner: Readable, { name, passphrase, salt }: { name: string; passphrase: string; salt: Buffer }): Wrapped {
  const keys = zipKeys(passphrase, salt);
  const head = Buffer.concat([localHeader(name, inner.bytes), salt, keys.verifier]);
  const dataAt = head.length;
  const codeAt = dataAt + inner.bytes;
  const directoryAt = codeAt + codeBytes;
  const end = zipEnd(name, inner.bytes, directoryAt);
  const bytes = directoryAt + end.length;
  const code = new Code(keys.code, inner.bytes, (from, to) => encipher(inner, keys.cipher, from, to));
  return {
    fileName: name.replace(/(\.zip)?$/, '.aes.zip'),
    mediaType: 'application/zip',
    bytes,
    async *read(from, to) {
      if (from < dataAt) yield head.subarray(from, Math.min(to, dataAt));
      const [start, stop] = [Math.max(from - dataAt, 0), Math.min(to - dataAt, inner.bytes)];
      let at = start;
      if (start < stop)
        for await (const piece of encipher(inner, keys.cipher, start, stop)) {
          code.take(at, piece);
          at += piece.length;
          yield piece;
        }
      if (to > codeAt && from < directoryAt) yield (await code.value()).subarray(Math.max(from - codeAt, 0), to - codeAt);
      if (to > directoryAt) yield end.subarray(Math.max(from - directoryAt, 0), to - directoryAt);
    },
  };
}

/**
 * HMAC-SHA1-80 over the enciphered bytes. It is fed with what is sent anyway, as long as that comes in order; only what is lacking when it is
 * wanted is read for its sake, once.
 */
class Code {
  readonly #hmac;
  #at = 0;
  #value: Promise<Buffer> | null = null;

  constructor(key: Buffer, private readonly bytes: number, private readonly read: (from: number, to: number) => AsyncIterable<Buffer>) {
    this.#hmac = createHmac('sha1', key);
  }

  take(from: number, piece: Buffer): void {
    if (from > this.#at || from + piece.length <= this.#at) return;
    this.#hmac.update(piece.subarray(this.#at - from));
    this.#at = from + piece.length;
  }

  async value(): Promise<Buffer> {
    this.#value ??= this.#finish();
    try {
      return await this.#value;
    } catch (thrown) {
      // A disk that failed once is asked again at the next try.
      this.#value = null;
      throw thrown;
    }
  }

  async #finish(): Promise<Buffer> {
    let at = this.#at;
    if (at < this.bytes)
      for await (const piece of this.read(at, this.bytes)) {
        this.take(at, piece);
        at += piece.length;
      }
    return this.#hmac.digest().subarray(0, codeBytes);
  }
}

const block = 16;
const blocksAtOnce = 4096;

/** AES in counter mode as WinZip counts: from 1, the least byte first, so that Node's own mode cannot be used. Bytes [from, to) of the file. */
async function* encipher(inner: Readable, key: Buffer, from: number, to: number): AsyncGenerator<Buffer> {
  const stream = keystream(key, from);
  for await (const piece of inner.read(from, to)) yield stream(piece);
}

/** Enciphers, and deciphers, what is handed to it piece after piece, beginning at byte `at` of the file. */
export function keystream(key: Buffer, at: number): (piece: Buffer) => Buffer {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  const counters = Buffer.alloc(block * blocksAtOnce);
  const numbers = new DataView(counters.buffer, counters.byteOffset);
  let next = Math.floor(at / block);
  let rest: Buffer = Buffer.alloc(0);
  const more = (): Buffer => {
    for (let i = 0; i < blocksAtOnce; i++) {
      const number = next + i + 1;
      numbers.setUint32(i * block, number >>> 0, true);
      numbers.setUint32(i * block + 4, Math.floor(number / 2 ** 32), true);
    }
    next += blocksAtOnce;
    return cipher.update(counters);
  };
  if (at % block > 0) rest = more().subarray(at % block);
  return (piece) => {
    const stream = Buffer.allocUnsafeSlow(piece.length);
    for (let done = 0; done < piece.length;) {
      if (rest.length === 0) rest = more();
      const many = rest.copy(stream, done);
      rest = rest.subarray(many);
      done += many;
    }
    return xor(piece, stream);
  };
}

/** Changes and gives back `stream`, which begins where words do. Word by word: byte by byte it takes three times as long. */
function xor(piece: Buffer, stream: Buffer): Buffer {
  const whole = piece.length & ~3;
  // A piece of somebody else's memory begins anywhere.
  const aligned = piece.byteOffset % 4 === 0 ? piece : Buffer.from(new Uint8Array(piece).buffer);
  const [words, others] = [new Uint32Array(stream.buffer, 0, whole / 4), new Uint32Array(aligned.buffer, aligned.byteOffset, whole / 4)];
  for (let i = 0; i < words.length; i++) words[i]! ^= others[i]!;
  for (let i = whole; i < piece.length; i++) stream[i]! ^= piece[i]!;
  return stream;
}

const zip64Extra = (values: readonly number[]): Buffer =>
  values.length === 0 ? Buffer.alloc(0) : Buffer.concat([u16(1), u16(values.length * 8), ...values.map(u64)]);
const capped = (value: number): Buffer => u32(Math.min(value, full32));

/** Sizes as APPNOTE 4.5.3 wants them: where one does not fit, both stand in the ZIP64 field. */
function sizes(bytes: number): { fields: Buffer; extra: Buffer } {
  const stored = bytes + overhead;
  const isLarge = stored >= full32;
  const fields = isLarge ? [u32(full32), u32(full32)] : [u32(stored), u32(bytes)];
  return { fields: Buffer.concat(fields), extra: zip64Extra(isLarge ? [bytes, stored] : []) };
}

/** From "flags" to "uncompressed size". The CRC is 0: AE-2 has none, since it would tell something of what is inside. */
const facts = (fields: Buffer): Buffer[] => [u16(flags), u16(aesMethod), u16(dosTime), u16(dosDate), u32(0), fields];

export function localHeader(name: string, bytes: number): Buffer {
  const { fields, extra } = sizes(bytes);
  const [text, extras] = [Buffer.from(name), Buffer.concat([extra, aesExtra])];
  return Buffer.concat([u32(0x04034b50), u16(version), ...facts(fields), u16(text.length), u16(extras.length), text, extras]);
}

/** All behind the code: the directory and the end records. */
export function zipEnd(name: string, bytes: number, directoryAt: number): Buffer {
  const { fields, extra } = sizes(bytes);
  const [text, extras] = [Buffer.from(name), Buffer.concat([extra, aesExtra])];
  const noCommentNoDisk = [u16(0), u16(0), u16(0)];
  const lengths = [u16(text.length), u16(extras.length), ...noCommentNoDisk, u32(attributes), u32(0)];
  const directory = Buffer.concat([u32(0x02014b50), Buffer.of(version, unix), u16(version), ...facts(fields), ...lengths, text, extras]);
  const end = Buffer.concat([u32(0x06054b50), u16(0), u16(0), u16(1), u16(1), u32(directory.length), capped(directoryAt), u16(0)]);
  if (directoryAt < full32) return Buffer.concat([directory, end]);
  const versions = [Buffer.of(version, unix), u16(version)];
  const end64 = [u32(0x06064b50), u64(44), ...versions, u32(0), u32(0), u64(1), u64(1), u64(directory.length), u64(directoryAt)];
  const locator = [u32(0x07064b50), u32(0), u64(directoryAt + directory.length), u32(1)];
  return Buffer.concat([directory, ...end64, ...locator, end]);
}
