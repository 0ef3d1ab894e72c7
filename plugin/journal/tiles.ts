// The tiles on disk: what a mirror copies, and what names a changed entry. Made of the entries, so that lost ones are made again.
import fs from 'node:fs';
import path from 'node:path';
import { entryBundle, partialTilesOf, tilePath, tilesOf, tileWidth, widthIn, type Tile } from '../domain/formats/tlog-tiles.js';
import type { MerkleTree } from '../domain/formats/merkle.js';
import { makeFolders, putFile, syncFolder } from './durable.js';

/** Where a tile's content comes from. */
export interface TileSource {
  tree: Pick<MerkleTree, 'hashes'>;
  /** Entries `from` to `to` (excluded) as they were logged, without newlines. */
  lines(from: number, to: number): Buffer[];
}

/** `offsets`: where each entry begins in the file of entries, and where the next one would. `read`: bytes of it at a place. */
export const sourceOf = (
  tree: Pick<MerkleTree, 'hashes'>,
  offsets: readonly number[],
  read: (position: number, length: number) => Buffer,
): TileSource => ({
  tree,
  lines(from, to) {
    const start = offsets[from]!;
    const bytes = read(start, offsets[to]! - start);
    return Array.from({ length: to - from }, (_, at) =>
      bytes.subarray(offsets[from + at]! - start, offsets[from + at + 1]! - start - newlineBytes),
    );
  },
});

const newlineBytes = 1;

/** Bytes of a tile, whose hashes or entries must be there. */
export function tileBytes({ tree, lines }: TileSource, { level, index, width }: Tile): Buffer {
  const from = index * tileWidth;
  return level === 'entries' ? entryBundle(lines(from, from + width)) : tree.hashes(8 * level, from, from + width);
}

/** Writes the tiles of a journal of `size` entries that one of `before` did not have, and makes them durable. */
export function writeTiles(folder: string, source: TileSource, size: number, before: number): Promise<void> {
  return writeAll(folder, source, tilesOf(size, before));
}

/** So many at a time: a disk that is told to sync several files does it in one go. */
const together = 8;

async function writeAll(folder: string, source: TileSource, tiles: Iterable<Tile>): Promise<void> {
  const touched = new Set<string>();
  const write = async (tile: Tile, place: number): Promise<void> => {
    const file = path.join(folder, tilePath(tile));
    for (const made of await makeFolders(folder, path.dirname(file))) touched.add(made);
    await putFile(file, tileBytes(source, tile), path.join(folder, `tile.${place}.part`));
  };
  const waiting = [...tiles];
  while (waiting.length > 0) await all(waiting.splice(0, together).map(write));
  await all([...touched].map(syncFolder));
}

/** Waits for each of them, then throws what the first that failed threw: nothing of it still writes behind whoever goes on. */
async function all(steps: readonly Promise<void>[]): Promise<void> {
  for (const step of await Promise.allSettled(steps)) if (step.status === 'rejected') throw step.reason;
}

/** Takes away partial tiles of a journal of `before` entries that one of `size` has wider. Of a full tile no partial one is left. */
export async function dropNarrowTiles(folder: string, size: number, before: number): Promise<void> {
  for (const tile of partialTilesOf(before)) {
    const width = widthIn(tile, size);
    const file = path.join(folder, tilePath(tile));
    if (width === tileWidth) await fs.promises.rm(path.dirname(file), { force: true, recursive: true });
    else if (width > tile.width) await fs.promises.rm(file, { force: true });
  }
}

/**
 * At start: writes each tile of `size` entries that is not there or is not what it must be. A crash may have left any of them out, and
 * who put an older journal back may have left newer tiles.
 */
export async function mendTiles(folder: string, source: TileSource, size: number): Promise<void> {
  for (const name of await fs.promises.readdir(folder)) if (partName.test(name)) await fs.promises.rm(path.join(folder, name), { force: true });
  const broken: Tile[] = [];
  for (const tile of tilesOf(size)) if (!(await isWhole(folder, source, tile))) broken.push(tile);
  await writeAll(folder, source, broken);
}

const isWhole = (folder: string, source: TileSource, tile: Tile): Promise<boolean> =>
  fs.promises.readFile(path.join(folder, tilePath(tile))).then(
    (bytes) => bytes.equals(tileBytes(source, tile)),
    () => false,
  );

/** Everything under `tile/` that a journal of `size` entries does not have: what a crash left, and what is not ours. */
export async function dropStrayTiles(folder: string, size: number): Promise<void> {
  const wanted = new Set([...tilesOf(size)].map(tilePath));
  const found = await fs.promises.readdir(path.join(folder, 'tile'), { recursive: true, withFileTypes: true });
  for (const entry of found) {
    const at = path.relative(folder, path.join(entry.parentPath, entry.name));
    if (!entry.isDirectory() && !wanted.has(at)) await fs.promises.rm(path.join(folder, at), { force: true });
    if (entry.isDirectory() && at.endsWith('.p') && wanted.has(at.slice(0, -'.p'.length)))
      await fs.promises.rm(path.join(folder, at), { force: true, recursive: true });
  }
}

/** A tile under way: what a crash leaves of it is overwritten, or taken away at the next start. */
const partName = /^tile\.\d+\.part$/;
