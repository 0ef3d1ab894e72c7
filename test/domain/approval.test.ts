// Who has seen enough to agree, and who is too near to review afterwards: read from the state alone.
import assert from 'node:assert/strict';
import { judgeAfterReviewer, judgeLook, unseenEdges } from '../../plugin/domain/approval.js';
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
  const state = (change: { inspect?: string[]; custody?: string; inspected?: ReturnType<typeof seen>[] }) =>
    ({
      plan: { inspect: change.inspect ?? ['privacy-officer'] },
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
