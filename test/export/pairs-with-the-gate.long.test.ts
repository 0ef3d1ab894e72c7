// A person's move and something that the gate does by itself at the same moment: footage that is due to be destroyed, a restart.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { RequestEntry } from '../../plugin/domain/audit-event.js';
import { append } from '../policy/policy-folder.js';
import { entriesOf, historiesIn, judgeHistory } from '../support/crowd/judge.js';
import { aGateUnder } from '../support/gate-under.js';
import { shanghai, type TestGate } from '../support/gate.js';
import { problemOf, submit, until, vote, type Seen } from '../support/walk.js';

const [clerk, manager, privacy, head] = shanghai.steps;
/** Clerks as well. */
const clerks = [clerk, ...['mei', 'an', 'bo'].map((name) => `user:sh.${name}`)];
const policies = { 'roles.csv': append(clerks.slice(1).map((user) => `g, ${user}, role:evidence-clerk, 310000/SH-YUNFAN`).join('\n')) };
const DAY_MS = 86_400_000;
const historyOf = async (gate: TestGate, id: string): Promise<RequestEntry[]> => historiesIn(await entriesOf(gate.folder)).get(id)!;

describe('a hold, and footage that is due to be destroyed', function () {
  this.timeout(120_000);
  let gate: TestGate;
  let now = new Date();
  const post = async (user: string, id: string, rest: string, body: object = {}): Promise<Seen> => (await gate.as(user)).post<Seen>(`/api/v1/requests/${id}/${rest}`, body);
  const sealedFiles = async (): Promise<string[]> => (await fs.promises.readdir(path.join(gate.folder, 'data/objects'), { recursive: true })).filter((file) => file.endsWith('.sealed'));

  before(async () => {
    gate = await aGateUnder(policies, { now: () => now });
    for (const user of [clerk, manager, privacy]) await gate.as(user);
  });
  after(() => gate.close());

  const isStanding = (history: readonly RequestEntry[], event: string): boolean => history.some((entry) => entry.event === event);
  /** Sealed, withdrawn, and thirty days old; under a hold or not. */
  async function due(isHeld: boolean): Promise<string> {
    const { requestId: id } = await submit(gate);
    await until(gate, id, ({ custody }) => custody === 'sealed');
    if (isHeld) await post(clerk, id, 'hold', { reason: '示例' });
    await post(shanghai.officer, id, 'withdrawal');
    now = new Date(now.getTime() + 31 * DAY_MS);
    gate.again();
    for (const user of [clerk, shanghai.officer]) await (await gate.as(user)).get('/api/v1/session');
    return id;
  }

  for (const order of ['the person first', 'the gate first'] as const) {
    const both = async (move: () => Promise<unknown>): Promise<void> => {
      const steps = [move, () => gate.look()];
      await Promise.all((order === 'the person first' ? steps : steps.reverse()).map((step) => step()));
    };

    it(`a hold is lifted, ${order}: destroyed after the lifting, now or at the next look`, async () => {
      const id = await due(true);
      const before = (await sealedFiles()).length;
      await both(() => post(clerk, id, 'hold/lifting'));
      await gate.look();
      const events = (await historyOf(gate, id)).map(({ event }) => event);
      assert.equal(judgeHistory(await historyOf(gate, id)).tracks.custody, 'expired');
      assert.ok(events.indexOf('hold-lifted') < events.indexOf('footage-expired'), events.join());
      assert.equal(events.filter((event) => event === 'footage-expired').length, 1);
      assert.ok((await sealedFiles()).length < before);
    });

    it(`a hold is placed, ${order}: all of it stays, or it was destroyed before`, async () => {
      const id = await due(false);
      const before = await sealedFiles();
      await both(() => post(clerk, id, 'hold', { reason: '示例:法院调取备份' }));
      await gate.look();
      const history = await historyOf(gate, id);
      const events = history.map(({ event }) => event);
      assert.ok(isStanding(history, 'hold-placed'));
      if (isStanding(history, 'footage-expired')) {
        assert.ok(events.indexOf('footage-expired') < events.indexOf('hold-placed'), events.join());
        assert.ok((await sealedFiles()).length < before.length);
      } else assert.deepEqual(await sealedFiles(), before);
    });
  }
});

describe('a restart in the midst', function () {
  this.timeout(180_000);
  const ROUNDS = 4;
  let gate: TestGate;

  before(async () => {
    gate = await aGateUnder(policies, { config: 'limits: { requestsPerMinute: 100000, signInsPerMinute: 10000 }' });
    for (const user of [...clerks, ...shanghai.steps]) await (await gate.as(user)).get('/api/v1/session');
    await gate.withScan(shanghai.officer);
  });
  after(() => gate.close());

  it('who was told yes has an entry, nobody has two, no step is given twice; whoever heard nothing asks again, and it goes on', async () => {
    let unanswered = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const asking = await Promise.all(Array.from({ length: 6 }, () => submit(gate)));
      const ids = asking.map(({ requestId }) => requestId);
      const clients = await Promise.all(clerks.map((user) => gate.as(user)));
      const officer = await gate.as(shanghai.officer);
      const acts = asking.flatMap(({ requestId: id, planDigest }) => [
        ...clients.map((client, at) => ({ id, who: clerks[at]!, call: () => client.post(`/api/v1/requests/${id}/reviews`, { verdict: 'approve', planDigest }) })),
        ...(id === ids[0] ? [{ id, who: shanghai.officer, call: () => officer.post(`/api/v1/requests/${id}/withdrawal`, {}) }] : []),
      ]);
      const asked = acts.map(async ({ id, who, call }) => ({ id, who, code: (await problemOf(call()))?.code ?? 'yes' }));
      // Some are answered first: the restart comes into the middle of the rest.
      await Promise.race(asked.slice(round * 5));
      await gate.restart();
      const answers = await Promise.all(asked);
      unanswered += answers.filter(({ code }) => code === 'vms-unreachable').length;
      const known = ['yes', 'not-your-step', 'already-voted', 'state-conflict', 'vms-unreachable', 'journal-unwritable'];
      assert.deepEqual(answers.filter(({ code }) => !known.includes(code)), []);
      for (const id of ids) {
        const state = judgeHistory(await historyOf(gate, id));
        const yes = answers.filter((it) => it.id === id && it.code === 'yes');
        const seen = await (await gate.as(shanghai.officer)).get<Seen>(`/api/v1/requests/${id}`);
        for (const { who } of yes)
          assert.ok(who === shanghai.officer ? state.tracks.approval === 'withdrawn' : seen.voices.some(({ by }) => by === who), `${who} was told yes`);
        assert.ok(state.voices.length <= 1 && seen.voices.length === state.voices.length);
        assert.equal(seen.state, state.state === 'requested' ? seen.state : state.state);
        if (state.tracks.approval !== 'held') continue;
        // Whose voice was lost gives it again.
        if (state.voices.length === 0) await vote(gate, clerk, id);
        for (const user of [manager, privacy, head]) await vote(gate, user, id);
      }
    }
    assert.ok(unanswered > 0, 'the restarts came into the midst');
    const histories = historiesIn(await entriesOf(gate.folder));
    assert.equal(histories.size, 6 * ROUNDS);
    for (const history of histories.values()) assert.ok(['granted', 'withdrawn'].includes(judgeHistory(history).tracks.approval));
  });
});
