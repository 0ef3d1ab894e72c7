// c2sp.org/tlog-tiles: names, which tiles a size has, and bundles.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FormatError } from '../../../plugin/domain/formats/format-error.js';
import {
  entryBundle,
  isCovered,
  parseTilePath,
  partialTilesOf,
  tilePath,
  tilesOf,
  type Tile,
} from '../../../plugin/domain/formats/tlog-tiles.js';

const names: [string, Tile][] = [
  ['tile/0/000', { level: 0, index: 0, width: 256 }],
  ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
  ['tile/1/x001/000', { level: 1, index: 1000, width: 256 }],
  ['tile/63/999.p/255', { level: 63, index: 999, width: 255 }],
  ['tile/entries/x012/345.p/1', { level: 'entries', index: 12_345, width: 1 }],
];
const wrong = [
  'tile/0/0',
  'tile/0/1000',
  'tile/0/x000/001',
  'tile/00/000',
  'tile/64/000',
  'tile/-1/000',
  'tile/0/001/002',
  'tile/0/x001',
  'tile/0/000.p/0',
  'tile/0/000.p/256',
  'tile/0/000.p/01',
  'tile/0/000.p/',
  'tile/0/000.p',
  'tile/0/../000',
  'tile/0/000/',
  '/tile/0/000',
  'tile/entries',
  'tile/data/000',
  'tile/0/x999/x999/x999/x999/x999/x999/999',
  'tile/0/x999/x999/x999/x999/x999/999',
  'tile/0/٠٠٠',
  'tile/0/000\n',
  '',
];

describe('tlog tiles', () => {
  for (const [name, tile] of names)
    it(`names ${name}, and reads it back`, () => {
      assert.equal(tilePath(tile), name);
      assert.deepEqual(parseTilePath(name), tile);
    });
  for (const name of wrong) it(`refuses ${JSON.stringify(name)}`, () => assert.throws(() => parseTilePath(name), FormatError));

  it('has the tiles of the specification’s example, 70,000 entries', () => {
    const tiles = [...tilesOf(70_000)];
    const count = (level: Tile['level'], isFull: boolean): number =>
      tiles.filter((it) => it.level === level && (it.width === 256) === isFull).length;
    assert.deepEqual([count(0, true), count(1, true), count(2, true), count('entries', true)], [273, 1, 0, 273]);
    assert.deepEqual([...partialTilesOf(70_000)].map(tilePath), [
      'tile/0/273.p/112',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
      'tile/entries/273.p/112',
    ]);
    assert.deepEqual(tiles.filter(({ width }) => width < 256).map(tilePath), [...partialTilesOf(70_000)].map(tilePath));
  });

  it('has a full tile and a partial one above it at 256, and none of an empty log', () => {
    assert.deepEqual([...tilesOf(256)].map(tilePath), ['tile/0/000', 'tile/1/000.p/1', 'tile/entries/000']);
    assert.deepEqual([...tilesOf(0)], []);
  });

  it('gives, for any growth, what was not there before, and all of it is covered', () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(2_000), (before, more) => {
        const size = before + more;
        const old = new Set([...tilesOf(before)].map(tilePath));
        const wanted = [...tilesOf(size)].map(tilePath).filter((name) => !old.has(name));
        const added = [...tilesOf(size, before)];
        assert.deepEqual(added.map(tilePath).sort(), wanted.sort());
        for (const tile of added) assert.ok(isCovered(tile, size) && !isCovered(tile, before));
      }),
      { numRuns: 40 },
    );
  });

  it('puts each entry behind its length', () => {
    assert.deepEqual(
      entryBundle([Buffer.from('ab'), Buffer.alloc(0), Buffer.alloc(258, 1)]),
      Buffer.concat([Buffer.from('\0\x02ab\0\0\x01\x02', 'latin1'), Buffer.alloc(258, 1)]),
    );
    assert.throws(() => entryBundle([Buffer.alloc(65_536)]), FormatError);
  });
});
