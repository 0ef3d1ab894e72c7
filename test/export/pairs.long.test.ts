// Two moves of one request at the same moment, or three: one of the ends that an order of them has, never half of one and half of the other.
// What a crowd does: test/month/crowd.test.ts.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Application } from '../../plugin/domain/export-request.js';
import type { RequestState } from '../../plugin/domain/lifecycle.js';
import { openStore } from '../../plugin/store/store.js';
import { append } from '../policy/policy-folder.js';
import { entriesOf, historiesIn, judgeHistory, judgeRound, type Answer } from '../support/crowd/judge.js';
import { moves, type Known, type MoveName } from '../support/crowd/moves.js';
import { aGateUnder } from '../support/gate-under.js';
import { anApplication, shanghai, type TestGate } from '../support/gate.js';
import { problemOf, until, vote } from '../support/walk.js';

const [clerk, manager, privacy, head] = shanghai.steps;
const [wei, jin] = shanghai.executors;
const officer = shanghai.officer;
const duty = 'user:sh.tao';
const [luo, bai] = ['user:root.luo', 'user:root.bai'];
const auditor = 'user:sh.yan';
/** They hold the same as the others do. */
const [clerk2, head2, executor3, auditor2, admin3] = ['user:sh.mei', 'user:sh.yin', 'user:sh.bo', 'user:sh.an', 'user:root.ma'];
const there = '310000/SH-YUNFAN';
const seconds = {
  'roles.csv': append(
    [
      `g, ${clerk2}, role:evidence-clerk, ${there}`, `g, ${head2}, role:unit-head, ${there}`, `g, ${executor3}, role:executor.department, ${there}`,
      `g, ${auditor2}, role:auditor, ${there}`, `g, ${admin3}, role:administrator, *`,
    ].join('\n'),
  ),
};

type Act = readonly [user: string, move: MoveName, which?: number];
/** In what state the request is when they come. */
type Stage = (gate: TestGate) => Promise<string>;

const move = async (gate: TestGate, id: string, [user, name, which = 0]: Act): Promise<unknown> => {
  const client = await gate.as(user);
  const known = await (await gate.as(officer)).get<Known>(`/api/v1/requests/${id}`);
  return ask(gate, client, known, name, which);
};
/** `which` of the things that the move may say. They name the plan, or the paper, that they saw. */
const ask = (gate: TestGate, client: Awaited<ReturnType<TestGate['as']>>, known: Known, name: MoveName, which: number): Promise<unknown> =>
  moves[name].ask({ client, known, folder: gate.folder, random: { next: () => 0, of: (things) => things[which]!, weighed: (things) => things[which]![1] } });

const submit = async (gate: TestGate, by: string, form: Application): Promise<string> =>
  (await (await gate.withScan(by)).post<Known>('/api/v1/requests', form)).requestId;

const voted = (count: number): Stage => async (gate) => {
  const id = await submit(gate, officer, anApplication());
  for (const user of shanghai.steps.slice(0, count)) await vote(gate, user, id);
  return id;
};
const later = (stage: Stage, ...acts: Act[]): Stage => async (gate) => {
  const id = await stage(gate);
  for (const act of acts) await move(gate, id, act);
  return id;
};
const packaged: Stage = async (gate) => {
  const id = await voted(4)(gate);
  await until(gate, id, ({ state }) => state === 'packaged');
  return id;
};
const released = later(packaged, [wei, 'release'], [jin, 'release']);
/** An emergency that was agreed to, without a paper. */
const unpapered: Stage = async (gate) => {
  const { instrument, ...form } = anApplication();
  assert.ok(instrument);
  const id = await submit(gate, officer, { ...form, basis: 'EMERGENCY_RESCUE', reason: '示例:儿童走失', officers: [form.officers[0]!] });
  for (const act of [[clerk, 'call'], [head, 'approve'], [duty, 'approve']] as const) await move(gate, id, act);
  return id;
};

/** What each is told, in the order of the acts, and what then is: `approval/delivery voices`. Machines go on meanwhile. */
const perms = (one: string, other: string, then: string): string[] => [`${one}, ${other} → ${then}`, `${other}, ${one} → ${then}`];
const told = ({ tracks, voices }: RequestState): string =>
  `${tracks.approval}${['release-asked', 'released'].includes(tracks.delivery) ? `/${tracks.delivery}` : ''} ${voices.length}`;

