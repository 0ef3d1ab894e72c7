// Where each unit of a Matroska part lies: read from a file that this room wrote, one cluster for each unit, every size known.
import type { FileHandle } from 'node:fs/promises';
import { readExact } from './read-exact.js';
import type { IndexedTrack, Place } from './movie-index.js';

const [pictureTrack, soundTrack] = [1, 2];
const ids = { segment: 0x18538067, tracks: 0x1654ae6b, cluster: 0x1f43b675 };
const inTrack = { entry: 0xae, number: 0xd7, configuration: 0x63a2 };
const inCluster = { time: 0xe7, block: 0xa3 };
/** Track number, time and flags of a SimpleBlock. */
const blockHead = 4;
const mostTracksBytes = 64 * 1024;

const malformed = (): RangeError => new RangeError('the file is not one that was written here');

interface Head {
  id: number;
  /** Of the content. */
  from: number;
  bytes: number;
}

/** RFC 8794, 5 and 6: id and size at `at` of `bytes`. */
function headAt(bytes: Buffer, at: number): Head {
  const idBytes = Math.clz32(bytes.readUInt8(at)) - 23;
  const sizeAt = at + idBytes;
  if (idBytes > 4 || sizeAt >= bytes.length) throw malformed();
  const sizeBytes = Math.clz32(bytes.readUInt8(sizeAt)) - 23;
  if (sizeBytes > 8 || sizeAt + sizeBytes > bytes.length) throw malformed();
  const marked = BigInt(`0x${bytes.toString('hex', sizeAt, sizeAt + sizeBytes)}`);
  const size = Number(marked - (1n << BigInt(7 * sizeBytes)));
  if (!Number.isSafeInteger(size)) throw malformed();
  return { id: bytes.readUIntBE(at, idBytes), from: sizeAt + sizeBytes, bytes: size };
}

function elementsOf(bytes: Buffer): { id: number; body: Buffer }[] {
  const found: { id: number; body: Buffer }[] = [];
  for (let at = 0; at < bytes.length;) {
    const { id, from, bytes: size } = headAt(bytes, at);
    if (from + size > bytes.length) throw malformed();
    found.push({ id, body: bytes.subarray(from, from + size) });
    at = from + size;
  }
  return found;
}

function configurationOf(tracks: Buffer, number: number): Buffer | null {
  for (const entry of elementsOf(tracks).filter(({ id }) => id === inTrack.entry)) {
    const inner = elementsOf(entry.body);
    if (inner.find(({ id }) => id === inTrack.number)?.body.at(-1) !== number) continue;
    return inner.find(({ id }) => id === inTrack.configuration)?.body ?? Buffer.alloc(0);
  }
  return null;
}

/** `size`: of the file. Throws a RangeError where it is not one that this room writes. */
export async function readClusterIndex(file: FileHandle, size: number): Promise<IndexedTrack[]> {
  const places = new Map<number, Place[]>([
    [pictureTrack, []],
    [soundTrack, []],
  ]);
  let tracks: Buffer = Buffer.alloc(0);
  for (let at = 0; at < size;) {
    const bytes = await readExact(file, at, Math.min(64, size - at));
    const { id, from, bytes: length } = headAt(bytes, 0);
    const end = at + from + length;
    if (end > size) throw malformed();
    if (id === ids.tracks) {
      if (length > mostTracksBytes) throw malformed();
      tracks = await readExact(file, at + from, length);
    }
    if (id === ids.cluster) {
      const time = headAt(bytes, from);
      const block = headAt(bytes, time.from + time.bytes);
      const place = { at: at + block.from + blockHead, bytes: block.bytes - blockHead };
      const list = places.get(bytes.readUInt8(block.from) & 0x7f);
      if (time.id !== inCluster.time || block.id !== inCluster.block || !list || place.at + place.bytes !== end) throw malformed();
      list.push(place);
    }
    at = id === ids.segment ? at + from : end;
  }
  const sound = configurationOf(tracks, soundTrack);
  return [
    { kind: 'video', entry: 'mjpeg', configuration: Buffer.alloc(0), places: places.get(pictureTrack)! },
    ...(sound ? [{ kind: 'audio' as const, entry: 'sound', configuration: sound, places: places.get(soundTrack)! }] : []),
  ];
}
