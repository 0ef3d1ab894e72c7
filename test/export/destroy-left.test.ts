// A destruction of which something could not be removed at that moment: the self-audit finds the key, the copy of the keys is without it, and the next look
// that can removes key and objects.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { unbundle } from '../../plugin/backup/bundle.js';
import { makeBackupKeys, readIdentity } from '../../plugin/backup/recipient.js';
import { openFrom } from '../../plugin/backup/sealed-file.js';
import type { AuditReport } from '../../plugin/domain/self-audit.js';
import type { Line } from '../../plugin/domain/log.js';
import { headOf } from '../../plugin/export/object-head.js';
import { keyCopyName } from '../../plugin/key-copy.js';
import { aGate, shanghai, type TestGate } from '../support/gate.js';
import { fetchPackage } from '../support/fetch-package.js';
import { approveAll, letGo, problemOf, show, submit, until, type Seen } from '../support/walk.js';

const day = 86_400_000;
const begin = Date.parse('2026-03-04T00:00:00.000Z');
const [, , privacy, head] = shanghai.steps;
const { recipient, identity } = makeBackupKeys();

describe('what a destruction left', function () {
  this.timeout(120_000);
  let gate: TestGate;
  let id: string;
  let time = new Date(begin);
  const lines: Line[] = [];
  const at = (...names: string[]): string => path.join(gate.folder, ...names);
  const keyFile = (part: 'original' | 'copies'): string => at('keys/requests', `${id}.${part}.key`);
  const on = (days: number): void => {
    time = new Date(begin + days * day);
    gate.again();
  };
  /** Ids of objects that lie under this key. */
  const under = (part: 'original' | 'copies'): string[] =>
    fs.readdirSync(at('data/objects')).filter((name) => fs.statSync(at('data/objects', name)).isFile()).map((name) => name.replace('.sealed', '')).filter((object) => {
      const found = headOf(at('data/objects'), object);
      return typeof found === 'object' && found.key === `${id}/${part}`;
    });
  /** In its place lies what cannot be read, written over, nor unlinked; gives what puts it right. */
  const stuck = (file: string): (() => void) => {
    const bytes = fs.readFileSync(file);
    fs.rmSync(file);
    fs.mkdirSync(file);
    return () => {
      fs.rmdirSync(file);
      fs.writeFileSync(file, bytes, { mode: 0o600 });
    };
  };
  /** It can be read and written over, and not unlinked, as on a busy share; gives what puts that right. */
  const busy = (file: string): (() => void) => {
    const { rmSync } = fs;
    fs.rmSync = (name, options) => {
      if (name === file) throw Object.assign(new Error(`EBUSY: ${file}`), { code: 'EBUSY' });
      rmSync(name, options);
    };
    return () => void (fs.rmSync = rmSync);
  };
  let places = 0;
  const copied = async (): Promise<string[]> => unbundle(openFrom(at('key-copy', keyCopyName), readIdentity(identity)), at(`opened-${places++}`));
  const audited = async (): Promise<string[]> => {
    const auditor = await gate.as('user:audit.he');
    const list = () => auditor.get<{ running: boolean; audits: { id: string }[] }>('/api/v1/audits');
    const isOver = async (): Promise<void> => {
      while ((await list()).running) await wait(25);
    };
    // The day's own, which a look began.
    await isOver();
    time = new Date(time.getTime() + 1000);
    await auditor.post('/api/v1/audits', {});
    await isOver();
    const { report } = await auditor.get<{ report: AuditReport }>(`/api/v1/audits/${(await list()).audits[0]!.id}`);
    return report.findings.filter(({ code }) => code.startsWith('key-')).map(({ code, what }) => `${code} ${what}`);
  };
  const post = async (user: string, where: string, body: object = {}) => (await gate.as(user)).post<Seen>(`/api/v1/requests/${id}/${where}`, body);

  before(async () => {
    gate = await aGate({ now: () => time, log: (level, line) => void (level === 'error' && lines.push(line)), config: `backup: { recipient: "${recipient}", keys: key-copy }` });
    await gate.as('user:sh.yan');
    id = (await submit(gate)).requestId;
    await approveAll(gate, id);
    await until(gate, id, ({ state }) => state === 'packaged');
    for (const executor of shanghai.executors) await letGo(gate, executor, id);
    await post('user:sh.yan', 'after-review', { finding: 'in-order' });
    await fetchPackage(await gate.as(shanghai.officer), id, at('a.zip'));
    // At its start it writes the copy of the keys, with these.
    await gate.restart();
    gate.again();
  });
  after(() => gate?.close());

  it('of the copies: the key goes as soon as it can, and what lies under it waits no longer than to the same look', async () => {
    const objects = under('copies');
    assert.ok(objects.length > 2 && (await copied()).includes(`keys/requests/${id}.copies.key`));
    on(7.1);
    const putRight = stuck(keyFile('copies'));
    await gate.look();
    assert.ok(lines.some(({ event }) => event === 'destruction-unfinished'), JSON.stringify(lines));
    assert.deepEqual(under('copies'), []);
    assert.ok(!(await copied()).includes(`keys/requests/${id}.copies.key`), 'the copy of the keys has it still');
    assert.deepEqual((await audited()).filter((line) => line.startsWith('key-undestroyed')), [`key-undestroyed ${id}/copies`]);
    putRight();
    await gate.look();
    assert.ok(!fs.existsSync(keyFile('copies')));
    assert.deepEqual(await audited(), []);
    assert.equal((await show(gate, id)).state, 'released');
  });

  it('of the original: each object that can goes at once, the key and the last one as soon as they can', async () => {
    const objects = under('original');
    const sizes = objects.map((object) => fs.statSync(at('data/objects', `${object}.sealed`)).size);
    // The largest is no list: the sums can be told without it.
    const kept = at('data/objects', `${objects[sizes.indexOf(Math.max(...sizes))]!}.sealed`);
    const key = fs.readFileSync(keyFile('original'));
    on(200);
    await post(shanghai.officer, 'case-closing');
    await post(privacy!, 'destruction');
    const [putRight, putObjectRight] = [busy(keyFile('original')), stuck(kept)];
    try {
      // The second person hears that not everything went; the entry is there.
      assert.equal((await problemOf(post(head!, 'destruction')))?.code, 'key-invalid');
      assert.ok(!fs.readFileSync(keyFile('original')).equals(key), 'it was not written over');
      assert.deepEqual(objects.filter((object) => fs.existsSync(at('data/objects', `${object}.sealed`))), [path.basename(kept, '.sealed')]);
      await gate.look();
      assert.ok(fs.existsSync(keyFile('original')));
    } finally {
      putRight();
    }
    assert.equal((await show(gate, id) as { custody?: string }).custody, 'destroyed');
    assert.ok(!(await copied()).includes(`keys/requests/${id}.original.key`));
    assert.deepEqual((await audited()).filter((line) => line.startsWith('key-undestroyed')), [`key-undestroyed ${id}/original`]);
    fs.writeFileSync(keyFile('original'), key, { mode: 0o600 });
    await gate.look();
    assert.deepEqual([fs.existsSync(keyFile('original')), fs.existsSync(kept)], [false, true]);
    putObjectRight();
    await gate.look();
    assert.ok(!fs.existsSync(kept), 'the object stayed');
    assert.deepEqual(await audited(), []);
  });
});
