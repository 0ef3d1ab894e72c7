// The shell pages of the specification, run as they stand: a stranger needs none of our code.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFaultCodes } from '../../plugin/evidence/package-fault.js';
import { filesOf, makeTempFolder, zipFiles } from '../support/evidence/bytes.js';
import { publicPem } from '../support/evidence/keys.js';
import { aSealedPackage, gateKey, narrowedContents, narrowing } from '../support/evidence/sealed-package.js';

const tools = ['bash', 'unzip', 'sha256sum', 'openssl', 'jq', 'xxd'];
const has = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;

/** The one `sh` block of a page. */
function shellOf(page: string): string {
  const text = fs.readFileSync(fileURLToPath(new URL(`../../docs/spec/${page}`, import.meta.url)), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);
  assert.equal(blocks.length, 1);
  return blocks[0]!;
}

describe('without us', function () {
  this.timeout(90_000);
  let root: string;

  before(() => {
    root = makeTempFolder();
  });
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  it('has one page of shell for the package and one for the disclosures', () => {
    assert.match(shellOf('package.md'), /echo intact/);
    assert.match(shellOf('manifest.md'), /sha256sum/);
  });

  it('has the specification tell every fault, and no other', () => {
    const text = fs.readFileSync(fileURLToPath(new URL('../../docs/spec/package.md', import.meta.url)), 'utf8');
    const rows = text.slice(text.indexOf('### Faults'), text.indexOf('## Checking')).split('\n').filter((line) => line.startsWith('| `'));
    const told = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code!));
    assert.deepEqual(told.sort(), [...packageFaultCodes].sort());
  });

  async function run(tamper: (files: Map<string, Buffer>) => unknown, sealed = aSealedPackage()): Promise<{ status: number | null; out: string; err: string }> {
    const folder = fs.mkdtempSync(join(root, 'shell-'));
    const files = await filesOf(sealed);
    tamper(files);
    fs.writeFileSync(join(folder, 'package.zip'), await zipFiles(files));
    fs.writeFileSync(join(folder, 'gate.pub'), publicPem(gateKey));
    const { status, stdout, stderr } = spawnSync('bash', ['-c', shellOf('package.md')], { cwd: folder, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    return { status, out: stdout.toString(), err: stderr.toString() };
  }
  const edit = (path: string, from: string, to: string) => (files: Map<string, Buffer>) =>
    files.set(path, Buffer.from(files.get(path)!.toString('latin1').replace(from, to), 'latin1'));

  if (tools.every(has)) {
    it('finds a package intact', async () => {
      const { status, out, err } = await run(() => undefined);
      assert.deepEqual({ status, out }, { status: 0, out: 'intact\n' }, err);
    });

    it('finds a package of excerpts intact', async () => {
      const { status, out, err } = await run(() => undefined, aSealedPackage(narrowing(), narrowedContents()));
      assert.deepEqual({ status, out }, { status: 0, out: 'intact\n' }, err);
    });

    it('finds a package with a time stamp intact, and misses one that was taken out or changed', async () => {
      const stamped = aSealedPackage({ timeStamp: Buffer.from('a stamp') });
      const { status, out, err } = await run(() => undefined, stamped);
      assert.deepEqual({ status, out }, { status: 0, out: 'intact\n' }, err);
      assert.match((await run((files) => files.delete('manifest.tsr'), stamped)).err, /missing or was added/);
      assert.match((await run((files) => files.set('manifest.tsr', Buffer.from('a stomp')), stamped)).err, /broken: time stamp/);
    });

    const table: [what: string, tamper: (files: Map<string, Buffer>) => unknown, says: RegExp][] = [
      ['a changed manifest', edit('manifest.json', 'ART7', 'ART9'), /signature of the manifest/],
      ['a changed original', (files) => files.set('original/cam-1/01.mp4', Buffer.alloc(3000)), /SHA-256 of a file/],
      ['an added file', (files) => files.set('original/x', Buffer.alloc(1)), /missing or was added/],
      ['a changed checkpoint', edit('journal/checkpoint', 'test-1', 'test-2'), /signature of the checkpoint/],
      ['a changed entry', edit('journal/entries.ndjson', '"by":"p-01', '"by":"p-02'), /inclusion of entry 0/],
      ];
    for (const [what, tamper, says] of table)
      it(`finds ${what}`, async () => {
        const { status, err } = await run(tamper);
        assert.notEqual(status, 0);
        assert.match(err, says);
      });

    it('opens a disclosure', async () => {
      const folder = fs.mkdtempSync(join(root, 'disclosure-'));
      fs.writeFileSync(join(folder, 'manifest.json'), (await filesOf(aSealedPackage())).get('manifest.json')!);
      const { stdout } = spawnSync('bash', ['-c', shellOf('manifest.md')], { cwd: folder });
      const [made, told] = stdout.toString().split('\n');
      assert.equal(`sha256:${made!.slice(0, 64)}`, told);
    });
  }
});
