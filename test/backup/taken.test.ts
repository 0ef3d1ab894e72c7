// What a backup takes of a gate that runs: of the policies folder what the loader reads, through links; nothing under a name that nobody could read again;
// and it tells where the database could not be taken at the journal's length.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { adapters } from '../../adapters/index.js';
import { backUp, type BackupReport } from '../../plugin/back-up.js';
import { bundle } from '../../plugin/backup/bundle.js';
import { makeBackupKeys } from '../../plugin/backup/recipient.js';
import { backUpGate, type Backups } from '../../plugin/cli/backup.js';
import type { Context } from '../../plugin/cli/context.js';
import { loadConfig } from '../../plugin/config/config.js';
import type { Entry } from '../../plugin/domain/audit-event.js';
import { openKeys } from '../../plugin/keys/keys.js';
import { checkPolicies, loadPolicy } from '../../plugin/policy/load.js';
import { restore } from '../../plugin/restore.js';
import { aGate, root, shanghai, type TestGate } from '../support/gate.js';
import { problemOf } from '../support/walk.js';
import { inFolder } from '../media/tools.js';

const env = { EXPORTGATE_RECORDER_NVR_1_PASSWORD: 'box-password' };
const { recipient, identity } = makeBackupKeys();

interface Desk {
  gate: TestGate;
  /** The policies folder: each file a link into a hidden folder, as a ConfigMap is mounted. */
  policies: string;
  at(...names: string[]): string;
  backedUp(): Promise<BackupReport>;
  version(): string;
}

const withGate = (work: (desk: Desk) => Promise<void>): Promise<void> =>
  inFolder(async (folder) => {
    fs.cpSync(path.join(root, 'policies'), path.join(folder, '..data'), { recursive: true });
    for (const name of fs.readdirSync(path.join(folder, '..data'))) fs.symlinkSync(path.join('..data', name), path.join(folder, name));
    const gate = await aGate({ policiesFolder: folder, config: `backup: { recipient: "${recipient}", keys: key-copy }` });
    const at = (...names: string[]): string => path.join(gate.folder, ...names);
    const backedUp = async (): Promise<BackupReport> => {
      const config = await loadConfig(at('exportgate.yaml'), env, adapters);
      return backUp({ config, keys: openKeys(config.keysFolder, config.keys), version: '0.0.0', now: () => new Date() }, at('backup'), null, { sameDisk: true });
    };
    const version = (): string => {
      const entries = fs.readFileSync(at('data/journal/entries.ndjson'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Entry);
      const started = entries.findLast((entry) => entry.event === 'gate-started');
      assert.ok(started?.event === 'gate-started');
      return started.data.policyVersion;
    };
    try {
      await work({ gate, policies: folder, at, backedUp, version });
    } finally {
      await gate.close();
    }
  });

describe('what a backup takes', function () {
  this.timeout(60_000);

  it('of the policies what the loader reads, through links, and not what else lies there: they come back as the version in force', () =>
    withGate(async ({ policies, at, backedUp, version }) => {
      const wanted = [...fs.readdirSync(policies)].filter((name) => /\.(csv|conf|json)$/.test(name)).sort();
      for (const name of ['.roles.csv', 'roles old.csv', 'cities/._500000.csv', 'tests/old tests.csv', 'notes.txt']) fs.writeFileSync(path.join(policies, name), 'nobody reads this');
      await backedUp();
      const report = await restore({ from: at('backup'), keysFrom: at('key-copy'), identity, to: at('again'), sources: {}, now: () => new Date() });
      assert.deepEqual(report.findings, []);
      const there = fs.readdirSync(at('again/policies'), { withFileTypes: true });
      assert.deepEqual(there.filter((it) => it.isFile()).map(({ name }) => name).sort(), wanted);
      assert.ok(wanted.includes('law.json'));
      assert.deepEqual(await checkPolicies(at('again/policies')), []);
      assert.equal((await loadPolicy(at('again/policies'))).version, version());
    }));

  it('a policy file that cannot be read is named, and the backup before it stands', () =>
    withGate(async ({ policies, at, backedUp }) => {
      await backedUp();
      const before = fs.readFileSync(at('backup/backup.json'));
      fs.rmSync(path.join(policies, 'masks.csv'));
      fs.symlinkSync('nowhere.csv', path.join(policies, 'masks.csv'));
      const problem = await problemOf(backedUp());
      assert.deepEqual([problem?.code, problem?.detail.includes('masks.csv')], ['backup-failed', true]);
      assert.ok(fs.readFileSync(at('backup/backup.json')).equals(before));
    }));

  it('a file of a name that could not be read again is refused by its name; a hidden one is left out', () =>
    withGate(async ({ at, backedUp }) => {
      fs.mkdirSync(at('data/audits'), { recursive: true });
      fs.writeFileSync(at('data/audits/.left.part'), '');
      await backedUp();
      await restore({ from: at('backup'), keysFrom: at('key-copy'), identity, to: at('again'), sources: {}, now: () => new Date() });
      fs.writeFileSync(at('data/audits/two words.dsse.json'), '');
      const problem = await problemOf(backedUp());
      assert.deepEqual([problem?.code, problem?.detail.includes('data/audits/two words.dsse.json')], ['backup-failed', true]);
    }));

  for (const [what, names] of [
    ['hidden', ['keys/.log.pem']],
    ['with a blank', ['policies/roles old.csv']],
    ['that leads elsewhere', ['data/../keys/log.pem']],
    ['absolute', ['/etc/passwd']],
    ['too long', [`data/${'a'.repeat(200)}`]],
    ['that comes twice', ['keys/log.pem', 'keys/log.pem']],
  ] as const)
    it(`a bundle takes no name ${what}`, async () => {
      const written = (async () => {
        for await (const piece of bundle(names.map((name) => ({ path: name, from: Buffer.from('x') })))) assert.ok(piece);
      })();
      const problem = await problemOf(written);
      assert.deepEqual([problem?.code, problem?.detail.includes(names[0])], ['backup-failed', true]);
    });

  it('tells where entries came in faster than the database could be taken, and not where they did not', () =>
    withGate(async ({ gate, backedUp }) => {
      const report = await backedUp();
      assert.equal(report.databaseBehind, false);
      const people = ['user:sh.yan', ...shanghai.executors, shanghai.officer, 'user:audit.he', ...shanghai.steps];
      const { chmod } = fs.promises;
      let times = 0;
      // Between the database and the journal somebody is invited, each time.
      fs.promises.chmod = async (file, mode) => {
        await chmod(file, mode);
        if (!String(file).endsWith('.backup.sqlite')) return;
        await gate.as(people[times++]!);
      };
      try {
        const behind = await backedUp();
        assert.deepEqual([behind.databaseBehind, times], [true, 5]);
        const backups = { backUp: async (_context: Context, to: string) => (to === 'behind' ? behind : report) } as unknown as Backups;
        for (const dest of ['behind', 'even'] as const) {
          const told: string[] = [];
          const context = { output: { result: (_: unknown, lines: string[]) => told.push(...lines) } } as unknown as Context;
          assert.equal(await backUpGate(backups)(context, { dest }), 0);
          assert.equal(told.some((line) => line.startsWith('BEHIND store.sqlite')), dest === 'behind');
        }
      } finally {
        fs.promises.chmod = chmod;
      }
    }));
});
