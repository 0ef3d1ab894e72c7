// What must be true of a round, and of a request when all is over: answers and entries are each other's image.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { isRequestEntry, type Entry, type RequestEntry } from '../../../plugin/domain/audit-event.js';
import type { Basis } from '../../../plugin/domain/basis.js';
import { isConfidential } from '../../../plugin/domain/kind.js';
import { fold, type RequestState } from '../../../plugin/domain/lifecycle.js';
import type { ProblemCode } from '../../../plugin/domain/problem.js';
import { moves, type Move, type MoveName } from './moves.js';

export interface Answer {
  user: string;
  requestId: string;
  basis: Basis;
  move: MoveName;
  /** Null: yes. */
  code: ProblemCode | null;
}

export const entriesOf = async (folder: string): Promise<Entry[]> =>
  (await fs.promises.readFile(path.join(folder, 'data/journal/entries.ndjson'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Entry);

function grouped<T>(things: readonly T[], keyOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) groups.set(keyOf(thing), [...(groups.get(keyOf(thing)) ?? []), thing]);
  return groups;
}

/**
 * All that was asked for at once, and all that the journal got of it. A yes is one doing of that move; a no is one refusal with the code that
 * was told; and nothing else was done by anybody. Throws where it is not so.
 */
export function judgeRound(answers: readonly Answer[], entries: readonly Entry[], pseudonyms: ReadonlyMap<string, string>): void {
  const left = grouped(entries.filter((entry) => entry.by !== 'gate' && (isRequestEntry(entry) || entry.event === 'act-refused')), ({ by }) => by);
  for (const answer of answers) {
    const mine = left.get(pseudonyms.get(answer.user)!) ?? [];
    const image = imageOf(answer, mine);
    assert.ok(image, `${answer.user} ${answer.move} ${answer.requestId}: ${answer.code ?? 'yes'}, and in the journal ${JSON.stringify(mine.map(({ event, data }) => [event, data]))}`);
    left.set(pseudonyms.get(answer.user)!, mine.filter((entry) => !image.includes(entry)));
  }
  assert.deepEqual([...left.values()].flat(), [], 'entries of which nobody was told');
}

/** The entries that are this answer's; null where they are not there. */
function imageOf({ requestId, basis, move, code }: Answer, mine: readonly Entry[]): readonly Entry[] | null {
  const { act, leaves, refusals }: Move = moves[move];
  if (code === null) {
    const done = mine.filter((entry) => isRequestEntry(entry) && entry.requestId === requestId);
    for (const events of leaves) {
      const image = events.map((event) => done.find((entry) => entry.event === event));
      if (image.every((entry) => entry !== undefined)) return image;
    }
    return null;
  }
  // Of a confidential request a stranger is told what they are told of a number that does not exist; the record has the true code, and that
  // is of any act that they may not read it.
  const isHidden = code === 'request-unknown' && isConfidential(basis);
  const isTold = (recorded: string): boolean => (isHidden ? recorded === 'not-permitted' || refusals.includes(recorded as never) : recorded === code && refusals.includes(code as never));
  const found = mine.find(
    (entry) => entry.event === 'act-refused' && entry.data.act === act && entry.data.request === requestId && isTold(entry.data.code),
  );
  return found ? [found] : null;
}

export const historiesIn = (entries: readonly Entry[]): ReadonlyMap<string, RequestEntry[]> => grouped(entries.filter(isRequestEntry), ({ requestId }) => requestId);

/** Folds it: an entry that could not have followed throws. No step twice, nobody twice, no party, no act twice that is done once. */
export function judgeHistory(history: readonly RequestEntry[]): RequestState {
  const state = fold(history);
  const { requestId, voices, requested } = state;
  const steps = voices.map(({ step }) => step);
  assert.equal(new Set(steps).size, steps.length, `${requestId}: a step twice`);
  assert.deepEqual(steps, state.plan?.steps.map(({ step }) => step).slice(0, steps.length) ?? [], `${requestId}: steps out of order`);
  const speakers = voices.flatMap(({ by, standsInFor }) => (standsInFor ? [by, standsInFor] : [by]));
  assert.equal(new Set(speakers).size, speakers.length, `${requestId}: a person twice`);
  for (const party of [requested.applicant, requested.enteredBy]) assert.ok(!speakers.includes(party), `${requestId}: a party spoke`);
  const once = ['export-requested', 'export-held', 'export-granted', 'export-returned', 'request-withdrawn', 'request-closed', 'paper-accepted', 'glass-broken', 'package-sealed', 'release-asked', 'clip-released', 'review-drawn', 'release-reviewed'];
  for (const event of once) assert.ok(history.filter((entry) => entry.event === event).length <= 1, `${requestId}: ${event} twice`);
  if (state.tracks.approval === 'granted') assert.equal(steps.length, state.plan!.steps.length, `${requestId}: granted without every voice`);
  if (state.release) {
    assert.equal(new Set(state.release.executors).size, 2, `${requestId}: two executors`);
    for (const executor of state.release.executors) assert.ok(!speakers.includes(executor), `${requestId}: an executor spoke`);
    assert.ok(state.transfers.length <= state.release.downloads, `${requestId}: fetched too often`);
  }
  return state;
}
