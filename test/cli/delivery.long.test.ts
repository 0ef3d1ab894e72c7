// A package leaves by the command line: fetched and opened by 7-Zip or without it, signed for, and handed over in a folder and on a disc image.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { bringAll } from '../../plugin/cli/transfer.js';
import { inFolder } from '../media/tools.js';
import { startCutProxy } from '../peers/cut-proxy.js';
import { aGate, root, shanghai, type TestGate } from '../support/gate.js';
import { aPng } from '../support/papers.js';
import { approveAll, letGo, show, submit, until } from '../support/walk.js';
import { exportgate, type Ended } from './program.js';

const run = promisify(execFile);
const { officer, executors } = shanghai;

describe('delivery by the command line', function () {
  this.timeout(180_000);
  let gate: TestGate;
  let id: string;
  before(async () => void (gate = await aGate()));
  after(() => gate.close());
  beforeEach(async () => {
    ({ requestId: id } = await submit(gate));
    await approveAll(gate, id);
    await until(gate, id, ({ state }) => state === 'packaged');
    for (const user of executors) await letGo(gate, user, id);
  });
  const as = async (user: string, args: readonly string[]): Promise<Ended> =>
    exportgate(['--gate', gate.url, '--json', ...args], { env: { EXPORTGATE_TOKEN: await gate.tokenOf(user) } });
  const done = async (user: string, args: readonly string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await as(user, args);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Record<string, unknown>;
  };
  const keyIn = async (folder: string): Promise<string> => {
    const key = path.join(folder, 'gate.pub');
    await (await gate.as(officer)).download('/api/v1/keys/gate.pub', key);
    return key;
  };

  it('fetched encrypted, opened by 7-Zip and by unwrap, verified, signed for', () =>
    inFolder(async (folder) => {
      const [file, word, plain] = ['package.aes.zip', 'passphrase.txt', 'plain.zip'].map((it) => path.join(folder, it)) as [string, string, string];
      assert.match((await done(officer, ['request', 'link', id]))['link'] as string, new RegExp(`/deliveries/${id}\\.[\\w-]{22}$`));
      assert.equal((await as(officer, ['request', 'passphrase', id, '--out', word])).code, 1);
      assert.deepEqual(await fs.promises.readdir(folder), []);
      await done(executors[0], ['request', 'passphrase', id, '--out', word]);
      assert.equal((await fs.promises.stat(word)).mode & 0o777, 0o600);
      assert.equal((await as(officer, ['request', 'fetch', id, '--out', path.join(folder, 'a-folder')])).code, 2);
      await done(officer, ['request', 'fetch', id, '--out', file]);
      assert.equal((await show(gate, id)).release!.fetched, 1);

      const passphrase = (await fs.promises.readFile(word, 'utf8')).trim();
      await run('7z', ['x', `-p${passphrase}`, `-o${folder}/out`, file]);
      await done(officer, ['unwrap', file, '--out', plain, '--passphrase-file', word]);
      assert.ok((await fs.promises.readFile(plain)).equals(await fs.promises.readFile(path.join(folder, 'out', `${id}-copies.zip`))));
      await done(officer, ['verify', plain, '--key', await keyIn(folder)]);

      // Another passphrase, a changed byte, something else: nothing is left of it.
      const wrong = path.join(folder, 'wrong.txt');
      await fs.promises.writeFile(wrong, 'ABCDE-ABCDE-ABCDE-ABCDE-ABCDE\n');
      const bytes = await fs.promises.readFile(file);
      bytes[bytes.length - 5_000]! ^= 1;
      const changed = path.join(folder, 'changed.zip');
      await fs.promises.writeFile(changed, bytes);
      const cut = path.join(folder, 'cut.zip');
      await fs.promises.writeFile(cut, bytes.subarray(0, -1));
      for (const [what, by] of [[file, wrong], [changed, word], [cut, word], [plain, word]] as const) {
        const { code, stderr } = await as(officer, ['unwrap', what, '--out', path.join(folder, 'no.zip'), '--passphrase-file', by]);
        assert.notEqual(code, 0, what);
        assert.match(stderr, /login-failed|body-malformed/);
        assert.ok(!(await fs.promises.readdir(folder)).some((name) => name.startsWith('no.zip')));
      }
      assert.equal((await as(officer, ['request', 'receipt', id])).code, 2);
      assert.match((await as(officer, ['request', 'receipt', id, '--package', file])).stderr, /still encrypted/);
      assert.match((await as(officer, ['request', 'receipt', id, '--manifest', '0'.repeat(64)])).stderr, /receipt-differs/);
      await done(officer, ['request', 'receipt', id, '--package', plain]);
    }));

  const handing = (place: string) => ['handover', id, place, '--serial', '示例-42', '--bag', 'BAG-7', '--receiver', '陆一舟', '江映川', '--form', 'plain'];
  const worksIn = async (folder: string): Promise<string[]> => (await fs.promises.readdir(folder, { recursive: true, withFileTypes: true })).filter((it) => it.isFile()).map(({ name }) => name).sort();

  it('a hand-over that was killed goes on in the next run: one transfer, and no half medium under its name', () =>
    inFolder(async (folder) => {
      const { port, hostname } = new URL(gate.url);
      const [place, tmp] = [path.join(folder, 'medium'), path.join(folder, 'tmp')];
      await fs.promises.mkdir(tmp);
      // The first connection brings a part; the next ones nothing.
      const proxy = await startCutProxy({ host: hostname, port: Number(port) }, [200_000, 50, 50, 50]);
      try {
        const args = ['--gate', `http://127.0.0.1:${proxy.port}`, '--json', ...handing(place)];
        const env = { EXPORTGATE_TOKEN: await gate.tokenOf(executors[0]), TMPDIR: tmp };
        const child = spawn(process.execPath, [path.join(root, 'bin/exportgate.js'), ...args], { env: { PATH: process.env['PATH'], ...env }, stdio: 'ignore' });
        const gone = new Promise((resolve) => child.once('close', resolve));
        while (proxy.cuts() < 2) await wait(20);
        child.kill('SIGKILL');
        await gone;
        assert.deepEqual([await worksIn(tmp), fs.existsSync(place)], [['lock', 'package.part', 'package.part.json'], false]);
        // What a run leaves that was killed while it wrote.
        await fs.promises.mkdir(`${place}.part`);
        await fs.promises.writeFile(path.join(`${place}.part`, `${id}-copies.zip`), 'half');
        const { code, stderr } = await exportgate(args, { env });
        assert.equal(code, 0, stderr);
        assert.deepEqual([(await show(gate, id)).release!.fetched, await worksIn(tmp)], [1, []]);
        assert.deepEqual((await fs.promises.readdir(folder)).sort(), ['medium', 'medium.label.txt', 'medium.list.txt', 'tmp']);
        await done(officer, ['verify', path.join(place, `${id}-copies.zip`), '--key', await keyIn(folder)]);
      } finally {
        await proxy.close();
      }
    }));

  it('a hand-over whose record’s answer was lost is found again; another serial number is not written over it', () =>
    inFolder(async (folder) => {
      const [place, tmp] = [path.join(folder, 'medium'), path.join(folder, 'tmp')];
      await fs.promises.mkdir(tmp);
      const env = { EXPORTGATE_TOKEN: await gate.tokenOf(executors[0]), TMPDIR: tmp };
      const hand = (args: readonly string[]) => exportgate(['--gate', gate.url, '--json', ...args], { env });
      // A place that does not take all of it costs no download.
      await fs.promises.writeFile(`${place}.label.txt`, '');
      assert.deepEqual([(await hand(handing(place))).code, (await show(gate, id)).release!.fetched], [2, 0]);
      await fs.promises.rm(`${place}.label.txt`);
      assert.deepEqual([(await hand(handing(path.join(folder, 'none', 'medium')))).code, (await show(gate, id)).release!.fetched], [2, 0]);
      const [work] = await fs.promises.readdir(path.join(tmp, (await fs.promises.readdir(tmp))[0]!));
      const client = await gate.as(executors[0]);
      const file = path.join(tmp, (await fs.promises.readdir(tmp))[0]!, work!, 'package');
      const { transfer, bytes } = await bringAll(client, id, { form: 'plain' }, file);
      const { stdout } = await run('sha256sum', [`${file}.part`]);
      const { made } = await client.post<{ made: { handover: string } }>(`/api/v1/requests/${id}/handovers`, { transfer, bytes, sha256: stdout.slice(0, 64), serial: '示例-42', bag: 'BAG-7', receivers: ['陆一舟', '江映川'] });
      const other = await hand(handing(place).with(4, '示例-43'));
      assert.deepEqual([other.code, other.stderr.includes(made.handover), fs.existsSync(place), fs.existsSync(`${place}.part`)], [1, true, false, false], other.stderr);
      const { code, stdout: told } = await hand(handing(place));
      assert.deepEqual([code, (JSON.parse(told) as { handover: string }).handover, (await show(gate, id)).release!.fetched, await worksIn(tmp)], [0, made.handover, 1, []]);
    }));

  for (const [what, name, form] of [['a folder', 'medium', 'zip'], ['a disc image', 'disc.iso', 'zip'], ['a disc image, as it is', 'disc.iso', 'plain']] as const)
    it(`handed over: ${what}`, () =>
      inFolder(async (folder) => {
        const place = path.join(folder, name);
        const made = await done(executors[0], ['handover', id, place, '--serial', '示例-S/N 42', '--bag', 'BAG-7', '--receiver', '陆一舟', '江映川', '--form', form]);
        const read = path.join(folder, 'read');
        if (name.endsWith('.iso')) await run('xorriso', ['-osirrox', 'on', '-indev', place, '-extract', '/', read]);
        const medium = name.endsWith('.iso') ? read : place;
        assert.deepEqual((await fs.promises.readdir(medium)).sort(), ['HOW-TO-OPEN.txt', made['fileName']].sort());
        const file = path.join(medium, made['fileName'] as string);
        assert.equal((await fs.promises.stat(file)).size, made['bytes']);
        if (form === 'plain') await done(officer, ['verify', file, '--key', await keyIn(folder)]);
        else {
          const word = path.join(folder, 'word.txt');
          await done(executors[0], ['request', 'passphrase', id, '--out', word]);
          await run('7z', ['t', `-p${(await fs.promises.readFile(word, 'utf8')).trim()}`, file]);
        }
        for (const [end, says] of [['list', /接收人 Received by {4}陆一舟、江映川[\s\S]+拒签注明/], ['list', /移交编号 Hand-over {4}EG-\S+-H40001-[0-9A-Z]\n[\s\S]+移交人 Handed by {6}示例/], ['label', /H40001-[0-9A-Z]\n[\s\S]*BAG-7/]] as const)
          assert.match(await fs.promises.readFile(`${place}.${end}.txt`, 'utf8'), says);
        // A place that is taken costs no download.
        const before = (await show(gate, id)).release!.fetched;
        assert.equal((await as(executors[0], ['handover', id, place, '--serial', '1', '--bag', '2', '--receiver', '示例'])).code, 2);
        assert.equal((await show(gate, id)).release!.fetched, before);
        const scan = path.join(folder, 'list.png');
        await fs.promises.writeFile(scan, aPng());
        await done(executors[0], ['handover-sign', id, made['handover'] as string, '--scan', scan]);
        assert.equal((await as(officer, ['handover-sign', id, made['handover'] as string])).code, 1);
      }));
});
