// Each tampering of the table is named by the command and by the page, in both forms, at the same place.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { makeTempFolder, putFolder, zipFiles } from '../support/evidence/bytes.js';
import { verifyByPage } from '../support/evidence/by-page.js';
import { publicPem } from '../support/evidence/keys.js';
import { gateKey } from '../support/evidence/sealed-package.js';
import { tamperings } from './tamperings.js';

const pem = publicPem(gateKey);
const saying = (verdict: { intact: true } | { intact: false; fault: { code: string; where: string } }): string => (verdict.intact ? 'intact' : `${verdict.fault.code} at ${verdict.fault.where}`);

describe('tamperings, by the command and by the page', function () {
  this.timeout(60_000);
  let root: string;
  before(() => void (root = makeTempFolder()));
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  it('are forty and more, each said otherwise; what a form cannot see has its reason', () => {
    const seen = tamperings.filter(({ says }) => says !== 'intact');
    assert.ok(seen.length >= 40 && new Set(tamperings.map(({ what }) => what)).size === tamperings.length);
    assert.deepEqual(tamperings.filter(({ says, nobody, what }) => says === 'intact' && nobody === undefined && what !== 'nothing at all'), []);
    assert.ok(tamperings.every(({ shell, says }) => shell === undefined || (shell.says !== says && shell.why.length > 20)));
    assert.ok(seen.filter(({ shell }) => shell === undefined).length >= 40, 'forty are named alike by all three');
  });

  for (const { what, make, says } of tamperings)
    it(`${what}: ${says}`, async () => {
      const made = await make();
      const zip = made instanceof Map ? await zipFiles(made) : made;
      const path = join(fs.mkdtempSync(join(root, 'zip-')), 'package.zip');
      fs.writeFileSync(path, zip);
      assert.equal(saying(await verifyPackage(path, pem)), says, 'the command, an archive');
      assert.equal(saying(await verifyByPage(zip, pem)), says, 'the page, an archive');
      if (!(made instanceof Map)) return;
      assert.equal(saying(await verifyPackage(putFolder(root, made), pem)), says, 'the command, a folder');
      assert.equal(saying(await verifyByPage(made, pem)), says, 'the page, a folder');
    });

  it('a link, an empty folder: what only a folder can hold', async () => {
    const files = (await tamperings[0]!.make()) as Map<string, Buffer>;
    const linked = putFolder(root, files);
    fs.renameSync(join(linked, 'verify.html'), join(root, 'moved.html'));
    fs.symlinkSync(join(root, 'moved.html'), join(linked, 'verify.html'));
    assert.equal(saying(await verifyPackage(linked, pem)), 'file-unexpected at verify.html');
    const hollow = putFolder(root, files);
    fs.mkdirSync(join(hollow, 'original/cam-9'));
    assert.equal(saying(await verifyPackage(hollow, pem)), 'file-unexpected at original/cam-9');
  });
});
