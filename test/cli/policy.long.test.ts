// The administrator's verbs against a running gate, as a process of their own: the way of an edit in docs/guide/policy.md.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { append } from '../policy/policy-folder.js';
import { anApplication, shanghai } from '../support/gate.js';
import { aPolicyDesk, bai, luo, type PolicyDesk } from '../support/policy-desk.js';
import { submit } from '../support/walk.js';
import { exportgate, type Ended } from './program.js';

const row = 'p, role:police.investigator, tier-1, camera:*, request, ordinary, late, allow, approve:duty-manager';
/** No basis may be lighter than the ordinary ones: public order is asked the same. */
const rows = `${row}\n${row.replace('police.investigator', 'police.public-order').replace('ordinary', 'ADMIN_CASE')}`;

describe('exportgate policy', function () {
  this.timeout(180_000);
  let desk: PolicyDesk;
  let edited: string;
  const as = async (user: string, ...args: string[]): Promise<Ended> =>
    exportgate(['--gate', desk.url, ...args], { env: { EXPORTGATE_TOKEN: await desk.tokenOf(user) }, cwd: desk.folder });
  before(async () => {
    desk = await aPolicyDesk();
    await desk.as(bai);
    edited = path.join(desk.folder, 'edited');
    await fs.promises.cp(desk.policies, edited, { recursive: true });
  });
  after(() => desk.close());

  it('takes an edit the whole way: check, test, rehearse, save, log, diff, activate twice, show', async () => {
    const { requestId } = await submit(desk, { instrument: { ...anApplication().instrument!, provideBy: '2026-03-02T00:00:00.000Z' } });
    const file = path.join(edited, 'tier-1.csv');
    await fs.promises.writeFile(file, append(rows)(await fs.promises.readFile(file, 'utf8')));

    assert.deepEqual((await as(luo, 'check', '--policies', edited)).stdout, 'no faults\n');
    const tested = await as(luo, 'policy', 'test', edited);
    assert.deepEqual([tested.code, /^\d+ held, 0 did not\n$/.test(tested.stdout)], [0, true]);
    const tried = await as(luo, 'rehearse', edited, '--since', '2026-01-01');
    assert.equal(tried.code, 0, tried.stderr);
    assert.match(tried.stdout, new RegExp(`${requestId}  stricter  ${shanghai.officer} \\(held, then plan-replaced\\): .*\\+approve:\\S*duty-manager`));

    const { version } = await desk.propose({ 'tier-1.csv': append(rows) });
    const log = await as(luo, 'policy', 'log');
    const hash = /exportgate policy activate ([0-9a-f]+)/.exec(log.stdout)?.[1];
    assert.ok(hash && version!.startsWith(`sha256:${hash}`), log.stdout);
    const diff = await as(luo, 'policy', 'diff');
    assert.ok(diff.stdout.includes(`+${row}`), diff.stdout);

    const first = await as(luo, 'policy', 'activate', hash);
    assert.deepEqual([first.code, first.stdout.includes('second administrator')], [0, true]);
    const again = await as(luo, 'policy', 'activate', hash);
    assert.deepEqual([again.code, again.stderr.startsWith('already-voted')], [1, true]);
    const second = await as(bai, 'policy', 'activate', hash);
    assert.deepEqual([second.code, second.stdout.includes(`in force: ${version}`)], [0, true]);

    const shown = await as(luo, 'policy', 'show', '--file', 'tier-1.csv');
    assert.ok(shown.stdout.includes(row));
    const out = path.join(desk.folder, 'out');
    assert.equal((await as(luo, 'policy', 'show', hash, '--out', out)).code, 0);
    assert.equal(await fs.promises.readFile(path.join(out, 'cities/500000.csv'), 'utf8'), await fs.promises.readFile(path.join(edited, 'cities/500000.csv'), 'utf8'));
    const ended = await as(luo, 'policy', 'log', '--json');
    const { events, candidate } = JSON.parse(ended.stdout) as { events: { what: string; by: string }[]; candidate: unknown };
    assert.deepEqual([events.slice(0, 3).map(({ what, by }) => `${what} ${by}`), candidate], [[`in-force ${bai}`, `agreed ${luo}`, 'proposed gate'], null]);
  });

  it('tells faults with the place and what would be right, and how it ended by the exit code', async () => {
    const wrong = { 'tier-1.csv': append('p, role:executor.department, tier-1, request:*, relase, -, *, allow, -') };
    await desk.propose(wrong);
    const log = await as(luo, 'policy', 'log');
    assert.match(log.stdout, /1 fault\(s\), so it cannot come into force:\n {2}tier-1\.csv:\d+:\d+: act-unknown 行为名称不在清单内: “relase” is not known here; right would be: .*release/);
    const file = path.join(edited, 'gate.csv');
    await fs.promises.writeFile(file, 'nonsense');
    assert.equal((await as(luo, 'policy', 'test', edited)).code, 2);
    assert.equal((await as(luo, 'rehearse', edited, '--since', '2026-01-01')).code, 2);
    assert.equal((await as(luo, 'policy', 'show', 'ffffffffffff')).code, 1);
    assert.equal((await as(shanghai.officer, 'policy', 'log')).code !== 0, true);
    await desk.save({});
  });

  it('a test that fails is a no: 1', async () => {
    await fs.promises.cp(desk.policies, edited, { recursive: true });
    const tests = path.join(edited, 'tests/mine.csv');
    await fs.promises.writeFile(tests, 'user,at,act,basis,hours,late,verdict,expect\nuser:sh.lu,sh-yf-gate,request,COURT,1,no,deny,-\n');
    const { code, stdout } = await as(luo, 'policy', 'test', edited);
    assert.equal(code, 1);
    assert.match(stdout, /tests\/mine\.csv:2:\d+: test-failed 自测结果与预期不符: Expected deny; the files say allow \(row-allows\) by tier-1\.csv:7/);
  });

  it('explain --at makes a recorded decision again', async () => {
    const { requestId } = await submit(desk);
    const tail = await as('user:audit.he', 'journal', 'tail', '--json');
    const { entries } = JSON.parse(tail.stdout) as { entries: { index: number; event: string; requestId?: string }[] };
    const held = entries.find((entry) => entry.event === 'export-held' && entry.requestId === requestId)!;
    const { code, stdout } = await as(luo, 'explain', '--at', String(held.index));
    assert.equal(code, 0);
    assert.match(stdout, /the same verdict, rows and plan/);
    assert.match(stdout, /together 合并后: .*approve:evidence-clerk\+site-security-manager\+unit-head/);
    assert.equal((await as(luo, 'explain')).code, 2);
  });
});
