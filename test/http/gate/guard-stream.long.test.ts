// The guard in its place: between a system that answers over a socket and a client. On a hit the connection breaks off, and the client holds
// nothing of what was found.
import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { MOST_OF_ASSET, MOST_OF_PICTURE, MOST_ON_ROUTE, readingOf } from '../../../plugin/http/gate/answer-reading.js';
import type { Answer } from '../../../plugin/http/gate/answer-reading.js';
import { judgeOf } from '../../../plugin/http/gate/guard.js';
import { GuardHit } from '../../../plugin/http/gate/guard-hit.js';
import { sendJudged } from '../../../plugin/http/gate/send-judged.js';
import { MOST_HELD } from '../../../plugin/http/gate/text-scan.js';
import { liveFrames, mediaSamples } from './media-samples.js';
import { answering, assertNothingLeft, judgeFor } from './through.js';

const upstreamHosts = { hosts: ['127.0.0.1'], replace: () => 'https://gate.example' };

/** Where a client ended up: what it holds, whether the answer was whole. */
interface Got {
  status: number;
  body: Buffer;
  whole: boolean;
}

/** A system, the guard in front of it, a client. `hits`: what was rung. */
async function behindGuard(send: (response: http.ServerResponse) => void, route: Omit<Answer, 'status' | 'headers'>): Promise<{ got: Got; hits: GuardHit[] }> {
  const hits: GuardHit[] = [];
  const upstream = http.createServer((_request, response) => send(response));
  const gate = http.createServer((_request, response) => {
    http.get({ port: (upstream.address() as AddressInfo).port, host: '127.0.0.1', agent: false }, (answer) => {
      const given: Answer = { ...route, status: answer.statusCode!, headers: answer.rawHeaders };
      const reading = readingOf(given);
      if ('why' in reading) {
        hits.push(new GuardHit(reading.why, reading.where));
        answer.destroy();
        response.writeHead(502).end('stopped');
        return;
      }
      response.writeHead(answer.statusCode!, { 'content-type': answer.headers['content-type'] });
      sendJudged(answer, judgeOf(reading, upstreamHosts), response).catch((thrown: unknown) => void (thrown instanceof GuardHit && hits.push(thrown)));
    });
  });
  const listen = (server: http.Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  await Promise.all([listen(upstream), listen(gate)]);
  try {
    const got = await new Promise<Got>((resolve) => {
      http
        .get({ port: (gate.address() as AddressInfo).port, host: '127.0.0.1', agent: false }, (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part)).on('error', () => undefined);
          answer.on('close', () => resolve({ status: answer.statusCode!, body: Buffer.concat(parts), whole: answer.complete }));
        })
        // Broken off before the first byte: not even a status.
        .on('error', () => resolve({ status: 0, body: Buffer.alloc(0), whole: false }));
    });
    return { got, hits };
  } finally {
    for (const server of [upstream, gate]) server.close().closeAllConnections();
  }
}

const page = (middle: string | Buffer): Buffer[] => [
  Buffer.from(`<html>${'<p>a line of the page</p>\n'.repeat(4000)}`),
  Buffer.from(middle),
  Buffer.from(`${'<p>another line</p>\n'.repeat(4000)}</html>`),
];

describe('the guard between a system and a client', function () {
  this.timeout(120_000);

  it('a page arrives whole, with the gate’s addresses', async () => {
    const { got, hits } = await behindGuard(
      (response) => {
        response.writeHead(200, { 'Content-Type': 'text/html' });
        for (const part of page('<a href="http://127.0.0.1:8080/zm/">')) response.write(part);
        response.end();
      },
      { class: 'safe', expects: [], isAsset: false },
    );
    assert.deepEqual(hits, []);
    assert.ok(got.whole);
    assert.equal(got.body.toString(), Buffer.concat(page('<a href="https://gate.example/zm/">')).toString());
  });

  it('a page that holds a clip breaks off before it, and it is rung', async () => {
    const clip = (await mediaSamples())['clip.mp4'];
    for (const hidden of [clip, Buffer.from(clip.toString('base64')), Buffer.from(`data:video/mp4;base64,${clip.toString('base64')}`), Buffer.from(clip.toString('hex'))]) {
      const { got, hits } = await behindGuard(
        (response) => {
          response.writeHead(200, { 'Content-Type': 'text/html' });
          for (const part of page(hidden)) response.write(part);
          response.end();
        },
        { class: 'safe', expects: [], isAsset: false },
      );
      assert.equal(hits.length, 1);
      assert.equal(got.whole, false);
      assertNothingLeft(got.body, hidden.subarray(0, 4000), 'the client');
      assert.ok(!got.body.includes('another line'));
    }
  });

  it('a clip that is called a picture never begins', async () => {
    const clip = (await mediaSamples())['clip.mp4'];
    const { got, hits } = await behindGuard((response) => response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(clip), { class: 'live', expects: [], isAsset: false });
    assert.deepEqual([got.whole, got.body.length, hits[0]?.why], [false, 0, 'picture-malformed']);
  });

  it('a clip that is called a clip is answered by the gate', async () => {
    const clip = (await mediaSamples())['clip.mp4'];
    const { got, hits } = await behindGuard((response) => response.writeHead(200, { 'Content-Type': 'video/mp4' }).end(clip), { class: 'safe', expects: [], isAsset: false });
    assert.deepEqual([got.status, got.body.toString(), hits[0]?.why], [502, 'stopped', 'media-type']);
  });

  it('a live stream into which a clip is mixed breaks off behind its last picture', async () => {
    const [frames, clip] = [await liveFrames(3), (await mediaSamples())['clip.mp4']];
    const part = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from(`--frame\r\nContent-Type: image/jpeg\r\n\r\n`), bytes, Buffer.from('\r\n')]);
    const { got, hits } = await behindGuard(
      (response) => {
        response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' });
        for (const frame of frames) response.write(part(frame));
        response.end(part(clip));
      },
      { class: 'live', expects: [], isAsset: false },
    );
    assert.equal(hits[0]?.why, 'picture-malformed');
    assertNothingLeft(got.body, clip.subarray(0, 4000), 'the client');
  });
});

