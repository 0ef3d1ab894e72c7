// What machines still owe each request, read from its state alone: so after a crash the same question gives the same work.
import { setMaxListeners } from 'node:events';
import type { Log } from '../domain/log.js';
import { awaitsPaper, unconfirmed, type RequestState } from '../domain/lifecycle.js';
import { Problem, type ProblemCode } from '../domain/problem.js';
import type { RequestEvents } from '../domain/audit-event.js';
import { giveUp, wantsPull } from './preserve.js';
import { grantWhenComplete } from './review.js';
import { drawWhenReleased } from './review-after.js';
import type { Requests, Turn } from './requests.js';
import { isErased } from './revealed.js';
import { Turns } from './turns.js';

interface Parts {
  requests: Requests;
  log: Log;
  /** Brings an application that a crash left at the counter to its end there. */
  finishAdmission(turn: Turn): Promise<void>;
  preserve(requestId: string, estimate: number, signal: AbortSignal): Promise<void>;
  fulfil(requestId: string, signal: AbortSignal): Promise<void>;
  /** Bytes this request will take. */
  estimate(state: RequestState): number;
  /** Why there is no room now, or null. Counts what `underWay` will still take. */
  shortage(state: RequestState, estimate: number, underWay: ReadonlyMap<string, number>): Promise<'quota-exceeded' | 'disk-full' | null>;
  /** Milliseconds to wait after the nth failure; past the last one what could not be pulled is given up. */
  retryDelays: readonly number[];
  now: () => Date;
}

/** Preserve while wanted; fulfil once granted, sealed, and with times that somebody vouches for; nothing else is for machines. */
export function workFor(state: RequestState, now: Date): 'preserve' | 'fulfil' | null {
  const { tracks } = state;
  // A package names who asked, and why: without that it would be tried for ever.
  if (isErased(state)) return null;
  if (wantsPull(state, now)) return 'preserve';
  // Nothing is made of what is only seen, nor before the paper of an emergency is there.
  if (unconfirmed(state).length > 0 || awaitsPaper(state) || state.plan?.deliver === 'view') return null;
  if (tracks.approval === 'granted' && tracks.custody === 'sealed' && (tracks.delivery === 'none' || tracks.delivery === 'packaging'))
    return 'fulfil';
  return null;
}

type Kind = NonNullable<ReturnType<typeof workFor>>;

export class Work {
  readonly #busy = new Set<string>();
  readonly #reserved = new Map<string, number>();
  /** ffmpeg takes every core it is given: one rendering at a time. */
  readonly #renders = new Turns(1);
  /** Room is asked for by one at a time: two who look at once would both be given what is left. */
  readonly #asking = new Turns(1);
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  /** One per request: a vote in between must not use up a try that was to come later. */
  readonly #waiting = new Map<string, { work: Kind; timer: NodeJS.Timeout }>();

