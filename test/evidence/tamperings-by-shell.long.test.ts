// The same table, by the page of shell that stands in the guide: named alike, but for the rows that say that it cannot, and what it says then.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { filesOf, makeTempFolder, putFolder, zipFiles } from '../support/evidence/bytes.js';
import { fingerprintsByShell, hasShellTools, runShell, shellOf, verifyByShell, type ShellVerdict } from '../support/evidence/by-shell.js';
import { publicPem, seededKey } from '../support/evidence/keys.js';
import { aSealedPackage, gateKey, requestId } from '../support/evidence/sealed-package.js';
import { tamperings } from './tamperings.js';

const pem = publicPem(gateKey);
const saying = ({ status, line, err }: ShellVerdict): string =>
  status === 0 && line === `intact · 完整无误: ${requestId}`
    ? 'intact'
    : status === 1 && line.startsWith('NOT intact · 已被改动: ')
      ? line.slice('NOT intact · 已被改动: '.length)
      : `${line} ${err}`;

describe('tamperings, by the shell of the guide', function () {
  this.timeout(1_800_000);
  let root: string;
  before(() => void (root = makeTempFolder()));
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  if (hasShellTools()) {
    const [said, saidOfFolder] = [new Map<string, string>(), new Map<string, string>()];
    const env: Record<string, string> = {};
    // Each is some two hundred small processes: three rows side by side.
    before(async () => {
      env.PWNED = `${root}/PWNED`;
      const rows = tamperings[Symbol.iterator]();
      const lane = async (): Promise<void> => {
        for (const { what, make } of rows) {
          const made = await make();
          said.set(what, saying(await verifyByShell(root, made instanceof Map ? await zipFiles(made) : made, pem, env)));
          if (made instanceof Map && what.startsWith('a command'))
            saidOfFolder.set(what, saying(await verifyByShell(root, made, pem, env)));
        }
      };
      await Promise.all([lane(), lane(), lane()]);
    });

    for (const { what, says, shell = { says, why: '' } } of tamperings)
      it(`${what}: ${shell.says}`, () => assert.equal(said.get(what), shell.says, shell.why));

    it('runs nothing that stands in a package, and names the same of a folder', () => {
      assert.ok(!fs.existsSync(env.PWNED!));
      const expected = tamperings.filter(({ what }) => saidOfFolder.has(what)).map(({ what, says }): [string, string] => [what, says]);
      assert.ok(expected.length >= 7);
      assert.deepEqual([...saidOfFolder].sort(), expected.sort());
    });

    it('shows no control character of a package, and judges names with newlines as what they are', async () => {
      for (const [name, shownAs] of [
        ['a\u001b[2K\rintact', String.raw`$'a\E[2K\rintact'`],
        ['a\nverify.html', String.raw`$'a\nverify.html'`],
        ['a\u009bb', String.raw`$'a\302\233b'`],
        ['-rf', '-rf'],
      ] as const) {
        const files = new Map((await tamperings[0]!.make()) as Map<string, Buffer>).set(name, Buffer.from('x'));
        const said = await verifyByShell(root, files, pem);
        assert.deepEqual([saying(said), said.err], [`file-unexpected at ${shownAs}`, '']);
        const verdict = await verifyPackage(putFolder(root, files), pem);
        assert.deepEqual(verdict, { intact: false, fault: { code: 'file-unexpected', where: name } });
      }
    });

    it('takes several keys, and tells which one signed', async () => {
      const files = (await tamperings[0]!.make()) as Map<string, Buffer>;
      const all = publicPem(seededKey(3)) + pem;
      const place = fs.mkdtempSync(`${root}/keys-`);
      fs.renameSync(putFolder(place, files), `${place}/package`);
      fs.writeFileSync(`${place}/gate.pub`, all);
      const said = await runShell(place);
      assert.deepEqual([saying(said), said.err], ['intact', '']);
      assert.ok(said.out.includes(`key · 公钥: ${keyIdOf(gateKey)}\n`));
      assert.equal(saying(await runShell(place, { fingerprint: keyIdOf(gateKey) })), 'intact');
      assert.equal(saying(await runShell(place, { fingerprint: keyIdOf(seededKey(3)) })), 'key-foreign at manifest.dsse.json');
      fs.writeFileSync(`${place}/gate.pub`, publicPem(seededKey(3)) + publicPem(seededKey(4)));
      assert.equal(saying(await runShell(place)), 'key-foreign at manifest.dsse.json');
      fs.writeFileSync(`${place}/gate.pub`, all);
      assert.equal(fingerprintsByShell(place), `${keyIdOf(seededKey(3))}  -\n${keyIdOf(gateKey)}  -\n`);
    });

    it('says that it cannot tell where it ends before its verdict', async () => {
      const place = fs.mkdtempSync(`${root}/end-`);
      fs.writeFileSync(`${place}/gate.pub`, pem);
      const { status, line } = await runShell(place);
      assert.deepEqual({ status, line }, { status: 3, line: 'NOT intact · 无法核验' });
    });

    const inFolder = async (change: (folder: string) => void, env: Record<string, string> = {}): Promise<ShellVerdict> => {
      const place = fs.mkdtempSync(`${root}/folder-`);
      fs.renameSync(putFolder(place, (await tamperings[0]!.make()) as Map<string, Buffer>), `${place}/package`);
      fs.writeFileSync(`${place}/gate.pub`, pem);
      change(`${place}/package`);
      return runShell(place, env);
    };
    const changeFile = (folder: string): void => fs.appendFileSync(`${folder}/verify.html`, 'x');

    it('on a machine that lacks a tool names the tool, and calls nothing changed and nothing intact', async () => {
      const [, named] = /^for tool in (.*); do$/m.exec(shellOf('guide/verify.md'))!;
      const tools = named!.split(' ');
      assert.ok(tools.length >= 25);
      const path = fs.mkdtempSync(`${root}/tools-`);
      const put = (tool: string): void =>
        fs.symlinkSync(
          execFileSync('sh', ['-c', `command -v ${tool}`])
            .toString()
            .trim(),
          `${path}/${tool}`,
        );
      ['bash', ...tools].forEach(put);
      assert.equal(saying(await inFolder(() => undefined, { PATH: path })), 'intact', 'these tools are all that it takes');
      for (const tool of tools) {
        fs.rmSync(`${path}/${tool}`);
        const { status, line } = await inFolder(changeFile, { PATH: path });
        assert.deepEqual({ status, line }, { status: 2, line: `NOT intact · 无法核验: no ${tool}` });
        put(tool);
      }
    });

    it('says that it cannot tell where a step ends in the middle, or nothing can be written', async () => {
      const path = fs.mkdtempSync(`${root}/broken-`);
      fs.writeFileSync(`${path}/xargs`, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      const broken = await inFolder(() => undefined, { PATH: `${path}:${process.env.PATH}` });
      assert.deepEqual([broken.status, broken.line], [3, 'NOT intact · 无法核验']);
      const nowhere = await inFolder(() => undefined, { TMPDIR: `${path}/nowhere` });
      assert.deepEqual([nowhere.status, nowhere.line], [2, 'NOT intact · 无法核验: no folder for temporary files']);
      fs.rmSync(`${path}/xargs`);
      fs.writeFileSync(`${path}/jq`, `#!/bin/sh\ncase "$*" in *"disclosures | length"*) exit 1 ;; esac\nPATH=\${PATH#*:} exec jq "$@"\n`, {
        mode: 0o755,
      });
      const deaf = await inFolder(() => undefined, { PATH: `${path}:${process.env.PATH}` });
      assert.deepEqual([deaf.status, deaf.line], [3, 'NOT intact · 无法核验']);
      // A disk that is full: what a step keeps is cut short, and so is this.
      fs.writeFileSync(`${path}/head`, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      const full = await inFolder(changeFile, { PATH: `${path}:${process.env.PATH}` });
      assert.deepEqual([full.status, full.line], [2, 'NOT intact · 无法核验: no room in the temporary folder']);
    });

    it('does not choose between an archive and a folder', async () => {
      const zip = await zipFiles((await tamperings[0]!.make()) as Map<string, Buffer>);
      const { status, line } = await inFolder((folder) => {
        changeFile(folder);
        fs.writeFileSync(`${folder}.zip`, zip);
      });
      assert.deepEqual({ status, line }, { status: 2, line: 'NOT intact · 无法核验: package.zip and package lie here: which of them?' });
    });

    it('names the first of a great many added files', async () => {
      const many = (folder: string): void => {
        for (let i = 10_000; i < 13_000; i++) fs.writeFileSync(`${folder}/original/cam-1/${'9'.repeat(30)}${i}`, '');
      };
      assert.equal(saying(await inFolder(many)), `file-unexpected at original/cam-1/${'9'.repeat(30)}10000`);
    });

    it('checks the signature of a 国密 gate, and no other kind of key', async () => {
      const key = (namedCurve: string) =>
        createPrivateKey(generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const sm2 = key('SM2');
      const files = await filesOf(aSealedPackage({ key: sm2 }));
      assert.equal(saying(await verifyByShell(root, files, publicPem(sm2) + pem)), 'intact');
      assert.equal(saying(await verifyByShell(root, files, publicPem(key('SM2')) + pem)), 'key-foreign at manifest.dsse.json');
      const changed = new Map(files).set('manifest.json', Buffer.from(files.get('manifest.json')!.toString().replace('ART7', 'ART9')));
      assert.equal(saying(await verifyByShell(root, changed, publicPem(sm2))), 'manifest-changed at manifest.json');
      assert.equal(
        (await verifyByShell(root, files, publicPem(key('prime256v1')))).line,
        'NOT intact · 无法核验: gate.pub: not a public key, Ed25519 or SM2',
      );
    });

    it('in a folder: a changed file, a link, an empty folder', async () => {
      assert.equal(
        saying(await inFolder((folder) => fs.appendFileSync(`${folder}/original/cam-1/01.mp4`, 'x'))),
        'file-changed at original/cam-1/01.mp4',
      );
      assert.equal(
        saying(
          await inFolder((folder) => {
            fs.rmSync(`${folder}/verify.html`);
            fs.symlinkSync('/etc/hostname', `${folder}/verify.html`);
          }),
        ),
        'file-unexpected at verify.html',
      );
      assert.equal(saying(await inFolder((folder) => fs.mkdirSync(`${folder}/original/cam-9`))), 'file-unexpected at original/cam-9');
    });
  }
});
