// How a released package leaves, through a running gate: an address for its receiver, cut and taken up again, counted once; and what the link
// survives: previews, the wrong receiver, too many, too late, several at once, a stop and a death of the gate.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Client } from '../../plugin/cli/client.js';
import { transferTo, type Begun } from '../../plugin/cli/transfer.js';
import { unwrapTo } from '../../plugin/cli/unwrap.js';
import type { RequestEntry } from '../../plugin/domain/audit-event.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { inFolder } from '../media/tools.js';
import { startCutProxy } from '../peers/cut-proxy.js';
import { fetchPackage } from '../support/fetch-package.js';
import { chanceOf } from '../support/gate/chance.js';
import { aGateUnder, asksAlso } from '../support/gate-under.js';
import { aGate, password, shanghai, type TestGate } from '../support/gate.js';
import { approveAll, letGo, problemOf, show, submit, until } from '../support/walk.js';

const { officer, executors } = shanghai;

async function released(gate: TestGate): Promise<string> {
  const { requestId } = await submit(gate);
  await approveAll(gate, requestId);
  await until(gate, requestId, ({ state }) => state === 'packaged');
  for (const user of executors) await letGo(gate, user, requestId);
  return requestId;
}

const historyOf = async (gate: TestGate, id: string): Promise<RequestEntry[]> => {
  const { entries } = await (await gate.as('user:audit.he')).get<{ entries: RequestEntry[] }>('/api/v1/journal?count=200');
  return entries.filter(({ requestId }) => requestId === id);
};
const transfersIn = async (gate: TestGate, id: string) =>
  (await historyOf(gate, id)).filter(({ event }) => event === 'clip-transferred' || event === 'transfer-ended');
const begin = async (gate: TestGate, id: string, user: string = officer, wish: object = { form: 'plain' }): Promise<Begun> =>
  (await gate.as(user)).post<Begun>(`/api/v1/requests/${id}/transfers`, wish);
const get = async (gate: TestGate, address: string, headers: Record<string, string> = {}, method = 'GET', user: string = officer): Promise<Response> =>
  fetch(new URL(address, gate.url), { method, redirect: 'manual', headers: { authorization: `Bearer ${await gate.tokenOf(user)}`, ...headers } });
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());
const codeOf = async (response: Response): Promise<string> => ((await response.json()) as { code: string }).code;

