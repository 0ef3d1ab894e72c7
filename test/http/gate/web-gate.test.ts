// The gate before pages, whole: real sockets, real ffmpeg, the real adapter, pages that stand in for ZoneMinder's.
import assert from 'node:assert/strict';
import net from 'node:net';
import type { Entry } from '../../../plugin/domain/audit-event.js';
import { CodedSlices } from '../../support/gate/oracle/coded-slices.js';
import { beforePages, relayHash, sayWhy, type BeforePages, type Client } from '../../support/gate/before-pages.js';

const video = (event: number): string => `index.php?view=view_video&eid=${event}`;
const code = async (answer: Response): Promise<string> => `${answer.status} ${((await answer.json()) as { code?: string }).code}`;

describe('the gate before pages', function () {
  this.timeout(120_000);
  let all: BeforePages;
  let guard: Client;
  before(async () => {
    all = await beforePages();
    guard = await all.client('guard');
  });
  after(() => all?.close());

  const journal = async (): Promise<Entry[]> => (await (await all.gate.as('user:audit.he')).get<{ entries: Entry[] }>('/api/v1/journal?count=1000')).entries;
  const events = async (name: Entry['event']): Promise<Entry[]> => (await journal()).filter(({ event }) => event === name);
  const upstream = (): URL => new URL(all.standIn.url);

  it('pages pass, under the session that the gate keeps, without credentials and without the system’s own address', async () => {
    const answer = await guard.ask('index.php?view=console');
    const html = await answer.text();
    assert.equal(answer.status, 200);
    assert.equal(all.reached.at(-1)!.headers.cookie, 'ZMSESSID=session1');
    assert.equal(html.includes(relayHash) || html.includes('the-secret') || html.includes(`:${upstream().port}`), false, html);
    assert.equal(answer.headers.getSetCookie().some((set) => set.includes('ZMSESSID')), false);
    assert.match(answer.headers.get('cache-control') ?? '', /no-store/);
  });

  it('whoever used a browser before keeps nothing of who signs in next, with and without signing out', async () => {
    const credential = async (who: Client): Promise<string> => /auth=(\w+)/.exec(await (await who.ask('index.php?view=console')).text())![1]!;
    const signIn = (username: string) => ({ method: 'POST', body: new URLSearchParams({ view: 'login', action: 'login', username, password: 'pw' }) });
    for (const leave of [{ view: 'logout', action: 'logout' }, null]) {
      const desk = await all.client('duty');
      const kept = await credential(desk);
      if (leave) await desk.ask('index.php?view=logout', { method: 'POST', body: new URLSearchParams(leave) });
      await desk.ask('index.php?view=login', signIn('guard'));
      const elsewhere: Client = await all.client(null);
      await elsewhere.ask(`index.php?view=console&auth=${kept}`);
      assert.equal(all.reached.at(-1)!.headers.cookie, undefined);
      assert.equal(await code(await elsewhere.ask(`${video(11)}&auth=${kept}`)), '401 token-missing');
    }
    const desk = await all.client('guard');
    const shown = await credential(desk);
    const stranger: Client = await all.client(null);
    const answer = await stranger.ask(`index.php?view=login&auth=${shown}`, { method: 'POST', body: new URLSearchParams({ view: 'login' }) });
    assert.equal(answer.headers.getSetCookie().some((set) => /exportgate-web/.test(set)), false, 'an address is no cookie');
    await stranger.ask(`index.php?view=login&auth=${shown}`, signIn('duty'));
    assert.equal(all.reached.at(-1)!.headers.cookie, undefined, 'nobody signs in within another’s session');
    assert.equal((await desk.ask(`index.php?view=console&auth=${shown}`)).status, 200);
  });

  it('what stands in a page in a credential’s place goes on as the credential, and a guess as nothing', async () => {
    const html = await (await guard.ask('index.php?view=console')).text();
    const shown = /auth=([\w-]+)/.exec(html)![1]!;
    assert.notEqual(shown, relayHash);
    assert.equal((await guard.ask(`cgi-bin/nph-zms?mode=single&monitor=1&auth=${shown}`)).status, 200);
    assert.match(all.reached.at(-1)!.line, new RegExp(`auth=${relayHash}`));
    await guard.ask(`cgi-bin/nph-zms?mode=single&monitor=1&auth=${relayHash}`);
    assert.doesNotMatch(all.reached.at(-1)!.line, /auth=/, 'the credential itself opens nothing');
  });

  it('footage without a reason: recorded, and each client is told in its own way; nothing reaches the system', async () => {
    const before = all.reached.length;
    const forms: [Record<string, string>, number, RegExp][] = [
      [{ 'sec-fetch-dest': 'document', accept: 'text/html' }, 303, /^$/], [{ 'sec-fetch-dest': 'image' }, 403, /image\/jpeg/],
      [{ 'sec-fetch-dest': 'video', range: 'bytes=0-' }, 200, /video\/mp4/], [{ 'sec-fetch-dest': 'empty' }, 403, /problem\+json/], [{}, 403, /problem\+json/],
    ];
    for (const [headers, status, type] of forms) {
      const answer = await guard.ask(video(11), { headers });
      assert.deepEqual([answer.status, type.test(answer.headers.get('content-type') ?? '')], [status, true], JSON.stringify(headers));
      await answer.arrayBuffer();
    }
    assert.equal(all.reached.length, before);
    assert.ok((await events('access-stopped')).some(({ data }) => (data as { operation: string }).operation === 'zm-view-video'));
  });

  it('a reason is stated once, on the gate’s own host; then the same address gives the marked clip, whole and in ranges', async () => {
    const { link } = (await (await guard.ask(video(11))).json()) as { link: string };
    assert.ok(link.startsWith(all.gate.url));
    assert.equal((await sayWhy(link, ' ')).status, 400);
    assert.equal((await sayWhy(link, '核实', { form: 'guess' })).status, 422);
    const foreign = await fetch(link, { method: 'POST', headers: { origin: new URL(all.pages).origin }, body: new URLSearchParams({ act: 'view' }) });
    assert.equal(await code(foreign), '403 csrf-refused', 'a script of the pages');
    const said = await sayWhy(link);
    assert.deepEqual([said.status, said.to], [303, all.pages + video(11)], said.text);
    const clip = Buffer.from(await (await guard.ask(video(11))).arrayBuffer());
    assert.equal(clip.subarray(4, 8).toString(), 'ftyp');
    const originals = new CodedSlices();
    for (const { id, film } of all.standIn.events) originals.add(String(id), film!);
    assert.notEqual(originals.leaks(all.standIn.events[0]!.film!), null, 'the oracle knows the original');
    assert.equal(originals.leaks(clip), null);
    const part = await guard.ask(video(11), { headers: { range: 'bytes=100-199' } });
    assert.deepEqual([part.status, Buffer.from(await part.arrayBuffer())], [206, clip.subarray(100, 200)]);
    const played = await events('footage-played');
    assert.equal(played.length, 1, 'asked for again it is no further viewing');
    assert.deepEqual([(await events('viewing-opened')).length, (played[0]!.data as { camera: string }).camera], [1, 'qhd-ho-gate']);
    assert.equal(all.reached.some(({ line }) => /view_video/.test(line)), false);
  });

  it('another event, camera or person is asked anew', async () => {
    for (const event of [12, 21]) assert.equal(await code(await guard.ask(video(event))), '403 reason-missing', String(event));
    assert.equal(await code(await (await all.client('keeper')).ask(video(11))), '403 reason-missing');
    assert.equal(await code(await (await all.client('nobody')).ask(video(11))), '403 not-permitted', 'an account that is nobody’s');
    assert.equal(await code(await (await all.client(null)).ask(video(11))), '401 token-missing');
  });

  it('archives are all or nothing, and take a released request', async () => {
    const order = 'index.php?view=request&request=event&action=export&eids[]=11&eids[]=12&exportVideo=1&connkey=7';
    assert.equal(await code(await guard.ask(order)), '403 reason-missing');
    assert.equal(await code(await guard.ask('index.php?view=archive&type=zip&connkey=7')), '403 route-blocked', 'an archive that nobody ordered here');
  });

  it('live: by the policy, one entry for a sitting, and commands only for streams of one’s own', async () => {
    const watched = (await events('live-watched')).length;
    const duty = await all.client('duty');
    for (let count = 0; count < 3; count++) assert.equal((await duty.ask('cgi-bin/nph-zms?mode=jpeg&monitor=1&connkey=4711')).status, 200);
    assert.equal((await events('live-watched')).length, watched + 1);
    assert.equal((await duty.ask('index.php?view=request&request=stream&connkey=4711&command=99')).status, 200);
    assert.equal(await code(await duty.ask('index.php?view=request&request=stream&connkey=4712&command=99')), '403 route-blocked');
    assert.equal(await code(await (await all.client('keeper')).ask('cgi-bin/nph-zms?mode=jpeg&monitor=1')), '403 not-permitted');
    for (const more of ['&buffer=1000', '&event=11', '&frame=1', '&source=event'])
      assert.notEqual((await duty.ask(`cgi-bin/nph-zms?mode=jpeg&monitor=1${more}`)).status, 200, more);
  });

  it('administration is for administrators of the system, recorded; a deletion is an act; mail and upload do not pass', async () => {
    const keeper = await all.client('keeper');
    assert.equal(await code(await guard.ask('index.php?view=options')), '403 not-permitted');
    assert.equal((await keeper.ask('index.php?view=options')).status, 200);
    assert.equal((await events('recorder-administered')).length > 0, true);
    const remove = { method: 'POST', body: new URLSearchParams({ view: 'request', request: 'events', task: 'delete', 'eids[]': '12' }) };
    const before = all.reached.length;
    assert.equal(await code(await guard.ask('index.php', remove)), '403 not-permitted');
    assert.equal(all.reached.length, before);
    assert.equal((await keeper.ask('index.php', remove)).status, 200);
    assert.deepEqual((await events('footage-deleted')).map(({ data }) => (data as unknown as { items: { camera: string }[] }).items.map(({ camera }) => camera)), [['qhd-ho-gate']]);
    assert.equal(await code(await keeper.ask('index.php', { method: 'POST', body: new URLSearchParams({ view: 'filter', action: 'Save' }) })), '403 route-blocked');
  });

  describe('an answer that is not what its route gives is stopped, told, recorded and rung', () => {
    const rows: [what: string, answer: { headers: Record<string, string>; body: () => Buffer | string }][] = [
      ['footage as a page', { headers: { 'content-type': 'text/html' }, body: () => all.standIn.events[0]!.film! }],
      ['footage that says so', { headers: { 'content-type': 'video/mp4' }, body: () => all.standIn.events[0]!.film! }],
      ['a file to keep', { headers: { 'content-type': 'text/html', 'content-disposition': 'attachment; filename=a.zip' }, body: () => 'x' }],
      ['footage in base64', { headers: { 'content-type': 'application/json' }, body: () => JSON.stringify({ v: all.standIn.events[0]!.film!.toString('base64') }) }],
    ];
    for (const [what, { headers, body }] of rows)
      it(what, async () => {
        const before = (await events('guard-hit')).length;
        all.answer = () => ({ headers, body: body() });
        try {
          const answer = await guard.ask('index.php?view=console', { headers: { 'sec-fetch-dest': 'empty' } });
          assert.equal(await code(answer), '502 vms-fault');
        } finally {
          all.answer = () => undefined;
        }
        assert.equal((await events('guard-hit')).length, before + 1);
      });
  });

  it('upgrades, CONNECT, strange expectations and strange methods are refused, and reach nobody', async () => {
    const { hostname, port, host } = new URL(all.pages);
    const raw = (head: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = net.connect(Number(port), hostname, () => socket.write(head));
        let text = '';
        socket.on('data', (chunk) => (text += chunk.toString('latin1'))).on('close', () => resolve(text)).on('error', reject);
        socket.setTimeout(20_000, () => socket.destroy(new Error('nobody answered')));
      });
    const before = all.reached.length;
    const target = '/zm/index.php?view=view_video&eid=11';
    const end = `Host: ${host}\r\nCookie: ${guard.cookie}\r\nConnection: close\r\n\r\n`;
    const rows: [string, string, RegExp][] = [
      ['WebSocket', `GET ${target} HTTP/1.1\r\nUpgrade: websocket\r\nHost: ${host}\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n`, /^HTTP\/1.1 403/],
      ['h2c', `GET ${target} HTTP/1.1\r\nUpgrade: h2c\r\nHost: ${host}\r\nConnection: Upgrade\r\n\r\n`, /^HTTP\/1.1 40[035]/],
      ['CONNECT', `CONNECT ${upstream().host} HTTP/1.1\r\n${end}`, /^HTTP\/1.1 40[03]/],
      ['Expect', `GET ${target} HTTP/1.1\r\nExpect: a-miracle\r\n${end}`, /^HTTP\/1.1 4/],
      ['a method of one’s own', `FOO ${target} HTTP/1.1\r\n${end}`, /^HTTP\/1.1 4/],
      ['TRACE', `TRACE ${target} HTTP/1.1\r\n${end}`, /^HTTP\/1.1 4/],
      ['an absolute target', `GET http://${upstream().host}${target} HTTP/1.1\r\n${end}`, /^HTTP\/1.1 4/],
      ['another host name', `GET /zm/index.php?view=console HTTP/1.1\r\nHost: ${new URL(all.gate.url).host}\r\nConnection: close\r\n\r\n`, /^HTTP\/1.1 421/],
      ['two lengths', `POST ${target} HTTP/1.1\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n${end}0\r\n\r\n`, /^HTTP\/1.1 400/],
    ];
    for (const [what, head, status] of rows) assert.match(await raw(head), status, what);
    assert.equal(all.reached.length, before);
  });

  it('messages that come slowly are bounded, and pages go on; when they are gone there is room again', async () => {
    const { hostname, port, host } = new URL(all.pages);
    const sockets = await Promise.all(
      Array.from({ length: 130 }, () => new Promise<net.Socket>((resolve, reject) => {
        const socket = net.connect(Number(port), hostname, () => socket.write(`POST /zm/index.php HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na=`, () => resolve(socket)));
        socket.on('error', reject);
      })),
    );
    // The two that come last are told so; nobody else is answered while they are slow.
    const told = sockets.map((socket) => new Promise<string>((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1')))));
    assert.match(await Promise.race(told), /^HTTP\/1.1 503[^]*capacity-exceeded/);
    const post = () => guard.ask('index.php', { method: 'POST', body: new URLSearchParams({ view: 'console' }) });
    assert.equal(await code(await post()), '503 capacity-exceeded');
    assert.equal((await guard.ask('index.php?view=console')).status, 200);
    for (const socket of sockets) socket.destroy();
    let { status } = await post();
    for (let tries = 0; tries < 200 && status === 503; tries++) ({ status } = await post());
    assert.notEqual(status, 503);
  });

  it('the gate’s own interface is not under the pages’ host name', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(all.gate.url);
      const socket = net.connect(Number(port), hostname, () => socket.write(`GET /api/v1/session HTTP/1.1\r\nHost: ${new URL(all.pages).hostname}:${port}\r\nConnection: close\r\n\r\n`));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString('latin1'))).on('close', () => resolve(text)).on('error', reject);
    });
    assert.match(answer, /^HTTP\/1.1 421/);
  });

  // Behind the group above, which has answers stopped.
  describe('in the register', () => {
    it('each of these acts is a row of a register, in its order and no more often than it was done', async () => {
      const auditor = await all.gate.as('user:audit.he');
      const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
      const rowsOf = async (site: string): Promise<{ entry: number; action: string }[]> =>
        (await auditor.get<{ rows: { entry: number; action: string }[] }>(`/api/v1/register?site=${site}&month=${month}&format=json`)).rows;
      const rows = [...(await rowsOf('QHD-HAIOU')), ...(await rowsOf('-'))];
      for (const name of ['viewing-opened', 'footage-played', 'live-watched', 'footage-deleted', 'guard-hit'] as const) {
        const done = await events(name);
        assert.ok(done.length > 0, name);
        assert.deepEqual(rows.filter(({ action }) => action === name).map(({ entry }) => entry), done.map(({ index }) => index), name);
      }
    });
  });
});
