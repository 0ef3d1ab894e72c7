// httpxy alone, as a plain proxy, in a process of its own.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { ProxyServer } from 'httpxy';

const { upstream } = (await json(process.stdin)) as { upstream: string };
const proxy = new ProxyServer({ target: upstream, agent: new http.Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 64 }) });
const server = http.createServer(
  { keepAliveTimeout: 65_000 },
  (request, response) => void proxy.web(request, response).catch(() => response.destroy()),
);
process.on('SIGTERM', () => process.exit(0));
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening http://127.0.0.1:${(server.address() as AddressInfo).port} ${process.pid}\n`),
);
