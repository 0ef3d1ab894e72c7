// Packets between the socket and whoever takes them, with a water mark: over 4 MB the socket is paused, under half of it resumed.
import { queueBytes } from '../limits.js';

export interface Packet {
  channel: number;
  payload: Buffer;
}

export type Taken = { kind: 'packet'; packet: Packet } | { kind: 'idle' } | { kind: 'ended' };

export interface PacketQueue {
  push(packet: Packet): void;
  /** No more packets; what is queued can still be taken. With an error, taking throws it once the queue is empty. */
  end(error?: Error): void;
  /** The next packet; `idle` when none comes in time. One taker at a time. */
  take(idleMs: number): Promise<Taken>;
}

export function makePacketQueue(flow: { pause(): void; resume(): void }): PacketQueue {
  let [queued, head, bytes]: [Packet[], number, number] = [[], 0, 0];
  let paused = false;
  let ended: { error?: Error } | null = null;
  let wake: (() => void) | null = null;

  const rouse = (): void => {
    wake?.();
    wake = null;
  };
  const shift = (): Packet | undefined => {
    const packet = queued[head];
    if (!packet) return undefined;
    bytes -= packet.payload.length;
    if (++head === queued.length || head > 1024) [queued, head] = [queued.slice(head), 0];
    if (paused && bytes < queueBytes / 2) {
      paused = false;
      flow.resume();
    }
    return packet;
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
    push(packet) {
      queued.push(packet);
      bytes += packet.payload.length;
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
    async take(idleMs) {
      for (;;) {
        const packet = shift();
        if (packet) return { kind: 'packet', packet };
        if (ended?.error !== undefined) throw ended.error;
        if (ended) return { kind: 'ended' };
        if (!(await wait(idleMs))) return { kind: 'idle' };
      }
    },
  };
}
