// Tiles of a transparency log (c2sp.org/tlog-tiles): its hashes and entries in pieces of 256, under paths that never change what they name.
import { FormatError } from './format-error.js';

/** Hashes or entries of a full tile; each level's hash stands for a full tile of the one below. */
export const tileWidth = 256;
/** The specification allows levels 0 to 63; a tree of 2^53 leaves has seven. */
const maxLevel = 63;
const maxEntryBytes = 65_535;

export interface Tile {
  /** `entries`: the entries behind the leaves of the level 0 tile of the same index and width. */
  level: number | 'entries';
  index: number;
  /** 1 to 256; less than 256 is a partial tile. */
  width: number;
}

/** `1234067` → `x001/x234/067`. */
function indexPath(index: number): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const groups = digits.match(/\d{3}/g)!;
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
}

/** `tile/0/x001/x234/067`, `tile/entries/000.p/17`. */
export const tilePath = ({ level, index, width }: Tile): string =>
  `tile/${level}/${indexPath(index)}${width < tileWidth ? `.p/${width}` : ''}`;

/** Only the one spelling that `tilePath` writes. Throws FormatError. */
export function parseTilePath(path: string): Tile {
  const [, level, index, width] = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(index?.replaceAll(/[x/]/g, '')),
    width: width === undefined ? tileWidth : Number(width),
  };
  const isOne = level !== undefined && tile.width > 0 && (tile.level === 'entries' || tile.level <= maxLevel) && tilePath(tile) === path;
  if (!isOne) throw new FormatError('A tile is named like tile/0/x001/067 or tile/entries/000.p/17.');
  return tile;
}

/** How many of this kind, hashes of a level or entries, there are for the first `size` leaves. */
const countOf = (level: Tile['level'], size: number): number => (level === 'entries' ? size : Math.floor(size / tileWidth ** level));

/** How wide the tile of this place is in a log of `size`; 0 where there is none. */
export const widthIn = ({ level, index }: Pick<Tile, 'level' | 'index'>, size: number): number =>
  Math.max(0, Math.min(tileWidth, countOf(level, size) - index * tileWidth));

/** Is all of the tile among the first `size` leaves? */
export const isCovered = (tile: Tile, size: number): boolean => tile.width <= widthIn(tile, size);

function* levelsOf(size: number): Generator<Tile['level']> {
  for (let level = 0; countOf(level, size) > 0; level++) yield level;
  if (size > 0) yield 'entries';
}

/** The tiles of a log of `size` that one of `before` did not have: hashes of all levels and entries, full ones and the last partial ones. */
export function* tilesOf(size: number, before = 0): Generator<Tile> {
  for (const level of levelsOf(size)) {
    const [known, count] = [countOf(level, before), countOf(level, size)];
    if (known === count) continue;
    for (let index = Math.floor(known / tileWidth); index * tileWidth < count; index++)
      yield { level, index, width: widthIn({ level, index }, size) };
  }
}

/** Those that are not full. */
export function* partialTilesOf(size: number): Generator<Tile> {
  for (const level of levelsOf(size)) {
    const count = countOf(level, size);
    if (count % tileWidth > 0) yield { level, index: Math.floor(count / tileWidth), width: count % tileWidth };
  }
}

/** Entries behind each other, each after its length in two bytes, big endian. Throws FormatError for one of more than 65,535 bytes. */
export function entryBundle(entries: readonly Buffer[]): Buffer {
  const bundle = Buffer.alloc(entries.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > maxEntryBytes) throw new FormatError(`An entry of a tile has at most ${maxEntryBytes} bytes.`);
    at = bundle.writeUInt16BE(entry.length, at);
    at += entry.copy(bundle, at);
  }
  return bundle;
}
