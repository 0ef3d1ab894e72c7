// Verbs that need no running gate, as processes: what each ends with, and that --json is one line and nothing else.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../support/gate.js';
import { aPlace, exportgate, type Around, type Ended, type Place } from './program.js';

/** One JSON document on stdout, in one line. */
export function onlyJson<T>({ stdout }: Ended): T {
  assert.match(stdout, /^[^\n]+\n$/);
  return JSON.parse(stdout) as T;
}

describe('the command', () => {
  let place: Place;
  before(async () => {
    place = await aPlace();
  });
  after(() => fs.promises.rm(place.folder, { recursive: true, force: true }));

  const hour = ['--from', '2026-03-01T10:00:00+08:00', '--to', '2026-03-01T11:00:00+08:00'];
  const asked = ['--as', 'user:sh.lu', '--camera', 'sh-yf-street', '--act', 'request', '--basis', 'CRIMINAL_CASE', ...hour];
  const other = (option: string, value: string): string[] => asked.map((word, at) => (asked[at - 1] === option ? value : word));
  const somebody = { env: { EXPORTGATE_USER: 'user:sh.lu', EXPORTGATE_PASSWORD: 'correct-horse-battery-7' } };
  const nobodyThere = ['--gate', 'http://127.0.0.1:9'];

  const table: readonly (readonly [what: string, args: readonly string[], code: number, says: RegExp, around?: Around])[] = [
    ['no verb', [], 2, /Usage: exportgate/],
    ['an unknown verb', ['export-everything'], 2, /unknown command/],
    ['an unknown option', ['explain', ...asked, '--force'], 2, /unknown option '--force'/],
    ['an option that is missing', ['explain', '--as', 'user:sh.lu'], 2, /--camera, --act, --from, --to is missing/],
    ['an argument too many', ['request', 'show', 'EG-1', 'EG-2'], 2, /too many arguments/],
    ['help', ['--help'], 0, /录像调取网关/],
    ['the version', ['--version'], 0, /^\d+\.\d+\.\d+$/m],

    ['explain: allowed', ['explain', ...asked], 0, /allow · 允许[\s\S]+tier-1\.csv:\d+[\s\S]+evidence-clerk → site-security-manager → privacy-officer → unit-head[\s\S]+非法律规定/],
    ['explain: denied', ['explain', ...other('--basis', 'FOREIGN')], 1, /deny · 拒绝: basis-foreign/],
    ['explain: somebody without the role', ['explain', ...other('--as', 'user:sh.wei')], 1, /deny · 拒绝: no-row-allows/],
    ['explain: an unknown act', ['explain', ...other('--act', 'steal')], 2, /--act is one of/],
    ['explain: an unknown basis', ['explain', ...other('--basis', 'WHIM')], 2, /--basis is/],
    ['explain: an unknown camera', ['explain', ...other('--camera', 'no-such')], 2, /--camera: cameras\.csv names no “no-such”/],
    ['explain: a user without the prefix', ['explain', ...other('--as', 'sh.lu')], 2, /--as wants a user like/],
    ['explain: a time without its zone', ['explain', ...other('--from', '2026-03-01T10:00:00')], 2, /--from: .*zone/],
    ['explain: an end before the start', ['explain', ...other('--to', '2026-03-01T09:00:00+08:00')], 2, /ends .* before it starts/],
    ['explain: policy files that are not there', ['explain', ...asked, '--policies', '/nowhere'], 2, /policy-invalid[\s\S]+Try: exportgate check --policies/],

    ['check: the shipped policies', ['check', '--policies', path.join(root, 'policies')], 0, /^no faults$/m],
    ['check: no folder', ['check', '--policies', '/nowhere'], 2, /fault\(s\)/],
    ['check: no configuration', ['check', '--config', '/nowhere/exportgate.yaml'], 2, /fault\(s\)/],

    ['request submit: nobody signed in', ['request', 'submit', 'form.json'], 2, /token-missing[\s\S]+Try: set EXPORTGATE_USER/],
    ['request submit: a file that is not there', ['request', 'submit', '/nowhere/form.json'], 2, /cannot be read/, somebody],
    ['request submit: a file that is no JSON', ['request', 'submit', path.join(root, 'README.md')], 2, /is not JSON/, somebody],
    ['request list: a gate that is not there', [...nobodyThere, 'request', 'list'], 3, /The gate at http:\/\/127\.0\.0\.1:9 does not answer/, somebody],
    ['request list: an address that is none', ['--gate', 'nonsense', 'request', 'list'], 2, /--gate wants an address/, somebody],
    ['request list: an address of another kind', ['--gate', 'file:///etc/hosts', 'request', 'list'], 2, /--gate wants an address/, somebody],
    ['request fetch: a place that takes nothing', [...nobodyThere, 'request', 'fetch', 'EG-1', '--out', '/nowhere/package.zip'], 2, /cannot be written/, somebody],
    ['request fetch: a folder that is there', [...nobodyThere, 'request', 'fetch', 'EG-1', '--form', 'plain', '--out', os.tmpdir()], 2, /is there already/, somebody],
    ['review: neither', ['review', 'EG-1'], 2, /Say either --approve, or --narrow with a file, or --return/, somebody],
    ['review: both', ['review', 'EG-1', '--approve', '--return', 'ID_MISMATCH'], 2, /Say either/, somebody],
    ['review: an unknown code', ['review', 'EG-1', '--return', 'NO_MOOD'], 2, /Say either/, somebody],
    ['journal tail: a gate that is not there', [...nobodyThere, 'journal', 'tail'], 3, /does not answer/, somebody],

    ['verify: a package that is not there', ['verify', '/nowhere/package.zip', '--key', path.join(root, 'README.md')], 2, /cannot be read/],
    ['verify: a key that is not there', ['verify', root, '--key', '/nowhere/gate.pub'], 2, /key-invalid/],
    ['verify: no key', ['verify', root], 2, /required option '--key/],
    ['verify: what is no key', ['verify', root, '--key', path.join(root, 'README.md')], 2, /key-invalid/],
    ['verify: what is no package', ['verify', path.join(root, 'policies'), '--key', 'KEY'], 1, /NOT intact · 已被改动: archive-malformed|NOT intact · 已被改动: file-/],
  ];
  for (const [what, args, code, says, around] of table)
    it(`${what}: ${code}`, async () => {
      const words = await Promise.all(args.map(async (word) => (word === 'KEY' ? aKey(place) : word)));
      const ended = await exportgate(words, around);
      assert.equal(ended.code, code, ended.stderr + ended.stdout);
      assert.match(ended.stdout + ended.stderr, says);
      assert.doesNotMatch(ended.stderr, /\bat .+:\d+:\d+\)?$|node:internal|correct-horse/m);
    });

  it('no verb takes a password, and none prints one', async () => {
    for (const verb of [[], ['serve'], ['demo'], ['request', 'submit'], ['request', 'fetch'], ['review'], ['release'], ['journal', 'tail']])
      // One verb is called setup-token: its line alone, of the list of verbs, may say so.
      assert.doesNotMatch((await exportgate([...verb, '--help'])).stdout.replace(/^ {2}setup-token\b.*$/m, ''), /password|token|--user/i, verb.join(' '));
    const tried = await exportgate([...nobodyThere, 'request', 'list', '--password', 'correct-horse-battery-7'], somebody);
    assert.deepEqual([tried.code, tried.stdout], [2, '']);
    assert.match(tried.stderr, /unknown option '--password'/);
  }).timeout(30_000);

  describe('with --json', () => {
    it('explain: one line that says what the verdict is', async () => {
      const found = onlyJson<{ decision: { verdict: string }; plan: { steps: unknown[] } }>(await exportgate(['--json', 'explain', ...asked]));
      assert.deepEqual([found.decision.verdict, found.plan.steps.length], ['allow', 4]);
    });
    it('check: one line with every fault', async () => {
      assert.deepEqual(onlyJson(await exportgate(['--json', 'check', '--policies', path.join(root, 'policies')])), { ok: true, faults: [] });
    });
    it('a failure: nothing on stdout, one line on stderr', async () => {
      for (const args of [['review', 'EG-1'], ['request', 'list'], ['explain', ...other('--act', 'steal')]]) {
        const { code, stdout, stderr } = await exportgate(['--json', ...args], args[0] === 'request' ? {} : somebody);
        assert.deepEqual([code, stdout], [2, '']);
        assert.match(stderr, /^[^\n]+\n$/);
        assert.equal(typeof (JSON.parse(stderr) as { problem: { code: string } }).problem.code, 'string');
      }
    });
  });

  describe('check', () => {
    async function withPolicies(change: (folder: string) => Promise<void>, work: (folder: string) => Promise<void>): Promise<void> {
      const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-cli-'));
      try {
        await fs.promises.cp(path.join(root, 'policies'), folder, { recursive: true });
        await change(folder);
        await work(folder);
      } finally {
        await fs.promises.rm(folder, { recursive: true, force: true });
      }
    }
    const add = (file: string, row: string) => async (folder: string): Promise<void> => fs.promises.appendFile(path.join(folder, file), `${row}\n`);
    const rows: readonly (readonly [what: string, row: string, says: RegExp])[] = [
      ['a misspelt effect', 'p, role:executor, tier-1, request:*, release, -, *, Allow, -', /tier-1\.csv:\d+(:\d+)?: /],
      ['a misspelt act', 'p, role:executor, tier-1, request:*, relase, -, *, allow, -', /tier-1\.csv:\d+(:\d+)?: .*relase/],
      ['a misspelt duty', 'p, role:police.investigator, tier-1, camera:*, request, ordinary, *, allow, ofizers:2', /tier-1\.csv:\d+(:\d+)?: .*ofizers/],
      ['a field that is missing', 'p, role:executor, tier-1, request:*, release, -, *, allow', /tier-1\.csv:\d+(:\d+)?: /],
      ['a step that is none', 'p, role:police.investigator, tier-1, camera:*, request, ordinary, *, allow, approve:nobody', /tier-1\.csv:\d+(:\d+)?: .*nobody/],
    ];
    for (const [what, row, says] of rows)
      it(`${what}: 2, with its line`, () =>
        withPolicies(add('tier-1.csv', row), async (folder) => {
          const ended = await exportgate(['check', '--policies', folder]);
          assert.equal(ended.code, 2);
          assert.match(ended.stdout, says);
          const line = (await fs.promises.readFile(path.join(folder, 'tier-1.csv'), 'utf8')).trimEnd().split('\n').length;
          assert.ok(ended.stdout.includes(`tier-1.csv:${line}`), ended.stdout);
        }));

    it('a configuration with several faults: all of them, with their places', async () => {
      const file = path.join(place.folder, 'broken.yaml');
      const sound = await fs.promises.readFile(place.config, 'utf8');
      await fs.promises.writeFile(file, sound.replace('host: 127.0.0.1, port: 0 }\ndata', 'host: 0.0.0.0, port: 99999 }\ndata').replace('adapter: onvif', 'adapter: vhs'));
      const { code, stdout } = await exportgate(['--config', file, 'check'], { env: place.env });
      assert.equal(code, 2, stdout);
      for (const where of ['listen', 'recorders']) assert.match(stdout, new RegExp(`^${where}.*: .+: .+$`, 'm'));
    });
    it('a sound configuration: 0', async () => {
      const { code, stdout } = await exportgate(['--config', place.config, 'check'], { env: place.env });
      assert.deepEqual([code, stdout], [0, 'no faults\n']);
    });
    it('a configuration without its password in the environment: 2', async () => {
      const { code, stdout } = await exportgate(['--config', place.config, 'check']);
      assert.equal(code, 2);
      assert.match(stdout, /EXPORTGATE_RECORDER_NVR_1_PASSWORD/);
    });
  });
});

/** A key of nobody's package. */
async function aKey({ folder }: Place): Promise<string> {
  const { generateKeyPairSync } = await import('node:crypto');
  const file = path.join(folder, 'other.pub');
  await fs.promises.writeFile(file, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
  return file;
}
