// The copy of the keys: never without a key that the journal does not say is destroyed, never with one that is, whoever writes it at the same time.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { unbundle } from '../../plugin/backup/bundle.js';
import { readKeyNote } from '../../plugin/backup/key-note.js';
import { makeBackupKeys, readIdentity, readRecipient } from '../../plugin/backup/recipient.js';
import { openFrom } from '../../plugin/backup/sealed-file.js';
import type { Line } from '../../plugin/domain/log.js';
import { sealBytes } from '../../plugin/export/custody.js';
import type { KeyBook } from '../../plugin/export/key-book.js';
import { keyCopyName, KeptKeyCopy, writeKeyCopy } from '../../plugin/key-copy.js';
import { loadKeys, type Keys } from '../../plugin/keys/keys.js';
import { Objects } from '../../plugin/store/objects.js';
import { holdLock } from '../../plugin/store/sqlite.js';
import { inFolder } from '../media/tools.js';
import { problemOf } from '../support/walk.js';
import type { Asked } from './write-copy.js';

const origin = 'test.exportgate.example/one';
const now = (): Date => new Date('2026-03-04T00:00:00.000Z');
const [one, two] = ['EG-310000-SH-YUNFAN-2026-000001/original', 'EG-310000-SH-YUNFAN-2026-000002/original'];
const fileOf = (key: string): string => `keys/requests/${key.replace('/', '.')}.key`;
const { recipient, identity } = makeBackupKeys();

interface Desk {
  at(name: string): string;
  keys: Keys;
  /** What the journal says; a test changes it. */
  book: { live: KeyBook['live'][number][]; destroyed: string[]; erased: KeyBook['erased'][number][] };
  parts: Parameters<typeof writeKeyCopy>[0];
  write(): Promise<string | null>;
  /** Paths in the copy. */
  copied(): Promise<string[]>;
  note(): Promise<ReturnType<typeof readKeyNote>>;
}

/** A gate's keys, two requests' among them, each with an object under it. */
const withKeys = (work: (desk: Desk) => Promise<void>, masterFolder = false): Promise<void> =>
  inFolder(async (folder) => {
    const at = (name: string): string => path.join(folder, name);
    fs.mkdirSync(at('data'));
    const masters = masterFolder ? at('masters') : null;
    const keys = loadKeys(at('keys'), { masterFolder: masters });
    let count = 0;
    const objects = new Objects({ folder: at('data/objects'), keys: keys.requests, newId: () => `object-${count++}` });
    const live = [];
    for (const key of [one, two]) live.push({ key, object: (await sealBytes(objects.under(key), Buffer.from(key))).object });
    const book: Desk['book'] = { live, destroyed: [], erased: [] };
    const parts = { to: at('copy'), recipient: readRecipient(recipient), keysFolder: at('keys'), masterFolder: masters, dataFolder: at('data'), origin, known: keys.known, book: () => book, now };
    let places = 0;
    const opened = async (): Promise<{ place: string; files: string[] }> => {
      const place = at(`opened-${places++}`);
      return { place, files: (await unbundle(openFrom(at(`copy/${keyCopyName}`), readIdentity(identity)), place)).sort() };
    };
    const write = async (): Promise<string | null> => (await problemOf(writeKeyCopy(parts)))?.code ?? null;
    await work({ at, keys, book, parts, write, copied: async () => (await opened()).files, note: async () => readKeyNote(path.join((await opened()).place, 'keys')) });
  });