describe('the size of an answer', () => {
  const zeros = (bytes: number): Readable =>
    Readable.from(
      (function* () {
        for (let left = bytes; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536), '.\n');
      })(),
    );
  const jpegAt = (bytes: number): Readable => {
    const body = Buffer.alloc(bytes, 0x11);
    body.write('\xff\xd8\xff\xe0', 'latin1');
    return Readable.from([body]);
  };
  const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
  const table: readonly (readonly [what: string, answer: Answer, body: (bytes: number) => Readable, most: number])[] = [
    ['a page', answering('text/html'), zeros, MOST_ON_ROUTE],
    ['an asset', answering('text/css', { isAsset: true }), zeros, MOST_OF_ASSET],
    ['a picture of the web folder', answering('image/jpeg', { isAsset: true }), jpegAt, MOST_OF_PICTURE],
    ['what a live route says', answering('application/json', { class: 'live' }), zeros, MOST_ON_ROUTE],
  ];
  for (const [what, answer, body, most] of table)
    it(`${what}: ${most / 1024 / 1024} MiB and not a byte more`, async () => {
      await sendJudged(body(most), judgeFor(answer), nowhere());
      await assert.rejects(sendJudged(body(most + 1), judgeFor(answer), nowhere()), { name: 'GuardHit', why: 'too-large' });
    }).timeout(60_000);

  it('a live stream has no end, and holds nothing back: 200 MB pass in the memory of a chunk', async () => {
    const frame = (await liveFrames(1))[0]!;
    const part = Buffer.concat([Buffer.from(`--frame\r\nContent-Type: image/jpeg\r\n\r\n`), frame, Buffer.from('\r\n')]);
    const block = Buffer.concat(Array.from({ length: 40 }, () => part));
    const judge = judgeFor(answering('multipart/x-mixed-replace; boundary=frame', { class: 'live' }));
    let [sent, come, held] = [0, 0, 0];
    const stream = Readable.from(
      (function* () {
        for (; sent < 200_000_000; sent += block.length) yield block;
      })(),
    );
    const count = new Writable({
      write(chunk: Buffer, _encoding, done) {
        come += chunk.length;
        held = Math.max(held, judge.held(), stream.readableLength);
        done();
      },
    });
    await sendJudged(stream, judge, count);
    assert.equal(come, sent);
    // Beside one chunk: the stream's own buffer takes whole ones.
    assert.ok(held < block.length + 4096, `${held} bytes`);
  }).timeout(120_000);

  it('a page of the largest size holds back no more than it may', async () => {
    const judge = judgeFor(answering('text/html'), upstreamHosts);
    let held = 0;
    const watch = new Writable({
      write(_chunk, _encoding, done) {
        held = Math.max(held, judge.held());
        done();
      },
    });
    await sendJudged(zeros(MOST_ON_ROUTE), judge, watch);
    assert.ok(held > 0 && held <= MOST_HELD, `${held} bytes`);
  });

  it('while it is asked whether it may go on, nothing comes before the piece that waits; a no ends it before that piece', async () => {
    const judge = { push: (chunk: Buffer) => [chunk], end: () => [], held: () => 0 };
    const pieces = Array.from({ length: 50 }, (_, at) => Buffer.alloc(1024, at));
    for (const endsAt of [Infinity, 20]) {
      const got: number[] = [];
      // It takes one at a time, and is slow to say that there is room: while somebody asks, too.
      const to = new Writable({ highWaterMark: 1, write: (chunk: Buffer, _encoding, done) => (got.push(chunk[0]!), void setImmediate(done)) });
      let asked = 0;
      const again = (): Promise<void> | null => {
        asked += 1;
        if (asked > endsAt) return Promise.reject(new Error('no more'));
        return asked % 3 === 0 ? new Promise((resolve) => setTimeout(resolve, 2)) : null;
      };
      const sent = sendJudged(Readable.from(pieces), judge, to, again);
      if (endsAt === Infinity) await sent;
      else await assert.rejects(sent, /no more/);
      assert.deepEqual(got, pieces.map((_, at) => at).slice(0, Math.min(endsAt, 50)).slice(0, got.length));
      assert.ok(endsAt === Infinity ? got.length === 50 : got.length <= 20, String(got.length));
    }
  });
});
