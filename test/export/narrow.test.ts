// An approver agrees to less than was asked: plan n+1 names n's digest, earlier voices carry over, and wider is a new request.
import assert from 'node:assert/strict';
import type { Item } from '../../plugin/domain/export-request.js';
import type { ProblemCode } from '../../plugin/domain/problem.js';
import { aGate, anApplication, shanghai, type TestGate } from '../support/gate.js';
import { problemOf, show, vote, type Seen } from '../support/walk.js';

const camera = 'sh-yf-street';
const at = (second: number): string => `2026-03-01T02:00:${String(second).padStart(2, '0')}.000Z`;
const item = (from: number, to: number, of = camera): Item => ({ camera: of, from: at(from), to: at(to) });
const asked = [item(1, 8), item(1, 8, 'sh-yf-gate')];

interface Narrowed extends Seen {
  plan: Seen['plan'] & { number: number; replaces: string | null; items: Item[] };
}

describe('narrowing', () => {
  let gate: TestGate;
  let id: string;
  let first: Narrowed;
  const [clerk, manager, privacy, head] = shanghai.steps;
  const narrow = (user: string, items: readonly Item[], digest?: string) =>
    vote(gate, user, id, { verdict: 'narrow', items, ...(digest && { planDigest: digest }) }) as Promise<Narrowed>;

  before(async () => void (gate = await aGate()));
  beforeEach(async () => {
    ({ requestId: id } = await (await gate.withScan(shanghai.officer)).post<Seen>('/api/v1/requests', anApplication({ items: asked })));
    first = (await show(gate, id)) as Narrowed;
    await vote(gate, clerk, id);
  });
  after(() => gate.close());

  it('makes plan 2 of fewer cameras and a shorter span, and counts as this step’s voice; the voice before stands', async () => {
    const seen = await narrow(manager, [item(3, 5)], first.planDigest);
    assert.deepEqual([seen.plan.number, seen.plan.replaces, seen.plan.items], [2, first.planDigest, [item(3, 5)]]);
    assert.deepEqual(seen.voices.map(({ step }) => step), ['evidence-clerk', 'site-security-manager']);
    assert.equal(seen.waitsFor?.step, 'privacy-officer');
    assert.notEqual(seen.planDigest, first.planDigest);
  });

  const table: readonly (readonly [what: string, items: readonly Item[], code: ProblemCode])[] = [
    ['another camera', [item(1, 5, 'sh-yf-plaza')], 'scope-wider'],
    ['a second earlier', [item(0, 5)], 'scope-wider'],
    ['a second later', [item(1, 9)], 'scope-wider'],
    ['one span twice', [item(1, 5), item(4, 6)], 'scope-wider'],
    ['the recorder’s own time', [{ ...item(1, 5), basis: 'recorder' }], 'scope-wider'],
    ['nothing left out', asked, 'scope-same'],
    ['a span that ends before it starts', [item(5, 3)], 'span-invalid'],
  ];
  it('refuses what is no narrower scope, and then nothing has changed', async () => {
    for (const [what, items, code] of table) assert.equal((await problemOf(narrow(manager, items)))?.code, code, what);
    const seen = (await show(gate, id)) as Narrowed;
    assert.deepEqual([seen.planDigest, seen.voices.length], [first.planDigest, 1]);
  });

  it('may be done again by a later step, never wider; voices for a plan that was narrowed meanwhile are refused', async () => {
    await narrow(manager, [item(2, 7)]);
    assert.equal((await problemOf(narrow(privacy, [item(1, 7)])))?.code, 'scope-wider');
    const seen = await narrow(privacy, [item(3, 5)]);
    assert.equal(seen.plan.number, 3);
    assert.equal((await problemOf(vote(gate, head, id, { verdict: 'approve', planDigest: first.planDigest })))?.code, 'plan-changed');
    assert.equal((await vote(gate, head, id, { verdict: 'approve', planDigest: seen.planDigest })).state, 'granted');
  });

  it('two who narrow at once end in one plan', async () => {
    const ends = await Promise.all([3, 4, 5, 6].map((to) => problemOf(narrow(manager, [item(1, to)]))));
    assert.deepEqual(ends.map((end) => end?.code ?? null).sort(), ['already-voted', 'already-voted', 'already-voted', null].sort());
    assert.equal(((await show(gate, id)) as Narrowed).plan.number, 2);
  });
});
