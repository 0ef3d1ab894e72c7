// The index of an MP4 or MOV (moov) whose chunks lie elsewhere than it says: stco and co64 (ISO/IEC 14496-12, 8.7.5) written anew.
import { box, boxesOf, u32 } from './boxes.js';

/** Boxes on the way from the index to the places of a track's chunks. */
const above = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);

function readPlaces(type: string, body: Buffer): number[] {
  const count = body.readUInt32BE(4);
  const width = type === 'stco' ? 4 : 8;
  if (body.length !== 8 + count * width) throw new RangeError('the index is not one');
  return Array.from({ length: count }, (_, row) =>
    width === 4 ? body.readUInt32BE(8 + 4 * row) : Number(body.readBigUInt64BE(8 + 8 * row)),
  );
}

/** 64 bits for each where 32 do not reach: a file behind 4 GiB then has an index that is larger, never one that is wrong. */
function writePlaces(places: readonly number[]): Buffer {
  const isWide = places.some((place) => place >= 2 ** 32);
  const table = Buffer.alloc(places.length * (isWide ? 8 : 4));
  for (const [row, place] of places.entries())
    if (isWide) table.writeBigUInt64BE(BigInt(place), 8 * row);
    else table.writeUInt32BE(place, 4 * row);
  return box(isWide ? 'co64' : 'stco', u32(0), u32(places.length), table);
}

/**
 * `moov`: the whole box. `places`: where each chunk lies, in bytes from the file's beginning, by where the index says that it does. Every
 * chunk must be in it, and in the index: so none is cut and none is lost. It may grow. Throws a RangeError otherwise.
 */
export function withChunkPlaces(moov: Buffer, places: ReadonlyMap<number, number>): Buffer {
  const named = new Set<number>();
  const placeOf = (said: number): number => {
    const place = places.get(said);
    if (place === undefined) throw new RangeError('the index names a chunk that was not written');
    named.add(said);
    return place;
  };
  const rewrite = (bytes: Buffer): Buffer[] =>
    boxesOf(bytes).map(({ type, body }) => {
      if (above.has(type)) return box(type, ...rewrite(body));
      return type === 'stco' || type === 'co64' ? writePlaces(readPlaces(type, body).map(placeOf)) : box(type, body);
    });
  const index = Buffer.concat(rewrite(moov));
  if (named.size !== places.size) throw new RangeError('the index does not name every chunk');
  return index;
}
