// WebSocket through the guard: frames read as strictly as two programs can agree on, text looked at, binary on live routes alone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { guardHandshake, GuardedMessages, handshakeHeaders, refusedClose } from '../../../plugin/http/gate/guard-websocket.js';
import type { Inspect, Messages } from '../../../plugin/http/gate/guard-websocket.js';
import { GuardHit } from '../../../plugin/http/gate/guard-hit.js';
import type { HitReason } from '../../../plugin/http/gate/guard-hit.js';
import { FrameReader, MOST_BINARY, MOST_TEXT, writeFrame } from '../../../plugin/http/gate/websocket-frames.js';
import type { Direction, Piece } from '../../../plugin/http/gate/websocket-frames.js';
import { mediaSamples } from './media-samples.js';
import { assertNothingLeft, pieces } from './through.js';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const accept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const upstream = { hosts: ['127.0.0.1'], replace: (origin: string) => origin.replace(/\/\/.*$/, '//gate.example') };
const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

interface Frame {
  fin?: boolean;
  rsv?: number;
  opcode: number;
  payload?: Buffer | string;
  /** Written although it is not the shortest. */
  wide?: 2 | 8;
  length?: bigint;
  masked?: boolean;
}
/** A frame as any program could write it, faults and all. */
function frame({ fin = true, rsv = 0, opcode, payload = '', wide, length, masked = false }: Frame): Buffer {
  const body = Buffer.from(payload as string);
  const size = length ?? BigInt(body.length);
  const form = wide ?? (size > 65_535n ? 8 : size > 125n ? 2 : 0);
  const head = Buffer.alloc(2 + form);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (form === 8 ? 127 : form === 2 ? 126 : Number(size));
  if (form === 2) head.writeUInt16BE(Number(size), 2);
  if (form === 8) head.writeBigUInt64BE(size, 2);
  return Buffer.concat([head, ...(masked ? [mask] : []), masked ? Buffer.from(body.map((byte, at) => byte ^ mask[at & 3]!)) : body]);
}

async function judged(bytes: Buffer, more: Partial<Messages> = {}, ...sizes: number[]): Promise<{ out: Buffer; why: HitReason | null; where: string; mostHeld: number }> {
  const guard = new GuardedMessages({ class: 'safe', direction: 'to-client', upstream, inspect: null, ...more });
  const out: Buffer[] = [];
  let mostHeld = 0;
  try {
    await pipeline(pieces(bytes, ...(sizes.length > 0 ? sizes : [bytes.length])), guard, async (source: AsyncIterable<Buffer>) => {
      for await (const part of source) {
        out.push(part);
        mostHeld = Math.max(mostHeld, guard.held);
      }
    });
  } catch (thrown) {
    assert.ok(thrown instanceof GuardHit, String(thrown));
    return { out: Buffer.concat(out), why: thrown.why, where: thrown.where, mostHeld };
  }
  return { out: Buffer.concat(out), why: null, where: '', mostHeld };
}

/** What a program reads out of what left. */
function read(bytes: Buffer, direction: Direction): (string | number)[] {
  const texts: (string | number)[] = [];
  for (const piece of new FrameReader(direction, true).push(bytes)) texts.push(piece.kind === 'text' ? piece.text : piece.kind === 'control' ? piece.opcode : piece.bytes.length);
  return texts;
}

