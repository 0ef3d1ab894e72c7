// The folder form: whole or not at all.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { packageFiles } from '../../plugin/evidence/package.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { writeFolder } from '../../plugin/evidence/write-folder.js';
import { filesOf, makeTempFolder } from '../support/evidence/bytes.js';
import { publicPem } from '../support/evidence/keys.js';
import { aSealedPackage, gateKey } from '../support/evidence/sealed-package.js';

describe('write-folder', () => {
  let root: string;

  before(() => {
    root = makeTempFolder();
  });
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  it('writes every file of the package, and nothing else', async () => {
    const folder = join(root, 'whole');
    await writeFolder(packageFiles(aSealedPackage()), folder);
    assert.equal((await verifyPackage(folder, publicPem(gateKey))).intact, true);
    for (const [path, bytes] of await filesOf(aSealedPackage())) assert.deepEqual(fs.readFileSync(join(folder, path)), bytes);
    assert.deepEqual(fs.readdirSync(root), ['whole']);
  });

  it('writes over nothing', async () => {
    const folder = join(root, 'taken');
    fs.mkdirSync(folder);
    await assert.rejects(writeFolder(packageFiles(aSealedPackage()), folder), { name: 'Problem', code: 'state-conflict' });
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('leaves nothing behind where a file fails, and clears what a crash left', async () => {
    const files = packageFiles(aSealedPackage());
    const folder = join(root, 'failing');
    fs.mkdirSync(`${folder}.part`);
    fs.writeFileSync(join(`${folder}.part`, 'left'), 'x');
    await assert.rejects(writeFolder([...files, { ...files[2]!, path: 'original/cam-1/98.mp4', bytes: 1 }], folder), { code: 'object-corrupt' });
    assert.equal(fs.existsSync(folder) || fs.existsSync(`${folder}.part`), false);
    await writeFolder(files, folder);
    assert.equal(fs.existsSync(join(folder, 'left')), false);
  });
});
