// Units between the socket and whoever takes them, with a water mark: over 4 MB the socket is paused, under half of it resumed.
import { queueBytes } from '../limits.js';
import type { AccessUnit } from './access-unit.js';

/** RTCP BYE of a track, in its place behind the track's units. */
export interface Farewell {
  bye: number;
}

export type Taken = AccessUnit | Farewell | 'idle' | 'ended';

export interface UnitQueue {
  push(item: AccessUnit | Farewell): void;
  /** No more units; what is queued can still be taken. With an error, taking throws it once the queue is empty. */
  end(error?: Error): void;
  /** What is next at once, where there is something. */
  next(): AccessUnit | Farewell | null;
  /** Waits for what is next; `idle` when nothing comes in time. One taker at a time. */
  take(idleMs: number): Promise<Taken>;
}

const weight = (item: AccessUnit | Farewell): number => ('bye' in item ? 0 : item.data.length) + 64;

export function makeUnitQueue(flow: { pause(): void; resume(): void }): UnitQueue {
  let [queued, head, bytes]: [(AccessUnit | Farewell)[], number, number] = [[], 0, 0];
  let paused = false;
  let ended: { error?: Error } | null = null;
  let wake: (() => void) | null = null;

  const rouse = (): void => {
    wake?.();
    wake = null;
  };
  const next = (): AccessUnit | Farewell | null => {
    const item = queued[head];
    if (item === undefined) return null;
    bytes -= weight(item);
    if (++head === queued.length || head > 256) [queued, head] = [queued.slice(head), 0];
    if (paused && bytes < queueBytes / 2) {
      paused = false;
      flow.resume();
    }
    return item;
  };
  const wait = (idleMs: number): Promise<boolean> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        wake = null;
        resolve(false);
      }, idleMs);
      wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });

  return {
    push(item) {
      queued.push(item);
      bytes += weight(item);
      if (!paused && bytes > queueBytes) {
        paused = true;
        flow.pause();
      }
      rouse();
    },
    end(error) {
      ended ??= { error };
      rouse();
    },
    next,
    async take(idleMs) {
      for (;;) {
        const item = next();
        if (item) return item;
        if (ended?.error !== undefined) throw ended.error;
        if (ended) return 'ended';
        if (!(await wait(idleMs))) return 'idle';
      }
    },
  };
}
