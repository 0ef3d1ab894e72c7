// The same table, by the page of shell that stands in the guide: named alike, but for the rows that say that it cannot, and what it says then.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { makeTempFolder, putFolder, zipFiles } from '../support/evidence/bytes.js';
import { hasShellTools, runShell, verifyByShell, type ShellVerdict } from '../support/evidence/by-shell.js';
import { publicPem } from '../support/evidence/keys.js';
import { gateKey, requestId } from '../support/evidence/sealed-package.js';
import { tamperings } from './tamperings.js';

const pem = publicPem(gateKey);
const saying = ({ status, line, err }: ShellVerdict): string =>
  status === 0 && line === `intact · 完整无误: ${requestId}` ? 'intact' : status === 1 && line.startsWith('NOT intact · 已被改动: ') ? line.slice('NOT intact · 已被改动: '.length) : `${line} ${err}`;

describe('tamperings, by the shell of the guide', function () {
  this.timeout(1_800_000);
  let root: string;
  before(() => void (root = makeTempFolder()));
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  if (hasShellTools()) {
    const said = new Map<string, string>();
    // Each is some two hundred small processes: three rows side by side.
    before(async () => {
      const rows = tamperings[Symbol.iterator]();
      const lane = async (): Promise<void> => {
        for (const { what, make } of rows) {
          const made = await make();
          said.set(what, saying(await verifyByShell(root, made instanceof Map ? await zipFiles(made) : made, pem)));
        }
      };
      await Promise.all([lane(), lane(), lane()]);
    });

    for (const { what, says, shell = { says, why: '' } } of tamperings)
      it(`${what}: ${shell.says}`, () => assert.equal(said.get(what), shell.says, shell.why));

    it('in a folder: a changed file, a link, an empty folder', async () => {
      const files = (await tamperings[0]!.make()) as Map<string, Buffer>;
      const inFolder = async (change: (folder: string) => void): Promise<string> => {
        const place = fs.mkdtempSync(`${root}/folder-`);
        fs.renameSync(putFolder(place, files), `${place}/package`);
        fs.writeFileSync(`${place}/gate.pub`, pem);
        change(`${place}/package`);
        return saying(await runShell(place));
      };
      assert.equal(await inFolder((folder) => fs.appendFileSync(`${folder}/original/cam-1/01.mp4`, 'x')), 'file-changed at original/cam-1/01.mp4');
      assert.equal(await inFolder((folder) => {
        fs.rmSync(`${folder}/verify.html`);
        fs.symlinkSync('/etc/hostname', `${folder}/verify.html`);
      }), 'file-unexpected at verify.html');
      assert.equal(await inFolder((folder) => fs.mkdirSync(`${folder}/original/cam-9`)), 'file-unexpected at original/cam-9');
    });
  }
});
