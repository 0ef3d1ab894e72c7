// A backup brought back beside what happened since: what was destroyed or erased later does not come back and is told as what it is, one damaged object
// keeps none of the others back, and no key is made in the place of one that lacks.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { adapters } from '../../adapters/index.js';
import { backUp, type BackupOptions, type BackupReport } from '../../plugin/back-up.js';
import { unbundle } from '../../plugin/backup/bundle.js';
import { makeBackupKeys, readIdentity } from '../../plugin/backup/recipient.js';
import { openFrom } from '../../plugin/backup/sealed-file.js';
import { loadConfig } from '../../plugin/config/config.js';
import { Secret } from '../../plugin/config/secret.js';
import type { Entry } from '../../plugin/domain/audit-event.js';
import type { Problem } from '../../plugin/domain/problem.js';
import { openKeys } from '../../plugin/keys/keys.js';
import { restore, type RestoreReport } from '../../plugin/restore.js';
import { holdLock } from '../../plugin/store/sqlite.js';
import { aGate, anApplication, shanghai, uploadScan, type TestGate } from '../support/gate.js';
import { aPng, pngChunk } from '../support/papers.js';
import { approveAll, letGo, problemOf, show, submit, until, vote, type Seen } from '../support/walk.js';

const day = 86_400_000;
const [first, , privacy, head] = shanghai.steps;
const masterKey = randomBytes(32).toString('base64');

