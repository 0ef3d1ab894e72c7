// What becomes of a marked copy: asked about, in pieces, when there is no room for another, and when its time is over; and the same over TLS.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import https from 'node:https';
import path from 'node:path';
import { anEvent } from '../../adapters/zoneminder/films.js';
import { beforePages, sayWhy, type BeforePages, type Client } from '../../support/gate/before-pages.js';
import { gatedFfmpeg, type GatedFfmpeg } from '../../support/gate/gated-ffmpeg.js';
import { root } from '../../support/gate.js';

const video = (event: number): string => `index.php?view=view_video&eid=${event}`;
const later = (instant: string, minutes: number): string => new Date(Date.parse(instant) + minutes * 60_000).toISOString();
const wholeDay = { from: '2026-03-01T10:00:00', to: '2026-03-02T09:00:00' };

describe('marked copies on the system’s pages', function () {
  this.timeout(120_000);
  let all: BeforePages;
  let ffmpeg: GatedFfmpeg;
  let guard: Client;
  let ahead = 0;

  before(async () => {
    const one = await anEvent(11, 0, 4);
    ffmpeg = await gatedFfmpeg();
    all = await beforePages({
      people: { guard: 'user:qhd.xing.staff', other: 'user:qhd.hao.security', keeper: 'user:qhd.ji.privacy' },
      events: Array.from({ length: 40 }, (_, at) => ({ ...one, id: 11 + at, start: later(one.start, 10 * at), end: later(one.end!, 10 * at) })),
      config: `ffmpeg: { path: ${JSON.stringify(ffmpeg.path)} }`,
      now: () => new Date(Date.now() + ahead),
    });
    guard = await all.client('guard');
    const { link } = (await (await guard.ask(video(11))).json()) as { link: string };
    assert.equal((await sayWhy(link, '核实', wholeDay)).status, 303);
  });
  after(async () => {
    ffmpeg?.goOn();
    await all?.close();
    await ffmpeg?.close();
  });

  const played = async (): Promise<number> => (await fs.promises.readFile(`${all.gate.folder}/data/journal/entries.ndjson`, 'utf8')).split('"event":"footage-played"').length - 1;
  /** By others than who played first in this file. */
  const playedByOthers = async (): Promise<number> => {
    const entries = (await fs.promises.readFile(`${all.gate.folder}/data/journal/entries.ndjson`, 'utf8')).split('\n').filter((line) => line.includes('"event":"footage-played"'));
    const people = entries.map((line) => (JSON.parse(line) as { by: string }).by);
    return people.filter((by) => by !== people[0]).length;
  };
  const work = (): string => `${all.gate.folder}/data/work`;
  const copies = (): string[] => fs.readdirSync(work(), { recursive: true, encoding: 'utf8' }).filter((name) => /copy-\d/.test(name));

  it('a question about a clip makes none, is no viewing, and says its size once there is one', async () => {
    const before = await played();
    const ask = async (path: string) => {
      const answer = await guard.ask(path, { method: 'HEAD' });
      return { status: answer.status, type: answer.headers.get('content-type'), ranges: answer.headers.get('accept-ranges'), length: answer.headers.get('content-length'), body: (await answer.arrayBuffer()).byteLength };
    };
    assert.deepEqual(await ask(video(11)), { status: 200, type: 'video/mp4', ranges: 'none', length: null, body: 0 });
    const pictures = await ask('cgi-bin/nph-zms?mode=jpeg&event=11');
    assert.deepEqual([pictures.status, pictures.type, pictures.body], [200, 'multipart/x-mixed-replace;boundary=ZoneMinderFrame', 0]);
    assert.deepEqual([await played(), copies().length], [before, 0]);
    const clip = await (await guard.ask(video(11))).arrayBuffer();
    assert.deepEqual(await ask(video(11)), { status: 200, type: 'video/mp4', ranges: 'bytes', length: String(clip.byteLength), body: 0 });
    assert.equal(await played(), before + 1);
    const unasked = await (await all.client('keeper')).ask(video(11), { method: 'HEAD' });
    assert.deepEqual([unasked.status, (await unasked.arrayBuffer()).byteLength], [403, 0], 'who may not be shown it is told nothing of it');
  });

  it('a finished one is given in pieces', async () => {
    const clip = Buffer.from(await (await guard.ask(video(11))).arrayBuffer());
    const size = clip.length;
    const rows: readonly (readonly [what: string, headers: Record<string, string>, status: number, contentRange: string | null, body: Buffer])[] = [
      ['a piece', { range: 'bytes=100-199' }, 206, `bytes 100-199/${size}`, clip.subarray(100, 200)],
      ['from a place on', { range: `bytes=${size - 10}-` }, 206, `bytes ${size - 10}-${size - 1}/${size}`, clip.subarray(-10)],
      ['the last bytes', { range: 'bytes=-7' }, 206, `bytes ${size - 7}-${size - 1}/${size}`, clip.subarray(-7)],
      ['more than there is', { range: `bytes=5-${size * 2}` }, 206, `bytes 5-${size - 1}/${size}`, clip.subarray(5)],
      ['behind its end', { range: `bytes=${size}-` }, 416, `bytes */${size}`, Buffer.alloc(0)],
      ['no bytes at its end', { range: 'bytes=-0' }, 416, `bytes */${size}`, Buffer.alloc(0)],
      ['several pieces: the whole', { range: 'bytes=0-1,5-9' }, 200, null, clip],
      ['backwards: the whole', { range: 'bytes=9-5' }, 200, null, clip],
      ['in another unit: the whole', { range: 'frames=0-1' }, 200, null, clip],
      ['only if it is what it was, by an entity tag: the whole', { range: 'bytes=0-9', 'if-range': '"1"' }, 200, null, clip],
      ['only if it is what it was, by a date: the whole', { range: 'bytes=0-9', 'if-range': 'Sun, 01 Mar 2026 02:00:00 GMT' }, 200, null, clip],
    ];
    for (const [what, headers, status, contentRange, body] of rows) {
      const answer = await guard.ask(video(11), { headers });
      const got = Buffer.from(await answer.arrayBuffer());
      assert.deepEqual([answer.status, answer.headers.get('content-range'), answer.headers.get('content-length')], [status, contentRange, String(body.length)], what);
      assert.ok(got.equals(body), what);
    }
  });

  it('two who ask at once for the same unmade clip are given one each; one who asks twice, one', async () => {
    const other = await all.client('other');
    const { link } = (await (await other.ask(video(12))).json()) as { link: string };
    assert.equal((await sayWhy(link, '核实', wholeDay)).status, 303);
    const before = await played();
    const [one, same, another] = await Promise.all([guard, guard, other].map(async (client) => Buffer.from(await (await client.ask(video(12))).arrayBuffer())));
    assert.ok(one!.equals(same!), 'one making');
    assert.equal(one!.equals(another!), false, 'with another name in its pictures');
    assert.equal(await played(), before + 2, 'a viewing of each');
  });

  it('a copy whose time is over is gone after the next round, though nobody asks', async () => {
    await (await guard.ask(video(43))).arrayBuffer();
    assert.ok(copies().length > 0);
    await all.gate.look();
    assert.ok(copies().length > 0, 'it is kept for minutes');
    ahead += 10 * 60_000;
    await all.gate.look();
    assert.deepEqual(copies(), []);
  });

  it('of one person more than half of what can be made at once wait, up to half of the line; beyond that it is 503 with Retry-After, and never unmarked', async () => {
    // What is begun waits in its middle.
    ffmpeg.mode('waits');
    const leave = new AbortController();
    const [making, inLine, more] = [2, 8, 4];
    // Has said why above.
    const other = await all.client('other');
    try {
      let turnedAway = 0;
      const waiting: Promise<number | 'left'>[] = [];
      // Nobody leaves meanwhile, so that the line is full when the last ones have been turned away, and stays so.
      await new Promise<void>((resolve) => {
        for (let at = 0; at < making + inLine + more; at++) {
          const told = guard.ask(video(13 + at), { signal: leave.signal }).then((it) => it.status, () => 'left' as const);
          waiting.push(told);
          void told.then((status) => status === 503 && ++turnedAway === more && resolve());
        }
      });
      const ways: Record<string, string>[] = [{ 'sec-fetch-dest': 'document', accept: 'text/html' }, { 'sec-fetch-dest': 'video', range: 'bytes=0-' }, { 'sec-fetch-dest': 'empty' }];
      for (const headers of ways) {
        const answer = await guard.ask(video(41), { headers });
        assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '15'], headers['sec-fetch-dest']);
        assert.match(await answer.text(), /capacity-exceeded/);
      }
      // All that one person may have is taken: another one's is made all the same.
      const before = await playedByOthers();
      const others = other.ask(video(43), { signal: leave.signal }).then((it) => it.status, () => 'left' as const);
      while ((await playedByOthers()) === before) await wait(20);
      leave.abort();
      assert.ok([200, 'left'].includes(await others), 'it was being made');
      const told = await Promise.all(waiting);
      assert.ok(told.filter((it) => it === 200).length <= making && told.filter((it) => it === 503).length === more && told.every((it) => it === 200 || it === 503 || it === 'left'), String(told));
    } finally {
      leave.abort();
      ffmpeg.goOn();
      ffmpeg.mode(null);
    }
    // Who left keeps a place for a while: players that seek come back.
    let answer = await guard.ask(video(42));
    while (answer.status === 503) answer = await guard.ask(video(42));
    assert.deepEqual([answer.status, (await answer.arrayBuffer()).byteLength > 50_000], [200, true]);
  });

  it('copies that a crash left are gone when the gate has started', async () => {
    await all.gate.stop();
    const stale = path.join(work(), 'work-left');
    fs.mkdirSync(stale, { recursive: true });
    for (const name of ['copy-1', 'copy-2.part']) fs.writeFileSync(path.join(stale, name), 'footage');
    await all.gate.restart();
    assert.equal(fs.existsSync(stale), false);
  });
});

