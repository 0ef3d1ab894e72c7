// Bytes to a socket in few large writes from a few blocks that are used again and again: fast, and constant in memory.
import type { Socket } from 'node:net';

const blockBytes = 256 * 1024;
const blockCount = 4;

export interface Blocks {
  /** A place of at least `bytes` bytes. Waits while every block is on its way. Null when the socket is gone. */
  room(bytes: number): Promise<{ block: Buffer; at: number } | null> | { block: Buffer; at: number };
  /** So many bytes of that place were written. */
  used(bytes: number): void;
  /** Sends what is left and resolves when the socket took everything, or is gone. */
  flush(): Promise<void>;
}

export function makeBlocks(socket: Socket): Blocks {
  const free: Buffer[] = Array.from({ length: blockCount }, () => Buffer.allocUnsafeSlow(blockBytes));
  let block: Buffer = free.pop() as Buffer;
  let [at, waiting] = [0, [] as (() => void)[]];
  let under = 0;
  const wake = (): void => {
    const all = waiting;
    waiting = [];
    for (const each of all) each();
  };
  socket.once('close', wake);
  const change = (): Promise<void> => new Promise((resolve) => void waiting.push(resolve));

  const send = (): void => {
    if (!at || socket.destroyed) return;
    const sent = block;
    under++;
    socket.write(sent.subarray(0, at), () => {
      under--;
      // One that was made for a single large unit goes.
      if (sent.length === blockBytes) free.push(sent);
      wake();
    });
    at = 0;
    block = free.pop() ?? Buffer.alloc(0);
  };

  const fresh = async (bytes: number): Promise<{ block: Buffer; at: number } | null> => {
    send();
    while (!free.length && !block.length && !socket.destroyed) await change();
    if (socket.destroyed) return null;
    if (!block.length) block = free.pop() as Buffer;
    if (bytes > block.length) {
      free.push(block);
      block = Buffer.allocUnsafeSlow(bytes);
    }
    return { block, at };
  };
  return {
    room: (bytes) => (block.length - at >= bytes && !socket.destroyed ? { block, at } : fresh(bytes)),
    used: (bytes) => void (at += bytes),
    flush: async () => {
      send();
      while (under && !socket.destroyed) await change();
    },
  };
}
