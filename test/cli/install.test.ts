// exportgate install: which recorder is meant, what the configuration lacks, and that nobody but root begins.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installSystem, type InstallOptions } from '../../plugin/cli/install.js';
import { makeOutput } from '../../plugin/cli/console.js';
import type { Context } from '../../plugin/cli/context.js';
import { thisMachine } from '../../plugin/cli/this-machine.js';
import { installationOf } from '../../plugin/configured.js';
import type { Installation, InstallPlace } from '../../plugin/domain/install.js';
import { Problem } from '../../plugin/domain/problem.js';
import { root } from '../support/gate.js';
import { startBox } from '../support/zoneminder-box/box.js';
import { exportgate } from './program.js';

describe('install', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-install-'))));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const config = (...recorders: string[]): string => {
    const file = path.join(folder, 'exportgate.yaml');
    fs.writeFileSync(file, `dataFolder: ${folder}\nkeysFolder: keys\npoliciesFolder: ${JSON.stringify(path.join(root, 'policies'))}\njournal: { origin: test.exportgate.example/install }\nrecorders:\n${recorders.map((it) => `  - { ${it} }\n`).join('')}cameras: []\n`);
    return file;
  };
  const zm = (id: string, more = ', passwordFile: zm.password'): string => `id: ${id}, adapter: zoneminder, url: "http://127.0.0.1/${id}/", user: exportgate${more}`;
  const nvr = 'id: nvr-1, adapter: onvif, url: "http://192.0.2.10/onvif/device_service", user: operator';
  const machine = () => thisMachine(path.join(folder, 'state'), () => new Date());

  const table: readonly (readonly [what: string, recorders: string[], asked: { system: string; recorder?: string }, says: RegExp])[] = [
    ['a system of which nothing is known', [nvr], { system: 'onvif' }, /installing in front of “onvif”; right is one of: zoneminder\./],
    ['none in the configuration', [nvr], { system: 'zoneminder' }, /has 0 recorders of zoneminder/],
    ['two, and none is named', [zm('zm-1'), zm('zm-2')], { system: 'zoneminder' }, /has 2 recorders of zoneminder; --recorder: right is one of: zm-1, zm-2\./],
    ['one that is not there', [zm('zm-1')], { system: 'zoneminder', recorder: 'zm-9' }, /no recorder “zm-9” of zoneminder; right is one of: zm-1\./],
    ['one of another kind', [zm('zm-1'), nvr], { system: 'zoneminder', recorder: 'nvr-1' }, /no recorder “nvr-1” of zoneminder/],
    ['no file for the password', [zm('zm-1', '')], { system: 'zoneminder' }, /recorder zm-1 names none; right is passwordFile/],
  ];
  for (const [what, recorders, { system, recorder = null }, says] of table)
    it(`${what}: config-invalid`, () =>
      assert.rejects(installationOf(config(...recorders), { system, recorder, webServer: null }, machine()), (thrown) => thrown instanceof Problem && thrown.code === 'config-invalid' && says.test(thrown.detail)));

  it('one of two, by its name', async () => {
    const file = config(zm('zm-1'), zm('zm-2'));
    assert.equal((await installationOf(file, { system: 'zoneminder', recorder: 'zm-2', webServer: null }, machine())).recorder, 'zm-2');
  });

  it('as a command: what is wrong, 2, and nothing is begun', async () => {
    const state = path.join(folder, 'none');
    const ended = await exportgate(['--config', config(zm('zm-1').replace('127.0.0.1', '192.0.2.10')), 'install', 'zoneminder', '--state', state]);
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, process.getuid?.() === 0 ? /right is a url like http:\/\/127\.0\.0\.1\/zm\// : /run it as root/);
    assert.equal(fs.existsSync(state), false);
  });

  describe('what it says', () => {
    const said = async (installation: Installation, options: Partial<InstallOptions>, json = false): Promise<{ exit: number; text: string }> => {
      let text = '';
      const out = { write: (more: string) => ((text += more), true), isTTY: false } as unknown as NodeJS.WriteStream;
      const context: Context = { output: makeOutput(json, out), config: 'exportgate.yaml', gate: '', env: {} };
      const exit = await installSystem(async () => ({ recorder: 'zm-1', installation }), () => machine())(context, { system: 'zoneminder', state: folder, ...options });
      return { exit, text };
    };

    it('each step with its proofs, what a person has to do, and how it ended; with --json the same as one document', async function () {
      if (process.getuid?.() !== 0) return;
      const { zoneminderInstallation } = await import('../../adapters/zoneminder/install/install.js');
      const box = await startBox();
      try {
        const installation = zoneminderInstallation(box.place satisfies InstallPlace, box.machine);
        const dry = await said(installation, { dryRun: true });
        assert.equal(dry.exit, 0);
        assert.match(dry.text, /^would 将改动 +loopback/m);
        assert.match(dry.text, /试运行,未作改动 nothing was changed/);
        const elsewhere = await said(installation, { undo: true });
        assert.match(elsewhere.text, new RegExp(`^\\n${folder} 中没有安装记录.* no record of an installation lies in ${folder}, and nothing was changed`));
        const done = await said(installation, {});
        assert.equal(done.exit, 0);
        assert.match(done.text, /^done 已完成 +recordings .*closed\n(?: {4}.*\n)+? {4}GET \/zm\/cache\/events\/exportgate-probe\.txt: 200 → 403$/m);
        assert.match(done.text, /^ {2}! Filters Tell 'everybody': 过滤器会自行把录像送出/m);
        const again = JSON.parse((await said(installation, {}, true)).text) as { ok: boolean; recorder: string; steps: { verdict: string }[] };
        assert.deepEqual([again.ok, again.recorder, [...new Set(again.steps.map(({ verdict }) => verdict))]], [true, 'zm-1', ['already']]);
        box.sql("UPDATE Config SET Value = 'theirs' WHERE Name = 'ZM_AUTH_HASH_SECRET' RETURNING Name");
        const undone = await said(installation, { undo: true });
        assert.equal(undone.exit, 1);
        assert.match(undone.text, /^KEPT 他人已改 +secret .*Config ZM_AUTH_HASH_SECRET was changed by somebody else since/m);
      } finally {
        await box.close();
      }
    });
  });
});