describe('a handshake', () => {
  const asked = { 'sec-websocket-key': key, 'sec-websocket-protocol': 'mse, chat' };
  const right = ['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', accept];
  const table: readonly (readonly [what: string, status: number, headers: string[], verdict: 'pass' | 'handshake-refused'])[] = [
    ['as it was asked for', 101, right, 'pass'],
    ['one of the protocols', 101, [...right, 'Sec-WebSocket-Protocol', 'chat'], 'pass'],
    ['in other letters', 101, ['upgrade', 'WebSocket', 'connection', 'keep-alive, upgrade', 'sec-websocket-accept', accept], 'pass'],
    ['another status', 200, right, 'handshake-refused'],
    ['another protocol', 101, ['Upgrade', 'h2c', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', accept], 'handshake-refused'],
    ['no upgrade', 101, ['Upgrade', 'websocket', 'Sec-WebSocket-Accept', accept], 'handshake-refused'],
    ['a key of nobody', 101, ['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='], 'handshake-refused'],
    ['two keys', 101, [...right, 'Sec-WebSocket-Accept', accept], 'handshake-refused'],
    ['compression', 101, [...right, 'Sec-WebSocket-Extensions', 'permessage-deflate'], 'handshake-refused'],
    ['a protocol that nobody offered', 101, [...right, 'Sec-WebSocket-Protocol', 'other'], 'handshake-refused'],
    ['two protocols', 101, [...right, 'Sec-WebSocket-Protocol', 'mse', 'Sec-WebSocket-Protocol', 'chat'], 'handshake-refused'],
  ];
  for (const [what, status, headers, verdict] of table)
    it(`${what}: ${verdict}`, () => {
      const judge = guardHandshake({ status, headers, asked });
      assert.equal(judge === 'pass' ? judge : judge.why, verdict);
    });

  it('what goes to the client is these headers and no other', () => {
    assert.deepEqual(handshakeHeaders([...right, 'Set-Cookie', 'a=b', 'Sec-WebSocket-Protocol', 'mse', 'X-Accel-Redirect', '/a']), {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-accept': accept,
      'sec-websocket-protocol': 'mse',
    });
  });
});

describe('frames', function () {
  this.timeout(120_000);
  const text = (payload: string, more: Partial<Frame> = {}): Buffer => frame({ opcode: 1, payload, ...more });

  const passing: readonly (readonly [what: string, frames: Buffer, reads: (string | number)[]])[] = [
    ['a text', text('{"state":"ok"}'), ['{"state":"ok"}']],
    ['an empty text', text(''), ['']],
    ['a text in pieces', Buffer.concat([frame({ fin: false, opcode: 1, payload: 'one ' }), frame({ fin: false, opcode: 0, payload: '' }), frame({ opcode: 0, payload: 'two' })]), ['one two']],
    ['a letter in pieces', Buffer.concat([frame({ fin: false, opcode: 1, payload: Buffer.from([0xe4, 0xb8]) }), frame({ opcode: 0, payload: Buffer.from([0xad]) })]), ['中']],
    ['a ping between pieces', Buffer.concat([frame({ fin: false, opcode: 1, payload: 'one ' }), frame({ opcode: 9, payload: 'ping' }), frame({ opcode: 0, payload: 'two' })]), [9, 'one two']],
    ['pong and close', Buffer.concat([frame({ opcode: 10 }), frame({ opcode: 8, payload: Buffer.from([0x03, 0xe8, 0x62, 0x79, 0x65]) })]), [10, 8]],
    ['a close without a word', frame({ opcode: 8 }), [8]],
    ['125, 126, 65535 and 65536 bytes', Buffer.concat([125, 126, 65_535, 65_536].map((length) => text('a b. '.repeat(14_000).slice(0, length)))), [125, 126, 65_535, 65_536].map((length) => 'a b. '.repeat(14_000).slice(0, length))],
    ['an address of the system', text('{"url":"ws:\\/\\/127.0.0.1:8080\\/ws"}'), ['{"url":"ws:\\/\\/gate.example\\/ws"}']],
  ];
  for (const [what, frames, reads] of passing)
    it(`${what}: passes, however it is cut`, async () => {
      for (const sizes of frames.length < 1000 ? [[1], [2, 3], [frames.length]] : [[7, 1460], [frames.length]]) {
        const { out, why, where } = await judged(frames, {}, ...sizes);
        assert.equal(why, null, where);
        assert.deepEqual(read(out, 'to-client'), reads);
      }
    });

  it('a client’s frames go on masked anew, and read the same', async () => {
    const frames = Buffer.concat([text('hello', { masked: true }), frame({ opcode: 9, payload: 'p', masked: true }), text('http://127.0.0.1/ stays', { masked: true })]);
    const { out, why } = await judged(frames, { direction: 'to-server' }, 3);
    assert.equal(why, null);
    assert.deepEqual(read(out, 'to-server'), ['hello', 9, 'http://127.0.0.1/ stays']);
    assert.ok(!out.includes(mask));
  });

  it('binary passes on a live route as it is, whole or in pieces, and holds nothing back', async () => {
    const clip = (await mediaSamples())['fragments.mp4'];
    const frames = Buffer.concat([frame({ opcode: 2, payload: clip }), frame({ fin: false, opcode: 2, payload: clip.subarray(0, 100) }), frame({ opcode: 9 }), frame({ opcode: 0, payload: clip.subarray(100, 200) }), text('and a word'), frame({ opcode: 2 })]);
    for (const sizes of [[1000, 1], [65_536]]) {
      const { out, why, mostHeld } = await judged(frames, { class: 'live' }, ...sizes);
      assert.equal(why, null);
      assert.ok(out.equals(frames));
      assert.ok(mostHeld < 32, String(mostHeld));
    }
    const masked = frame({ opcode: 2, payload: clip, masked: true });
    assert.ok((await judged(masked, { class: 'live', direction: 'to-server' }, 999)).out.equals(masked));
  });

  const wrong: readonly (readonly [what: string, frames: Buffer, why: HitReason, more?: Partial<Messages>])[] = [
    ['binary on a page’s route', frame({ opcode: 2, payload: 'a' }), 'frame-binary'],
    ['binary from a client on a page’s route', frame({ opcode: 2, payload: 'a', masked: true }), 'frame-binary', { direction: 'to-server' }],
    ['binary on an administrator’s route', frame({ opcode: 2, payload: 'a' }), 'frame-binary', { class: 'admin' }],
    ['compressed', text('a', { rsv: 4 }), 'frame-malformed'],
    ['another reserved bit', text('a', { rsv: 2 }), 'frame-malformed'],
    ['the third reserved bit', text('a', { rsv: 1 }), 'frame-malformed'],
    ['an unknown data frame', frame({ opcode: 3 }), 'frame-malformed'],
    ['an unknown control frame', frame({ opcode: 11 }), 'frame-malformed'],
    ['masked by a server', text('a', { masked: true }), 'frame-malformed'],
    ['bare from a client', text('a'), 'frame-malformed', { direction: 'to-server' }],
    ['a ping in pieces', frame({ fin: false, opcode: 9 }), 'frame-malformed'],
    ['a close in pieces', frame({ fin: false, opcode: 8 }), 'frame-malformed'],
    ['a ping of 126 bytes', frame({ opcode: 9, payload: 'a'.repeat(126) }), 'frame-malformed'],
    ['a piece of nothing', frame({ opcode: 0, payload: 'a' }), 'frame-malformed'],
    ['a text within a text', Buffer.concat([frame({ fin: false, opcode: 1, payload: 'a' }), text('b')]), 'frame-malformed'],
    ['a length in a longer form', text('a', { wide: 2 }), 'frame-malformed'],
    ['a length in the longest form', text('a', { wide: 8 }), 'frame-malformed'],
    ['a length beyond everything', text('', { wide: 8, length: 1n << 63n }), 'frame-too-large'],
    ['a length beyond four bytes', text('', { wide: 8, length: 1n << 32n }), 'frame-too-large'],
    ['a text of more than it may have', text('', { wide: 8, length: BigInt(MOST_TEXT + 1) }), 'frame-too-large'],
    ['binary of more than it may have', frame({ opcode: 2, wide: 8, length: BigInt(MOST_BINARY + 1) }), 'frame-too-large', { class: 'live' }],
    ['pieces that are too much together', Buffer.concat([frame({ fin: false, opcode: 1, payload: 'a b.'.repeat(MOST_TEXT / 8) }), frame({ fin: false, opcode: 0, payload: 'a b.'.repeat(MOST_TEXT / 8) }), frame({ opcode: 0, payload: 'a' })]), 'frame-too-large'],
    ['pieces without end', Buffer.concat([frame({ fin: false, opcode: 1 }), ...Array.from({ length: 1100 }, () => frame({ fin: false, opcode: 0 }))]), 'frame-malformed'],
    ['a text that is none', text('', { opcode: 1, payload: Buffer.from([0xff, 0xfe]) }), 'frame-malformed'],
    ['half a letter', text('', { payload: Buffer.from([0xe4, 0xb8]) }), 'frame-malformed'],
    ['a close of one byte', frame({ opcode: 8, payload: 'a' }), 'frame-malformed'],
    ['a close code that is never sent', frame({ opcode: 8, payload: Buffer.from([0x03, 0xed]) }), 'frame-malformed'],
    ['a close that says nothing readable', frame({ opcode: 8, payload: Buffer.from([0x03, 0xe8, 0xff]) }), 'frame-malformed'],
    ['a frame behind the close', Buffer.concat([frame({ opcode: 8 }), text('a')]), 'frame-malformed'],
    ['a picture in a data: address', text('{"t":"data:image/jpeg;base64,AAAA"}'), 'inline-media'],
    ['a playlist', text('#EXTM3U\n'), 'media-bytes'],
    ['a byte 0', text('a\0b'), 'binary-in-text'],
  ];
  for (const [what, frames, why, more] of wrong)
    it(`hit: ${what}`, async () => {
      // What is good before it may leave; what is wrong may not.
      const before = frame({ opcode: 9, payload: 'before', masked: more?.direction === 'to-server' });
      for (const sizes of frames.length < 3000 ? [[1], [5], [10_000]] : [[10_000], [before.length, 1_000_000]]) {
        const judgement = await judged(Buffer.concat([before, frames]), more, ...sizes);
        assert.equal(judgement.why, why, judgement.where);
        assert.ok(judgement.out.length <= before.length + 2 + 32, `${judgement.out.length} bytes left`);
      }
    });

  it('media in letters is found in a message, in pieces too, and does not leave', async () => {
    const hidden = (await mediaSamples())['frame.jpg'].toString('base64');
    const whole = `{"topic":"snapshot","data":"${hidden}"}`;
    const halves = Buffer.concat([frame({ fin: false, opcode: 1, payload: whole.slice(0, 3000) }), frame({ opcode: 0, payload: whole.slice(3000) })]);
    for (const frames of [text(whole), halves])
      for (const direction of ['to-client', 'to-server'] as const) {
        const bytes = direction === 'to-client' ? frames : Buffer.concat([text(whole, { masked: true })]);
        const { out, why } = await judged(bytes, { direction, class: 'live' }, 500);
        assert.equal(why, 'spelled-media');
        assert.equal(out.length, 0);
        assertNothingLeft(out, Buffer.from(hidden), direction);
      }
  });

  it('whoever inspects messages lets them pass, drops or denies them, in their order', async () => {
    const seen: [string, boolean][] = [];
    const inspect: Inspect = async (message, toClient) => {
      seen.push([message, toClient]);
      await new Promise((resolve) => setImmediate(resolve));
      return message.includes('export') ? 'deny' : message.includes('quiet') ? 'drop' : 'pass';
    };
    const words = (...all: string[]): Buffer => Buffer.concat(all.map((word) => text(word, { masked: true })));
    const fine = await judged(words('subscribe', 'quiet', 'ping'), { direction: 'to-server', inspect }, 4);
    assert.deepEqual([fine.why, read(fine.out, 'to-server')], [null, ['subscribe', 'ping']]);
    assert.deepEqual(seen, [['subscribe', false], ['quiet', false], ['ping', false]]);
    const denied = await judged(words('subscribe', 'export_recording', 'ping'), { direction: 'to-server', inspect });
    assert.equal(denied.why, 'message-denied');
    assert.ok(!read(denied.out, 'to-server').includes('ping'));
  });

  it('an inspector that fails ends the connection', async () => {
    const guard = new GuardedMessages({
      class: 'safe',
      direction: 'to-client',
      upstream: null,
      inspect: () => {
        throw new Error('the journal is down');
      },
    });
    await assert.rejects(pipeline([text('a')], guard, async (source) => { for await (const _ of source) assert.fail('a message left'); }), /journal is down/);
  });

  it('random frames in random pieces: the reader never does other than pass or hit, and the same however they are cut', () => {
    const anyFrame = fc.record({
      fin: fc.boolean(),
      rsv: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 4),
      opcode: fc.constantFrom(0, 0, 1, 1, 1, 2, 8, 9, 10, 3, 15),
      payload: fc.oneof(fc.string().map((value) => Buffer.from(value)), fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value))),
      masked: fc.boolean(),
    });
    let [hits, passes] = [0, 0];
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 6 }), fc.uint8Array({ maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }), fc.boolean(), (frames, noise, sizes, masked) => {
        const bytes = Buffer.concat([...frames.map((one) => frame({ ...one, masked: one.opcode === 15 ? one.masked : masked })), ...(sizes[0]! % 5 === 0 ? [Buffer.from(noise)] : [])]);
        const run = (chunks: Buffer[]): { why: string | null; texts: string } => {
          const reader = new FrameReader(masked ? 'to-server' : 'to-client', true);
          const read: Piece[] = [];
          try {
            for (const chunk of chunks) read.push(...reader.push(chunk));
          } catch (thrown) {
            assert.ok(thrown instanceof GuardHit, String(thrown));
            return { why: thrown.why, texts: '' };
          }
          // Binary comes in as many pieces as it is cut into.
          const texts = read.map((piece) => (piece.kind === 'text' ? `t${piece.text}` : piece.kind === 'control' ? `c${piece.opcode}` : piece.bytes.toString('hex'))).join('|');
          return { why: null, texts: texts.replace(/\|(?=[0-9a-f]*(?:\||$))/g, '') };
        };
        const whole = run([bytes]);
        assert.equal(run(pieces(bytes, ...sizes)).why, whole.why);
        assert.equal(run(pieces(bytes, 1)).texts, whole.texts);
        if (whole.why) hits += 1;
        else passes += 1;
      }),
      { numRuns: 3000 },
    );
    assert.ok(hits > 300 && passes > 300, `${hits} hits, ${passes} passes`);
  });

  it('200 MB of live video hold nothing back', () => {
    const reader = new FrameReader('to-client', true);
    const bytes = frame({ opcode: 2, payload: Buffer.alloc(60_000, 7) });
    let come = 0;
    for (let sent = 0; sent < 200_000_000; sent += bytes.length) {
      for (const piece of reader.push(bytes)) come += piece.kind === 'binary' ? piece.bytes.length : 0;
      assert.equal(reader.held, 0);
    }
    assert.ok(come >= 200_000_000);
  });

  it('a text that is never ended is bounded by what it may have', () => {
    const reader = new FrameReader('to-server', false);
    const piece = frame({ fin: false, opcode: 0, payload: Buffer.alloc(65_000, 0x61), masked: true });
    reader.push(frame({ fin: false, opcode: 1, masked: true }));
    assert.throws(() => {
      for (;;) {
        reader.push(piece);
        assert.ok(reader.held <= MOST_TEXT);
      }
    }, GuardHit);
  });
});

