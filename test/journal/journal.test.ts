// The journal as a writer: order, links, crash at every byte, full disk, one process.
import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { parseCheckpoint } from '../../plugin/domain/formats/checkpoint.js';
import { sha256Hex } from '../../plugin/domain/formats/digest.js';
import { leafHash, rootFromInclusion } from '../../plugin/domain/formats/merkle.js';
import { openNote } from '../../plugin/domain/formats/signed-note.js';
import { parseTlogProof } from '../../plugin/domain/formats/tlog-proof.js';
import { isRequestEntry } from '../../plugin/domain/audit-event.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { aDraft, aFolder, entriesFile, isProblem, open, origin, vkey } from './a-journal.js';

describe('journal', () => {
  let folder: string;
  beforeEach(() => (folder = aFolder()));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('begins with journal-opened and comes back as it was', async () => {
    const journal = await open(folder);
    const first = await journal.append(aDraft('A'));
    const second = await journal.append(aDraft('A'));
    assert.deepEqual(journal.read(0, 1)[0], {
      v: 1,
      index: 0,
      at: '2026-03-01T02:00:00.000Z',
      by: 'gate',
      event: 'journal-opened',
      data: { origin },
    });
    assert.ok(isRequestEntry(first) && isRequestEntry(second));
    assert.deepEqual([first.requestSequence, first.previous], [0, null]);
    assert.deepEqual([second.requestSequence, second.previous], [1, journal.leafOf(1).toString('hex')]);
    assert.deepEqual(journal.entriesOf('A'), [first, second]);
    assert.deepEqual(journal.entriesOf('B'), []);
    assert.deepEqual(journal.read(2, 10), [second]);
    const root = parseCheckpoint(openNote(journal.checkpoint(), vkey)).root;
    await journal.close();

    const again = await open(folder);
    assert.equal(again.size, 3);
    assert.deepEqual(again.requestIds(), ['A']);
    assert.deepEqual(again.entriesOf('A'), [first, second]);
    assert.deepEqual(parseCheckpoint(openNote(again.checkpoint(), vkey)).root, root);
    const third = await again.append(aDraft('A'));
    assert.equal(isRequestEntry(third) && third.previous, again.leafOf(2).toString('hex'));
    await again.close();
    assert.equal((await verifyJournal(folder, vkey)).intact, true);
  });

  it('keeps order and links under 200 appends at once', async () => {
    const journal = await open(folder);
    const entries = await Promise.all(Array.from({ length: 200 }, (_, n) => journal.append(aDraft(`R${n % 7}`, `code-${n}`))));
    assert.deepEqual(
      entries.map((entry) => entry.index),
      Array.from({ length: 200 }, (_, n) => n + 1),
    );
    assert.deepEqual(
      entries.map((entry) => isRequestEntry(entry) && entry.requestSequence),
      Array.from({ length: 200 }, (_, n) => Math.floor(n / 7)),
    );
    const lines = fs.readFileSync(entriesFile(folder), 'utf8').trimEnd().split('\n');
    const covering = await journal.covering(201);
    assert.deepEqual(covering, { size: 201, note: journal.checkpoint(201) });
    for (const entry of entries) {
      if (isRequestEntry(entry) && entry.previous)
        assert.equal(entry.previous, leafHash(Buffer.from(lines[entry.index - 7]!)).toString('hex'));
      const { index, proof, checkpoint } = parseTlogProof(journal.proof(entry.index, covering));
      assert.deepEqual(
        rootFromInclusion(index, 201, leafHash(Buffer.from(lines[index]!)), proof),
        parseCheckpoint(openNote(checkpoint, vkey)).root,
      );
    }
    await journal.close();
    assert.deepEqual(((v) => [v.intact, v.intact && v.size])(await verifyJournal(folder, vkey)), [true, 201]);
  });

  it('has the entry on disk by an fdatasync of its own before it answers', async () => {
    const journal = await open(folder);
    const seen: number[] = [];
    const real = fs.fdatasync;
    try {
      fs.fdatasync = ((file: number, callback: fs.NoParamCallback) => {
        seen.push(fs.readFileSync(entriesFile(folder), 'utf8').split('\n').length - 1);
        real(file, callback);
      }) as typeof fs.fdatasync;
      for (let n = 0; n < 3; n++) await journal.append(aDraft('A'));
    } finally {
      fs.fdatasync = real;
    }
    assert.deepEqual(seen, [2, 3, 4]);
    await journal.close();
  });

  it('writes the checkpoint every 64 entries', async () => {
    const journal = await open(folder);
    for (let n = 0; n < 70; n++) await journal.append(aDraft('A'));
    const { size } = parseCheckpoint(openNote(fs.readFileSync(path.join(folder, 'checkpoint'), 'utf8'), vkey));
    assert.ok(size >= 64 && size < 71, `${size}`);
    await journal.close();
  });

  it('takes entries of 8 KiB and refuses longer ones alone', async () => {
    const journal = await open(folder);
    const [small, large, after] = await Promise.allSettled([
      journal.append(aDraft('A')),
      journal.append(aDraft('A', 'x'.repeat(8192))),
      journal.append(aDraft('A')),
    ]);
    assert.equal(small.status, 'fulfilled');
    assert.ok(large.status === 'rejected' && isProblem('body-too-large')(large.reason));
    assert.ok(after.status === 'fulfilled' && after.value.index === 2);
    const room =
      8192 - Buffer.byteLength(fs.readFileSync(entriesFile(folder), 'utf8').trimEnd().split('\n')[2]!) + 'footage-missing'.length;
    await assert.rejects(journal.append(aDraft('A', 'x'.repeat(room + 1))), isProblem('body-too-large'));
    await journal.append(aDraft('A', 'x'.repeat(room)));
    assert.equal(journal.size, 4);
    await journal.close();
    assert.equal((await verifyJournal(folder, vkey)).intact, true);
  });

  it('refuses drafts that are not plain data, and any draft after the end', async () => {
    const journal = await open(folder);
    await assert.rejects(
      journal.append({ ...aDraft('A'), data: { code: 1n } } as unknown as ReturnType<typeof aDraft>),
      isProblem('internal'),
    );
    const last = journal.append(aDraft('A'));
    await journal.close();
    assert.equal((await last).index, 1);
    await assert.rejects(journal.append(aDraft('A')), isProblem('journal-unwritable'));
  });

  it('is not changed by what a caller does to a draft or an entry', async () => {
    const journal = await open(folder);
    const data = { code: 'before' };
    const pending = journal.append({ ...aDraft('A'), data } as ReturnType<typeof aDraft>);
    data.code = 'after';
    const entry = await pending;
    (entry.data as { code: string }).code = 'changed';
    assert.deepEqual(journal.entriesOf('A')[0]!.data, { code: 'before' });
    await journal.close();
  });

  it('cuts a record torn at any of its bytes, and says so', async () => {
    const journal = await open(folder);
    await journal.append(aDraft('A'));
    await journal.close();
    const good = fs.readFileSync(entriesFile(folder));
    const checkpoint = fs.readFileSync(path.join(folder, 'checkpoint'));
    const record = `{"at":"2026-03-01T02:00:02.000Z","by":"gate","data":{"code":"查"},"event":"fulfil-failed","index":2}`;
    const bytes = Buffer.from(record);
    for (let torn = 1; torn <= bytes.length; torn++) {
      fs.writeFileSync(entriesFile(folder), Buffer.concat([good, bytes.subarray(0, torn)]));
      fs.writeFileSync(path.join(folder, 'checkpoint'), checkpoint);
      assert.equal((await verifyJournal(folder, vkey)).intact, true);
      const again = await open(folder, { hold: () => Promise.resolve(() => undefined) });
      assert.deepEqual(again.read(2, 1)[0]!.data, { bytes: torn, sha256: sha256Hex(bytes.subarray(0, torn)) });
      assert.equal(again.read(2, 1)[0]!.event, 'journal-cut');
      assert.equal(again.size, 3);
      await again.close();
    }
    assert.equal((await verifyJournal(folder, vkey)).intact, true);
  });

  it('begins anew where its very first record was torn', async () => {
    await (await open(folder)).close();
    const first = fs.readFileSync(entriesFile(folder));
    // What a kill before the first fdatasync leaves: the empty checkpoint and a part of journal-opened.
    const young = aFolder();
    await assert.rejects(
      open(young, {
        now: () => {
          throw new Error('killed');
        },
      }),
    );
    fs.writeFileSync(entriesFile(young), first.subarray(0, 40));
    const journal = await open(young);
    assert.deepEqual(
      journal.read(0, 9).map((entry) => entry.event),
      ['journal-opened', 'journal-cut'],
    );
    await journal.close();
    fs.rmSync(young, { recursive: true });
  });

  it('does not cut what the checkpoint has signed', async () => {
    const journal = await open(folder);
    await journal.append(aDraft('A'));
    await journal.close();
    const whole = fs.readFileSync(entriesFile(folder));
    fs.truncateSync(entriesFile(folder), whole.length - 1);
    await assert.rejects(open(folder), isProblem('journal-corrupt', /entry 1/));
    assert.equal(fs.statSync(entriesFile(folder)).size, whole.length - 1);
  });

  describe('when the disk does not take it', () => {
    it('a full disk (/dev/full) opens no journal', async () => {
      fs.symlinkSync('/dev/full', entriesFile(folder));
      await assert.rejects(open(folder), isProblem('journal-unwritable'));
    });

    it('a folder that cannot be had opens no journal', async () => {
      fs.writeFileSync(path.join(folder, 'file'), '');
      await assert.rejects(open(path.join(folder, 'file', 'journal')), isProblem('journal-unwritable'));
    });

    // The file size limit is a full disk that any user can have: the write stops in the middle of the record.
    it('a record that does not fit is taken back, what was acknowledged stays', async () => {
      const child = path.join(import.meta.dirname, 'fill.ts');
      const script = `ulimit -f 8 && exec "${process.execPath}" --import tsx "${child}" "${folder}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
      const told = JSON.parse(stdout || JSON.stringify({ stderr })) as { acknowledged: number; problems: string[] };
      assert.deepEqual(told.problems, ['journal-unwritable', 'journal-unwritable']);
      assert.ok(told.acknowledged > 3);
      const journal = await open(folder);
      assert.equal(journal.size, told.acknowledged + 1);
      await journal.append(aDraft('A'));
      await journal.close();
      assert.equal((await verifyJournal(folder, vkey)).intact, true);
    });

    it('a failed fdatasync takes the whole batch back, and the next append is taken', async () => {
      const journal = await open(folder);
      const before = fs.statSync(entriesFile(folder)).size;
      await failing('fdatasync', 1, async () => {
        const ends = await Promise.allSettled([journal.append(aDraft('A')), journal.append(aDraft('B'))]);
        for (const end of ends) assert.ok(end.status === 'rejected' && isProblem('journal-unwritable')(end.reason));
      });
      assert.equal(fs.statSync(entriesFile(folder)).size, before);
      assert.deepEqual(journal.requestIds(), []);
      assert.equal((await journal.append(aDraft('A'))).index, 1);
      await journal.close();
      assert.equal((await verifyJournal(folder, vkey)).intact, true);
    });

    it('when it cannot even be taken back, nothing is taken any more', async () => {
      const journal = await open(folder);
      await failing('fdatasync', 2, async () => assert.rejects(journal.append(aDraft('A')), isProblem('journal-unwritable')));
      await assert.rejects(journal.append(aDraft('A')), isProblem('journal-unwritable'));
      assert.equal(journal.size, 1);
      await journal.close();
    });
  });

  it('notices a file that is changed under it', async () => {
    const journal = await open(folder);
    await journal.append(aDraft('A', 'a-code'));
    fs.writeFileSync(entriesFile(folder), fs.readFileSync(entriesFile(folder), 'utf8').replace('a-code', 'b-code'));
    assert.throws(() => journal.entriesOf('A'), isProblem('journal-corrupt', /Entry 1/));
    await journal.close();
  });

  it('is held by one process; the death of that one frees it', async () => {
    const child = fork(path.join(import.meta.dirname, 'hold.ts'), [folder], { execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
    await assert.rejects(open(folder), isProblem('journal-locked'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const journal = await open(folder);
    await assert.rejects(open(folder), isProblem('journal-locked'));
    assert.equal(journal.size, 2);
    await journal.close();
    await (await open(folder)).close();
  });
});

/** Runs `step` while the first `times` calls of fs[name] fail as on a broken disk. */
async function failing(name: 'fdatasync', times: number, step: () => Promise<unknown>): Promise<void> {
  const real = fs[name];
  let left = times;
  fs[name] = ((file: number, callback: fs.NoParamCallback) => {
    if (left-- > 0) setImmediate(callback, Object.assign(new Error('EIO'), { code: 'EIO' }));
    else real(file, callback);
  }) as typeof fs.fdatasync;
  try {
    await step();
  } finally {
    fs[name] = real;
  }
}
