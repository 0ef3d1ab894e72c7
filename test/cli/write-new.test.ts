// A new file: whole or not there, for its owner alone, never in another's place.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openNew } from '../../plugin/cli/write-new.js';
import type { Problem } from '../../plugin/domain/problem.js';

describe('write new', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-new-'));
  });
  afterEach(() => fs.promises.rm(folder, { recursive: true, force: true }));
  const refused = (thrown: Problem): boolean => thrown.code === 'config-invalid';

  it('is there when it is written, with mode 0600, and nothing beside it', async () => {
    const file = path.join(folder, 'a.txt');
    const { write } = await openNew(file);
    assert.equal(fs.existsSync(file), false);
    await write('text');
    assert.deepEqual([fs.readFileSync(file, 'utf8'), fs.statSync(file).mode & 0o777, fs.readdirSync(folder)], ['text', 0o600, ['a.txt']]);
  });

  it('dropped, it leaves nothing', async () => {
    await (await openNew(path.join(folder, 'a.txt'))).drop();
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('is refused where a file or a link is, and there stays what was', async () => {
    fs.writeFileSync(path.join(folder, 'a.txt'), 'old');
    fs.symlinkSync('/etc/hostname', path.join(folder, 'b.txt'));
    for (const name of ['a.txt', 'b.txt']) await assert.rejects(openNew(path.join(folder, name)), refused);
    assert.equal(fs.readFileSync(path.join(folder, 'a.txt'), 'utf8'), 'old');
  });

  it('is refused where another came first in the meantime', async () => {
    const file = path.join(folder, 'a.txt');
    const { write } = await openNew(file);
    fs.writeFileSync(file, 'theirs');
    await assert.rejects(write('ours'), refused);
    assert.deepEqual([fs.readFileSync(file, 'utf8'), fs.readdirSync(folder)], ['theirs', ['a.txt']]);
  });

  it('is refused in a folder that is not there', () => assert.rejects(openNew(path.join(folder, 'none', 'a.txt')), refused));
});
