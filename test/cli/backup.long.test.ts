// backup, restore --drill, restore and serve as processes of their own, beside a gate that goes on running: what comes back is served, and is what it was.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { Client } from '../../plugin/cli/client.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { openKeys } from '../../plugin/keys/keys.js';
import { loadPolicy } from '../../plugin/policy/load.js';
import { aGate, root, shanghai, type TestGate } from '../support/gate.js';
import { fetchPackage } from '../support/fetch-package.js';
import { approveAll, letGo, show, submit, until } from '../support/walk.js';
import { exportgate, serve, type Ended, type Place } from './program.js';

interface Backed {
  objects: number;
  copied: number;
  lost: string[];
  damaged: string[];
  databaseBehind: boolean;
}
interface Restored {
  packages: number;
  damaged: string[];
  findings: unknown[];
  recorded?: number | null;
}

describe('exportgate backup and restore', function () {
  this.timeout(240_000);
  let gate: TestGate;
  let id: string;
  let sum: string;
  const env = { EXPORTGATE_RECORDER_NVR_1_PASSWORD: 'box-password' };
  const at = (...names: string[]): string => path.join(gate.folder, ...names);
  const run = (args: readonly string[], more: Record<string, string> = {}): Promise<Ended> => exportgate(['--json', '--config', at('exportgate.yaml'), ...args], { env: { ...env, ...more } });
  const told = <T>({ code, stdout, stderr }: Ended, expected = 0): T => {
    assert.equal(code, expected, stderr);
    return JSON.parse(stdout) as T;
  };
  const sumOf = (file: string): string => createHash('sha256').update(fs.readFileSync(file)).digest('hex');
  const restoreArgs = (from = 'backup'): string[] => ['restore', at(from), '--keys', at('key-copy'), '--identity', at('identity.pem')];
  const drillArgs = (): string[] => [...restoreArgs(), '--drill', '--in', at('drills')];

  before(async () => {
    gate = await aGate();
    fs.mkdirSync(at('drills'));
    const { recipient } = told<{ recipient: string }>(await run(['backup-key', '--out', at('identity.pem')]));
    await gate.reconfigure(`\nbackup: { recipient: "${recipient}", keys: key-copy }\n`);
    id = (await submit(gate)).requestId;
    await approveAll(gate, id);
    await until(gate, id, ({ state }) => state === 'packaged');
    for (const executor of shanghai.executors) await letGo(gate, executor, id);
  });
  after(() => gate?.close());

  it('backs up a gate that runs, and the second time what is new alone', async () => {
    const first = told<Backed>(await run(['backup', at('backup'), '--same-disk']));
    assert.deepEqual([first.copied > 5, first.lost, first.damaged, first.databaseBehind], [true, [], [], false]);
    const second = told<Backed>(await run(['backup', at('backup'), '--same-disk', '--verify']));
    assert.deepEqual([second.copied, second.objects], [0, first.objects]);
    // After the backup: what comes back has not been fetched yet.
    await fetchPackage(await gate.as(shanghai.officer), id, at('before.zip'));
    sum = sumOf(at('before.zip'));
  });

  it('a drill verifies it, records that it did, and leaves nothing', async () => {
    const token = await gate.tokenOf('user:root.luo');
    const report = told<Restored>(await run([...drillArgs(), '--report', at('report.json'), '--gate', gate.url], { EXPORTGATE_TOKEN: token }));
    assert.deepEqual([report.packages, report.findings, typeof report.recorded], [2, [], 'number']);
    assert.deepEqual(fs.readdirSync(at('drills')), []);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`a drill that ${signal} ends leaves nothing either`, async () => {
      const begun = new Promise<void>((resolve) => {
        // Keys lie there by now.
        const look = (): void => {
          const [name] = fs.readdirSync(at('drills'));
          if (name !== undefined && fs.existsSync(at('drills', name, 'keys'))) {
            assert.equal(fs.statSync(at('drills', name)).mode & 0o777, 0o700);
            resolve();
          } else setImmediate(look);
        };
        look();
      });
      const child = spawn(process.execPath, [path.join(root, 'bin/exportgate.js'), '--config', at('exportgate.yaml'), ...drillArgs()], { env: { PATH: process.env['PATH'] }, stdio: 'ignore' });
      const ended = once(child, 'exit');
      await begun;
      child.kill(signal);
      assert.deepEqual([(await ended)[1], fs.readdirSync(at('drills'))], [signal, []]);
    });

  it('what a killed drill left goes with the next one; a damaged object is named, and ends it with 4', async () => {
    const dead = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(dead, 'exit');
    fs.mkdirSync(at('drills', `exportgate-drill-${dead.pid}-abcdef`, 'keys'), { recursive: true });
    fs.cpSync(at('backup'), at('hurt'), { recursive: true });
    const [object] = fs.readdirSync(at('hurt/objects'));
    fs.writeFileSync(at('hurt/objects', object!), Buffer.alloc(300));
    const report = told<Restored>(await run([...restoreArgs('hurt'), '--drill', '--in', at('drills')]), 4);
    assert.deepEqual([report.damaged.includes(object!.replace('.sealed', '')), fs.readdirSync(at('drills'))], [true, []]);
  });

  it('a backup whose keys are away is refused, and makes none', async () => {
    fs.renameSync(at('keys'), at('keys-away'));
    const { code, stderr } = await run(['backup', at('backup'), '--same-disk']);
    const made = fs.existsSync(at('keys')) ? fs.readdirSync(at('keys')) : [];
    fs.rmSync(at('keys'), { recursive: true, force: true });
    fs.renameSync(at('keys-away'), at('keys'));
    assert.deepEqual([code, stderr.includes('key-invalid'), stderr.includes('log.pem')], [2, true, true], stderr);
    assert.deepEqual(made, []);
  });

  it('restored and served, the package downloads, verifies, and is the same to the byte', async () => {
    const token = await gate.tokenOf(shanghai.officer);
    const report = told<Restored>(await run([...restoreArgs(), '--to', at('again')]));
    assert.deepEqual([report.packages, report.findings], [2, []]);
    const inForce = (await loadPolicy(path.join(root, 'policies'))).version;
    assert.equal((await loadPolicy(at('again/policies'))).version, inForce);
    await gate.stop();
    const yaml = fs.readFileSync(at('exportgate.yaml'), 'utf8').replace('dataFolder: data', 'dataFolder: again/data').replace('keysFolder: keys', 'keysFolder: again/keys').replace(/^policiesFolder: .*$/m, 'policiesFolder: again/policies');
    fs.writeFileSync(at('again.yaml'), yaml);
    const checked = await exportgate(['--config', at('again.yaml'), 'check'], { env });
    assert.equal(checked.code, 0, checked.stderr);
    const place: Place = { folder: gate.folder, config: at('again.yaml'), data: at('again/data'), keys: at('again/keys'), journal: at('again/data/journal'), env };
    const server = await serve(place);
    try {
      await fetchPackage(new Client(server.url, null, token), id, at('after.zip'));
    } finally {
      await server.stop();
      await gate.restart();
    }
    assert.equal(sumOf(at('after.zip')), sum);
    assert.equal((await verifyPackage(at('after.zip'), openKeys(at('again/keys'), {}).publicPem('manifest'))).intact, true);
    assert.equal((await show(gate, id)).state, 'released');
  });
});
