// What an older checkpoint, kept elsewhere, tells of a journal that is whole by itself: by somebody who holds the log's own key.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { checkpointText } from '../../plugin/domain/formats/checkpoint.js';
import { signNote } from '../../plugin/domain/formats/signed-note.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { aDraft, aFolder, key, open, origin, vkey } from './a-journal.js';

const noLock = { hold: () => Promise.resolve(() => undefined) };

describe('journal against kept checkpoints', () => {
  let folder: string;
  /** Size → the checkpoint that was kept of it. */
  const kept = new Map<number, string>();
  /** Tiles as they were at 40. */
  let tiles: string;

  /** A journal of entries with these codes, sealed by who holds the key. */
  async function make(codes: readonly string[], each: (size: number, note: string) => void = () => undefined): Promise<void> {
    fs.rmSync(folder, { recursive: true, force: true });
    const journal = await open(folder, noLock);
    for (const code of codes) {
      await journal.append(aDraft(code.slice(0, 1), code));
      each(journal.size, journal.checkpoint());
    }
    await journal.close();
  }
  const codes = Array.from({ length: 39 }, (_, n) => `${'abc'[n % 3]}-code-${'x'.repeat(n)}`);

  before(async () => {
    folder = aFolder();
    await make(codes, (size, note) => kept.set(size, note));
    fs.cpSync(path.join(folder, 'tile'), (tiles = aFolder()), { recursive: true });
  });
  after(() => [folder, tiles].forEach((it) => fs.rmSync(it, { recursive: true })));

  const told = async (...sizes: (number | { where: string; note: string })[]): Promise<string> => {
    const notes = sizes.map((it) => (typeof it === 'number' ? { where: `kept-${it}`, note: kept.get(it)! } : it));
    const verdict = await verifyJournal(folder, vkey, notes);
    return verdict.intact ? `intact ${verdict.size}` : `${verdict.fault.code} ${verdict.fault.where}`;
  };
  const other = (size: number): { where: string; note: string } => ({
    where: 'another',
    note: signNote(checkpointText(origin, size, Buffer.alloc(32, 1)), origin, key),
  });

  it('the journal itself continues each of them', async () => {
    await make(codes);
    assert.equal(await told(...kept.keys()), 'intact 40');
    assert.equal(await told({ where: 'empty', note: signNote(checkpointText(origin, 0, emptyTree), origin, key) }, 40), 'intact 40');
  });
  const emptyTree = Buffer.from('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'base64');

  const swapped = codes.with(20, codes[21]!).with(21, codes[20]!);
  const changed = codes.with(20, 'c-other');
  const table: [what: string, codes: readonly string[], kept: number[], told: string][] = [
    ['cut back and sealed anew', codes.slice(0, 30), [40], 'truncated entry 31'],
    ['cut back, against an older checkpoint that it still continues', codes.slice(0, 30), [10, 31], 'intact 31'],
    ['cut back to its opening', [], [40], 'truncated entry 1'],
    ['cut back and grown another way, still shorter', [...codes.slice(0, 30), 'z-other'], [40], 'truncated entry 32'],
    ['cut back and grown another way to the same size', [...codes.slice(0, 38), 'z-other'], [40], 're-sealed entries 0 to 39'],
    ['cut back and grown past it', [...codes.slice(0, 30), ...codes, ...codes], [40], 're-sealed entries 0 to 39'],
    ['an entry written anew, all sealed anew, same size', changed, [40], 're-sealed entries 0 to 39'],
    ['the same, with more checkpoints kept: the place is narrower', changed, [10, 20, 21, 22, 30, 40], 're-sealed entries 21 to 21'],
    ['an entry written anew and the journal gone on', [...changed, ...codes], [15, 30], 're-sealed entries 15 to 29'],
    ['an entry left out and the journal gone on', [...codes.toSpliced(20, 1), ...codes], [40], 're-sealed entries 0 to 39'],
    ['two entries in another order, all sealed anew', swapped, [20, 40], 're-sealed entries 20 to 39'],
    ['a whole other journal under the same key', codes.map((code) => `${code}!`), [2, 40], 're-sealed entries 0 to 1'],
  ];
  for (const [what, written, sizes, expected] of table)
    it(`${what}: ${expected}`, async () => {
      await make(written);
      assert.equal(await told(...sizes), expected);
    });

  describe('where the tiles of that time are still there', () => {
    const exact: [what: string, codes: readonly string[], told: string][] = [
      ['an entry written anew', changed, 're-sealed entry 21'],
      ['two entries in another order', swapped, 're-sealed entry 21'],
      ['grown another way', [...codes.slice(0, 30), 'z-1', 'z-2', ...codes], 're-sealed entry 31'],
    ];
    for (const [what, written, expected] of exact)
      it(`${what}: ${expected}`, async () => {
        await make(written);
        fs.rmSync(path.join(folder, 'tile'), { recursive: true });
        fs.cpSync(tiles, path.join(folder, 'tile'), { recursive: true });
        assert.equal(await told(40), expected);
      });
  });

  it('two that contradict each other are a fork, whatever the journal is', async () => {
    await make(codes);
    assert.equal(await told(40, other(40)), 'forked another');
    assert.equal(await told(30, other(20)), 'forked another');
    assert.equal(await told(other(20), 15), 're-sealed entries 15 to 19');
  });

  it('one of another key, of another log, or no checkpoint at all is named', async () => {
    const stranger = generateKeyPairSync('ed25519').privateKey;
    for (const note of [
      signNote(checkpointText(origin, 40, Buffer.alloc(32)), origin, stranger),
      signNote(checkpointText('exportgate.example/other', 40, Buffer.alloc(32)), origin, key),
      'no checkpoint',
      '',
    ])
      assert.equal(await told({ where: 'mine', note }), 'proof-invalid mine');
  });
});