describe('a transfer', function () {
  this.timeout(60_000);
  let gate: TestGate;
  let wall = Date.now();
  let id: string;
  before(async () => {
    gate = await aGate({ now: () => new Date(wall), config: 'limits: { requestsPerMinute: 100000, signInsPerMinute: 10000 }' });
  });
  after(() => gate.close());
  beforeEach(async () => void (id = await released(gate)));

  const seed = Number(process.env['FC_SEED'] ?? 20_261_130);
  for (const form of ['plain', 'zip'] as const)
    it(`cut at random points goes on and counts once, and what came verifies: ${form} (seed ${seed})`, () =>
      inFolder(async (folder) => {
        const { below } = chanceOf(seed);
        const { port, hostname } = new URL(gate.url);
        // The first connection begins it; each further one brings a little more.
        const proxy = await startCutProxy({ host: hostname, port: Number(port) }, [3_000, ...Array.from({ length: 12 }, () => 700 + below(40_000))]);
        try {
          const client = new Client(`http://127.0.0.1:${proxy.port}`, null, await gate.tokenOf(officer));
          const file = path.join(folder, 'fetched.zip');
          const begun = await transferTo(client, id, { form }, file, [0, 0, 0]);
          assert.ok(proxy.cuts() >= 5, `${proxy.cuts()} cuts`);
          assert.equal((await fs.promises.stat(file)).size, begun.bytes);
          assert.deepEqual(await fs.promises.readdir(folder), ['fetched.zip']);
          // The last of it may still be on its way to the receiver, and be lost there.
          wall += 14 * 60_000;
          await gate.look();
          assert.equal((await transfersIn(gate, id)).length, 1);
          wall += 60_000;
          await gate.look();
          gate.again();
          const [first, second, ...more] = await transfersIn(gate, id);
          assert.deepEqual(more, []);
          assert.deepEqual(first!.data, { transfer: begun.transfer, part: 'copies', form, bytes: begun.bytes, recipient: null });
          assert.deepEqual(second!.data, { transfer: begun.transfer, why: 'complete', ranges: [[0, begun.bytes]] });
          assert.equal((await show(gate, id)).release!.fetched, 1);
          const plain = form === 'plain' ? file : await opened(file, folder, id);
          const key = path.join(folder, 'gate.pub');
          await (await gate.as(officer)).download('/api/v1/keys/gate.pub', key);
          const found = await verifyPackage(plain, await fs.promises.readFile(key, 'utf8'));
          assert.ok(found.intact, JSON.stringify(found));
        } finally {
          await proxy.close();
        }
      }));

  /** With the passphrase that an executor is told. */
  async function opened(file: string, folder: string, request: string): Promise<string> {
    const { passphrase } = await (await gate.as(executors[0])).post<{ passphrase: string }>(`/api/v1/requests/${request}/passphrase`, {});
    const plain = path.join(folder, 'opened.zip');
    await unwrapTo(file, passphrase, plain);
    return plain;
  }

  it('goes on in a later run of the program, and is begun anew where it is over', () =>
    inFolder(async (folder) => {
      const { port, hostname } = new URL(gate.url);
      const file = path.join(folder, 'fetched.zip');
      const proxy = await startCutProxy({ host: hostname, port: Number(port) }, [9_000, ...Array.from({ length: 30 }, () => 100)]);
      const client = new Client(`http://127.0.0.1:${proxy.port}`, null, await gate.tokenOf(officer));
      assert.equal((await problemOf(transferTo(client, id, { form: 'plain' }, file, [])))?.code, 'vms-unreachable');
      await proxy.close();
      assert.deepEqual((await fs.promises.readdir(folder)).sort(), ['fetched.zip.part', 'fetched.zip.part.json']);
      const mine = await gate.as(officer);
      // Another form than what lies there is another thing.
      const other = path.join(folder, 'other.zip');
      for (const end of ['.part', '.part.json']) await fs.promises.copyFile(`${file}${end}`, `${other}${end}`);
      await fetchPackage(mine, id, file);
      assert.equal((await show(gate, id)).release!.fetched, 1);
      await fetchPackage(mine, id, other, { form: 'zip' });
      assert.equal((await show(gate, id)).release!.fetched, 2);
      assert.notDeepEqual(await fs.promises.readFile(file), await fs.promises.readFile(other));
    }));

  it('takes GET with Range and If-Range, HEAD, and several at once; the union of what left is recorded', async () => {
    const { address, bytes, transfer } = await begin(gate, id);
    const etag = `"${transfer}"`;
    const head = await get(gate, address, { range: 'bytes=0-9' }, 'HEAD');
    assert.deepEqual([head.status, head.headers.get('content-length'), head.headers.get('etag'), head.headers.get('accept-ranges')], [200, String(bytes), etag, 'bytes']);
    const table: readonly (readonly [headers: Record<string, string>, status: number, range: string | null])[] = [
      [{ range: 'bytes=0-9' }, 206, `bytes 0-9/${bytes}`],
      [{ range: 'bytes=100-199', 'if-range': etag }, 206, `bytes 100-199/${bytes}`],
      [{ range: 'bytes=-5' }, 206, `bytes ${bytes - 5}-${bytes - 1}/${bytes}`],
      [{ range: `bytes=${bytes - 3}-${bytes + 100}` }, 206, `bytes ${bytes - 3}-${bytes - 1}/${bytes}`],
      [{ range: `bytes=${bytes}-` }, 416, `bytes */${bytes}`],
      [{ range: 'bytes=-0' }, 416, `bytes */${bytes}`],
    ];
    for (const [headers, status, range] of table) {
      const answer = await get(gate, address, headers);
      assert.deepEqual([answer.status, answer.headers.get('content-range')], [status, range], JSON.stringify(headers));
      const length = (await bytesOf(answer)).length;
      if (status === 206) assert.equal(length, Number(answer.headers.get('content-length')));
    }
    wall += 15 * 60_000;
    gate.again();
    await gate.look();
    assert.deepEqual((await transfersIn(gate, id)).at(-1)!.data, { transfer, why: 'expired', ranges: [[0, 10], [100, 200], [bytes - 5, bytes]] });
    assert.equal(await codeOf(await get(gate, address)), 'transfer-over');

    const second = await begin(gate, id);
    const whole: readonly Record<string, string>[] = [{ range: 'bytes=0-1,5-6' }, { range: 'bytes=5-1' }, { range: 'lines=1-2' }, { range: 'bytes=0-9', 'if-range': etag }, { range: 'bytes=0-9', 'if-range': 'Mon, 30 Nov 2026 00:00:00 GMT' }];
    for (const headers of whole) {
      const answer = await get(gate, second.address, headers);
      assert.deepEqual([answer.status, (await bytesOf(answer)).length], [200, bytes], JSON.stringify(headers));
    }
    const all = await bytesOf(await get(gate, second.address));
    const step = Math.ceil(bytes / 8);
    const pieces = await Promise.all(Array.from({ length: 8 }, async (_, at) => bytesOf(await get(gate, second.address, { range: `bytes=${at * step}-${at * step + step - 1}` }))));
    assert.ok(Buffer.concat(pieces).equals(all));
    assert.equal((await show(gate, id)).release!.fetched, 2);
  });

  it('is its receiver’s alone: others, and previews without a sign-in, get nothing and burn nothing', async () => {
    const { link } = await (await gate.as(officer)).get<{ link: string }>(`/api/v1/requests/${id}/link`);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = await fetch(link, { method });
      assert.equal(page.status, 200);
      const text = await page.text();
      if (method === 'GET') assert.ok(text.includes(id) && text.includes('领取') && !text.includes('<script'), text);
      assert.match(page.headers.get('content-security-policy')!, /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/);
    }
    assert.equal((await fetch(link, { method: 'POST', redirect: 'manual' })).status, 401);
    assert.equal((await fetch(`${link.slice(0, -1)}A`)).status === 404 || link.endsWith('A'), true);
    // As a chat hangs on what it likes.
    assert.equal((await fetch(`${link}?from=singlemessage`)).status, 200);
    assert.equal((await show(gate, id)).release!.fetched, 0);

    const { address, bytes } = await begin(gate, id);
    assert.equal((await fetch(new URL(address, gate.url))).status, 401);
    assert.equal((await fetch(new URL(address, gate.url), { method: 'HEAD' })).status, 401);
    for (const user of [executors[0], 'user:sh.pan', 'user:audit.he']) {
      const answer = await get(gate, address, {}, 'GET', user);
      assert.deepEqual([answer.status, await codeOf(answer)], [403, 'not-permitted']);
    }
    assert.equal(await codeOf(await get(gate, '/api/v1/transfers/none')), 'transfer-over');
    assert.equal((await bytesOf(await get(gate, address))).length, bytes);
    assert.equal((await show(gate, id)).release!.fetched, 1);
    const refused = await (await gate.as('user:audit.he')).get<{ entries: { event: string; data: { act?: string; code?: string } }[] }>('/api/v1/journal?count=30');
    assert.equal(refused.entries.filter(({ event, data }) => event === 'act-refused' && data.act === 'export' && data.code === 'not-permitted').length, 3);
  });

  const aBrowser = async (user: string): Promise<string> => {
    await gate.as(user);
    const answer = await fetch(new URL('/api/v1/session', gate.url), {
      method: 'POST', headers: { origin: gate.url, 'content-type': 'application/json' }, body: JSON.stringify({ user, password, cookie: true }),
    });
    return answer.headers.getSetCookie()[0]!.split(';')[0]!;
  };

  it('from the page, in a browser that is signed in: counted, and sent on to its address', async () => {
    const { link } = await (await gate.as(officer)).get<{ link: string }>(`/api/v1/requests/${id}/link`);
    const cookie = await aBrowser(officer);
    const post = (headers: Record<string, string>) =>
      fetch(link, { method: 'POST', redirect: 'manual', headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: 'part=copies' });
    assert.equal((await post({})).status, 403);
    assert.equal((await post({ origin: 'https://elsewhere.example' })).status, 403);
    assert.equal((await post({ origin: new URL(gate.url).origin, 'sec-fetch-site': 'cross-site' })).status, 403);
    assert.equal((await show(gate, id)).release!.fetched, 0);
    const sent = await post({ origin: new URL(gate.url).origin });
    assert.equal(sent.status, 303);
    const answer = await fetch(new URL(sent.headers.get('location')!, gate.url), { headers: { cookie, range: 'bytes=0-99' } });
    assert.deepEqual([answer.status, answer.headers.get('content-disposition')], [206, `attachment; filename="${id}-copies.aes.zip"`]);
    assert.equal((await show(gate, id)).release!.fetched, 1);
    // A stranger's browser that got the link.
    const stranger = await aBrowser('user:sh.pan');
    const refused = await fetch(link, { method: 'POST', redirect: 'manual', headers: { cookie: stranger, origin: new URL(gate.url).origin, 'content-type': 'application/x-www-form-urlencoded' }, body: 'part=whole' });
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /not-permitted/);
  });

  it('from the page, by who signs in on it: the receiver of the link and nobody else, in the form that they choose', async () => {
    const { link } = await (await gate.as(officer)).get<{ link: string }>(`/api/v1/requests/${id}/link`);
    await gate.as('user:sh.pan');
    const post = (fields: Record<string, string>, headers: Record<string, string> = { origin: new URL(gate.url).origin }) =>
      fetch(link, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) });
    const signIn = (user: string, word = password) => ({ act: 'sign-in', user, password: word });
    const page = await (await fetch(link)).text();
    assert.ok(page.includes('name="password"') && page.includes('name="otp"') && !page.includes('name="part"') && !page.includes('<script'), page);
    assert.equal((await post(signIn(officer), {})).status, 403);
    for (const [said, status, code] of [[signIn(officer, 'not the password'), 401, 'login-failed'], [signIn(''), 401, 'login-failed'], [signIn('user:sh.pan'), 403, 'not-permitted']] as const) {
      const refused = await post(said);
      const text = await refused.text();
      assert.deepEqual([refused.status, text.includes(code), refused.headers.getSetCookie(), text.includes('name="part"')], [status, true, [], false], text);
    }
    const entered = await post(signIn(officer));
    const [cookie] = entered.headers.getSetCookie().map((it) => it.split(';')[0]!);
    const shown = await entered.text();
    // The applicant has both packages here.
    for (const word of ['value="copies"', 'value="originals"', 'value="zip" checked', 'value="age"', 'name="recipient"']) assert.ok(shown.includes(word), word);
    assert.equal((await show(gate, id)).release!.fetched, 0);
    const own = { origin: new URL(gate.url).origin, cookie: cookie! };
    assert.equal((await post({ part: 'copies', form: 'age', recipient: 'age1nothing' }, own)).status, 400);
    for (const [fields, name] of [[{ part: 'copies', ...age }, `${id}-copies.zip.age`], [{ part: 'originals', form: 'zip' }, `${id}-originals.aes.zip`]] as const) {
      const sent = await post(fields, own);
      assert.equal(sent.status, 303);
      const answer = await fetch(new URL(sent.headers.get('location')!, gate.url), { method: 'HEAD', headers: { cookie: cookie! } });
      assert.equal(answer.headers.get('content-disposition'), `attachment; filename="${name}"`);
    }
  });

  const age = { form: 'age', recipient: 'age1pgvrzr06c7tw9lldphg636wn58t0d6qe9878cygza2vanfjx2qys4hnd4t' };
  it('used up: of many at once as many begin as the plan allows', async () => {
    // Each another thing: who asks for the same again is given the same.
    const wishes = [officer, ...executors].flatMap((user) => [{ form: 'plain' }, { form: 'zip' }, age].map((wish) => [user, wish] as const));
    const codes = await Promise.all(wishes.map(async ([user, wish]) => (await problemOf(begin(gate, id, user, wish)))?.code ?? 'begun'));
    assert.deepEqual([codes.filter((code) => code === 'begun').length, codes.filter((code) => code === 'release-expired').length], [2, 7]);
    assert.equal((await show(gate, id)).release!.fetched, 2);
  });

  it('asked for again before its first byte it is the same one, however many ask at once; afterwards it is another', async () => {
    const many = await Promise.all(Array.from({ length: 12 }, () => begin(gate, id)));
    assert.equal(new Set(many.map((it) => JSON.stringify(it))).size, 1);
    const [{ transfer, address, bytes }] = many as [Begun];
    // To ask how long it is takes no byte of it.
    await get(gate, address, {}, 'HEAD');
    wall += 14 * 60_000;
    gate.again();
    assert.equal((await begin(gate, id)).transfer, transfer);
    // Its time began anew; counted as often as the plan allows, it is still given out.
    wall += 14 * 60_000;
    gate.again();
    assert.notEqual((await begin(gate, id, executors[1])).transfer, transfer);
    assert.equal((await begin(gate, id)).transfer, transfer);
    assert.deepEqual((await transfersIn(gate, id)).map(({ event, by }) => [event, by]).length, 2);
    for (const wish of [{ form: 'zip' }, age]) assert.equal((await problemOf(begin(gate, id, officer, wish)))?.code, 'release-expired', JSON.stringify(wish));
    await bytesOf(await get(gate, address, { range: 'bytes=0-0' }));
    assert.equal((await problemOf(begin(gate, id)))?.code, 'release-expired');
    assert.equal((await bytesOf(await get(gate, address))).length, bytes);
  });

  it('asked for again while its first byte is asked for it is either that one, or counted', async () => {
    const { transfer, address } = await begin(gate, id);
    const [answer, again] = await Promise.all([get(gate, address), begin(gate, id)]);
    await bytesOf(answer);
    assert.equal((await show(gate, id)).release!.fetched, again.transfer === transfer ? 1 : 2);
  });

  it('too late: neither begun nor gone on with, and the page says so', async () => {
    const { link } = await (await gate.as(officer)).get<{ link: string }>(`/api/v1/requests/${id}/link`);
    const { expiresAt, address } = (await begin(gate, id)) as Begun & { expiresAt: string };
    wall = Date.parse(expiresAt);
    gate.again();
    assert.equal(await codeOf(await get(gate, address)), 'transfer-over');
    assert.equal((await problemOf(begin(gate, id)))?.code, 'release-expired');
    const page = await fetch(link);
    assert.deepEqual([page.status, (await page.text()).includes('领取期限已过')], [410, true]);
    await gate.look();
    assert.deepEqual((await transfersIn(gate, id)).at(-1)!.data, { transfer: (await transfersIn(gate, id))[0]!.data['transfer' as never], why: 'expired', ranges: [] });
  });

  it('a stop of the gate ends it with what left, and it counts for nobody', async () => {
    const { address, transfer } = await begin(gate, id);
    await bytesOf(await get(gate, address, { range: 'bytes=5-14' }));
    await gate.restart();
    assert.deepEqual((await transfersIn(gate, id)).at(-1)!.data, { transfer, why: 'stopped', ranges: [[5, 15]] });
    assert.equal(await codeOf(await get(gate, address)), 'transfer-over');
    assert.equal((await show(gate, id)).release!.fetched, 0);
  });

  it('in too many pieces, or too often at once, is refused; going on where one ended is not', async () => {
    const { address } = await begin(gate, id);
    for (let at = 0; at < 128; at++) assert.equal((await bytesOf(await get(gate, address, { range: `bytes=${at * 10}-${at * 10}` }))).length, 1);
    const refused = await get(gate, address, { range: 'bytes=5000-5001' });
    assert.deepEqual([refused.status, await codeOf(refused)], [429, 'too-many-requests']);
    assert.equal((await bytesOf(await get(gate, address, { range: 'bytes=1271-1280' }))).length, 10);
    const second = await begin(gate, id);
    // Nobody reads on: each waits for its receiver.
    const waiting = await Promise.all(Array.from({ length: 16 }, () => get(gate, second.address)));
    assert.deepEqual([...new Set(waiting.map(({ status }) => status))], [200]);
    const once = await get(gate, second.address);
    assert.deepEqual([once.status, await codeOf(once)], [429, 'too-many-requests']);
    await Promise.all(waiting.map(({ body }) => body!.cancel()));
  });
});

