// A month of three cities, three hundred requests over HTTP to a running gate, and then the register of each site: it holds what was done, row
// for row, and nothing else.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { formDefects, returnCodes } from '../../plugin/domain/basis.js';
import type { RequestEventName } from '../../plugin/domain/audit-event.js';
import { moves, stateOf, states, type State, type Tracks } from '../../plugin/domain/lifecycle.js';
import type { ProblemCode } from '../../plugin/domain/problem.js';
import type { UserId } from '../../plugin/domain/subject.js';
import type { Register } from '../../plugin/export/register.js';
import { actionWords } from '../../plugin/export/register-words.js';
import { ask, inFolder, machineTools } from '../media/tools.js';
import { nameOf, street, type TestGate } from '../support/gate.js';
import { aGateUnder } from '../support/gate-under.js';
import { readCsv } from '../support/read-csv.js';
import { liveThrough, monthBegins } from './calendar.js';
import { Chance } from './chance.js';
import { administrators, chiefAuditor, cities, recorded, stricter } from './cities.js';
import { nobody } from './counter.js';
import { day, footageFrom, silence } from './forms.js';
import { perCity, programme } from './programme.js';
import { Clock, Stage } from './stage.js';
import type { ExpectedRow } from './tally.js';

const { seed = 0 } = fc.readConfigureGlobal();

/** Small pictures of the street: a key frame each second, ten pictures in it. */
async function smallStreet(folder: string): Promise<string> {
  const file = path.join(folder, 'street-160x120.mp4');
  const { ffmpeg } = await machineTools();
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-keyint_min', '10', '-sc_threshold', '0', '-bf', '0', '-pix_fmt', 'yuv420p'];
  await ask(ffmpeg, ['-v', 'error', '-i', street, '-t', '20', '-vf', 'scale=160:120', '-r', '10', '-an', ...coding, '-movflags', '+faststart', file]);
  return file;
}

