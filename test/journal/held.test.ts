// A checkpoint off the machine: the journal that does not continue it does not start, and each new one comes there.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { checkpointText, parseCheckpoint } from '../../plugin/domain/formats/checkpoint.js';
import { openNote, signNote } from '../../plugin/domain/formats/signed-note.js';
import type { Journal } from '../../plugin/journal/journal.js';
import { aDraft, aFolder, entriesFile, isProblem, key, open, origin, vkey } from './a-journal.js';

describe('journal with a held checkpoint', () => {
  let folder: string;
  let away: string;
  let file: string;
  const failures: unknown[] = [];
  beforeEach(() => {
    [folder, away] = [aFolder(), aFolder()];
    file = path.join(away, 'sh-1.checkpoint');
    failures.length = 0;
  });
  afterEach(() => [folder, away].forEach((it) => fs.rmSync(it, { recursive: true, force: true })));

  const start = (parts: object = {}): Promise<Journal> =>
    open(folder, { hold: () => Promise.resolve(() => undefined), held: { file, failed: (cause) => failures.push(cause) }, ...parts });
  const grow = (journal: Journal, count: number, code = 'code'): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, (_, n) => journal.append(aDraft('A', `${code}-${n}`))));
  const held = (): number => parseCheckpoint(openNote(fs.readFileSync(file, 'utf8'), vkey)).size;
  const write = async (count: number, code?: string): Promise<void> => {
    const journal = await start();
    await grow(journal, count, code);
    await journal.close();
  };

  it('puts the first one there, and each new one', async () => {
    const journal = await start();
    await grow(journal, 100);
    await journal.published();
    await journal.close();
    assert.equal(held(), 101);
    assert.deepEqual(fs.readFileSync(file), fs.readFileSync(path.join(folder, 'checkpoint')));
    assert.deepEqual(fs.readdirSync(away), ['sh-1.checkpoint']);
    await write(3);
    assert.equal(held(), 104);
    assert.deepEqual(failures, []);
  });

  /** The journal as it was at an earlier time, with the checkpoint of that time: whole by itself. */
  const putBack = async (): Promise<void> => {
    await write(5);
    const before = aFolder();
    fs.cpSync(folder, before, { recursive: true });
    await write(30);
    fs.rmSync(folder, { recursive: true });
    fs.renameSync(before, folder);
  };
  const another = async (count: number): Promise<void> => {
    await write(30);
    fs.rmSync(folder, { recursive: true });
    const journal = await start({ held: null });
    await grow(journal, count, 'other');
    await journal.close();
  };
  const note = (size: number, name = origin, by = key): string => signNote(checkpointText(name, size, Buffer.alloc(32)), name, by);
  const table: [what: string, prepare: () => Promise<void>, detail: RegExp][] = [
    ['put back to an earlier day', putBack, /it has 6 entries, and the checkpoint held at .* signs 36/],
    ['taken away as a whole', async () => (await write(30), fs.rmSync(folder, { recursive: true })), /it has 0 entries, .* signs 31/],
    ['begun anew, shorter', () => another(9), /it has 10 entries, .* signs 31/],
    ['begun anew, of the same length', () => another(30), /its 31 entries do not continue the 31 that/],
    ['begun anew, longer', () => another(99), /its 100 entries do not continue the 31 that/],
    ['whose held checkpoint is gone', async () => (await write(3), fs.rmSync(file)), /there is no checkpoint at/],
    ['whose share is not mounted', async () => (await write(3), fs.rmSync(away, { recursive: true })), /there is no checkpoint at/],
    [
      'whose held checkpoint is no note',
      async () => (await write(3), fs.writeFileSync(file, 'x')),
      /is no checkpoint that this log signed/,
    ],
    [
      'whose held checkpoint is endless',
      async () => (await write(3), fs.writeFileSync(file, Buffer.alloc(90_000, 10))),
      /there is no checkpoint/,
    ],
    [
      'held under another key',
      async () => (await write(3), fs.writeFileSync(file, note(1, origin, generateKeyPairSync('ed25519').privateKey))),
      /is no checkpoint/,
    ],
    [
      'held under another name',
      async () => (await write(3), fs.writeFileSync(file, note(1, 'exportgate.example/other'))),
      /is no checkpoint/,
    ],
  ];
  for (const [what, prepare, detail] of table)
    it(`a journal ${what} does not start, and nothing is changed`, async () => {
      await prepare();
      const look = (): (string | null)[] =>
        [file, entriesFile(folder), path.join(folder, 'checkpoint')].map((it) =>
          fs.existsSync(it) ? fs.readFileSync(it, 'latin1') : null,
        );
      const before = look();
      await assert.rejects(start(), isProblem('journal-corrupt', detail));
      const [heldNow, entries] = look();
      assert.deepEqual([heldNow, entries ?? ''], [before[0], before[1] ?? '']);
      await assert.rejects(start(), isProblem('journal-corrupt', detail));
    });

  it('a journal that went on while the share was away starts, and the share has the newest again', async () => {
    await write(5);
    fs.mkdirSync(`${file}.part`);
    const journal = await start();
    await grow(journal, 200);
    await journal.published();
    await journal.close();
    assert.deepEqual([held(), failures.length > 0], [6, true]);
    fs.rmdirSync(`${file}.part`);
    await (await start()).close();
    assert.equal(held(), 206);
  });

  it('killed between the held first checkpoint and its own, it begins', async () => {
    fs.writeFileSync(
      file,
      signNote(checkpointText(origin, 0, Buffer.from('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'base64')), origin, key),
    );
    await write(1);
    assert.equal(held(), 2);
  });

  it('takes one that witnesses have signed too', async () => {
    await write(3);
    fs.appendFileSync(
      file,
      '— witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n',
    );
    await write(1);
    assert.equal(held(), 5);
  });
});
