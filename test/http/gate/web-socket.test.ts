// WebSockets through the whole gate: a system like ZoneMinder but for three addresses that are WebSockets, which answers frame for frame.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type http from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { zoneminder } from '../../../adapters/zoneminder/index.js';
import type { Entry } from '../../../plugin/domain/audit-event.js';
import type { RecorderAddress } from '../../../plugin/domain/adapter.js';
import type { WebFront } from '../../../plugin/domain/web-front.js';
import { FrameReader, writeFrame } from '../../../plugin/http/gate/websocket-frames.js';
import { beforePages, type BeforePages } from '../../support/gate/before-pages.js';

const route = (id: string, kind: string, more: object = {}) => ({ id, methods: ['GET'], path: `^/${id}$`, class: kind, ws: true, leaves: 'messages', ...more });
const plain = zoneminder.web!;
/** ZoneMinder has no WebSocket; this system has three. */
function withSockets(address: RecorderAddress): WebFront {
  const web = plain(address);
  const table = web.table as { routes: object[] };
  const routes = [route('events', 'safe'), route('orders', 'safe', { inspect: { to_server: 'orders by name' } }), route('judged', 'safe', { inspect: { to_server: 'no recordings' } }), ...table.routes];
  return {
    ...web,
    table: { ...table, routes },
    inspect: ({ id }) => (id !== 'judged' ? null : (text, toClient) => (toClient || !text.includes('recording') ? 'pass' : 'deny')),
  };
}

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const mask = Buffer.from([1, 2, 3, 4]);
const texts = (bytes: Buffer): string[] => {
  const found: string[] = [];
  for (const piece of new FrameReader('to-client', true).push(bytes)) found.push(piece.kind === 'text' ? piece.text : piece.kind === 'control' ? `control ${piece.opcode}` : 'binary');
  return found;
};