const table: readonly (readonly [what: string, stage: Stage, acts: readonly Act[], ends: readonly string[]])[] = [
  ['two clerks agree to the first step', voted(0), [[clerk, 'approve'], [clerk2, 'approve']], perms('yes', 'not-your-step', 'held 1')],
  ['one clerk agrees twice', voted(0), [[clerk, 'approve'], [clerk, 'approve']], perms('yes', 'already-voted', 'held 1')],
  ['a clerk, and who stands in for them', voted(0), [[clerk2, 'approve'], [duty, 'approve']], ['yes, not-your-step → held 1', 'already-voted, yes → held 1']],
  ['two heads agree to the last step', voted(3), [[head, 'approve'], [head2, 'approve']], perms('yes', 'state-conflict', 'granted 4')],
  ['a clerk and the manager after them', voted(0), [[clerk, 'approve'], [manager, 'approve']], ['yes, yes → held 2', 'yes, not-your-step → held 1']],
  ['one clerk agrees, one returns', voted(0), [[clerk, 'approve'], [clerk2, 'return']], ['yes, not-your-step → held 1', 'state-conflict, yes → returned 0']],
  ['one head agrees as the last, one returns', voted(3), [[head, 'approve'], [head2, 'return']], ['yes, state-conflict → granted 4', 'state-conflict, yes → returned 3']],
  ['a clerk agrees, the officer takes it back', voted(0), [[clerk, 'approve'], [officer, 'withdraw']], ['yes, yes → withdrawn 1', 'state-conflict, yes → withdrawn 0']],
  ['the last voice, and the officer takes it back', voted(3), [[head, 'approve'], [officer, 'withdraw']], ['yes, yes → withdrawn 4', 'state-conflict, yes → withdrawn 3']],
  ['two clerks return', voted(0), [[clerk, 'return'], [clerk2, 'return']], perms('yes', 'state-conflict', 'returned 0')],
  ['a clerk returns, the officer takes it back', voted(0), [[clerk, 'return'], [officer, 'withdraw']], ['yes, state-conflict → returned 0', 'state-conflict, yes → withdrawn 0']],
  ['the officer takes it back twice', voted(0), [[officer, 'withdraw'], [officer, 'withdraw']], perms('yes', 'state-conflict', 'withdrawn 0')],

  ['one clerk narrows, one agrees', voted(0), [[clerk, 'narrow'], [clerk2, 'approve']], perms('yes', 'not-your-step', 'held 1')],
  ['two clerks narrow', voted(0), [[clerk, 'narrow'], [clerk2, 'narrow']], perms('yes', 'not-your-step', 'held 1')],
  // Never both: the manager's voice names the plan that they saw.
  ['a clerk narrows, the manager agrees to what they saw', voted(0), [[clerk, 'narrow'], [manager, 'approve']], ['yes, not-your-step → held 1', 'yes, plan-changed → held 1']],
  ['a clerk narrows, the officer takes it back', voted(0), [[clerk, 'narrow'], [officer, 'withdraw']], ['yes, yes → withdrawn 1', 'state-conflict, yes → withdrawn 0']],

  ['two executors release', packaged, [[wei, 'release'], [jin, 'release']], ['yes, yes → granted/released 4']],
  ['one executor releases twice', packaged, [[wei, 'release'], [wei, 'release']], perms('yes', 'executor-barred', 'granted/release-asked 4')],
  ['three executors release', packaged, [[wei, 'release'], [jin, 'release'], [executor3, 'release']], ['state-conflict, yes, yes', 'yes, state-conflict, yes', 'yes, yes, state-conflict'].map((it) => `${it} → granted/released 4`)],
  ['two confirm a release', later(packaged, [wei, 'release']), [[jin, 'release'], [executor3, 'release']], perms('yes', 'state-conflict', 'granted/released 4')],
  ['one confirms a release, the officer takes the request back', later(packaged, [wei, 'release']), [[jin, 'release'], [officer, 'withdraw']], ['yes, state-conflict → granted/released 4', 'state-conflict, yes → withdrawn 4']],
  ['one asks for the release, the officer takes the request back', packaged, [[wei, 'release'], [officer, 'withdraw']], ['yes, yes → withdrawn 4', 'state-conflict, yes → withdrawn 4']],
  ['two fetch what may be fetched once more', later(released, [officer, 'fetch']), [[officer, 'fetch'], [wei, 'fetch']], perms('yes', 'release-expired', 'granted/released 4')],
  ['two auditors review', released, [[auditor, 'review'], [auditor2, 'review']], perms('yes', 'state-conflict', 'granted/released 4')],

  ['two lift a hold', later(voted(0), [clerk, 'hold']), [[manager, 'lift'], [privacy, 'lift']], perms('yes', 'state-conflict', 'held 0')],
  ['one lifts a hold, one places another', later(voted(0), [clerk, 'hold']), [[manager, 'lift'], [privacy, 'hold']], ['yes, yes → held 0']],

  ['two serve the paper of an emergency', unpapered, [[officer, 'paper'], [clerk, 'paper']], ['yes, yes → granted 2']],
  // Never both: who accepts names the paper that they looked at.
  ['a clerk serves another paper, one accepts the first', later(unpapered, [officer, 'paper']), [[clerk, 'paper'], [manager, 'accept']], perms('yes', 'state-conflict', 'granted 2')],
  ['two accept it', later(unpapered, [officer, 'paper']), [[manager, 'accept'], [privacy, 'accept']], perms('yes', 'state-conflict', 'granted 2')],
  ['one accepts it, one closes the emergency', later(unpapered, [officer, 'paper']), [[manager, 'accept'], [privacy, 'close']], ['yes, state-conflict → granted 2', 'state-conflict, yes → closed 2']],
  ['the officer serves it, one closes the emergency', unpapered, [[officer, 'paper'], [manager, 'close']], ['yes, yes → closed 2', 'state-conflict, yes → closed 2']],
  ['two close the emergency', unpapered, [[manager, 'close'], [privacy, 'close']], perms('yes', 'state-conflict', 'closed 2')],
  ['one closes it, the officer takes it back', unpapered, [[manager, 'close'], [officer, 'withdraw']], ['yes, state-conflict → closed 2', 'state-conflict, yes → withdrawn 2']],

  ['two administrators break the glass', voted(0), [[luo, 'glass'], [bai, 'glass']], ['yes, yes → held 0']],
  ['one administrator breaks it twice', voted(0), [[luo, 'glass'], [luo, 'glass']], perms('yes', 'state-conflict', 'held 0')],
  ['two for two reasons', voted(0), [[luo, 'glass', 0], [bai, 'glass', 1]], perms('yes', 'state-conflict', 'held 0')],
  ['three administrators', voted(0), [[luo, 'glass'], [bai, 'glass'], [admin3, 'glass']], ['state-conflict, yes, yes', 'yes, state-conflict, yes', 'yes, yes, state-conflict'].map((it) => `${it} → held 0`)],
  ['the second administrator, and the last voice', later(voted(3), [luo, 'glass']), [[bai, 'glass'], [head, 'approve']], ['yes, yes → granted 4', 'state-conflict, yes → granted 4']],
];

