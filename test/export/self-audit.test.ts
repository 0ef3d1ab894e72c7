// The gate asks itself: nothing is found where nothing is wrong, and each thing that somebody did to it is found, by its name.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createHash, createPublicKey } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { openEnvelope } from '../../plugin/domain/formats/dsse.js';
import { auditPayloadType, type AuditReport } from '../../plugin/domain/self-audit.js';
import type { AuditSummary } from '../../plugin/export/audits.js';
import type { Entry } from '../../plugin/domain/audit-event.js';
import { aGate, anApplication, type TestGate } from '../support/gate.js';
import type { Client } from '../../plugin/cli/client.js';
import { problemOf } from '../support/walk.js';

interface Told extends AuditSummary {
  report: AuditReport;
  envelope: string;
}
const day = 86_400_000;
/** Of the site, days. */
const declared = 30;

describe('a self-audit', function () {
  this.timeout(120_000);
  let gate: TestGate;
  let auditor: Client;
  let requestId: string;
  let now = new Date('2026-03-05T00:00:00.000Z');

  before(async () => {
    gate = await aGate({ now: () => now });
    auditor = await gate.as('user:audit.he');
    const officer = await gate.withScan('user:sh.lu');
    ({ requestId } = await officer.post<{ requestId: string }>('/api/v1/requests', anApplication()));
    await until(async () => (await entries()).some(({ event }) => event === 'preserve-completed'));
  });
  after(() => gate?.close());

  const entries = async (): Promise<Entry[]> => (await auditor.get<{ entries: Entry[] }>('/api/v1/journal?from=0&count=500')).entries;
  const list = async (): Promise<{ running: boolean; audits: AuditSummary[] }> => auditor.get('/api/v1/audits');
  const newest = async (): Promise<Told> => auditor.get<Told>(`/api/v1/audits/${(await list()).audits[0]!.id}`);
  const audited = async (): Promise<Told> => {
    await auditor.post('/api/v1/audits', {});
    await until(async () => !(await list()).running);
    return newest();
  };
  const inData = (...parts: string[]): string => path.join(gate.folder, 'data', ...parts);
  const objects = (): string[] => fs.readdirSync(inData('objects')).filter((name) => name.endsWith('.sealed'));

  it('finds nothing where nothing is wrong, and says what it looked at', async () => {
    now = new Date(now.getTime() + 1000);
    const { report, sha256, envelope, by } = await audited();
    assert.deepEqual(report.findings, []);
    assert.equal(by, 'user:audit.he');
    assert.equal(report.looked.objects, objects().length);
    assert.deepEqual([report.looked.journal, report.looked.recorders, report.looked.duties], [1, 1, 1]);
    assert.equal(report.journal.root?.length, 64);
    const { payloadType, body } = openEnvelope(envelope, createPublicKey(await (await fetch(`${gate.url}/api/v1/keys/gate.pub`)).text()));
    assert.deepEqual([payloadType, createHash('sha256').update(body).digest('hex')], [auditPayloadType, sha256]);
    const entry = (await entries()).findLast(({ event }) => event === 'self-audited')!;
    assert.deepEqual(entry.data, { report: sha256, startedAt: report.startedAt, findings: 0 });
    assert.deepEqual(JSON.parse(fs.readFileSync(inData('audits', `${report.startedAt.replaceAll(':', '')}.dsse.json`), 'utf8')), JSON.parse(envelope));
  });

  /** Sessions end with the day. */
  const anew = async (): Promise<void> => {
    gate.again();
    auditor = await gate.as('user:audit.he');
  };

  const flip = (file: string, at = -20): (() => void) => {
    const [bytes, { mode }] = [fs.readFileSync(file), fs.statSync(file)];
    const changed = Buffer.from(bytes);
    changed[at < 0 ? changed.length + at : at]! ^= 1;
    fs.writeFileSync(file, changed);
    return () => fs.writeFileSync(file, bytes, { mode });
  };
  const opened = (file: string, mode: number): (() => void) => {
    const before = fs.statSync(file).mode & 0o777;
    fs.chmodSync(file, mode);
    return () => fs.chmodSync(file, before);
  };
  const put = (file: string, make: () => void): (() => void) => {
    make();
    return () => fs.rmSync(file);
  };

  const done: readonly (readonly [what: string, does: () => () => void, found: () => readonly [code: string, what: RegExp][]])[] = [
    ['a bit of the scan', () => flip(inData('objects', scanObject())), () => [['object-corrupt', new RegExp(scanObject().replace('.sealed', ''))]]],
    ['an object gone', () => {
      const file = inData('objects', scanObject());
      const bytes = fs.readFileSync(file);
      fs.rmSync(file);
      return () => fs.writeFileSync(file, bytes, { mode: 0o600 });
    }, () => [['object-corrupt', new RegExp(objectOf('scan'))]]],
    ['a camera’s list', () => flip(inData('objects', `${objectOf('index')}.sealed`)), () => [['object-corrupt', new RegExp(objectOf('index'))], ['list-unreadable', new RegExp(objectOf('index'))]]],
    ['an entry of the journal', () => {
      const file = inData('journal', 'entries.ndjson');
      const swap = (from: string, to: string): void => fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(`"event":"${from}"`, `"event":"${to}"`));
      swap('gate-started', 'gate-stopped');
      // The audit's own entry came behind it.
      return () => swap('gate-stopped', 'gate-started');
    }, () => [['journal-broken', /^entry-changed, behind the last checkpoint$/]]],
    ['the data folder open', () => opened(inData(), 0o755), () => [['open-to-others', /^data: \. \(open to others\)$/]]],
    ['a key open', () => opened(path.join(gate.folder, 'keys', 'tokens.key'), 0o644), () => [['key-invalid', /tokens\.key has mode 0644/]]],
    ['a file that everybody may change', () => opened(inData('store.sqlite'), 0o666), () => [['open-to-others', /^data: store\.sqlite \(open to others\)$/]]],
    ['a link', () => put(inData('elsewhere'), () => fs.symlinkSync('/', inData('elsewhere'))), () => [['open-to-others', /^data: elsewhere \(a link\)$/]]],
  ];
  let wanted: Record<string, string> = {};
  const objectOf = (name: string): string => wanted[name]!;
  const scanObject = (): string => `${objectOf('scan')}.sealed`;
  before(async () => {
    const sealed = (await entries()).find(({ event }) => event === 'footage-sealed') as Extract<Entry, { event: 'footage-sealed' }>;
    // The smallest object is the scan: a picture of one pixel.
    const [scan] = objects().sort((a, b) => fs.statSync(inData('objects', a)).size - fs.statSync(inData('objects', b)).size);
    wanted = { index: sealed.data.index.object, scan: scan!.replace('.sealed', '') };
  });
  for (const [what, does, found] of done)
    it(`finds ${what}`, async () => {
      now = new Date(now.getTime() + 1000);
      const undo = does();
      try {
        const { report, findings } = await audited();
        assert.equal(findings, found().length, JSON.stringify(report.findings));
        for (const [at, [code, name]] of found().entries()) {
          assert.equal(report.findings[at]!.code, code);
          assert.match(report.findings[at]!.what, name);
        }
      } finally {
        undo();
      }
    });

  it('finds a recorder that is far off', async () => {
    now = new Date(now.getTime() + 1000);
    gate.recorder.faults.clockOffsetMs = 45_000;
    const { report } = await audited();
    assert.deepEqual(report.findings.map(({ code, what }) => `${code} ${what.replace(/\d+ ms/, 'ms')}`), ['recorder-clock nvr-1: ms']);
  });

  it('finds a recorder that writes over what its site says is kept, once what it held is gone, and not one that is new', async () => {
    delete gate.recorder.faults.clockOffsetMs;
    const found = async (): Promise<string[]> => {
      now = new Date(now.getTime() + 1000);
      return (await audited()).report.findings.map(({ code, what }) => `${code} ${what}`);
    };
    gate.recorder.faults.overwrittenMs = 30_000;
    assert.deepEqual(await found(), [], 'a clock was set right by 45 s');
    // What it said last stands in the signed report: a start between the two forgets nothing.
    await gate.restart();
    await anew();
    gate.recorder.faults.overwrittenMs = 3_600_000;
    const told = await found();
    assert.ok(told.length > 0);
    for (const line of told) assert.match(line, new RegExp(`^retention-short sh-[a-z-]+: [34]\\.\\d of ${declared} days$`));
    assert.deepEqual(await found(), [], 'nothing more is gone');
    // As old as is declared, it may go.
    now = new Date(now.getTime() + (declared + 1) * day);
    await anew();
    gate.recorder.faults.overwrittenMs = 7_200_000;
    assert.deepEqual((await found()).filter((line) => line.startsWith('retention-short')), []);
    delete gate.recorder.faults.overwrittenMs;
  });

  it('a report that somebody changed is not shown: object-corrupt, with its entry', async () => {
    const [{ id }] = (await list()).audits as [AuditSummary];
    const undo = flip(inData('audits', `${id}.dsse.json`), 100);
    assert.equal((await problemOf(auditor.get(`/api/v1/audits/${id}`)))?.code, 'object-corrupt');
    undo();
    for (const [name, code] of [['2026-03-05T000000.000Z', 'audit-unknown'], ['lock', 'audit-unknown'], ['..%2F..%2Fkeys%2Flog.pem', 'path-ambiguous']])
      assert.equal((await problemOf(auditor.get(`/api/v1/audits/${name}`)))?.code, code);
  });

  it('is for who may read the journal: not for an officer', async () => {
    const officer = await gate.as('user:sh.lu');
    assert.equal((await problemOf(officer.get('/api/v1/audits')))?.code, 'not-permitted');
    assert.equal((await problemOf(officer.post('/api/v1/audits', {})))?.code, 'not-permitted');
  });

  it('comes by itself after a day, once, also over a restart; what is overdue is found', async () => {
    delete gate.recorder.faults.clockOffsetMs;
    const before = (await list()).audits.length;
    now = new Date(now.getTime() + day - 5_000);
    await gate.look();
    await anew();
    assert.deepEqual([(await list()).running, (await list()).audits.length], [false, before], 'the day is not over');
    now = new Date(now.getTime() + 20_000);
    await gate.look();
    await gate.look();
    await until(async () => !(await list()).running);
    assert.equal((await list()).audits.length, before + 1);
    const { by, report } = await newest();
    assert.equal(by, 'gate');
    assert.deepEqual(report.findings.map(({ code, what }) => `${code} ${what}`), [`overdue sla-verify ${requestId}`, `overdue sla-total ${requestId}`]);
    await gate.restart();
    await anew();
    await gate.look();
    assert.deepEqual([(await list()).running, (await list()).audits.length], [false, before + 1]);
  });
});

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await what()) return;
    await wait(25);
  }
  throw new Error('It did not come.');
}
