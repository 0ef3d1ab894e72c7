// The table of domain/lifecycle.ts, walked: nothing in it is out of reach, and an end is an end.
import assert from 'node:assert/strict';
import type { RequestEventName } from '../../plugin/domain/audit-event.js';
import { canMove, moves, start, stateOf, states, type State, type Tracks } from '../../plugin/domain/lifecycle.js';

const events = Object.keys(moves) as RequestEventName[];
const keyOf = ({ approval, custody, delivery }: Tracks): string => `${approval} ${custody} ${delivery}`;

/** Every combination of tracks that some sequence of events leads to. */
function walk(): Tracks[] {
  const seen = new Map([[keyOf(start), start]]);
  // A Map goes on with what is added while it is walked.
  for (const tracks of seen.values())
    for (const event of events)
      if (event !== 'export-requested' && canMove(tracks, event)) {
        const next = { ...tracks, ...moves[event].to };
        if (!seen.has(keyOf(next))) seen.set(keyOf(next), next);
      }
  return [...seen.values()];
}

/** Ends, and what may still be written about a request that has ended so. */
const ends: [State, RequestEventName[]][] = [
  ['denied', []],
  ['returned', []],
  ['released', ['footage-viewed', 'clip-transferred', 'review-drawn', 'review-overdue', 'release-reviewed']],
];

describe('lifecycle', () => {
  const reached = walk();

  for (const state of states)
    it(`${state} can be reached`, () =>
      assert.ok(reached.some((tracks) => stateOf(tracks) === state || stateOf(tracks, 'quota-exceeded') === state)));

  for (const event of events.filter((name) => name !== 'export-requested'))
    it(`${event} can happen somewhere`, () => assert.ok(reached.some((tracks) => canMove(tracks, event))));

  for (const [state, still] of ends)
    it(`${state} is an end: ${still.join(', ') || 'nothing'} may follow`, () => {
      const may = new Set(
        reached
          .filter((tracks) => stateOf(tracks) === state)
          .flatMap((tracks) => events.slice(1).filter((event) => canMove(tracks, event))),
      );
      assert.deepEqual([...may], still);
    });

  it('nothing is packaged that was not granted and sealed', () => {
    const wrong = reached.filter(
      ({ approval, custody, delivery }) => delivery !== 'none' && (approval !== 'granted' || custody !== 'sealed'),
    );
    assert.deepEqual(wrong.map(keyOf), []);
  });

  it('nothing is pulled for a request that is not allowed', () => {
    const early = reached.filter(({ approval, custody }) => approval === 'requested' && custody !== 'none');
    assert.deepEqual(early.map(keyOf), []);
    // A policy that came into force may deny what was held: what was pulled until then lies sealed, and nothing more is.
    const late = reached
      .filter(({ approval }) => approval === 'denied')
      .flatMap((tracks) => events.slice(1).filter((event) => canMove(tracks, event)));
    assert.deepEqual(late, []);
  });

  it('each state but an end has a way on to an end', () => {
    const isEnd = (tracks: Tracks) => ends.some(([state]) => state === stateOf(tracks)) || stateOf(tracks) === 'not-available';
    const onward = (tracks: Tracks) =>
      events
        .slice(1)
        .filter((event) => canMove(tracks, event))
        .map((event) => ({ ...tracks, ...moves[event].to }));
    let good = new Set(reached.filter(isEnd).map(keyOf));
    for (let before = -1; before !== good.size;) {
      before = good.size;
      good = new Set([...good, ...reached.filter((tracks) => onward(tracks).some((next) => good.has(keyOf(next)))).map(keyOf)]);
    }
    assert.deepEqual(
      reached.map(keyOf).filter((key) => !good.has(key)),
      [],
    );
  });
});
