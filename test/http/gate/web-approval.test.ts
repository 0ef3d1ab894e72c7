// Tier 1, where a reason alone shows nothing: the page on which an operator applies, the voices, and the same address that then gives the marked
// clip; and archives, which take a released request.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import type { Entry } from '../../../plugin/domain/audit-event.js';
import { anEvent } from '../../adapters/zoneminder/films.js';
import { agree, applyOnPage, untilSeen } from '../../support/gate/application.js';
import { beforePages, sayWhy, type BeforePages, type Client } from '../../support/gate/before-pages.js';
import { CodedSlices } from '../../support/gate/oracle/coded-slices.js';
import { shanghai } from '../../support/gate.js';
import { approveAll, letGo, submit, until } from '../../support/walk.js';

const video = (event: number): string => `index.php?view=view_video&eid=${event}`;
const code = async (answer: Response): Promise<string> => `${answer.status} ${((await answer.json()) as { code?: string }).code}`;
const [manager, privacy] = ['user:sh.qian', 'user:sh.gu'];
const hour = 3_600_000;

describe('the way to footage in tier 1', function () {
  this.timeout(120_000);
  let all: BeforePages;
  let guard: Client;
  let officer: Client;
  let ahead = 0;
  const originals = new CodedSlices();

  before(async () => {
    all = await beforePages({
      cameras: ['sh-yf-gate', 'sh-yf-street'],
      people: { guard: 'user:sh.fang', officer: shanghai.officer },
      events: [await anEvent(11, 0, 4), await anEvent(12, 8, 4), await anEvent(13, 16, 4), { ...(await anEvent(21, 0, 4)), monitor: 2 }],
      now: () => new Date(Date.now() + ahead),
    });
    for (const { id, film } of all.standIn.events) originals.add(String(id), film!);
    [guard, officer] = [await all.client('guard'), await all.client('officer')];
  });
  after(() => all?.close());
  /** Nobody’s session lasts so long. */
  const pass = async (milliseconds: number): Promise<void> => {
    ahead += milliseconds;
    all.gate.again();
    [guard, officer] = [await all.client('guard'), await all.client('officer')];
  };

  const entries = async (): Promise<Entry[]> =>
    (await fs.promises.readFile(`${all.gate.folder}/data/journal/entries.ndjson`, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Entry);
  /** ZoneMinder proves no times: an executor says what the picture shows. */
  const confirmTimes = async (id: string): Promise<void> => {
    const [executor] = shanghai.executors;
    const client = await all.gate.as(executor);
    for (const edge of ['first', 'last']) await client.download(`/api/v1/requests/${id}/frame?camera=sh-yf-gate&edge=${edge}`, `${all.gate.folder}/${edge}.jpg`);
    await client.post(`/api/v1/requests/${id}/times`, { camera: 'sh-yf-gate', first: '2026-03-01T10:00:00+08:00', last: '2026-03-01T10:00:12+08:00' });
  };
  const linkTo = async (client: Client, path: string): Promise<string> => ((await (await client.ask(path)).json()) as { link: string }).link;
  const clip = async (client: Client, path: string): Promise<Buffer> => {
    const answer = await client.ask(path);
    const body = Buffer.from(await answer.arrayBuffer());
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'video/mp4'], body.toString('utf8', 0, 600));
    assert.ok(body.subarray(4, 8).toString() === 'ftyp' && originals.leaks(body) === null);
    return body;
  };

  it('a navigation leads to the page; there a reason shows nothing, and an application can be made', async () => {
    const answer = await guard.ask(video(11), { headers: { 'sec-fetch-dest': 'document', accept: 'text/html' } });
    const link = answer.headers.get('location')!;
    assert.deepEqual([answer.status, link.startsWith(`${all.gate.url}/look/`)], [303, true]);
    const page = await (await fetch(link)).text();
    assert.deepEqual([/value="view"/.test(page), /value="apply"/.test(page)], [false, true]);
    const said = await sayWhy(link, '核实', { from: '2026-03-01T10:00:00', to: '2026-03-01T10:01:00' });
    assert.deepEqual([said.status, /not-permitted/.test(said.text)], [403, true]);
    assert.equal(await code(await guard.ask(video(11))), '403 reason-missing');
  });

  it('a form counts once, on the page that it was drawn for, and from the gate’s own pages', async () => {
    const [link, other] = [await linkTo(guard, video(12)), await linkTo(guard, video(13))];
    assert.notEqual(link, other);
    const form = (page: string): string => /name="form" value="([^"]+)"/.exec(page)![1]!;
    const token = form(await (await fetch(link)).text());
    const post = (to: string, sent: string, origin = new URL(link).origin) =>
      fetch(to, { method: 'POST', redirect: 'manual', headers: { origin }, body: new URLSearchParams({ act: 'apply', form: sent, reason: '核实', ticket: '示例' }) });
    const requested = async (): Promise<number> => (await entries()).filter((it) => it.event === 'export-requested').length;
    const before = await requested();
    assert.equal((await post(other, token)).status, 422, 'another page’s');
    assert.equal((await post(link, token, new URL(all.pages).origin)).status, 403, 'a script of the system’s pages');
    assert.equal((await post(link, 'guess')).status, 422);
    assert.equal(await requested(), before);
    assert.equal((await post(link, token)).status, 200);
    for (let tries = 0; tries < 2; tries++) assert.equal((await post(link, token)).status, 422, 'sent already');
    assert.equal(await requested(), before + 1, 'one application');
    const stale = form(await (await fetch(other)).text());
    await pass(hour);
    assert.equal((await post(other, stale)).status, 404, 'the page has expired');
    assert.equal(await requested(), before + 1);
  });

  it('applied for, agreed to by each voice, the same address gives the marked clip: of that camera and span, to that person, until it ends', async () => {
    const id = await applyOnPage(await linkTo(guard, video(11)));
    for (const voice of [manager, privacy]) {
      assert.equal(await code(await guard.ask(video(11))), '403 reason-missing', `before ${voice}`);
      await agree(all.gate, voice, id);
    }
    await clip(guard, video(11));
    const viewed = (await entries()).filter((it) => 'requestId' in it && it.requestId === id && it.event === 'footage-viewed');
    assert.deepEqual(viewed.map(({ data }) => data).at(-1), { camera: 'sh-yf-gate', from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:00:05.000Z', why: 'view' });
    for (const event of [13, 21]) assert.equal(await code(await guard.ask(video(event))), '403 reason-missing', `event ${event}`);
    assert.equal(await code(await officer.ask(video(11))), '403 reason-missing', 'somebody else');
    assert.equal(await code(await guard.ask('index.php?view=request&request=event&action=export&eids[]=11&exportVideo=1&connkey=7')), '403 reason-missing', 'and as a file to nobody');
    await pass(72 * hour);
    const over = await guard.ask(video(11), { headers: { 'sec-fetch-dest': 'document', accept: 'text/html' } });
    assert.deepEqual([over.status, over.headers.get('location')?.startsWith(`${all.gate.url}/look/`)], [303, true], 'the page again');
  });

  it('a request that was granted elsewhere is linked on the page, by its own applicant alone', async () => {
    const [staff, path] = [await all.gate.as('user:sh.fang'), video(21)];
    const items = [{ camera: 'sh-yf-street', from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:00:05.000Z' }];
    const { requestId: id } = await staff.post<{ requestId: string }>('/api/v1/requests', { basis: 'INTERNAL_SECURITY', items, officers: [], reason: '核实', ticket: '示例工单-8' });
    const link = await linkTo(guard, path);
    assert.equal((await sayWhy(link, '', { act: 'link', request: id })).status, 404, 'held still');
    for (const voice of [manager, privacy]) await agree(all.gate, voice, id);
    assert.equal(await code(await guard.ask(path)), '403 reason-missing', 'granted, and not linked');
    assert.match(await (await fetch(link)).text(), new RegExp(`value="${id}"`));
    assert.equal((await sayWhy(await linkTo(officer, path), '', { act: 'link', request: id })).status, 422, 'somebody else’s page has no form for it');
    assert.equal((await sayWhy(await linkTo(guard, video(13)), '', { act: 'link', request: id })).status, 404, 'of another camera');
    const said = await sayWhy(link, '', { act: 'link', request: id });
    assert.deepEqual([said.status, said.to], [303, all.pages + path], said.text);
    await clip(guard, path);
    assert.equal(await code(await guard.ask(video(11))), '403 reason-missing', 'the other camera');
  });

  it('an archive leaves under a released request: each event judged, all or none, under a key of the gate’s own, and marked', async () => {
    const { requestId: id } = await submit(all.gate, { items: [{ camera: 'sh-yf-gate', from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:00:15.000Z' }] });
    await untilSeen(await all.gate.as(shanghai.officer), id, ({ custody }) => custody === 'sealed');
    await approveAll(all.gate, id);
    await confirmTimes(id);
    await until(all.gate, id, ({ state }) => state === 'packaged');
    const order = (...events: number[]): string => `index.php?view=request&request=event&action=export&${events.map((it) => `eids[]=${it}`).join('&')}&exportVideo=1&connkey=7`;
    const link = await linkTo(officer, order(11, 12));
    assert.equal((await sayWhy(link, '', { act: 'link', request: id })).status, 404, 'not released yet');
    for (const executor of shanghai.executors) await letGo(all.gate, executor, id);
    assert.equal((await sayWhy(link, '', { act: 'link', request: id })).status, 303);
    for (const events of [[11, 21], [11, 12, 13]]) assert.equal(await code(await officer.ask(order(...events))), '403 reason-missing', String(events));
    const reached = all.reached.length;
    const ordered = (await (await officer.ask(order(11, 12))).json()) as { result: string; exportFile: string };
    const key = /connkey=(\d+)/.exec(ordered.exportFile)![1]!;
    assert.ok(ordered.result === 'Ok' && key !== '7');
    assert.equal(await code(await officer.ask('index.php?view=archive&type=zip&connkey=7')), '403 route-blocked', 'the client’s own key');
    assert.equal(await code(await guard.ask(`index.php${ordered.exportFile}`)), '403 route-blocked', 'another session');
    const head = await officer.ask(`index.php${ordered.exportFile}`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('content-type'), (await head.arrayBuffer()).byteLength], [200, 'application/zip', 0]);
    const answer = await officer.ask(`index.php${ordered.exportFile}`);
    const zip = Buffer.from(await answer.arrayBuffer());
    assert.deepEqual([answer.status, answer.headers.get('content-type'), zip.length], [200, 'application/zip', Number(answer.headers.get('content-length'))]);
    assert.equal(originals.leaks(zip), null);
    const text = zip.toString('latin1');
    assert.deepEqual([...new Set(text.match(/sh-yf-gate-\d+\.mp4/g))], ['sh-yf-gate-11.mp4', 'sh-yf-gate-12.mp4']);
    assert.equal(text.match(/\0\0\0.ftyp/g)?.length, 2);
    assert.equal(all.reached.length, reached, 'the system made none');
    const left = (await entries()).filter((it) => 'requestId' in it && it.requestId === id && it.event === 'copy-transferred').map(({ data }) => data as { form: string });
    assert.deepEqual(left.map(({ form }) => form), ['archive', 'archive']);
  });
});
