// Two hundred people act at once on fifty requests, round after round, until nothing is left to do: no move is lost, none is made twice, and
// journal, answers and database tell the same.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { isRequestEntry } from '../../plugin/domain/audit-event.js';
import type { Application } from '../../plugin/domain/export-request.js';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { isConfidential } from '../../plugin/domain/kind.js';
import type { UserId } from '../../plugin/domain/subject.js';
import { rowOf } from '../../plugin/export/projection.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { openStore } from '../../plugin/store/store.js';
import { entriesOf, historiesIn, judgeHistory, judgeRound, type Answer } from '../support/crowd/judge.js';
import { moveNames, moves, wishes, type Known } from '../support/crowd/moves.js';
import { makeRandom } from '../support/crowd/random.js';
import { crowdPolicies, everybody, roster } from '../support/crowd/roster.js';
import { aGateUnder } from '../support/gate-under.js';
import { anApplication, type TestGate } from '../support/gate.js';
import { problemOf } from '../support/walk.js';

const seed = fc.readConfigureGlobal().seed!;
const random = makeRandom(seed);
const MOST_ROUNDS = 80;
/** How often somebody tries what is not theirs. */
const BOLD = 0.12;

/** Signing up is two passwords' worth of work for each; so many wait for one another. */
const AT_ONCE = 16;
async function inBatches<T>(things: readonly T[], step: (thing: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < things.length; at += AT_ONCE) await Promise.all(things.slice(at, at + AT_ONCE).map(step));
}

/** Fifty: thirty ordinary ones, four confidential, ten emergencies of which a clerk typed in half, six citizens at the counter. */
function fifty(): { by: UserId; form: Application }[] {
  const officers = roster['police.investigator'];
  const { instrument, ...noPaper } = anApplication();
  const emergency: Application = { ...noPaper, basis: 'EMERGENCY_RESCUE', reason: '示例:儿童走失', officers: [noPaper.officers[0]!] };
  const visitor = { name: '示例市民', idNumber: '示例-0001', statement: '示例:在广场遗失背包' };
  return [
    ...officers.slice(0, 30).map((by) => ({ by, form: anApplication() })),
    ...officers.slice(30, 34).map((by) => ({ by, form: anApplication({ basis: 'STATE_SECURITY', instrument: { ...instrument!, type: 'STATE_SECURITY_PAPER' } }) })),
    ...officers.slice(34, 39).map((by) => ({ by, form: emergency })),
    ...officers.slice(39, 44).map((applicant, at) => ({ by: roster['evidence-clerk'][at]!, form: { ...emergency, applicant } })),
    ...Array.from({ length: 6 }, (_, at) => ({
      by: roster.reception[at % 4]!,
      form: { basis: 'CITIZEN_VIEW', items: noPaper.items, officers: [], reason: '示例:找背包', visitor } satisfies Application,
    })),
  ];
}

/** Nothing that anybody here could still do: ended, seen only, or handed over, fetched and reviewed. */
function isOver({ state, release, afterReview }: Known): boolean {
  if (state === 'released') return release!.fetched >= release!.downloads && (!afterReview?.drawn || afterReview.finding !== null);
  return ['denied', 'returned', 'withdrawn', 'closed', 'not-available', 'viewable'].includes(state);
}

