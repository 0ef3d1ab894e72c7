// What machines still owe each request, read from its state alone: so after a crash the same question gives the same work.
import PQueue from 'p-queue';
import type { Log } from '../domain/log.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem, type ProblemCode } from '../domain/problem.js';
import type { RequestEvents } from '../domain/audit-event.js';
import { grantWhenComplete } from './review.js';
import type { Requests, Turn } from './requests.js';

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
  /** Which recorder a request pulls from, and how many pulls it takes at once. */
  recorderOf(state: RequestState): { id: string; pulls: number };
  /** Milliseconds to wait after the nth failure; past the last one the request ends as not available. */
  retryDelays: readonly number[];
}

/** Preserve while allowed; fulfil once granted and sealed; nothing else is for machines. */
export function workFor({ tracks }: RequestState): 'preserve' | 'fulfil' | null {
  const open = tracks.approval === 'held' || tracks.approval === 'granted';
  if (open && (tracks.custody === 'none' || tracks.custody === 'queued' || tracks.custody === 'pulling')) return 'preserve';
  if (tracks.approval === 'granted' && tracks.custody === 'sealed' && (tracks.delivery === 'none' || tracks.delivery === 'packaging')) return 'fulfil';
  return null;
}

export class Work {
  readonly #busy = new Set<string>();
  readonly #reserved = new Map<string, number>();
  readonly #pulls = new Map<string, PQueue>();
  /** ffmpeg takes every core it is given: one rendering at a time. */
  readonly #renders = new PQueue({ concurrency: 1 });
  /** Room is asked for by one at a time: two who look at once would both be given what is left. */
  readonly #asking = new PQueue({ concurrency: 1 });
  readonly #stop = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(private readonly parts: Parts) {}

  /** At start: what a crash cut off between two entries is ended as the first one wants it, and every open request goes on. */
  async resume(): Promise<void> {
    const { requests, log, finishAdmission } = this.parts;
    for (const id of requests.ids()) {
      // One application that cannot be judged does not keep the others waiting.
      await requests.take(id, finishAdmission).catch((cause: unknown) => log('error', { event: 'admission-unfinished', requestId: id, cause }));
      await requests.take(id, grantWhenComplete);
      this.wake(id);
    }
  }

  /** Looks whether this request has work, and does it. */
  wake(requestId: string): void {
    if (this.#busy.has(requestId) || this.#stop.signal.aborted) return;
    const state = this.parts.requests.state(requestId);
    const work = workFor(state);
    if (!work) return;
    this.#busy.add(requestId);
    const queue = work === 'preserve' ? this.#queueOf(state) : this.#renders;
    void queue.add(() => this.#run(requestId, work)).catch((cause: unknown) => this.parts.log('error', { event: 'work-lost', requestId, cause }));
  }

  /** Ends what runs. Work that is not done is done again at the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    const queues = [this.#renders, ...this.#pulls.values()];
    for (const queue of queues) queue.clear();
    await Promise.all(queues.map((queue) => queue.onIdle()));
  }

  async #run(requestId: string, work: 'preserve' | 'fulfil'): Promise<void> {
    let again: number | null = 0;
    try {
      if (this.#stop.signal.aborted) return;
      if (work === 'fulfil') await this.parts.fulfil(requestId, this.#stop.signal);
      else again = await this.#preserve(requestId);
    } catch (thrown) {
      again = await this.#failed(requestId, work, thrown);
    } finally {
      this.#busy.delete(requestId);
      this.#reserved.delete(requestId);
    }
    if (again === 0) this.wake(requestId);
    else if (again !== null) this.#later(again, () => this.wake(requestId));
  }

  async #preserve(requestId: string): Promise<number> {
    const { parts } = this;
    const state = parts.requests.state(requestId);
    const estimate = parts.estimate(state);
    const shortage = await this.#asking.add(async () => {
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
  async #failed(requestId: string, work: 'preserve' | 'fulfil', thrown: unknown): Promise<number | null> {
    if (this.#stop.signal.aborted) return null;
    const { requests, log, retryDelays } = this.parts;
    const problem = Problem.from(thrown);
    log('error', { event: `${work}-failed`, requestId, problem: problem.code, cause: problem.cause ?? problem });
    try {
      return await requests.take(requestId, async (turn) => {
        // Somebody returned it meanwhile: nobody waits for this any more.
        if (workFor(turn.state) !== work) return null;
        const underWay = work === 'preserve' ? turn.state.tracks.custody === 'pulling' : turn.state.tracks.delivery === 'packaging';
        if (underWay && work === 'preserve' && problem.code === 'disk-full') {
          await turn.append({ event: 'preserve-queued', by: 'gate', data: { why: 'disk-full' } });
          return SHORTAGE_WAIT_MS;
        }
        if (underWay) await turn.append({ event: work === 'preserve' ? 'preserve-failed' : 'fulfil-failed', by: 'gate', data: { code: problem.code } });
        const delay = retryDelays[turn.state.failures[work] - 1];
        if (delay !== undefined || !underWay) return delay ?? SHORTAGE_WAIT_MS;
        if (own.includes(problem.code)) return retryDelays.at(-1) ?? SHORTAGE_WAIT_MS;
        if (work === 'preserve') await turn.append({ event: 'export-unavailable', by: 'gate', data: { cause: 'recorder-gone' } });
        return null;
      });
    } catch (cause) {
      // The journal does not take it: nothing goes on until it does.
      log('error', { event: 'work-unrecorded', requestId, cause });
      return SHORTAGE_WAIT_MS;
    }
  }

  async #queued(requestId: string, why: RequestEvents['preserve-queued']['why']): Promise<void> {
    await this.parts.requests.take(requestId, async ({ state, append }) => {
      if (state.waitsFor !== why) await append({ event: 'preserve-queued', by: 'gate', data: { why } });
    });
  }

  #queueOf(state: RequestState): PQueue {
    const { id, pulls } = this.parts.recorderOf(state);
    const queue = this.#pulls.get(id) ?? new PQueue({ concurrency: pulls });
    this.#pulls.set(id, queue);
    return queue;
  }

  #later(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, ms);
    this.#timers.add(timer);
  }
}

/** Faults of the gate's own ground. They pass; no recorder is gone for them, so they end no request. */
const own: readonly ProblemCode[] = ['disk-full', 'store-unavailable', 'journal-unwritable', 'internal'];

/** How often a request that waits for room looks again, milliseconds. */
const SHORTAGE_WAIT_MS = 15_000;
