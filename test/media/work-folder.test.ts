// The folder that holds plaintext: private, and gone afterwards.
import assert from 'node:assert/strict';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openWork, wipeAll } from '../../plugin/media/work-folder.js';
import { inFolder } from './tools.js';

describe('the work folder', () => {
  it('is private, and each its own', () =>
    inFolder(async (folder) => {
      const root = path.join(folder, 'work');
      const [first, second] = [await openWork(root), await openWork(root)];
      assert.notEqual(first.folder, second.folder);
      for (const place of [root, first.folder]) assert.equal((await stat(place)).mode & 0o777, 0o700);
    }));

  it('goes with all that is in it, twice if need be', () =>
    inFolder(async (root) => {
      const work = await openWork(root);
      await mkdir(path.join(work.folder, 'deep'));
      await writeFile(path.join(work.folder, 'deep', '01.mp4'), 'footage');
      await work.wipe();
      await work.wipe();
      assert.deepEqual(await readdir(root), []);
    }));

  it('is wiped at start, what others put there is not', () =>
    inFolder(async (root) => {
      await writeFile(path.join((await openWork(root)).folder, '01.mp4'), 'footage');
      await writeFile(path.join(root, 'somebody’s'), '');
      await wipeAll(root);
      assert.deepEqual(await readdir(root), ['somebody’s']);
      await wipeAll(path.join(root, 'not-yet'));
    }));
});
