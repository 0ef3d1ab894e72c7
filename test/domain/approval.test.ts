// Who was called back, who has seen enough to agree, in whose right they speak, and who is too near to execute or review: from the state alone.
import assert from 'node:assert/strict';
import { judgeAfterReviewer, judgeCallBack, judgeExecutor, judgeLook, judgeVoice, unseenEdges } from '../../plugin/domain/approval.js';
import type { Edge } from '../../plugin/domain/audit-event.js';
import type { RequestState } from '../../plugin/domain/lifecycle.js';
import { Problem } from '../../plugin/domain/problem.js';

const problemOf = (step: () => void): Problem | null => {
  try {
    step();
    return null;
  } catch (thrown) {
    return Problem.from(thrown);
  }
};

describe('a voice that wants a look first', () => {
  const seen = (camera: string, edge: Edge, by = 'p-gu') => ({ camera, edge, by });
  const both = (camera: string, by?: string) => [seen(camera, 'first', by), seen(camera, 'last', by)];
  const step = { step: 'privacy-officer', role: 'role:privacy-officer' } as const;
  const state = (change: { inspect?: string[]; custody?: string; inspected?: ReturnType<typeof seen>[]; asked?: string[] }) =>
    ({
      plan: { inspect: change.inspect ?? ['privacy-officer'], items: (change.asked ?? ['a', 'b']).map((camera) => ({ camera })) },
      tracks: { approval: 'held', custody: change.custody ?? 'sealed', delivery: 'none' },
      takes: [{ camera: 'a' }, { camera: 'b' }],
      missing: [{ camera: 'c', cause: 'no-footage' }],
      inspected: change.inspected ?? [],
    }) as unknown as RequestState;

  const table: readonly (readonly [what: string, change: Parameters<typeof state>[0], refused: RegExp | null])[] = [
    ['nothing seen', {}, /a, b/],
    ['one edge of each camera', { inspected: [seen('a', 'first'), seen('b', 'last')] }, /a, b/],
    ['one camera whole', { inspected: both('a') }, /: b\./],
    ['one edge twice', { inspected: [...both('a'), seen('b', 'first'), seen('b', 'first')] }, /: b\./],
    ['all that somebody else saw', { inspected: [...both('a', 'p-other'), ...both('b', 'p-other')] }, /a, b/],
    ['all of it; what gave no footage is not wanted', { inspected: [...both('a'), ...both('b')] }, null],
    ['one camera whole, where a narrower plan leaves the other out', { asked: ['a'], inspected: both('a') }, null],
    ['nothing sealed yet', { custody: 'pulling' }, /not sealed yet/],
    ['nothing sealed yet, though every camera so far is seen', { custody: 'pulling', inspected: [...both('a'), ...both('b')] }, /not sealed yet/],
    ['nothing seen, where the plan names another step', { inspect: ['unit-head'] }, null],
    ['nothing sealed, where the plan names no step', { inspect: [], custody: 'queued' }, null],
  ];
  for (const [what, change, refused] of table)
    it(`${what}: ${refused ? 'not-inspected' : 'counts'}`, () => {
      const problem = problemOf(() => judgeLook(state(change), step, 'p-gu'));
      assert.equal(problem?.code ?? null, refused ? 'not-inspected' : null);
      if (refused) assert.match(problem!.detail, refused);
    });

  it('names the edges that are left', () => {
    assert.deepEqual(unseenEdges(state({ inspected: [seen('a', 'first')] }), 'a', 'p-gu'), ['last']);
    assert.deepEqual(unseenEdges(state({ inspected: both('a') }), 'a', 'p-gu'), []);
  });
});

describe('a call back', () => {
  const call = (confirmed: boolean) => ({ directory: 'sh-command', confirmed, by: 'p-clerk', at: '' });
  const table: readonly (readonly [what: string, basis: string, calls: boolean[], refused: boolean, purpose?: string])[] = [
    ['nobody called back, urgent', 'ADMIN_URGENT', [], true],
    ['nobody called back, an emergency', 'EMERGENCY_RESCUE', [], true],
    ['nobody called back, urgent and for a publication', 'ADMIN_URGENT', [], true, 'publication'],
    ['nobody called back, an emergency for a publication', 'EMERGENCY_RESCUE', [], true, 'publication'],
    ['the unit confirmed it', 'ADMIN_URGENT', [true], false],
    ['the unit knew nothing of it', 'ADMIN_URGENT', [false], true],
    ['confirmed at the second call', 'EMERGENCY_RESCUE', [false, true], false],
    ['confirmed, and taken back at the second call', 'EMERGENCY_RESCUE', [true, false], true],
    ['nobody called back, an ordinary case', 'CRIMINAL_CASE', [], false],
    ['nobody called back, a citizen at the counter', 'CITIZEN_VIEW', [], false],
  ];
  for (const [what, basis, calls, refused, purpose] of table)
    it(`${what}: ${refused ? 'call-back-missing' : 'counts'}`, () => {
      const state = { requested: { basis, ...(purpose && { purpose }) }, callBacks: calls.map(call) } as unknown as RequestState;
      assert.equal(problemOf(() => judgeCallBack(state))?.code ?? null, refused ? 'call-back-missing' : null);
    });
});

describe('a voice in another’s right', () => {
  const state = {
    requestId: 'EG-1', requested: { applicant: 'p-applicant', enteredBy: 'p-typist' },
    plan: { execute: 'dual', steps: ['evidence-clerk', 'unit-head'].map((step) => ({ step, role: `role:${step}` })) },
    voices: [{ step: 'evidence-clerk', by: 'p-stand-in', at: '', standsInFor: 'p-clerk' }],
    confirmations: [], releaseAskedBy: null,
  } as unknown as RequestState;
  const table: readonly (readonly [person: string, voice: string | null, execution: string | null, review: string | null])[] = [
    ['p-stand-in', 'already-voted', 'executor-barred', 'reviewer-party'],   // who spoke
    ['p-clerk', 'already-voted', 'executor-barred', 'reviewer-party'],      // in whose right it was
    ['p-applicant', 'own-request', 'own-request', 'reviewer-party'],
    ['p-other', null, null, null],
  ];
  for (const [person, voice, execution, review] of table)
    it(`bars both who gave it and whose it was: ${person} ${voice ?? 'may go on'}`, () => {
      assert.equal(problemOf(() => judgeVoice(state, person, () => true))?.code ?? null, voice);
      assert.equal(problemOf(() => judgeExecutor(state, person))?.code ?? null, execution);
      assert.equal(problemOf(() => judgeAfterReviewer(state, person))?.code ?? null, review);
    });
});

describe('a review afterwards', () => {
  const state = {
    requested: { applicant: 'p-applicant', enteredBy: 'p-typist' },
    voices: [{ step: 'evidence-clerk', by: 'p-clerk', at: '' }],
    confirmations: [{ camera: 'a', by: 'p-watch' }],
    release: { executors: ['p-first', 'p-second'] },
  } as unknown as RequestState;
  const table: readonly (readonly [person: string, may: boolean])[] = [
    ['p-applicant', false], ['p-typist', false], ['p-clerk', false], ['p-watch', false], ['p-first', false], ['p-second', false], ['p-stranger', true],
  ];
  for (const [person, may] of table)
    it(`by ${person}: ${may ? 'counts' : 'reviewer-party'}`, () =>
      assert.equal(problemOf(() => judgeAfterReviewer(state, person))?.code ?? null, may ? null : 'reviewer-party'));
});