describe('two at once', function () {
  this.timeout(120_000);
  let gate: TestGate;
  const pseudonyms = new Map<string, string>();

  before(async () => {
    gate = await aGateUnder(seconds, { config: 'limits: { requestsPerMinute: 100000, signInsPerMinute: 10000 }' });
    const people = [luo, bai, admin3, officer, ...shanghai.steps, ...shanghai.executors, duty, auditor, clerk2, head2, executor3, auditor2];
    for (const user of people) await (await gate.as(user)).get('/api/v1/session');
    await gate.withScan(officer);
    const [from, end] = [-1, 7].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
    await (await gate.as(clerk2)).post('/api/v1/delegations', { to: duty, role: 'role:evidence-clerk', site: 'SH-YUNFAN', from, until: end });
    const store = await openStore(path.join(gate.folder, 'data/store.sqlite'));
    for (const user of people) pseudonyms.set(user, await store.people.pseudonymOf(user as never));
    await store.close();
  });
  after(() => gate.close());

  /** All of them at once; what each is told, in the order of `acts`. */
  async function race(id: string, acts: readonly Act[]): Promise<string> {
    const known = await (await gate.as(officer)).get<Known>(`/api/v1/requests/${id}`);
    const clients = await Promise.all(acts.map(([user]) => gate.as(user)));
    const before = (await entriesOf(gate.folder)).length;
    const answers = await Promise.all(
      acts.map(async ([user, name, which = 0], at): Promise<Answer> => {
        const problem = await problemOf(ask(gate, clients[at]!, known, name, which));
        return { user, move: name, requestId: id, basis: known.basis, code: problem?.code ?? null };
      }),
    );
    judgeRound(answers, (await entriesOf(gate.folder)).slice(before), pseudonyms);
    return answers.map(({ code }) => code ?? 'yes').join(', ');
  }

  for (const [what, stage, acts, ends] of table)
    it(`${what}: ${ends.join(' | ')}`, async () => {
      // Whoever is asked first may come first: each order once, where they differ.
      const isAlike = acts.every(([, name]) => name === acts[0]![1]);
      for (const order of isAlike ? [1] : [1, -1]) {
        const id = await stage(gate);
        const said = (await race(id, order === 1 ? acts : [...acts].reverse())).split(', ');
        const state = judgeHistory(historiesIn(await entriesOf(gate.folder)).get(id)!);
        const end = `${(order === 1 ? said : said.reverse()).join(', ')} → ${told(state)}`;
        assert.ok(ends.includes(end), `${end}, and not ${ends.join(' | ')}`);
      }
    });
});