describe('encrypt:required', function () {
  this.timeout(60_000);
  it('is released, and leaves encrypted alone', async () => {
    const gate = await aGateUnder({ 'tier-1.csv': asksAlso('encrypt:required') });
    try {
      const id = await released(gate);
      assert.equal((await problemOf(begin(gate, id)))?.code, 'form-refused');
      assert.equal((await show(gate, id)).release!.fetched, 0);
      const { address, bytes, fileName } = await begin(gate, id, officer, {});
      assert.equal(fileName, `${id}-copies.aes.zip`);
      const all = await bytesOf(await get(gate, address));
      assert.equal(all.length, bytes);
      assert.ok(!all.includes('manifest.json'));
      const wrong = await Promise.all(
        [{ form: 'age' }, { form: 'age', recipient: 'age1nothing' }, { form: 'zip', recipient: 'age1nothing' }, { form: 'rar' }, { part: 'other' }].map(async (wish) => (await problemOf(begin(gate, id, officer, wish)))?.code),
      );
      assert.deepEqual(new Set(wrong), new Set(['body-malformed']));
      const recipient = 'age1pgvrzr06c7tw9lldphg636wn58t0d6qe9878cygza2vanfjx2qys4hnd4t';
      const aged = await begin(gate, id, officer, { form: 'age', recipient });
      assert.match((await bytesOf(await get(gate, aged.address))).subarray(0, 40).toString(), /^age-encryption\.org\/v1\n-> X25519 /);
      const entry = (await transfersIn(gate, id)).at(-1)!;
      assert.deepEqual((entry.data as { recipient: string }).recipient, createHash('sha256').update(recipient).digest('hex'));
    } finally {
      await gate.close();
    }
  });
});

describe('the passphrase', function () {
  this.timeout(60_000);
  it('is told to executors alone, after an entry', async () => {
    const gate = await aGate();
    try {
      const id = await released(gate);
      const told = async (user: string) => (await gate.as(user)).post<{ passphrase: string }>(`/api/v1/requests/${id}/passphrase`, {});
      assert.equal((await problemOf(told(officer)))?.code, 'not-permitted');
      assert.equal((await problemOf(told('user:sh.pan')))?.code, 'not-permitted');
      const [first, second] = [await told(executors[0]), await told(executors[1])];
      assert.match(first.passphrase, /^([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}$/);
      assert.deepEqual(second, first);
      await gate.restart();
      assert.deepEqual(await told(executors[0]), first);
      assert.equal((await historyOf(gate, id)).filter(({ event }) => event === 'passphrase-shown').length, 3);
      const journal = await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8');
      assert.ok(!journal.includes(first.passphrase));
    } finally {
      await gate.close();
    }
  });
});
