// A wire that breaks: stands between client and server, and cuts the n-th connection after so many bytes from the server.
import net, { type AddressInfo, type Socket } from 'node:net';

export interface CutProxy {
  port: number;
  /** How many connections were cut so far. */
  cuts(): number;
  close(): Promise<void>;
}

/** `after`: bytes from the server to each connection in turn, after which it breaks; later connections stay whole. */
export async function startCutProxy(target: { host: string; port: number }, after: readonly number[]): Promise<CutProxy> {
  const open = new Set<Socket>();
  let [connections, cuts] = [0, 0];
  const server = net.createServer((client) => {
    let left = after[connections++] ?? Infinity;
    const upstream = net.connect(target);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      if (!client.write(passed)) upstream.pause();
      if (left > 0) return;
      cuts++;
      upstream.destroy();
    });
    client.on('drain', () => upstream.resume());
    upstream.on('end', () => client.end());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    cuts: () => cuts,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