  constructor(private readonly parts: Parts) {
    // Every pull listens while it runs; how many run at once is bounded by the recorders.
    setMaxListeners(0, this.#stop.signal);
  }

  /** At start: what a crash cut off between two entries is ended as the first one wants it, and every open request goes on. */
  async resume(): Promise<void> {
    const { requests, log, finishAdmission } = this.parts;
    for (const id of requests.ids()) {
      // One request that cannot go on does not keep the others waiting.
      const unfinished = (cause: unknown): void => log('error', { event: 'request-unfinished', requestId: id, cause });
      await requests.take(id, finishAdmission).catch(unfinished);
      await requests.take(id, grantWhenComplete).catch(unfinished);
      await requests.take(id, drawWhenReleased).catch(unfinished);
      this.wake(id);
    }
  }

  /** Looks whether this request has work, and does it; what waits for its next try goes on waiting. */
  wake(requestId: string): void {
    if (this.#busy.has(requestId) || this.#stop.signal.aborted) return;
    const work = workFor(this.parts.requests.state(requestId), this.parts.now());
    if (!work || this.#waiting.get(requestId)?.work === work) return;
    this.#busy.add(requestId);
    const running = this.#run(requestId, work).catch((cause: unknown) => this.parts.log('error', { event: 'work-lost', requestId, cause }));
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  /** Ends what runs. Work that is not done is done again at the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  async #run(requestId: string, work: Kind): Promise<void> {
    let again: number | null = 0;
    try {
      const { signal } = this.#stop;
      if (work === 'fulfil') await this.#renders.take(() => this.parts.fulfil(requestId, signal), signal);
      else again = await this.#preserve(requestId);
    } catch (thrown) {
      again = await this.#failed(requestId, work, thrown);
    } finally {
      this.#busy.delete(requestId);
      this.#reserved.delete(requestId);
    }
    if (again === 0) this.wake(requestId);
    else if (again !== null) this.#later(again, requestId, work);
  }

  async #preserve(requestId: string): Promise<number> {
    const { parts } = this;
    const state = parts.requests.state(requestId);
    const estimate = parts.estimate(state);
    const shortage = await this.#asking.take(async () => {
      const found = await parts.shortage(state, estimate, this.#reserved);
      if (found === null) this.#reserved.set(requestId, estimate);
      return found;
    });
    if (shortage) {
      await this.#queued(requestId, shortage);
      return SHORTAGE_WAIT_MS;
    }
    await parts.preserve(requestId, estimate, this.#stop.signal);
    return 0;
  }

  /**
   * A failure is recorded, and tried again later; a recorder's last one ends the request, with its cause. A disk that filled under the
   * pull is waited for like one that was full before. Stopping is no failure.
   */
  async #failed(requestId: string, work: Kind, thrown: unknown): Promise<number | null> {
    if (this.#stop.signal.aborted) return null;
    const { requests, log, now, retryDelays } = this.parts;
    const problem = Problem.from(thrown);
    log('error', { event: `${work}-failed`, requestId, problem: problem.code, cause: problem.cause ?? problem });
    try {
      return await requests.take(requestId, async (turn) => {
        // Somebody returned it meanwhile: nobody waits for this any more.
        if (workFor(turn.state, now()) !== work) return null;
        const underWay = work === 'preserve' ? turn.state.tracks.custody === 'pulling' : turn.state.tracks.delivery === 'packaging';
        if (underWay && work === 'preserve' && problem.code === 'disk-full') {
          await turn.append({ event: 'preserve-queued', by: 'gate', data: { why: 'disk-full' } });
          return SHORTAGE_WAIT_MS;
        }
        if (underWay)
          await turn.append({ event: work === 'preserve' ? 'preserve-failed' : 'fulfil-failed', by: 'gate', data: { code: problem.code } });
        const delay = retryDelays[turn.state.failures[work] - 1];
        if (delay !== undefined || !underWay) return delay ?? SHORTAGE_WAIT_MS;
        // What was granted is owed: rendering is tried for ever. So is what the gate's own ground kept from being pulled.
        if (work === 'fulfil' || own.includes(problem.code)) return retryDelays.at(-1) ?? SHORTAGE_WAIT_MS;
        await giveUp(turn, problem.code);
        return 0;
      });
    } catch (cause) {
      // The journal does not take it: nothing goes on until it does.
      log('error', { event: 'work-unrecorded', requestId, cause });
      return SHORTAGE_WAIT_MS;
    }
  }

  async #queued(requestId: string, why: RequestEvents['preserve-queued']['why']): Promise<void> {
    await this.parts.requests.take(requestId, async ({ state, append }) => {
      if (state.waitsFor === why) return;
      await append({ event: 'preserve-queued', by: 'gate', data: { why } });
      this.parts.log('warn', { event: 'preserve-waits', requestId, outcome: why });
    });
  }

  #later(ms: number, requestId: string, work: Kind): void {
    if (this.#stop.signal.aborted) return;
    clearTimeout(this.#waiting.get(requestId)?.timer);
    const timer = setTimeout(() => {
      this.#waiting.delete(requestId);
      this.wake(requestId);
    }, ms);
    this.#waiting.set(requestId, { work, timer });
  }
}

/** Faults of the gate's own ground. They pass; no recorder is gone for them, so they end no request. */
const own: readonly ProblemCode[] = ['disk-full', 'store-unavailable', 'journal-unwritable', 'internal'];

/** How often a request that waits for room looks again, milliseconds. */
const SHORTAGE_WAIT_MS = 15_000;
