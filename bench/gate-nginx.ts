// nginx as a plain proxy, in a process of its own that ends with this one. Where there is no nginx, it says `listening none`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

const { upstream } = (await json(process.stdin)) as { upstream: string };
const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-bench-'));

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });

const port = await freePort();
const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ');
await fs.promises.writeFile(
  path.join(folder, 'nginx.conf'),
  `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary}
  keepalive_requests 1000000;
  upstream pages { server ${new URL(upstream).host}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://pages; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`,
);
// Debian has it where ordinary accounts do not look.
const child = spawn('nginx', ['-c', path.join(folder, 'nginx.conf'), '-p', folder, '-e', path.join(folder, 'error.log')], {
  stdio: 'ignore',
  env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` },
});
let state = 'begun' as 'begun' | 'missing' | 'ended';
child.on('error', () => (state = 'missing')).on('exit', () => (state = 'ended'));
const end = async (status: number): Promise<never> => {
  if (state === 'begun') {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await fs.promises.rm(folder, { recursive: true, force: true });
  process.exit(status);
};
process.on('SIGTERM', () => void end(0));
const isThere = (): boolean => state === 'begun';
while (isThere() && !(await answers(port))) await wait(20);
if (state === 'ended') {
  process.stderr.write(await fs.promises.readFile(path.join(folder, 'error.log'), 'utf8').catch(() => 'nginx ended'));
  await end(1);
}
process.stdout.write(`listening ${state === 'missing' ? 'none' : `http://127.0.0.1:${port}`} ${child.pid ?? 0}\n`);
setInterval(() => undefined, 2 ** 30);