describe('the system’s pages over TLS', function () {
  this.timeout(60_000);
  const tls = path.join(root, 'test/fixtures/tls');

  it('a page, a sign-in whose cookie is Secure and of this host alone, and a marked clip; in the clear there is nothing', async () => {
    const all = await beforePages({ web: `tls: { certFile: ${JSON.stringify(path.join(tls, 'cert.pem'))}, keyFile: ${JSON.stringify(path.join(tls, 'key.pem'))} }` });
    try {
      assert.match(all.pages, /^https:/);
      const ca = fs.readFileSync(path.join(tls, 'cert.pem'));
      let cookie = '';
      const ask = (target: string, form?: URLSearchParams): Promise<{ status: number; set: string[]; body: Buffer; type: string }> =>
        new Promise((resolve, reject) => {
          // The certificate is for the other loopback address.
          const options = { ca, checkServerIdentity: () => undefined, method: form ? 'POST' : 'GET', headers: { cookie, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) } };
          https
            .request(all.pages + target, options, (answer) => {
              const chunks: Buffer[] = [];
              answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('end', () => resolve({ status: answer.statusCode!, set: answer.headers['set-cookie'] ?? [], body: Buffer.concat(chunks), type: answer.headers['content-type'] ?? '' }));
            })
            .on('error', reject)
            .end(form?.toString());
        });
      const signedIn = await ask('index.php?view=login', new URLSearchParams({ view: 'login', action: 'login', username: 'guard', password: 'pw' }));
      const set = signedIn.set.find((it) => it.includes('exportgate-web'))!;
      assert.match(set, /^__Host-exportgate-web=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
      assert.ok(signedIn.set.every((it) => /; ?Secure/i.test(it) && !it.includes('ZMSESSID')), String(signedIn.set));
      cookie = set.split(';')[0]!;
      const page = await ask('index.php?view=console');
      assert.deepEqual([page.status, page.body.includes('http://127.0.0.1')], [200, false]);
      const { link } = JSON.parse((await ask(video(11))).body.toString()) as { link: string };
      assert.equal((await sayWhy(link)).to, all.pages + video(11));
      const clip = await ask(video(11));
      assert.deepEqual([clip.status, clip.type, clip.body.subarray(4, 8).toString()], [200, 'video/mp4', 'ftyp']);
      await assert.rejects(fetch(all.pages.replace('https:', 'http:')));
    } finally {
      await all.close();
    }
  });
});
