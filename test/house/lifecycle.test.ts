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

/** What may be written about any request, wherever it stands: it is kept longer, and its personal values are erased. */
const anywhere: RequestEventName[] = ['hold-placed', 'hold-lifted', 'personal-erased'];
/** Under a hold a pull that was begun goes on. */
const pull: RequestEventName[] = ['preserve-queued', 'preserve-started', 'footage-sealed', 'footage-missing', 'preserve-failed', 'preserve-completed', 'export-unavailable'];
/** Ends, and what may still be written about a request that has ended so. */
const ends: [State, RequestEventName[]][] = [
  ['denied', ['footage-expired', ...anywhere, 'overwrite-near']],
  ['returned', [...pull, 'footage-expired', ...anywhere, 'overwrite-near']],
  ['withdrawn', [...pull, 'footage-expired', ...anywhere, 'overwrite-near']],
  ['closed', [...pull, 'footage-expired', ...anywhere, 'overwrite-near']],
  ['released', [...anywhere, 'passphrase-shown', 'clip-transferred', 'transfer-ended', 'receipt-confirmed', 'receipt-refused', 'handover-made', 'handover-signed', 'copy-transferred', 'review-drawn', 'review-overdue', 'release-reviewed', 'case-closed', 'copies-destroyed', 'destruction-near', 'destruction-asked', 'footage-destroyed']],
];
/** The words that need more than the tracks. */
const abouts: Parameters<typeof stateOf>[1][] = [{}, { waitsFor: 'quota-exceeded' }, { awaitsPaper: true }, { isOnlySeen: true }];

describe('lifecycle', () => {
  const reached = walk();

  for (const state of states)
    it(`${state} can be reached`, () =>
      assert.ok(reached.some((tracks) => abouts.some((about) => stateOf(tracks, about) === state))));

  for (const event of events.filter((name) => name !== 'export-requested'))
    it(`${event} can happen somewhere`, () => assert.ok(reached.some((tracks) => canMove(tracks, event))));

  for (const [state, still] of ends)
    it(`${state} is an end: ${still.join(', ') || 'nothing'} may follow`, () => {
      const may = new Set(
        reached
          .filter((tracks) => stateOf(tracks) === state)
          .flatMap((tracks) => events.slice(1).filter((event) => canMove(tracks, event))),
      );
      assert.deepEqual(events.filter((event) => may.has(event)), still);
    });

  it('a word that hangs on more than the tracks stands only where nothing left yet', () => {
    const words = (about: (typeof abouts)[number], state: State) => reached.filter((tracks) => stateOf(tracks, about) === state).map(keyOf).sort();
    assert.deepEqual(words({ awaitsPaper: true }, 'awaiting-paper'), ['none', 'queued', 'pulling', 'sealed', 'expired'].flatMap((custody) => ['none', 'packaging'].map((delivery) => `granted ${custody} ${delivery}`)).filter((key) => !/(none|queued|pulling|expired) packaging/.test(key)).sort());
    assert.deepEqual(words({ isOnlySeen: true }, 'viewable'), ['granted sealed none', 'granted sealed packaging']);
  });

  it('only what was sealed or begun is destroyed, once, and only where nothing was made of it', () => {
    const may = reached.filter((tracks) => canMove(tracks, 'footage-expired'));
    assert.deepEqual(may.filter(({ custody }) => custody === 'none' || custody === 'unavailable' || custody === 'expired' || custody === 'destroyed').map(keyOf), []);
    assert.deepEqual([...new Set(may.map(({ approval }) => approval))].sort(), ['closed', 'denied', 'granted', 'held', 'returned', 'withdrawn']);
    assert.deepEqual(may.filter(({ delivery }) => delivery !== 'none').map(keyOf), []);
  });

  it('once it is destroyed nobody agrees, nothing is pulled or made, and only people end what is still open', () => {
    const after = (approval: Tracks['approval']) => events.filter((event) => canMove({ approval, custody: 'expired', delivery: 'none' }, event));
    const flags: RequestEventName[] = ['paper-overdue', 'deadline-near', 'deadline-missed', 'sla-missed', 'call-back-made'];
    assert.deepEqual(after('held').sort(), ['export-denied', 'export-returned', 'request-withdrawn', 'request-closed', ...flags, ...anywhere].sort());
    assert.deepEqual(after('granted').sort(), ['request-withdrawn', 'request-closed', ...flags, ...anywhere].sort());
  });

  it('what was handed over, or only seen, is destroyed once, from where it is sealed; and then nothing of it leaves', () => {
    const may = reached.filter((tracks) => canMove(tracks, 'footage-destroyed'));
    assert.deepEqual(may.map(keyOf).sort(), ['none', 'packaged', 'release-asked', 'released'].map((delivery) => `granted sealed ${delivery}`));
    const after = events.filter((event) => canMove({ approval: 'granted', custody: 'destroyed', delivery: 'released' }, event));
    // What was never released is not any more.
    assert.deepEqual(events.filter((event) => canMove({ approval: 'granted', custody: 'destroyed', delivery: 'packaged' }, event)), anywhere);
    // What left before is still told: how its transfer ended, who received it, on which medium.
    const told: RequestEventName[] = ['transfer-ended', 'receipt-confirmed', 'receipt-refused', 'handover-made', 'handover-signed'];
    assert.deepEqual(after.sort(), [...anywhere, ...told, 'review-drawn', 'review-overdue', 'release-reviewed'].sort());
  });

  it('nothing is packaged that was not granted and sealed', () => {
    const wrong = reached.filter(
      ({ approval, custody, delivery }) => delivery !== 'none' && (approval !== 'granted' || (custody !== 'sealed' && custody !== 'destroyed')),
    );
    assert.deepEqual(wrong.map(keyOf), []);
  });

  it('nothing is pulled for a request that is not allowed', () => {
    const early = reached.filter(({ approval, custody }) => approval === 'requested' && custody !== 'none');
    assert.deepEqual(early.map(keyOf), []);
    const late = (approvals: readonly Tracks['approval'][]) =>
      [...new Set(reached.filter(({ approval }) => approvals.includes(approval)).flatMap((tracks) => events.slice(1).filter((event) => canMove(tracks, event))))].sort();
    // A policy that came into force may deny what was held: what was pulled until then lies sealed, and nothing more is.
    assert.deepEqual(late(['denied']), ['footage-expired', 'overwrite-near', ...anywhere].sort());
    // Of what people ended, what was begun goes on under a hold (export/work.test.ts).
    assert.deepEqual(late(['returned', 'withdrawn', 'closed']), [...pull, 'footage-expired', 'overwrite-near', ...anywhere].sort());
  });

  it('each state but an end has a way on to an end', () => {
    const isEnd = (tracks: Tracks) => ends.some(([state]) => state === stateOf(tracks)) || ['not-available', 'destroyed'].includes(stateOf(tracks));
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