describe('a restore, beside what happened since', function () {
  this.timeout(240_000);
  let gate: TestGate;
  let time = new Date('2026-03-04T00:00:00.000Z');
  const ids = { served: '', returned: '' };
  const { recipient, identity } = makeBackupKeys();
  const env = { EXPORTGATE_RECORDER_NVR_1_PASSWORD: 'box-password', EXPORTGATE_MASTER_KEY_1: masterKey };
  const masterKeys = new Map([[1, new Secret(masterKey)]]);
  const at = (...names: string[]): string => path.join(gate.folder, ...names);
  const objectsOf = (folder: string): string[] => fs.readdirSync(at(folder)).filter((name) => name.endsWith('.sealed')).map((name) => name.slice(0, -7)).sort();
  const entries = (folder = 'data'): Entry[] => fs.readFileSync(at(folder, 'journal/entries.ndjson'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Entry);

  async function backedUp(options: BackupOptions = {}): Promise<BackupReport> {
    const config = await loadConfig(at('exportgate.yaml'), env, adapters);
    return backUp({ config, keys: openKeys(config.keysFolder, config.keys), version: '0.0.0', now: () => time }, at('backup'), null, { sameDisk: true, ...options });
  }
  let places = 0;
  const restored = (from: string, sources: Parameters<typeof restore>[0]['sources'] = { masterKeys }): Promise<RestoreReport> =>
    restore({ from: at(from), keysFrom: at('key-copy'), identity, to: at(`restored-${++places}`), sources, now: () => time });
  /** A copy of the first backup, with something done to it. */
  const changed = (name: string, change: (folder: string) => void): Promise<RestoreReport> => {
    fs.cpSync(at('backup-then'), at(name), { recursive: true });
    change(at(name));
    return restored(name);
  };
  const flip = (file: string, position: number): void => {
    const bytes = fs.readFileSync(file);
    bytes[position]! ^= 1;
    fs.writeFileSync(file, bytes);
  };
  const post = async (user: string, id: string, where: string, body: object = {}) => (await gate.as(user)).post<Seen>(`/api/v1/requests/${id}/${where}`, body);

  before(async () => {
    gate = await aGate({ now: () => time, config: `backup: { recipient: "${recipient}", keys: key-copy }`, env });
    await gate.as('user:sh.yan');
    const officer = await gate.withScan(shanghai.officer);
    const { sha256 } = await uploadScan(officer, aPng({ more: [pngChunk('tEXt', Buffer.from('Comment\0b'))] }));
    const application = anApplication();
    ids.returned = (await submit(gate, { instrument: { ...application.instrument!, scanSha256: sha256 } })).requestId;
    ids.served = (await submit(gate)).requestId;
    await until(gate, ids.returned, ({ custody }) => custody === 'sealed');
    await vote(gate, first, ids.returned, { verdict: 'return', code: 'DUPLICATE' });
    await approveAll(gate, ids.served);
    await until(gate, ids.served, ({ state }) => state === 'packaged');
    for (const executor of shanghai.executors) await letGo(gate, executor, ids.served);
    await post('user:sh.yan', ids.served, 'after-review', { finding: 'in-order' });
    await backedUp();
    fs.cpSync(at('backup'), at('backup-then'), { recursive: true });
    await gate.stop();
    fs.cpSync(at('data'), at('data-then'), { recursive: true });
    await gate.restart();
  });
  after(() => gate?.close());

  it('names the master key of the environment that lacks, or is another one, and makes none', async () => {
    const lacking = await problemOf(restored('backup'));
    assert.equal(lacking, null);
    for (const [sources, says] of [[{}, 'EXPORTGATE_MASTER_KEY_1 is not set'], [{ masterKeys: new Map([[1, new Secret(randomBytes(32).toString('base64'))]]) }, 'is another one']] as const) {
      const problem: Problem | null = await problemOf(restored('backup', sources));
      assert.equal(problem?.code, 'key-invalid');
      assert.ok(problem.detail.includes(says), problem.detail);
      assert.ok(!fs.existsSync(at(`restored-${places}`, 'keys/master-1.key')));
    }
  });

  it('verifies both packages of a request, and finds what is damaged of the originals’ alone', async () => {
    const sealed = entries().find((entry) => entry.event === 'package-sealed');
    assert.ok(sealed?.event === 'package-sealed' && sealed.data.originals);
    const { object } = sealed.data.originals.index;
    const whole = await restored('backup');
    assert.deepEqual([whole.findings, whole.packages], [[], 2]);
    const hurt = await changed('b-originals', (folder) => flip(path.join(folder, 'objects', `${object}.sealed`), 250));
    assert.equal(hurt.packages, 1);
    assert.ok(hurt.findings.some(({ what, why }) => what === ids.served && why.includes('(originals)')), JSON.stringify(hurt.findings));
  });

  it('goes on past an object whose header is damaged, and one that lacks, and names both', async () => {
    const [one, two] = objectsOf('backup-then/objects');
    const whole = await restored('backup-then');
    for (const position of [0, 9, 21, 90]) {
      const hurt = await changed(`b-header-${position}`, (folder) => {
        flip(path.join(folder, 'objects', `${one}.sealed`), position);
        fs.rmSync(path.join(folder, 'objects', `${two}.sealed`));
      });
      assert.deepEqual([one, two].filter((it) => !hurt.damaged.includes(it!)), [], `byte ${position}`);
      assert.deepEqual(objectsOf(`restored-${places}/data/objects`), objectsOf('backup-then/objects').filter((it) => it !== two));
      assert.ok(hurt.objects > 0 && hurt.objects < whole.objects);
    }
  });

  it('a backup goes on past damaged objects, keeps what is whole of them, and with --verify takes anew what rotted there', async () => {
    const [one, two] = objectsOf('backup/objects');
    const [here, there] = [at('data/objects', `${one}.sealed`), at('backup/objects', `${two}.sealed`)];
    const good = fs.readFileSync(at('backup/objects', `${one}.sealed`));
    flip(here, 9);
    const hurt = await backedUp();
    assert.deepEqual([hurt.damaged, hurt.repaired, hurt.copied], [[one], [], 0]);
    assert.ok(fs.readFileSync(at('backup/objects', `${one}.sealed`)).equals(good), 'what is whole in the backup was written over');
    flip(here, 9);
    // Behind the header: not read at each run.
    flip(there, 250);
    assert.deepEqual((await backedUp()).repaired, []);
    assert.deepEqual((await backedUp({ verify: true })).repaired, [two]);
    assert.deepEqual(fs.readFileSync(there), fs.readFileSync(at('data/objects', `${two}.sealed`)));
    // In the header: at each run.
    flip(there, 90);
    const again = await backedUp();
    assert.deepEqual([again.repaired, again.damaged, again.lost], [[two], [], []]);
  });

  it('a backup takes nothing away for a key that is merely not there, and one runs at a time', async () => {
    const key = at('keys/requests', `${ids.returned}.original.key`);
    const { index } = entries().flatMap((entry) => (entry.event === 'footage-sealed' && entry.requestId === ids.returned ? [entry.data] : []))[0]!;
    const object = at('data/objects', `${index.object}.sealed`);
    fs.renameSync(key, at('away.key'));
    fs.renameSync(object, at('away.sealed'));
    assert.equal((await problemOf(backedUp()))?.code, 'backup-failed');
    assert.ok(fs.existsSync(at('backup/objects', `${index.object}.sealed`)));
    fs.renameSync(at('away.key'), key);
    assert.deepEqual((await backedUp()).lost, [index.object]);
    assert.ok(fs.existsSync(at('backup/objects', `${index.object}.sealed`)));
    fs.renameSync(at('away.sealed'), object);
    const release = await holdLock(at('data/backup.lock'));
    assert.equal((await problemOf(backedUp()))?.code, 'state-conflict');
    release();
    assert.deepEqual([(await backedUp()).lost, fs.readdirSync(at('data')).filter((name) => name.startsWith('.backup'))], [[], []]);
  });

  it('what was destroyed after the backup is told as destroyed by the restored journal, and nothing of it opens', async () => {
    time = new Date(time.getTime() + 40 * day);
    await gate.look();
    gate.again();
    await post(privacy, ids.served, 'destruction');
    await post(head, ids.served, 'destruction');
    const gone = [ids.returned, ids.served].flatMap((id) => ['copies', 'original'].map((part) => `${id}/${part}`)).sort();
    const report = await restored('backup-then');
    assert.deepEqual([report.findings, report.packages, report.destroyedKeys], [[], 0, gone]);
    assert.ok(report.objectsGone > 10);
    const found = entries(`restored-${places}/data`).filter(({ event }) => event.endsWith('-found-destroyed'));
    assert.deepEqual(found.map((entry) => [entry.event, 'requestId' in entry && entry.requestId]), [ids.returned, ids.served].map((id) => ['footage-found-destroyed', id]));
  });

  it('a gate takes it at its first start over restored keys, before it serves, and says it once', async () => {
    await gate.stop();
    fs.renameSync(at('data'), at('data-now'));
    fs.renameSync(at('keys'), at('keys-now'));
    fs.cpSync(at('data-then'), at('data'), { recursive: true });
    await unbundle(openFrom(at('key-copy/keys.sealed'), readIdentity(identity)), gate.folder);
    await gate.restart();
    gate.again();
    const { state, custody } = await show(gate, ids.served);
    assert.deepEqual([state, custody], ['destroyed', 'destroyed']);
    type Told = { deliveries: { state: string; foundDestroyedAt: string | null }[] };
    const told = await (await gate.as('user:sh.yan')).get<Told>(`/api/v1/deliveries?id=${ids.served}`);
    assert.deepEqual(told.deliveries.map((it) => [it.state, it.foundDestroyedAt]), [['destroyed', time.toISOString()]]);
    const refused = await problemOf((await gate.as('user:sh.yan')).get(`/api/v1/requests/${ids.served}/destruction`));
    assert.equal(refused?.code, 'state-conflict');
    assert.equal(fs.existsSync(at('keys/copy.json')), false);
    await gate.restart();
    assert.equal(entries().filter(({ event }) => event === 'footage-found-destroyed').length, 2);
    // Its own copy goes on to know it.
    assert.deepEqual((await backedUp()).lost, []);
    assert.equal((await restored('backup')).destroyedKeys.length, 4);
  });

  it('what was erased after the backup is erased again, its paper too, also where that lies under the master key', async () => {
    const [kept] = entries().flatMap((entry) => (entry.event === 'scan-kept' ? [entry] : [])).slice(-1);
    assert.ok(kept);
    time = new Date(time.getTime() + 6 * 365 * day);
    await gate.anew();
    await gate.look();
    await post(privacy, ids.returned, 'erasures', { field: 'application' });
    const before = objectsOf('data/objects');
    await gate.restart();
    const swept = before.filter((it) => !objectsOf('data/objects').includes(it));
    assert.equal(swept.length, 1, 'the paper');
    const report = await restored('backup-then');
    assert.deepEqual([report.findings, report.erasedValues > 0], [[], true]);
    assert.ok(!objectsOf(`restored-${places}/data/objects`).includes(swept[0]!), 'the paper came back');
    // And it leaves the backup itself.
    assert.ok(objectsOf('backup/objects').includes(swept[0]!));
    assert.deepEqual((await backedUp()).lost, []);
    assert.ok(!objectsOf('backup/objects').includes(swept[0]!));
  });
});