describe(`a month of three cities (FC_SEED=${seed})`, function () {
  // How long it takes is the machine's matter.
  this.timeout(0);

  let gate: TestGate;
  let stage: Stage;
  const clock = new Clock(monthBegins + 60_000);
  const registers = [...cities.map(({ site }) => site), '-'];

  before(() =>
    inFolder(async (folder) => {
      const chance = new Chance(seed);
      gate = await aGateUnder(
        { 'cities/130300.csv': stricter },
        {
          now: clock.now, cameras: recorded,
          recorder: { media: await smallStreet(folder), start: footageFrom, end: new Date(monthBegins + 31 * day), holes: [silence] },
          config: 'limits: { requestsPerMinute: 100000, signInsPerMinute: 10000 }\nquotas: { unitBytes: 1GiB }\n',
        },
      );
      stage = new Stage(gate, clock, chance);
      await join();
      await liveThrough(stage, clock, programme(chance), async (date) => {
        if (date === 16) await stage.restart();
        if (date === 31) clock.at = monthBegins + 31 * day - 2 * 3_600_000;
        await stage.evening();
        if (date === 31) gate.again();
        process.stdout.write(`      ${date} March: ${stage.tally.matters.length} requests, ${stage.tally.deeds.length} acts\n`);
      });
    }),
  );
  after(() => gate?.close());

  /** Everybody has an account from the first minute on. */
  async function join(): Promise<void> {
    const invite = async (user: UserId, unit: string): Promise<void> => {
      await gate.as(user, unit);
      stage.tally.people.set(user, { user, name: nameOf(user), unit });
    };
    for (const user of administrators) await invite(user, '示例单位');
    await invite(chiefAuditor, '示例审计处');
    for (const { police, custodian, ...city } of cities) {
      for (const user of [city.investigator, city.constable]) await invite(user, police);
      for (const user of [city.clerk, city.manager, city.privacy, city.head, city.duty, ...city.executors, city.auditor, city.reception, city.guard]) await invite(user, custodian);
    }
    stage.tally.people.set(nobody, { user: nobody, name: nobody, unit: '' });
  }

  const read = async (site: string, more = ''): Promise<Register> =>
    (await gate.as(chiefAuditor)).get<Register>(`/api/v1/register?site=${site}&month=2026-03&format=json${more}`);
  const withoutEntry = ({ rows }: Register): ExpectedRow[] => rows.map(({ entry, ...row }) => (assert.ok(Number.isInteger(entry)), row));
  const said = (row: ExpectedRow | undefined): string => (row ? `${row.at} ${row.action} ${row.requestId ?? '-'} ${row.person.name} ${row.about} ${row.result} ${row.codes.join(' ')}` : 'no row');

  /** First the lines, where a row is missing or doubled is seen in them; then all that the rows say. */
  function assertSame(found: readonly ExpectedRow[], expected: readonly ExpectedRow[]): void {
    const at = expected.findIndex((row, index) => said(row) !== said(found[index]));
    assert.equal(at < 0 ? '' : `row ${at + 1}: ${said(found[at])}`, at < 0 ? '' : `row ${at + 1}: ${said(expected[at])}`);
    assert.equal(found.length, expected.length);
    for (const [index, row] of expected.entries()) assert.deepEqual(found[index], row, `row ${index + 1}: ${said(row)}`);
  }

  it('is three hundred requests, a hundred of each city, and a hundred of them released at least', () => {
    const { matters } = stage.tally;
    assert.deepEqual(cities.map((city) => matters.filter((it) => it.city === city).length), cities.map(() => perCity));
    assert.equal(new Set(matters.map(({ id }) => id)).size, 3 * perCity);
    assert.ok(matters.filter(({ state }) => state === 'released').length >= 100);
  });

  it('meets every end that the table of states has, and every state in which a request may stay', () => {
    const ended = new Set(stage.tally.matters.map(({ state }) => state));
    assert.deepEqual(ends().filter((state) => !ended.has(state)), []);
    // Two people destroy what was handed over when longer than a month has passed: year.test.ts.
    const within = states.filter((state) => state !== 'destroyed');
    assert.deepEqual(within.filter((state) => stays[state] && !ended.has(state)), []);
    assert.deepEqual(within.filter((state) => state !== 'requested' && !stage.tally.met.has(state)), []);
    assert.ok(stage.tally.matters.some(({ custody }) => custody === 'expired'));
  });

  it('returns for every code, by the gate or by the holder of a step', () => {
    const met = new Set(stage.tally.matters.filter(({ state }) => state === 'returned').flatMap(({ codes }) => codes));
    assert.deepEqual([...returnCodes, ...formDefects].filter((code) => !met.has(code)), []);
  });

  it('has every kind of row, and every refusal that the procedure knows', () => {
    const { deeds } = stage.tally;
    // Of a video system's own pages, which nobody opens here: test/http/gate/web-gate.test.ts has their rows, web-approval.test.ts the entry of an archive.
    const ofPages = ['viewing-opened', 'footage-played', 'live-watched', 'footage-deleted', 'guard-hit', 'copy-transferred'];
    const procedure = Object.keys(actionWords).filter((action) => !ofPages.includes(action));
    assert.deepEqual(procedure.filter((action) => !deeds.some((deed) => deed.action === action)), []);
    const codes = new Set(deeds.filter(({ action }) => action === 'act-refused').flatMap((deed) => deed.codes ?? []));
    assert.deepEqual(refusals.filter((code) => !codes.has(code)), []);
  });

  it('would see a row that is missing, doubled, changed, or at another place', () => {
    const rows = stage.tally.rowsOf(cities[0].site);
    const [first, second] = rows as [ExpectedRow, ExpectedRow];
    const wrong = [rows.slice(1), [...rows, first], [first, ...rows], [second, first, ...rows.slice(2)], rows.with(7, { ...rows[7]!, reason: '' }), rows.with(-1, { ...rows.at(-1)!, releasedAt: first.at })];
    for (const found of wrong) assert.throws(() => assertSame(found, rows), assert.AssertionError);
    assertSame(rows, rows);
  });

  for (const site of registers)
    it(`the register of ${site === '-' ? 'no site' : site} is the tally, row for row`, async () => {
      const register = await read(site);
      assertSame(withoutEntry(register), stage.tally.rowsOf(site));
      assert.deepEqual([register.total, register.parts], [register.rows.length, 1]);
      assert.deepEqual(register.rows.map(({ entry }) => entry), register.rows.map(({ entry }) => entry).toSorted((a, b) => a - b));
      assert.equal(register.formsRead, stage.formsRead.get(site) ?? 0);
    });

  for (const { site } of cities)
    it(`the register of what is secret at ${site} is the tally of it, row for row`, async () => assertSame(withoutEntry(await read(site, '&confidential=only')), stage.tally.rowsOf(site, true)));

  for (const { site, auditor } of cities)
    it(`the same register of ${site} as CSV, handed to its own auditor`, async () => {
      const file = path.join(gate.folder, 'register.csv');
      await (await gate.as(auditor)).download(`/api/v1/register?site=${site}&month=2026-03&format=csv`, file);
      const [head, ...lines] = readCsv(await fs.promises.readFile(file));
      const cell = (cells: readonly string[], title: string): string => cells[head!.indexOf(title)]!;
      const expected = stage.tally.rowsOf(site);
      for (const [at, { approvers, ended, action }] of expected.entries())
        for (const who of [...approvers, ...(ended && action === 'export-requested' ? [ended] : [])]) {
          const steps = cell(lines[at]!, '审批人(步骤)');
          assert.ok(steps.includes(who.name) && steps.includes(inBeijing(who.at)), steps);
        }
      assert.deepEqual(
        lines.map((cells) => [cell(cells, '序号'), cell(cells, '时间(北京时间)'), cell(cells, '事由'), cell(cells, '单位'), cell(cells, '结果代码'), cell(cells, '申请编号')]),
        expected.map((row) => [String(row.number), inBeijing(row.at), row.reason, row.person.unit, [row.result, ...row.codes].join(' '), row.requestId ?? '']),
      );
    });

  it('tells how it went', () => {
    const count = new Map<string, number>();
    for (const { state } of stage.tally.matters) count.set(state, (count.get(state) ?? 0) + 1);
    for (const { action } of stage.tally.deeds) count.set(action, (count.get(action) ?? 0) + 1);
    process.stdout.write(`      ${[...count].map(([word, times]) => `${word} ${times}`).join(', ')}\n`);
  });
});

