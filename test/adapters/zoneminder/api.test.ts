// The gate's account on ZoneMinder: how it signs in, what it takes for an answer, and that nobody else ever sees its login.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { readMonitors, readVersion, readZone } from '../../../adapters/zoneminder/schemas.js';
import type { Limits } from '../../../adapters/zoneminder/limits.js';
import type { RecorderAddress } from '../../../plugin/domain/adapter.js';
import type { Problem, ProblemCode } from '../../../plugin/domain/problem.js';
import { problemOf } from '../../contract/vms.js';
import { calling, deviceOf } from './rig.js';
import { account, startStandIn, type Asked, type Fault, type StandIn } from './stand-in.js';

const [cert, key] = ['cert', 'key'].map((name) => readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), 'utf8'));
const own = new X509Certificate(cert!).fingerprint256.replaceAll(':', '').toLowerCase();
const isApi = ({ path }: Asked): boolean => path.startsWith('api/') && !path.includes('login');

describe('the account on ZoneMinder', () => {
  let standIn: StandIn;
  beforeEach(async () => void (standIn = await startStandIn()));
  afterEach(() => standIn.close());
  const version = (limits: Partial<Limits> = {}, more: Partial<RecorderAddress> = {}, options = calling()) =>
    deviceOf(standIn, limits, more).api.data({ path: 'host/getVersion' }, readVersion, options);

  it('signs in once for many questions, also where they are asked at once', async () => {
    const { api } = deviceOf(standIn);
    const ask = () => api.data({ path: 'host/getVersion' }, readVersion, calling());
    assert.deepEqual(await Promise.all([ask(), ask(), ask()]), Array(3).fill({ version: '1.36.33' }));
    await ask();
    assert.equal(standIn.logins, 1);
  });

  it('sends password and token in forms, and in nothing that a web server writes down', async () => {
    const device = deviceOf(standIn);
    await device.api.data({ path: 'host/getVersion' }, readVersion, calling());
    await device.api.file({ view: 'view_video', eid: '1' }, { type: /^video\//, most: 1000 }, calling());
    assert.equal(standIn.asked.length, 3);
    for (const { method, query, headers } of standIn.asked) {
      const seen = JSON.stringify([[...query], headers]);
      assert.equal(method, 'POST');
      for (const secret of [account.password, encodeURIComponent(account.password), 'access-', account.user]) assert.ok(!seen.includes(secret), seen);
    }
  });

  it('signs in anew, once, where its token is not taken any more', async () => {
    const { api } = deviceOf(standIn);
    const ask = () => api.data({ path: 'host/getVersion' }, readVersion, calling());
    await ask();
    standIn.tokens.clear();
    assert.deepEqual(await ask(), { version: '1.36.33' });
    assert.equal(standIn.logins, 2);
    assert.equal(standIn.asked.at(-2)?.form.get('pass'), account.password);
  });

  it('gives up where the new token is not taken either', async () => {
    standIn.fault = (asked) => (isApi(asked) ? 'unauthorised' : null);
    assert.equal((await problemOf(version())).code, 'vms-refused');
    assert.equal(standIn.logins, 2);
  });

  it('renews a token that runs out by its refresh token, without the password', async () => {
    const device = deviceOf(standIn);
    await device.api.data({ path: 'host/getVersion' }, readVersion, calling());
    const real = performance.now.bind(performance);
    performance.now = () => real() + 7_150_000;
    try {
      await device.api.data({ path: 'host/getVersion' }, readVersion, calling());
    } finally {
      performance.now = real;
    }
    const [, second] = standIn.asked.filter(({ path }) => path === 'api/host/login.json');
    assert.equal(second?.form.get('token'), 'refresh-1');
    assert.equal(second?.form.has('pass'), false);
  });

  it('comes back with the session of the pages’ program, so that not each picture begins one', async () => {
    const event = { id: 1, monitor: 1, start: '2026-03-01T02:00:00Z', end: '2026-03-01T02:00:05Z', lengthMs: 5000, frames: 1, film: Buffer.from('film') };
    standIn.events = [event];
    const { api } = deviceOf(standIn);
    for (let times = 0; times < 3; times++) await api.file({ view: 'view_video', eid: '1' }, { type: /^video\//, most: 1000 }, calling());
    assert.deepEqual(standIn.asked.filter(({ path }) => path === 'index.php').map(({ headers }) => headers.cookie), [undefined, 'ZMSESSID=stand-in', 'ZMSESSID=stand-in']);
  });

  const faults: [Fault, ProblemCode, RegExp][] = [
    ['slow', 'vms-unreachable', /in time/],
    ['endless', 'vms-fault', /longer than/],
    ['large', 'vms-fault', /longer than/],
    ['nonsense', 'vms-fault', /cannot be read/],
    ['shapeless', 'vms-fault', /cannot be read/],
    ['redirect', 'vms-fault', /cannot be read/],
    ['broken', 'vms-unreachable', /did not answer/],
  ];
  for (const [fault, code, words] of faults)
    for (const [where, hits] of [['a question', isApi], ['the login', ({ path }: Asked) => path.includes('login')]] as const)
      it(`${fault} in ${where}: ${code}, and nothing of the login in it`, async () => {
        standIn.fault = (asked) => (hits(asked) ? fault : null);
        const options = calling();
        const found = await problemOf(version({ askMs: fault === 'slow' ? 150 : 10_000 }, {}, options));
        // A login says nothing by its shape alone: without a token in it, it is the questions that are refused.
        if (fault !== 'shapeless' || where === 'a question') {
          assert.equal(found.code, code);
          assert.match(found.printed, words);
        }
        for (const secret of [account.password, 'access-1']) assert.ok(!`${found.printed}${options.transcript.text()}`.includes(secret));
      });

  it('follows no redirection, wherever it leads', async () => {
    const elsewhere = await startStandIn();
    standIn.elsewhere = `${elsewhere.url}api/host/getVersion.json`;
    standIn.fault = (asked) => (isApi(asked) ? 'redirect' : null);
    await problemOf(version());
    assert.deepEqual([standIn.asked.length, elsewhere.asked.length], [2, 0]);
    await elsewhere.close();
  });

  it('a page in place of a film is a refusal: ZoneMinder writes its errors as pages', async () => {
    standIn.fault = ({ path }) => (path === 'index.php' ? 'html' : null);
    const found = await problemOf(deviceOf(standIn).api.file({ view: 'view_video', eid: '1' }, { type: /^video\//, most: 1000 }, calling()));
    assert.equal(found.code, 'vms-refused');
    assert.equal(standIn.logins, 2);
  });

  it('a wrong password is a refusal, tried once', async () => {
    const found = await problemOf(version({}, { password: 'open-sesame-47' }));
    assert.equal(found.code, 'vms-refused');
    assert.ok(!found.printed.includes('open-sesame-47'));
    assert.equal(standIn.logins, 1);
  });

  it('an abort is its own end, and who waits for the same login goes on waiting', async () => {
    const controller = new AbortController();
    const { api } = deviceOf(standIn);
    const [first, second] = [api.data({ path: 'host/getVersion' }, readVersion, calling(controller.signal)), api.data({ path: 'host/getVersion' }, readVersion, calling())];
    controller.abort(new Error('not wanted any more'));
    await assert.rejects(first, /not wanted any more/);
    assert.deepEqual(await second, { version: '1.36.33' });
  });

  it('says null for what is not there', async () => {
    standIn.fault = (asked) => (isApi(asked) ? 'gone' : null);
    assert.equal(await version(), null);
  });

  it('keeps the cameras’ logins out of what it tells', async () => {
    const options = calling();
    await deviceOf(standIn).api.data({ path: 'monitors' }, readMonitors, options);
    assert.match(options.transcript.text(), /192\.0\.2\.1/);
    assert.ok(!options.transcript.text().includes('camera-pw-9'));
  });

  it('the same conversation has the same hash, another has another', async () => {
    const hashOf = async (path: string) => {
      const options = calling();
      await deviceOf(standIn).api.data<unknown>({ path }, path.includes('Zone') ? readZone : readVersion, options);
      return options.transcript.sha256();
    };
    const [one, same, other] = [await hashOf('host/getVersion'), await hashOf('host/getVersion'), await hashOf('host/getTimeZone')];
    assert.equal(one, same);
    assert.notEqual(one, other);
  });

  const addresses: [string, boolean][] = [
    ['http://192.0.2.10/zm/', true],
    ['http://192.0.2.10/zm', true],
    ['https://192.0.2.10:8443/', true],
    ['http://gate:secret@192.0.2.10/zm/', false],
    ['http://192.0.2.10/zm/?view=console', false],
    ['http://192.0.2.10/zm/index.php', false],
    ['rtsp://192.0.2.10/zm/', false],
    ['192.0.2.10', false],
  ];
  for (const [url, good] of addresses)
    it(`${url} is ${good ? 'an address' : 'no address'}`, () => {
      if (good) assert.match(deviceOf({ url }).base.pathname, /\/$/);
      else assert.throws(() => deviceOf({ url }), (thrown: Problem) => thrown.code === 'config-invalid' && !thrown.message.includes('secret'));
    });

  describe('over TLS', () => {
    const judged: [string, RecorderAddress['tls'], RegExp | null][] = [
      ['the pinned certificate', { fingerprint: own }, null],
      ['another pinned certificate', { fingerprint: own.replace(/^./, (sign) => (sign === '0' ? '1' : '0')) }, /not the pinned one/],
      ['its own authority', { ca: cert! }, null],
      ['no authority', undefined, /no authority that the gate trusts/],
    ];
    for (const [what, tls, words] of judged)
      it(`${what}: ${words ? 'nothing is said' : 'it is spoken to'}`, async () => {
        await standIn.close();
        standIn = await startStandIn({ tls: { cert: cert!, key: key! } });
        if (!words) return assert.deepEqual(await version({}, { tls }), { version: '1.36.33' });
        const found = await problemOf(version({}, { tls }));
        assert.equal(found.code, 'vms-unreachable');
        assert.match(found.printed, words);
        assert.equal(standIn.asked.length, 0);
      });

    it('a peer that speaks no TLS is told nothing', async () => {
      const heard: Buffer[] = [];
      const plain = createServer((socket) => socket.on('data', (chunk: Buffer) => void heard.push(chunk)).on('error', () => undefined).end('HTTP/1.0 200 OK\r\n\r\n'));
      plain.listen(0, '127.0.0.1');
      await once(plain, 'listening');
      const found = await problemOf(deviceOf({ url: `https://127.0.0.1:${(plain.address() as AddressInfo).port}/zm/` }).api.data({ path: 'host/getVersion' }, readVersion, calling()));
      assert.equal(found.code, 'vms-unreachable');
      assert.ok(!Buffer.concat(heard).includes(account.password));
      await new Promise((resolve) => plain.close(resolve));
    });
  });
});
