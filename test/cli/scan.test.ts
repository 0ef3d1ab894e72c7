// exportgate scan, and forms that name their scans beside them: uploaded, and named by hash.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import { demoPaper } from '../../plugin/cli/demo-paper.js';
import { readForm } from '../../plugin/cli/read-form.js';
import { judgeScan } from '../../plugin/papers/judge-scan.js';
import { inFolder } from '../media/tools.js';
import { aGate, anApplication, password, shanghai, type TestGate } from '../support/gate.js';
import { aJpeg, aPdf } from '../support/papers.js';
import { exportgate, type Ended } from './program.js';

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('exportgate scan', function () {
  this.timeout(60_000);
  let gate: TestGate;
  before(async () => {
    gate = await aGate();
    await gate.as(shanghai.officer);
  });
  after(() => gate.close());
  const run = (...args: string[]): Promise<Ended> =>
    exportgate(['--gate', gate.url, ...args], { env: { EXPORTGATE_USER: shanghai.officer, EXPORTGATE_PASSWORD: password } });

  it('uploads a file and prints its hash; one that is refused, unreadable or too large ends 1 and says why', () =>
    inFolder(async (folder) => {
      const write = (name: string, bytes: Buffer | string): string => {
        fs.writeFileSync(path.join(folder, name), bytes);
        return path.join(folder, name);
      };
      const file = write('notice.txt', aPdf());
      const plain = await run('scan', file);
      assert.deepEqual([plain.code, plain.stdout], [0, `${hashOf(aPdf())}  pdf, ${aPdf().length} bytes 已上传\n`]);
      const { sha256, pages } = JSON.parse((await run('--json', 'scan', file)).stdout) as { sha256: string; pages: number };
      assert.deepEqual([sha256, pages], [hashOf(aPdf()), 1]);
      const large = write('large.pdf', '');
      fs.truncateSync(large, 20 * 1024 * 1024 + 1);
      const wrong: readonly (readonly [file: string, told: RegExp])[] = [
        [write('page.pdf', '<html>'), /scan-refused.*page\.pdf.*HTML/],
        [path.join(folder, 'none.pdf'), /body-malformed.*none\.pdf/],
        [folder, /body-malformed/],
        [large, /body-too-large.*large\.pdf/],
      ];
      for (const [each, told] of wrong) {
        const { code, stderr } = await run('scan', each);
        assert.notEqual(code, 0);
        assert.match(stderr, told);
      }
    }));

  it('a form’s scans go along: the application names what was uploaded', () =>
    inFolder(async (folder) => {
      const { scanSha256: _none, ...instrument } = anApplication().instrument!;
      fs.writeFileSync(path.join(folder, 'notice.jpg'), aJpeg());
      fs.writeFileSync(path.join(folder, 'form.json'), JSON.stringify({ ...anApplication(), instrument: { ...instrument, scanFile: 'notice.jpg' } }));
      const { code, stdout, stderr } = await run('--json', 'request', 'submit', path.join(folder, 'form.json'));
      assert.equal(code, 0, stderr);
      assert.equal((JSON.parse(stdout) as { instrument: { scanSha256: string } }).instrument.scanSha256, hashOf(aJpeg()));
      const client = await gate.as(shanghai.officer);
      await client.download(`/api/v1/scans/${hashOf(aJpeg())}`, path.join(folder, 'back.jpg'));
      assert.ok(fs.readFileSync(path.join(folder, 'back.jpg')).equals(aJpeg()));
    }));
});

describe('a form that names its scans', () => {
  it('has a hash in the place of each: instrument, approval and the cards of officers', () =>
    inFolder(async (folder) => {
      const asked: string[] = [];
      const form = { instrument: { scanFile: 'a.pdf', approval: { scanFile: 'sub/b.png' } }, officers: [{ name: '甲' }, { card: { scanFile: 'c.jpg' } }, { card: { scanSha256: 'known' } }] };
      fs.writeFileSync(path.join(folder, 'form.json'), JSON.stringify(form));
      const read = await readForm(path.join(folder, 'form.json'), async (file, where) => {
        asked.push(`${where}: ${path.relative(folder, file)}`);
        return Promise.resolve(`hash of ${path.basename(file)}`);
      });
      assert.deepEqual(asked, ['instrument.scanFile: a.pdf', 'instrument.approval.scanFile: sub/b.png', 'officers.1.card.scanFile: c.jpg']);
      assert.deepEqual(read, {
        instrument: { scanSha256: 'hash of a.pdf', approval: { scanSha256: 'hash of b.png' } },
        officers: [{ name: '甲' }, { cardSha256: 'hash of c.jpg' }, { cardSha256: 'known' }],
      });
    }));

  const odd = ['null', '[]', '"x"', '{"officers":{}}', '{"officers":[null,1]}', '{"instrument":null}', '{"instrument":{"scanFile":7}}'];
  for (const text of odd)
    it(`that is ${text} is the gate’s to judge`, () =>
      inFolder(async (folder) => {
        fs.writeFileSync(path.join(folder, 'form.json'), text);
        assert.deepEqual(await readForm(path.join(folder, 'form.json'), () => Promise.reject(new Problem('internal', 'nothing to upload'))), JSON.parse(text));
      }));
});

describe('the demo’s paper', () => {
  it('is a scan as the gate takes it, of one page', () => assert.equal(judgeScan(demoPaper()).pages, 1));
});