describe('an upgraded connection through the guard', () => {
  it('passes words both ways, and closes with the reason when a clip comes', async () => {
    const clip = (await mediaSamples())['frame.jpg'];
    const system = http.createServer().on('upgrade', (_request, socket: Socket) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
      socket.on('error', () => undefined).on('data', (bytes: Buffer) => {
        for (const piece of new FrameReader('to-server', false).push(bytes)) if (piece.kind === 'text') socket.write(frame({ opcode: 1, payload: piece.text === 'picture' ? clip.toString('base64') : `heard ${piece.text}` }));
      });
    });
    const hits: GuardHit[] = [];
    const gate = http.createServer().on('upgrade', (_request, client: Socket) => {
      http
        .get({ host: '127.0.0.1', port: (system.address() as AddressInfo).port, headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': key } })
        .on('upgrade', (answer, server: Socket) => {
          assert.equal(guardHandshake({ status: answer.statusCode!, headers: answer.rawHeaders, asked: { 'sec-websocket-key': key } }), 'pass');
          client.write(`HTTP/1.1 101 Switching Protocols\r\n${Object.entries(handshakeHeaders(answer.rawHeaders)).map(([name, value]) => `${name}: ${String(value)}`).join('\r\n')}\r\n\r\n`);
          const way = (direction: Direction): GuardedMessages => new GuardedMessages({ class: 'safe', direction, upstream, inspect: null });
          const stop = (thrown: unknown): void => {
            if (thrown instanceof GuardHit) hits.push(thrown);
            server.destroy();
            client.end(refusedClose);
          };
          client.on('error', () => undefined);
          const down = way('to-client').on('error', stop);
          server.on('error', () => undefined).pipe(down).pipe(client);
          client.pipe(way('to-server').on('error', stop)).pipe(server);
        });
    });
    const listen = (server: http.Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    await Promise.all([listen(system), listen(gate)]);
    try {
      const request = http.get({ host: '127.0.0.1', port: (gate.address() as AddressInfo).port, headers: { connection: 'Upgrade', upgrade: 'websocket' } });
      const [, socket] = (await once(request, 'upgrade')) as [http.IncomingMessage, Socket];
      socket.write(writeFrame(1, Buffer.from('a word'), mask));
      const [first] = (await once(socket, 'data')) as [Buffer];
      assert.deepEqual(read(first, 'to-client'), ['heard a word']);
      const rest: Buffer[] = [];
      socket.on('data', (bytes: Buffer) => rest.push(bytes));
      socket.write(writeFrame(1, Buffer.from('picture'), mask));
      await once(socket, 'end');
      socket.destroy();
      assert.ok(Buffer.concat(rest).equals(refusedClose));
      assert.deepEqual(hits.map(({ why }) => why), ['spelled-media']);
    } finally {
      for (const server of [system, gate]) server.close().closeAllConnections();
    }
  }).timeout(120_000);
});