describe('WebSockets before pages', function () {
  this.timeout(60_000);
  let all: BeforePages;
  /** What reached the system, with headers; what it answers to each text. */
  let opened: { line: string; headers: http.IncomingHttpHeaders; heard: string[] }[] = [];
  let reply: (text: string) => Buffer = (text) => writeFrame(1, Buffer.from(`heard ${text}`), null);
  /** The gate's clock before ours, milliseconds. */
  let ahead = 0;
  let handshake = (accept: string): string[] => [`Sec-WebSocket-Accept: ${accept}`];

  before(async () => {
    zoneminder.web = withSockets;
    all = await beforePages({ now: () => new Date(Date.now() + ahead) });
    all.upstream.on('upgrade', (request: http.IncomingMessage, socket: Duplex) => {
      const heard: string[] = [];
      opened.push({ line: `${request.method} ${request.url}`, headers: request.headers, heard });
      const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', ...handshake(accept), '', ''].join('\r\n'));
      const reader = new FrameReader('to-server', false);
      socket.on('error', () => socket.destroy()).on('end', () => socket.end()).on('data', (chunk: Buffer) => {
        for (const piece of reader.push(chunk))
          if (piece.kind === 'text') {
            heard.push(piece.text);
            socket.write(reply(piece.text));
          } else if (piece.kind === 'control' && piece.opcode === 8) socket.end(writeFrame(8, Buffer.alloc(0), null));
      });
    });
  });
  after(async () => {
    zoneminder.web = plain;
    await all?.close();
  });
  beforeEach(() => {
    opened = [];
    reply = (text) => writeFrame(1, Buffer.from(`heard ${text}`), null);
    handshake = (accept) => [`Sec-WebSocket-Accept: ${accept}`];
  });

  const events = async (name: Entry['event']): Promise<number> =>
    (await (await all.gate.as('user:audit.he')).get<{ entries: Entry[] }>('/api/v1/journal?count=1000')).entries.filter(({ event }) => event === name).length;

  /** The client is told first, and the entry written then. */
  async function ringsUpTo(hits: number): Promise<void> {
    for (let tries = 0; tries < 200 && (await events('guard-hit')) < hits; tries++);
    assert.equal(await events('guard-hit'), hits);
  }

  /** A client: says these texts one after another, each when the one before was answered, then closes. What it got, to the end. */
  async function speak(path: string, says: readonly string[], { cookie, headers = [] }: { cookie: string; headers?: string[] }): Promise<{ status: number; got: string[] }> {
    const { hostname, port, host } = new URL(all.pages);
    const socket = net.connect(Number(port), hostname);
    socket.setTimeout(20_000, () => socket.destroy(new Error('nobody answered')));
    const closed = once(socket, 'close');
    socket.write([`GET /zm/${path} HTTP/1.1`, `Host: ${host}`, 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Extensions: permessage-deflate', `Cookie: ${cookie}`, ...headers, '', ''].join('\r\n'));
    const left = [...says];
    let [raw, frames] = [Buffer.alloc(0), 0];
    const next = (): void => void socket.write(left.length > 0 ? writeFrame(1, Buffer.from(left.shift()!), mask) : writeFrame(8, Buffer.alloc(0), mask));
    const body = (): Buffer => raw.subarray(raw.indexOf('\r\n\r\n') + 4);
    let switched = false;
    socket.on('data', (chunk: Buffer) => {
      raw = Buffer.concat([raw, chunk]);
      if (!switched && raw.includes('\r\n\r\n')) {
        switched = true;
        if (raw.toString('latin1').startsWith('HTTP/1.1 101')) next();
      }
      if (!switched) return;
      const come = texts(body()).length;
      if (come > frames && socket.writable) next();
      frames = come;
    });
    await closed;
    const head = raw.toString('latin1');
    return { status: Number(head.split(' ')[1]), got: head.startsWith('HTTP/1.1 101') ? texts(body()) : [] };
  }

  it('one that the table names passes, rewritten, without extensions, under the session that the gate keeps; addresses in it are the gate’s', async () => {
    const { cookie } = await all.client('guard');
    reply = (text) => writeFrame(1, Buffer.from(JSON.stringify({ text, at: all.web() })), null);
    const { status, got } = await speak('events', ['one', '二'], { cookie });
    assert.equal(status, 101);
    assert.deepEqual(got.map((text) => (text.startsWith('{') ? (JSON.parse(text) as { text: string }).text : text)), ['one', '二', 'control 8']);
    assert.ok(got[0]!.includes(new URL(all.pages).host) && !got[0]!.includes('127.0.0.1:'), got[0]);
    assert.deepEqual(opened.map(({ heard }) => heard), [['one', '二']]);
    const { headers } = opened[0]!;
    assert.match(headers.cookie ?? '', /^ZMSESSID=session\d+$/);
    assert.equal(headers['sec-websocket-extensions'], undefined);
  });

  it('footage in a message ends it: the client holds nothing of it and is told, and it is rung', async () => {
    const { cookie } = await all.client('guard');
    const before = await events('guard-hit');
    reply = () => writeFrame(1, Buffer.from(JSON.stringify({ clip: all.standIn.events[0]!.film!.toString('base64') })), null);
    assert.deepEqual(await speak('events', ['the past'], { cookie }), { status: 101, got: ['control 8'] });
    await ringsUpTo(before + 1);
  });

  it('messages are judged by the adapter’s rules; without its judge, no such socket passes', async () => {
    const { cookie } = await all.client('guard');
    const { status, got } = await speak('judged', ['state', 'recording 11'], { cookie });
    assert.equal(status, 101);
    assert.deepEqual([got[0], opened[0]!.heard], ['heard state', ['state']]);
    assert.deepEqual(await speak('orders', ['state'], { cookie }), { status: 403, got: [] });
    assert.equal(opened.length, 1);
  });

  it('another site’s page, another host, nobody, and an address that is no socket reach nobody', async () => {
    const { cookie } = await all.client('guard');
    const rows: [string, string, string, string[]][] = [
      ['another site', 'events', cookie, ['Origin: http://elsewhere.example']],
      ['nobody', 'events', 'exportgate-web=guessed', []],
      ['no socket', 'index.php?view=console', cookie, []],
      ['another protocol as well', 'events', cookie, ['Upgrade: h2c']],
      ['a body', 'events', cookie, ['Content-Length: 5']],
    ];
    for (const [what, path, with_, headers] of rows) {
      const { status } = await speak(path, ['x'], { cookie: with_, headers });
      assert.ok(status >= 400 && status < 500, `${what}: ${status}`);
    }
    assert.equal(opened.length, 0);
  });

  it('a handshake that is not the one that was asked for is a hit', async () => {
    const { cookie } = await all.client('guard');
    const before = await events('guard-hit');
    for (const wrong of [() => ['Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA='], (accept: string) => [`Sec-WebSocket-Accept: ${accept}`, 'Sec-WebSocket-Extensions: permessage-deflate']]) {
      handshake = wrong;
      assert.deepEqual(await speak('events', ['x'], { cookie }), { status: 503, got: [] });
    }
    await ringsUpTo(before + 2);
  });

  it('ends when its session on the system has ended, at the next message', async () => {
    const { cookie } = await all.client('guard');
    const signedIn = new Map(all.standIn.sessions);
    const before = await events('access-stopped');
    reply = (text) => {
      if (text === 'second') {
        all.standIn.sessions.clear();
        ahead += 61_000;
      }
      return writeFrame(1, Buffer.from(`heard ${text}`), null);
    };
    assert.deepEqual(await speak('events', ['first', 'second', 'third'], { cookie }), { status: 101, got: ['heard first'] });
    for (const [session, name] of signedIn) all.standIn.sessions.set(session, name);
    for (let tries = 0; tries < 200 && (await events('access-stopped')) === before; tries++);
    assert.equal(await events('access-stopped'), before + 1);
  });
});
