// The tiles as a mirror finds them: whole under every checkpoint, never changed once full, and there again after a crash.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { parseCheckpoint } from '../../plugin/domain/formats/checkpoint.js';
import { MerkleTree, leafHash } from '../../plugin/domain/formats/merkle.js';
import { openNote } from '../../plugin/domain/formats/signed-note.js';
import { parseTilePath, tilePath, tilesOf } from '../../plugin/domain/formats/tlog-tiles.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import type { Journal } from '../../plugin/journal/journal.js';
import { aDraft, aFolder, entriesFile, isProblem, open, vkey } from './a-journal.js';

const noLock = { hold: () => Promise.resolve(() => undefined) };

describe('journal tiles', () => {
  let folder: string;
  beforeEach(() => (folder = aFolder()));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const grow = (journal: Journal, count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, (_, n) => journal.append(aDraft(`R${n % 7}`, `code-${n}`))));
  const onDisk = (): string[] =>
    fs
      .readdirSync(path.join(folder, 'tile'), { recursive: true, withFileTypes: true })
      .filter((it) => it.isFile())
      .map((it) => path.relative(folder, path.join(it.parentPath, it.name)))
      .sort();
  const wanted = (size: number): string[] => [...tilesOf(size)].map(tilePath).sort();
  const bytesOf = (name: string): Buffer => fs.readFileSync(path.join(folder, name));

  /** A mirror knows the checkpoint and the tiles, and nothing else: gives the size that it could prove. */
  function mirror(): number {
    const { size, root } = parseCheckpoint(openNote(fs.readFileSync(path.join(folder, 'checkpoint'), 'utf8'), vkey));
    const tree = new MerkleTree();
    for (const name of wanted(size)) {
      const { level, width } = parseTilePath(name);
      const bytes = bytesOf(name);
      if (level !== 'entries') assert.equal(bytes.length, 32 * width, name);
      if (level !== 'entries') continue;
      let at = 0;
      for (; at < bytes.length; at += 2 + bytes.readUInt16BE(at))
        tree.append(leafHash(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at))));
      assert.equal(at, bytes.length, name);
    }
    assert.deepEqual(tree.root(), root);
    for (const name of wanted(size)) {
      const { level, index, width } = parseTilePath(name);
      if (level !== 'entries') assert.deepEqual(bytesOf(name), tree.hashes(8 * level, index * 256, index * 256 + width), name);
    }
    return size;
  }

  it('are those of the checkpoint and no others, through every border', async () => {
    const journal = await open(folder, noLock);
    for (const [count, size] of [
      [62, 63],
      [1, 64],
      [191, 255],
      [1, 256],
      [1, 257],
      [300, 557],
      [211, 768],
    ] as const) {
      await grow(journal, count);
      await journal.published();
      assert.equal(mirror(), size);
      assert.deepEqual(onDisk(), wanted(size));
    }
    await journal.close();
    assert.equal((await verifyJournal(folder, vkey)).intact, true);
  });

  it('once full are never touched again', async () => {
    const journal = await open(folder, noLock);
    await grow(journal, 600);
    await journal.published();
    const full = onDisk().filter((name) => parseTilePath(name).width === 256);
    const inodes = (): number[] => full.map((name) => fs.statSync(path.join(folder, name)).ino);
    const before = inodes();
    await grow(journal, 600);
    await journal.close();
    await (await open(folder, noLock)).close();
    assert.equal(full.length, 4);
    assert.deepEqual(inodes(), before);
  });

  it('are on disk before the checkpoint that covers them', async () => {
    const journal = await open(folder, noLock);
    await grow(journal, 255);
    const order: string[] = [];
    const real = fs.promises.rename;
    try {
      fs.promises.rename = async (from, to) => {
        await real(from, to);
        order.push(path.relative(folder, String(to)));
        if (order.at(-1) === 'checkpoint') assert.equal(mirror(), journal.size);
      };
      await grow(journal, 100);
      await journal.published();
    } finally {
      fs.promises.rename = real;
    }
    assert.ok(order.includes('checkpoint') && order.includes('tile/0/000') && order.includes('tile/entries/001.p/100'), order.join());
    await journal.close();
  });

  it('killed before or after any of its renames, the start makes the same tiles', async () => {
    const journal = await open(folder, noLock);
    await grow(journal, 250);
    await journal.published();
    const real = fs.promises.rename;
    const moments: string[] = [];
    const keep = (): void => void fs.cpSync(folder, moments[moments.push(aFolder()) - 1]!, { recursive: true });
    // One after the other: a copy taken while another thread renames would find a name that is gone, which no disk after a crash shows.
    let turn = Promise.resolve();
    try {
      fs.promises.rename = (from, to) =>
        (turn = turn.then(async () => {
          keep();
          await real(from, to);
          keep();
        }));
      await grow(journal, 20);
      await journal.published();
    } finally {
      fs.promises.rename = real;
    }
    await journal.close();
    assert.equal(moments.length, 12, 'before and after five tiles and the checkpoint');
    for (const moment of moments) {
      fs.rmSync(folder, { recursive: true });
      fs.renameSync(moment, folder);
      const verdict = await verifyJournal(folder, vkey);
      assert.ok(verdict.intact, JSON.stringify(verdict));
      await (await open(folder, noLock)).close();
      assert.equal(mirror(), 271);
      assert.deepEqual(onDisk(), wanted(271));
      assert.deepEqual(
        fs.readdirSync(folder).filter((name) => name.endsWith('.part')),
        [],
      );
    }
  });

  const damages: [string, () => void][] = [
    ['all of them lost', () => fs.rmSync(path.join(folder, 'tile'), { recursive: true })],
    ['a full one lost', () => fs.rmSync(path.join(folder, 'tile/0/000'))],
    ['one cut short', () => fs.truncateSync(path.join(folder, 'tile/0/001'), 8_000)],
    [
      'a flipped bit in a bundle',
      () => fs.writeFileSync(path.join(folder, 'tile/entries/001'), bytesOf('tile/entries/001').fill(1, 99, 100)),
    ],
    [
      'strays',
      () =>
        ['tile/0/777', 'tile/0/002.p/3', 'tile/note.txt', 'tile.0.part', 'tile.7.part'].forEach((name) =>
          fs.writeFileSync(path.join(folder, name), 'x'),
        ),
    ],
  ];
  for (const [what, damage] of damages)
    it(`${what}: made again at the start, as they were`, async () => {
      const journal = await open(folder, noLock);
      await grow(journal, 600);
      await journal.close();
      const before = onDisk().map((name) => bytesOf(name));
      damage();
      await (await open(folder, noLock)).close();
      assert.deepEqual(onDisk(), wanted(601));
      assert.deepEqual(
        onDisk().map((name) => bytesOf(name)),
        before,
      );
    });

  it('that cannot be written keep no entry back, and no checkpoint stands over them', async () => {
    const journal = await open(folder, noLock);
    await grow(journal, 10);
    await journal.published();
    fs.mkdirSync(path.join(folder, 'tile.0.part'));
    await grow(journal, 100);
    assert.equal(journal.size, 111);
    assert.equal(parseCheckpoint(openNote(await journal.published(), vkey)).size, 11);
    assert.equal(mirror(), 11);
    fs.rmdirSync(path.join(folder, 'tile.0.part'));
    assert.equal(parseCheckpoint(openNote(await journal.published(), vkey)).size, 111);
    await journal.close();
    assert.equal(mirror(), 111);
  });

  it('are handed out as far as the journal goes, and with an entry that was changed under the gate not at all', async () => {
    const journal = await open(folder, noLock);
    await grow(journal, 299);
    await journal.published();
    for (const name of wanted(300)) assert.deepEqual(journal.tile(parseTilePath(name)), bytesOf(name), name);
    assert.deepEqual(journal.tile(parseTilePath('tile/0/000.p/7')), bytesOf('tile/0/000').subarray(0, 7 * 32));
    for (const name of [
      'tile/0/001',
      'tile/0/001.p/45',
      'tile/1/000',
      'tile/2/000.p/1',
      'tile/63/000',
      'tile/entries/001',
      'tile/entries/002.p/1',
    ])
      assert.equal(journal.tile(parseTilePath(name)), null, name);
    fs.writeFileSync(entriesFile(folder), fs.readFileSync(entriesFile(folder), 'utf8').replace('code-200', 'code-20x'));
    assert.throws(() => journal.tile(parseTilePath('tile/entries/000')), isProblem('journal-corrupt', /Entry 201/));
    assert.ok(journal.tile(parseTilePath('tile/entries/001.p/44')));
    await journal.close();
  });
});
