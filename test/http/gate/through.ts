// A body through a judge, in given pieces: what left, and what stopped it.
import assert from 'node:assert/strict';
import { GuardHit } from '../../../plugin/http/gate/guard-hit.js';
import type { HitReason } from '../../../plugin/http/gate/guard-hit.js';
import { readingOf } from '../../../plugin/http/gate/answer-reading.js';
import type { Answer } from '../../../plugin/http/gate/answer-reading.js';
import type { BodyJudge } from '../../../plugin/http/gate/body-judge.js';
import { judgeOf } from '../../../plugin/http/gate/guard.js';
import type { Upstream } from '../../../plugin/http/gate/upstream-addresses.js';

export interface Passed {
  out: Buffer;
  /** Null: all of it passed. */
  why: HitReason | null;
  where: string;
  mostHeld: number;
}

/** Pieces of `sizes` bytes, in turn and again. */
export function pieces(body: Buffer, ...sizes: number[]): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? body.length);
    parts.push(body.subarray(at, at + size));
    at += size;
  }
  return parts;
}

export function through(judge: BodyJudge, chunks: readonly Buffer[]): Passed {
  const out: Buffer[] = [];
  let mostHeld = 0;
  try {
    for (const chunk of chunks) {
      out.push(...judge.push(chunk));
      mostHeld = Math.max(mostHeld, judge.held());
    }
    out.push(...judge.end());
  } catch (thrown) {
    assert.ok(thrown instanceof GuardHit, String(thrown));
    return { out: Buffer.concat(out), why: thrown.why, where: thrown.where, mostHeld };
  }
  return { out: Buffer.concat(out), why: null, where: '', mostHeld };
}

/** An answer of a safe route, unless said otherwise. */
export const answering = (contentType: string | null, { ...rest }: Partial<Answer> = {}, ...headers: string[]): Answer => ({
  class: 'safe',
  expects: [],
  isAsset: false,
  status: 200,
  headers: [...(contentType === null ? [] : ['Content-Type', contentType]), ...headers],
  ...rest,
});

/** A judge for an answer whose headers pass. */
export function judgeFor(answer: Answer, upstream: Upstream | null = null): BodyJudge {
  const reading = readingOf(answer);
  assert.ok('as' in reading, JSON.stringify(reading));
  return judgeOf(reading, upstream);
}

/** No 24 bytes of what was hidden have left. */
export function assertNothingLeft(out: Buffer, hidden: Buffer, what: string): void {
  for (let at = 0; at + 24 <= hidden.length; at += 12) assert.equal(out.indexOf(hidden.subarray(at, at + 24)), -1, `${what}: byte ${at} of it left`);
}
