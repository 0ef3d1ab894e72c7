// Pages that stand in for ZoneMinder's, in a process of their own: the mix that its console asks for, live pictures, and what the gate's own
// account is answered. Pictures come as JSON on standard input.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { startStandIn } from '../test/adapters/zoneminder/stand-in.js';
import { makeChance } from './chance.js';
import { account, mix, signedIn } from './gate-mix.js';

/** Base64. */
export interface Pictures {
  /** Some 20 KB, sent five times a second. */
  small: string;
  /** Of a camera, sent as fast as they are taken. */
  large: string;
  /** Of the large ones together. */
  bytes: number;
}

const paceMs = 200;
const boundary = 'ZoneMinderFrame';

const given = (await json(process.stdin)) as Pictures;
const asPart = (base64: string): Buffer => {
  const jpeg = Buffer.from(base64, 'base64');
  return Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`),
    jpeg,
    Buffer.from('\r\n'),
  ]);
};
const [small, large] = [asPart(given.small), asPart(given.large)];

/** Words and numbers that do not repeat, of about this many bytes: a scanner that skips over one letter has no easy way. */
function filler(bytes: number, line: (word: () => string) => string): string {
  const { below } = makeChance(bytes);
  const word = (): string => below(1e9).toString(36);
  let text = '';
  while (text.length < bytes) text += line(word);
  return text;
}
const made: Record<'html' | 'css' | 'js' | 'json', (bytes: number) => { type: string; body: string }> = {
  html: (bytes) => ({
    type: 'text/html; charset=UTF-8',
    body: `<!doctype html><html><head><script nonce="x">const ZM_AUTH_HASH_SECRET = 'not-a-secret';</script></head><body><table>${filler(bytes, (word) => `<tr id="monitor_id-${word()}"><td class="colName"><a href="?view=watch&amp;mid=${word()}">${word()}</a></td><td>${word()}</td></tr>\n`)}</table></body></html>`,
  }),
  css: (bytes) => ({
    type: 'text/css',
    body: filler(bytes, (word) => `.c${word()} > #${word()} { margin: 0 ${word().length}px; color: #${word().slice(0, 3)}; }\n`),
  }),
  js: (bytes) => ({
    type: 'application/javascript',
    body: filler(bytes, (word) => `function f${word()}(a, b) { return a.${word()} + '${word()}' + b; }\n`),
  }),
  json: (bytes) => ({
    type: 'application/json',
    body: JSON.stringify({
      total: 1,
      rows: filler(bytes, (word) => `${word()} `)
        .split(' ')
        .map((Name, Id) => ({ Id, Name })),
    }),
  }),
};
const pages = new Map(mix.map(({ path, kind, bytes }) => [path, made[kind](bytes)]));

const own = await startStandIn({ events: [] });
own.sessions.set(signedIn, account);

function sendPictures(target: URL, response: http.ServerResponse): void {
  response.writeHead(200, { 'content-type': `multipart/x-mixed-replace; boundary=${boundary}` });
  if (target.searchParams.get('maxfps') === '5') {
    const pace = setInterval(() => void response.write(small), paceMs);
    return void response.on('close', () => clearInterval(pace));
  }
  let left = given.bytes;
  const more = (): void => {
    while (left > 0) {
      left -= large.length;
      if (!response.write(large)) return void response.once('drain', more);
    }
    response.end(`--${boundary}--\r\n`);
  };
  more();
}

const server = http.createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  const target = new URL(request.url ?? '/', 'http://pages');
  const page = pages.get(target.pathname + target.search);
  if (page)
    return void response.writeHead(200, { 'content-type': page.type, 'content-length': Buffer.byteLength(page.body) }).end(page.body);
  if (target.pathname.endsWith('/nph-zms')) return sendPictures(target, response);
  if (target.search === '?view=login') {
    request.resume();
    return void response
      .writeHead(302, { location: '/zm/index.php?view=console', 'set-cookie': `ZMSESSID=${signedIn}; path=/; HttpOnly` })
      .end();
  }
  // What the gate's own account asks.
  const onward = http.request(own.url, { path: request.url, method: request.method, headers: request.headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  request.pipe(onward.on('error', () => response.destroy()));
});
process.on('SIGTERM', () => process.exit(0));
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening http://127.0.0.1:${(server.address() as AddressInfo).port} ${process.pid}\n`),
);