describe('the copy of the keys', () => {
  const all = ['keys/copy.json', 'keys/log.pem', 'keys/manifest.pem', 'keys/master-1.key', fileOf(one), fileOf(two), 'keys/tokens.key'];

  it('has all that there are, and says which there are, and what is destroyed and erased', () =>
    withKeys(async ({ keys, book, write, copied, note }) => {
      Object.assign(book, { destroyed: ['EG-310000-SH-YUNFAN-2026-000000/copies'], erased: ['commitment'] });
      assert.equal(await write(), null);
      assert.deepEqual(await copied(), all);
      const said = keys.known.map(({ kind, number, fingerprint }) => ({ kind, number, fingerprint }));
      assert.deepEqual(await note(), { version: 1, origin, at: now().toISOString(), keys: said, destroyed: book.destroyed, erased: book.erased });
    }));

  const away: readonly (readonly [what: string, from: string])[] = [
    ['the folder of the requests’ keys', 'keys/requests'],
    ['one request’s key', fileOf(one)],
    ['the whole folder', 'keys'],
    ['a key of the gate itself', 'keys/manifest.pem'],
  ];
  for (const [what, from] of away)
    it(`stays as it is where ${what} is away, and nothing says that it is destroyed`, () =>
      withKeys(async ({ at, write, copied }) => {
        assert.equal(await write(), null);
        fs.renameSync(at(from), at('elsewhere'));
        assert.equal(await write(), 'backup-failed');
        assert.deepEqual(await copied(), all);
        fs.renameSync(at('elsewhere'), at(from));
        assert.equal(await write(), null);
      }));

  it('stays as it is where one of two master keys of a folder of their own is away', () =>
    withKeys(async ({ at, write, copied, parts }) => {
      fs.copyFileSync(at('masters/master-1.key'), at('masters/master-2.key'));
      parts.known = loadKeys(at('keys'), { masterFolder: at('masters') }).known;
      assert.equal(await write(), null);
      fs.rmSync(at('masters/master-1.key'));
      assert.equal(await write(), 'backup-failed');
      assert.ok((await copied()).includes('keys/master-1.key'));
    }, true));

  it('goes without what the journal says is destroyed, whether it is there or not', () =>
    withKeys(async ({ keys, book, write, copied }) => {
      keys.requests.destroy(one);
      // The second one’s entry is written, its key not yet gone.
      Object.assign(book, { live: [], destroyed: [one, two] });
      assert.equal(await write(), null);
      assert.deepEqual(await copied(), all.filter((file) => file !== fileOf(one) && file !== fileOf(two)));
    }));

  it('an object of an earlier version, under the master key, never had a key that could lack', () =>
    withKeys(async ({ at, keys, book, write }) => {
      const objects = new Objects({ folder: at('data/objects'), keys: keys.requests, newId: () => 'old' });
      book.live.push({ key: 'EG-310000-SH-YUNFAN-2026-000003/original', object: (await sealBytes(objects, Buffer.from('旧'))).object });
      assert.equal(await write(), null);
    }));

  it('of two processes that write at once the last one is that of the newest keys: what was destroyed meanwhile does not come back', async function () {
    this.timeout(60_000);
    await withKeys(async ({ at, keys, book, write, copied, parts }) => {
      // The other process has read the requests’ keys and stands still at a master key: a pipe that nobody writes to yet.
      fs.mkdirSync(at('slow'));
      execFileSync('mkfifo', [at('slow/master-9.key')]);
      const asked: Asked = { to: parts.to, recipient, keysFolder: at('keys'), masterFolder: at('slow'), dataFolder: at('data') };
      const child = spawn(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'write-copy.ts'), JSON.stringify(asked)], { stdio: ['ignore', 'ignore', 'inherit'] });
      const ended = once(child, 'exit');
      // Opens when somebody reads at the other end.
      const pipe = await fs.promises.open(at('slow/master-9.key'), 'w');
      Object.assign(book, { live: book.live.slice(1), destroyed: [one] });
      keys.requests.destroy(one);
      // Or this one’s copy, of fewer keys, were written before the other’s, of more.
      assert.equal((await problemOf(holdLock(at('data/key-copy.lock'))))?.code, 'journal-locked');
      const mine = write();
      await pipe.writeFile(Buffer.alloc(32, 1));
      await pipe.close();
      assert.deepEqual(await Promise.all([mine, ended]), [null, [0, null]]);
      assert.ok(!(await copied()).includes(fileOf(one)), 'the older copy lies over the newer one');
      assert.ok((await copied()).includes(fileOf(two)));
    });
  });

  it('that a gate keeps is tried again until it is written, and the self-audit’s question fails until then', () =>
    withKeys(async ({ at, parts, book, copied, note }) => {
      const lines: Line[] = [];
      const kept = new KeptKeyCopy({ ...parts, book: () => book, log: (_level, line) => void lines.push(line) });
      await kept.write();
      kept.judge();
      fs.renameSync(at('keys/requests'), at('elsewhere'));
      book.destroyed.push('EG-310000-SH-YUNFAN-2026-000000/original');
      await kept.write();
      assert.deepEqual(lines.map(({ event, problem }) => [event, problem]), [['key-copy-not-written', 'backup-failed']]);
      assert.throws(() => kept.judge(), { code: 'backup-failed' });
      await kept.tend();
      assert.equal(lines.length, 2);
      fs.renameSync(at('elsewhere'), at('keys/requests'));
      await kept.tend();
      kept.judge();
      assert.deepEqual([await copied(), (await note())!.destroyed], [all, book.destroyed]);
      // Nothing ended since: it is not written again. Something was erased: it is.
      const written = fs.statSync(at(`copy/${keyCopyName}`)).ino;
      await kept.tend();
      assert.equal(fs.statSync(at(`copy/${keyCopyName}`)).ino, written);
      Object.assign(book, { erased: ['commitment'] });
      await kept.tend();
      assert.deepEqual((await note())!.erased, ['commitment']);
    }));

  it('waits for whoever is writing it', () =>
    withKeys(async ({ at, write }) => {
      const release = await holdLock(at('data/key-copy.lock'));
      try {
        // A process that holds the lock and lets it go is waited for.
        const mine = write();
        setImmediate(release);
        assert.equal(await mine, null);
      } finally {
        release();
      }
    }));
});
