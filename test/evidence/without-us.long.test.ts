// The shell pages of the specification, run as they stand: a stranger needs none of our code.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import { packageFaultCodes } from '../../plugin/evidence/package-fault.js';
import { filesOf, makeTempFolder, zipFiles } from '../support/evidence/bytes.js';
import { fingerprintsByShell, hasShellTools, shellOf, verifyByShell, type ShellVerdict } from '../support/evidence/by-shell.js';
import { publicPem } from '../support/evidence/keys.js';
import { aSealedPackage, gateKey, narrowedContents, narrowing, requestId } from '../support/evidence/sealed-package.js';

describe('without us', function () {
  this.timeout(90_000);
  let root: string;

  before(() => {
    root = makeTempFolder();
  });
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  it('has one page of shell for the package and one for the disclosures', () => {
    assert.match(shellOf('guide/verify.md'), /echo "intact/);
    assert.match(shellOf('spec/manifest.md'), /sha256sum/);
  });

  it('has the specification tell every fault, and no other', () => {
    const text = fs.readFileSync(fileURLToPath(new URL('../../docs/spec/package.md', import.meta.url)), 'utf8');
    const rows = text.slice(text.indexOf('### Faults'), text.indexOf('## Checking')).split('\n').filter((line) => line.startsWith('| `'));
    const told = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code!));
    assert.deepEqual(told.sort(), [...packageFaultCodes].sort());
  });

  async function run(tamper: (files: Map<string, Buffer>) => unknown, sealed = aSealedPackage()): Promise<ShellVerdict> {
    const files = await filesOf(sealed);
    tamper(files);
    return verifyByShell(root, await zipFiles(files), publicPem(gateKey));
  }
  const edit = (path: string, from: string, to: string) => (files: Map<string, Buffer>) =>
    files.set(path, Buffer.from(files.get(path)!.toString('latin1').replace(from, to), 'latin1'));

  if (hasShellTools()) {
    const intact = `intact · 完整无误: ${requestId}`;

    it('finds a package intact, as an archive and as a folder', async () => {
      const { status, line, err } = await run(() => undefined);
      assert.deepEqual({ status, line, err }, { status: 0, line: intact, err: '' });
      const folder = await verifyByShell(root, await filesOf(aSealedPackage()), publicPem(gateKey));
      assert.deepEqual([folder.status, folder.line, folder.err], [0, intact, '']);
    });

    it('finds a package of excerpts intact', async () => {
      const { status, line, err } = await run(() => undefined, aSealedPackage(narrowing(), narrowedContents()));
      assert.deepEqual({ status, line }, { status: 0, line: intact }, err);
    });

    it('holds the key against the fingerprint of the paper', async () => {
      const zip = await zipFiles(await filesOf(aSealedPackage()));
      const fingerprint = keyIdOf(gateKey);
      assert.equal((await verifyByShell(root, zip, publicPem(gateKey), { fingerprint })).status, 0);
      assert.equal((await verifyByShell(root, zip, publicPem(gateKey), { fingerprint: fingerprint.replace(/^./, 'x') })).status, 2);
      fs.writeFileSync(join(root, 'gate.pub'), publicPem(gateKey));
      const shown = fingerprintsByShell(root);
      assert.equal(shown, `${fingerprint}  -\n`);
      assert.ok(fs.readFileSync(fileURLToPath(new URL('../../docs/guide/verify.md', import.meta.url)), 'utf8').includes(shown), 'the guide shows the fingerprint of the tests’ key');
    });

    it('finds a package with a time stamp intact, and misses one that was taken out or changed', async () => {
      const stamped = aSealedPackage({ timeStamp: Buffer.from('a stamp') });
      const whole = await run(() => undefined, stamped);
      assert.deepEqual([whole.status, whole.line], [0, intact], whole.err);
      assert.equal((await run((files) => files.delete('manifest.tsr'), stamped)).line, 'NOT intact · 已被改动: file-missing at manifest.tsr');
      assert.equal((await run((files) => files.set('manifest.tsr', Buffer.from('a stomp')), stamped)).line, 'NOT intact · 已被改动: file-changed at manifest.tsr');
    });

    const table: [what: string, tamper: (files: Map<string, Buffer>) => unknown, says: string][] = [
      ['a changed manifest', edit('manifest.json', 'ART7', 'ART9'), 'manifest-changed at manifest.json'],
      ['a changed original', (files) => files.set('original/cam-1/01.mp4', Buffer.alloc(3000)), 'file-changed at original/cam-1/01.mp4'],
      ['an added file', (files) => files.set('original/x', Buffer.alloc(1)), 'file-unexpected at original/x'],
      ['a changed checkpoint', edit('journal/checkpoint', 'test-1', 'test-2'), 'proof-invalid at journal/checkpoint'],
      ['a changed entry', edit('journal/entries.ndjson', '"by":"p-01', '"by":"p-02'), 'entry-changed at journal/entries.ndjson:1'],
    ];
    for (const [what, tamper, says] of table)
      it(`finds ${what}`, async () => {
        const { status, line } = await run(tamper);
        assert.deepEqual({ status, line }, { status: 1, line: `NOT intact · 已被改动: ${says}` });
      });

    it('opens a disclosure', async () => {
      const folder = fs.mkdtempSync(join(root, 'disclosure-'));
      fs.writeFileSync(join(folder, 'manifest.json'), (await filesOf(aSealedPackage())).get('manifest.json')!);
      const { stdout } = spawnSync('bash', ['-c', shellOf('spec/manifest.md')], { cwd: folder });
      const [made, told] = stdout.toString().split('\n');
      assert.equal(`sha256:${made!.slice(0, 64)}`, told);
    });
  }
});
