// Bytes of a sealed object: its header and its segments, and how each is enciphered.
import { Problem } from '../domain/problem.js';
import { ciphers, tagBytes } from './ciphers.js';
import type { Counter, Suite } from './ciphers.js';

/** Plaintext bytes of every segment but the last. */
export const segmentBytes = 1_048_576;

/**
 * Header, big endian: magic 8 · master key version u32 (0: a request's key, which the wrapped key names) · plaintext length u64 · object id (length u8, 63 bytes, zero padded) ·
 * wrapped data key (length u8, 127 bytes, zero padded) · tag 16. The tag is over no text, with all before it as associated data and
 * a nonce that no segment can have: so the whole header is held by the object's own key. The magic says how all of it is enciphered.
 */
export const headerBytes = 228;
const magics: Record<Suite, Buffer> = { aes: Buffer.from('EGSEAL1\n'), sm4: Buffer.from('EGSEAL2\n') };
const at = { version: 8, length: 12, id: 20, wrapped: 84, tag: 212 } as const;
const idBytes = at.wrapped - at.id - 1;
const wrappedBytes = at.tag - at.wrapped - 1;

export interface Header {
  suite: Suite;
  object: string;
  /** Plaintext bytes. */
  length: number;
  /** Which master key wraps the data key; 0: the key that `wrapped` names. */
  version: number;
  wrapped: Buffer;
}

const idPattern = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;
/** Ids become file names: nothing that could leave the folder. */
export const isObjectId = (text: string): boolean => idPattern.test(text);

/** Even nothing has one segment, so that its end is sealed too. */
export const segmentCount = (length: number): number => Math.max(1, Math.ceil(length / segmentBytes));

/** Where segment `index` begins in the file. */
export const segmentStart = (index: number): number => headerBytes + index * (segmentBytes + tagBytes);

export const fileBytes = (length: number): number => headerBytes + length + segmentCount(length) * tagBytes;

/** What a segment is: swapped, moved, foreign or cut-off ones do not open. */
export interface Place {
  object: string;
  index: number;
  last: boolean;
}

const associated = ({ object, index, last }: Place): Buffer => {
  const numbers = Buffer.alloc(9);
  numbers.writeBigUInt64BE(BigInt(index));
  numbers[8] = last ? 1 : 0;
  return Buffer.concat([numbers, Buffer.from(object)]);
};

/** Ciphertext and tag, to be written one behind the other: joined, a segment would be copied once more. */
export const sealSegment = (suite: Suite, key: Buffer, place: Place, plain: Buffer): [Buffer, Buffer] =>
  ciphers[suite].encipher(key, place.index, associated(place), plain);

/** Problem `object-corrupt`. */
export function openSegment(suite: Suite, key: Buffer, place: Place, sealed: Buffer): Buffer {
  const plain = decipher(suite, key, place.index, associated(place), sealed);
  if (!plain) throw corrupt(place.object, `segment ${place.index} is not what was sealed`);
  return plain;
}

/** What is deciphered at a time where nothing of it leaves. */
const pieceBytes = 256 * 1024;

/**
 * The same in pieces, for sums alone: the tag may be judged behind the last one, so that nothing may be made of them before the end.
 * Problem `object-corrupt`.
 */
export function* openInPieces(suite: Suite, key: Buffer, place: Place, sealed: Buffer): Generator<Buffer> {
  const end = sealed.length - tagBytes;
  if (end < 0) throw corrupt(place.object, `segment ${place.index} is cut off`);
  const text = sealed.subarray(0, end);
  const cipher = ciphers[suite].open(key, place.index, associated(place), text, sealed.subarray(end));
  if (!cipher) throw corrupt(place.object, `segment ${place.index} is not what was sealed`);
  for (let at = 0; at < end; at += pieceBytes) yield cipher.update(text.subarray(at, at + pieceBytes));
  try {
    cipher.final();
  } catch (cause) {
    throw corrupt(place.object, `segment ${place.index} is not what was sealed`, cause);
  }
}

export function sealHeader(key: Buffer, { suite, object, length, version, wrapped }: Header): Buffer {
  const header = Buffer.alloc(headerBytes);
  magics[suite].copy(header);
  header.writeUInt32BE(version, at.version);
  header.writeBigUInt64BE(BigInt(length), at.length);
  writeField(header, at.id, Buffer.from(object), idBytes);
  writeField(header, at.wrapped, wrapped, wrappedBytes);
  ciphers[suite].encipher(key, 'header', header.subarray(0, at.tag), Buffer.alloc(0))[1].copy(header, at.tag);
  return header;
}

/** What a header says, before its key is known. Problem `object-corrupt`. */
export function readHeader(object: string, bytes: Buffer): Header {
  const suite = (['aes', 'sm4'] as const).find((each) => bytes.subarray(0, magics[each].length).equals(magics[each]));
  if (bytes.length !== headerBytes || !suite)
    throw corrupt(object, 'it does not begin like a sealed object');
  const length = Number(bytes.readBigUInt64BE(at.length));
  if (!Number.isSafeInteger(length)) throw corrupt(object, 'its length is not possible');
  // The file name is no proof: an object put in another's place says here who it is, and the tag holds that.
  if (readField(bytes, at.id, idBytes).toString() !== object) throw corrupt(object, 'it is another object');
  return { suite, object, length, version: bytes.readUInt32BE(at.version), wrapped: readField(bytes, at.wrapped, wrappedBytes) };
}

/** Is the header the one that was sealed with this key? Problem `object-corrupt`. */
export function checkHeader(suite: Suite, key: Buffer, object: string, bytes: Buffer): void {
  if (!decipher(suite, key, 'header', bytes.subarray(0, at.tag), bytes.subarray(at.tag)))
    throw corrupt(object, 'its header is not what was sealed');
}

export const corrupt = (object: string, why: string, cause?: unknown): Problem =>
  new Problem('object-corrupt', `Sealed object ${object} cannot be read: ${why}.`, { cause });

/** Null where the tag does not fit: nothing of the text leaves then. */
function decipher(suite: Suite, key: Buffer, counter: Counter, data: Buffer, sealed: Buffer): Buffer | null {
  if (sealed.length < tagBytes) return null;
  const end = sealed.length - tagBytes;
  const text = sealed.subarray(0, end);
  const cipher = ciphers[suite].open(key, counter, data, text, sealed.subarray(end));
  if (!cipher) return null;
  try {
    const plain = cipher.update(text);
    cipher.final();
    return plain;
  } catch {
    return null;
  }
}

function writeField(header: Buffer, offset: number, value: Buffer, most: number): void {
  if (value.length > most) throw new RangeError(`A field of ${value.length} bytes does not fit into ${most}.`);
  header[offset] = value.length;
  value.copy(header, offset + 1);
}

const readField = (header: Buffer, offset: number, most: number): Buffer =>
  header.subarray(offset + 1, offset + 1 + Math.min(header[offset]!, most));
