// What must be true of a round, and of a request when all is over: answers and entries are each other's image.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { isRequestEntry, type Entry, type RequestEntry } from '../../../plugin/domain/audit-event.js';
import { isConfidential } from '../../../plugin/domain/kind.js';
import { fold, type RequestState } from '../../../plugin/domain/lifecycle.js';
import type { ProblemCode } from '../../../plugin/domain/problem.js';
import { moves, type Move, type MoveName } from './moves.js';

export interface Answer {
  user: string;
  requestId: string;
  basis: string;
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
 * Each of them asked for one thing in this round. A yes is one doing of that move in the journal, and nothing else by them; a no is one
 * refusal with the code that they were told, and nothing else by them; nobody else did anything.
 */
export function judgeRound(answers: readonly Answer[], entries: readonly Entry[], pseudonyms: ReadonlyMap<string, string>): void {
  const byPerson = grouped(entries.filter((entry) => entry.by !== 'gate' && (isRequestEntry(entry) || entry.event === 'act-refused')), ({ by }) => by);
  assert.equal(new Set(answers.map(({ user }) => user)).size, answers.length, 'one thing each');
  for (const answer of answers) {
    const pseudonym = pseudonyms.get(answer.user)!;
    judgeAnswer(answer, byPerson.get(pseudonym) ?? []);
    byPerson.delete(pseudonym);
  }
  assert.deepEqual([...byPerson.values()].flat(), [], 'entries of which nobody was told');
}

function judgeAnswer({ user, requestId, basis, move, code }: Answer, mine: readonly Entry[]): void {
  const { act, leaves, refusals }: Move = moves[move];
  const said = `${user} ${move} ${requestId}: ${code ?? 'yes'}, and in the journal ${JSON.stringify(mine.map(({ event, data }) => [event, event === 'act-refused' ? data : '']))}`;
  if (code === null) {
    assert.ok(mine.every((entry) => isRequestEntry(entry) && entry.requestId === requestId), said);
    const events = mine.map(({ event }) => event).join();
    assert.ok(leaves.some((left) => left.join() === events), said);
    return;
  }
  assert.equal(mine.length, 1, said);
  const [entry] = mine;
  assert.ok(entry?.event === 'act-refused', said);
  assert.deepEqual([entry.data.act, entry.data.request], [act, requestId], said);
  // Of a confidential request a stranger is told what they are told of a number that does not exist; the record has the true code.
  if (code !== entry.data.code) assert.ok(code === 'request-unknown' && isConfidential(basis as never), said);
  assert.ok((refusals as readonly string[]).includes(entry.data.code), said);
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
    assert.ok(state.transfers <= state.release.downloads, `${requestId}: fetched too often`);
  }
  return state;
}