describe(`two hundred people on fifty requests at once (seed ${seed})`, function () {
  this.timeout(3_600_000);
  let gate: TestGate;
  let open: Known[] = [];
  const readers = new Map<string, UserId>();
  const pseudonyms = new Map<string, string>();
  const counted = { rounds: 0, yes: 0, no: 0 };

  const read = async (id: string): Promise<Known> => (await gate.as(readers.get(id)!)).get<Known>(`/api/v1/requests/${id}`);
  const inStore = async <T>(step: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>): Promise<T> => {
    const store = await openStore(path.join(gate.folder, 'data/store.sqlite'));
    return step(store).finally(() => store.close());
  };

  before(async () => {
    gate = await aGateUnder(crowdPolicies, { config: 'limits: { requestsPerMinute: 1000000, signInsPerMinute: 100000 }' });
    // Administrators confirm one another's invitations, from when two have signed in: one after the other.
    for (const user of roster.administrator) await (await gate.as(user)).get('/api/v1/session');
    await inBatches(everybody, async ({ user }) => (await gate.as(user)).get('/api/v1/session'));
    await inStore(async (store) => {
      for (const { user } of everybody) pseudonyms.set(user, await store.people.pseudonymOf(user));
    });
    for (const [to, from] of roster['duty-manager'].slice(0, 4).map((to, at) => [to, roster['unit-head'][at]!] as const)) {
      const [start, end] = [-1, 7].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
      await (await gate.as(from)).post('/api/v1/delegations', { to, role: 'role:unit-head', site: 'SH-YUNFAN', from: start, until: end });
    }
    await inBatches(fifty(), async ({ by, form }) => {
      if (form.applicant) await gate.withScan(form.applicant);
      const { requestId } = await (await gate.withScan(by)).post<Known>('/api/v1/requests', form);
      // A confidential one is read by its party alone.
      readers.set(requestId, isConfidential(form.basis) ? by : roster.auditor[0]!);
    });
    assert.equal(readers.size, 50);
    assert.equal(everybody.length, 200);
  });
  after(() => gate.close());

  /** What this person wants next, of what they know. */
  function choose(user: UserId, crew: (typeof everybody)[number]['crew']): { known: Known; move: keyof typeof moves } {
    const own = open.filter(({ applicant }) => applicant === user);
    const known = random.of(own.length > 0 && random.next() < 0.7 ? own : open);
    return { known, move: random.next() < BOLD ? random.of(moveNames) : random.weighed(wishes[crew]) };
  }

  async function round(): Promise<void> {
    const before = (await entriesOf(gate.folder)).length;
    const clients = await Promise.all(everybody.map(({ user }) => gate.as(user)));
    const answers = await Promise.all(
      everybody.map(async ({ user, crew }, at): Promise<Answer> => {
        const { known, move } = choose(user, crew);
        const problem = await problemOf(moves[move].ask({ client: clients[at]!, known, random, folder: gate.folder }));
        // No answer at all is none of the gate's.
        if (problem?.code === 'vms-unreachable') throw new Error(`${user} ${move}: no answer`, { cause: problem.cause });
        return { user, move, requestId: known.requestId, basis: known.basis, code: problem?.code ?? null };
      }),
    );
    const entries = (await entriesOf(gate.folder)).slice(before);
    judgeRound(answers, entries, pseudonyms);
    counted.rounds += 1;
    for (const { code } of answers) counted[code === null ? 'yes' : 'no'] += 1;
  }

  /** Where machines alone have something to do, people wait for them. */
  async function lookAround(): Promise<void> {
    for (;;) {
      open = (await Promise.all([...readers.keys()].map(read))).filter((known) => !isOver(known));
      if (open.every(({ state }) => state !== 'granted')) return;
      // Packages are made one after the other: where few people are left to act, their rounds would all be over before.
      await wait(250);
      if (open.some(({ state }) => state !== 'granted')) return;
    }
  }

  it('each answer is an entry and each entry an answer, in every round, until nothing is left to do', async function () {
    for (;;) {
      await lookAround();
      if (open.length === 0) break;
      assert.ok(counted.rounds < MOST_ROUNDS, `still open: ${JSON.stringify(open.map(({ requestId, state }) => [requestId, state]))}`);
      await round();
    }
    this.test!.title += `: ${counted.rounds} rounds, ${counted.yes} moves made, ${counted.no} refused`;
    assert.ok(counted.yes > 250 && counted.no > 1000, 'a crowd that gets in its own way');
  });

  it('no step was given twice, nobody spoke twice, no party spoke, nothing that is done once was done twice', async () => {
    const histories = historiesIn(await entriesOf(gate.folder));
    assert.deepEqual([...histories.keys()].sort(), [...readers.keys()].sort());
    const ends = new Set([...histories.values()].map((history) => judgeHistory(history).state));
    for (const state of ['released', 'returned', 'withdrawn', 'viewable'] as const) assert.ok(ends.has(state), `none ended ${state}`);
  });

  it('journal, interface and database tell the same of every request; the journal is whole', async () => {
    const shown = await Promise.all([...readers.keys()].map(read));
    await gate.stop();
    const entries = await entriesOf(gate.folder);
    const histories = historiesIn(entries);
    await inStore(async (store) => {
      // What follows it in the journal concerns no request's row.
      assert.ok(entries.slice(await store.requests.position()).every((entry) => !isRequestEntry(entry)));
      const rows = await store.requests.listRequests({ limit: 500 });
      assert.equal(rows.length, shown.length);
      for (const view of shown) {
        const state = judgeHistory(histories.get(view.requestId)!);
        const { tracks, planDigest, voices, transfers, hold, glass } = state;
        const told = view as unknown as typeof tracks & { voices: unknown[]; hold: object | null; glass: { broken: boolean } | null };
        assert.deepEqual(
          [view.state, told.approval, told.custody, told.delivery, view.planDigest, told.voices.length, view.release?.fetched ?? 0, told.hold !== null, told.glass?.broken],
          [state.state, tracks.approval, tracks.custody, tracks.delivery, planDigest, voices.length, transfers.filter(({ part }) => part !== 'originals').length, hold !== null, glass?.broken],
          view.requestId,
        );
        assert.deepEqual({ ...rows.find(({ id }) => id === view.requestId) }, await rowOf(state, store), view.requestId);
      }
    });
    const keys = loadKeys(path.join(gate.folder, 'keys'));
    assert.deepEqual((await verifyJournal(path.join(gate.folder, 'data/journal'), verifierKey('test.exportgate.example/one', keys.log))).intact, true);
    assert.deepEqual((await fs.promises.readdir(path.join(gate.folder, 'data'), { recursive: true })).filter((file) => file.endsWith('.part')), []);
  });
});