/** What somebody may be told who tries what they may not, by the steps of the procedure. */
const refusals: readonly ProblemCode[] = [
  'already-voted', 'areas-missing', 'call-back-missing', 'camera-unknown', 'directory-unknown', 'executor-barred', 'footage-held', 'not-inspected', 'not-permitted',
  'not-your-step', 'own-request', 'paper-missing', 'plan-changed', 'release-expired', 'request-returned', 'retention-running', 'reviewer-party', 'scope-same',
  'scope-wider', 'span-invalid', 'state-conflict', 'view-refused',
];

const inBeijing = (at: string): string => new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

/** States that no event leads out of, by the table; and that of a request for which there is nothing: only its applicant takes it back. */
function ends(): State[] {
  const start: Tracks = { approval: 'requested', custody: 'none', delivery: 'none' };
  const seen = new Map([[JSON.stringify(start), start]]);
  const leaves = new Set<State>();
  for (const tracks of seen.values())
    for (const [event, { from, to }] of Object.entries(moves) as [RequestEventName, (typeof moves)[RequestEventName]][]) {
      if (!(Object.entries(from) as [keyof Tracks, readonly string[]][]).every(([track, allowed]) => allowed.includes(tracks[track]))) continue;
      const next = { ...tracks, ...to };
      seen.set(JSON.stringify(next), next);
      const isTakenBack = event === 'request-withdrawn' || event === 'request-closed';
      if (!isTakenBack && stateOf(next) !== stateOf(tracks)) leaves.add(stateOf(tracks));
    }
  return [...new Set([...seen.values()].map((tracks) => stateOf(tracks)))].filter((state) => !leaves.has(state));
}

/** In which a request may lie when its month is over, though it has no end: what is only seen, what may not leave, what waits for somebody. */
const stays: Record<State, boolean> = {
  requested: false, denied: true, returned: true, withdrawn: true, closed: true, 'not-available': true, 'preserve-queued': true, held: true, granted: false,
  'awaiting-paper': true, viewable: true, packaged: true, 'release-asked': true, released: true, destroyed: true,
};
