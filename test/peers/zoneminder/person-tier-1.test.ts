// Where a reason is not enough (Beijing, tier 1): the person applies on the page that asks why, others agree by the API, and the same address in
// the same browser shows the marked clip. Screenshots are kept beside those of person.test.ts.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../support/browser.js';
import { CodedSlices } from '../../support/gate/oracle/coded-slices.js';
import { makeOracle } from '../../support/gate/oracle/oracle.js';
import type { Seen } from '../../support/walk.js';
import { aGateBefore, sites, type Before } from './before.js';
import { aZoneMinder, sql, until } from './peer.js';

const shots = path.join(import.meta.dirname, 'shots');
const player = "document.querySelector('video')";
const { operator } = sites.beijing.whose;
/** In the order in which they are asked. */
const voices = ['user:bj.jia.security', 'user:bj.lei.privacy'] as const;

describe('a person before the real ZoneMinder, where looking takes an application', function () {
  this.timeout(180_000);
  const peer = aZoneMinder();
  let before_: Before;
  let browser: Browser;
  let page: Page;
  let event: { id: string; file: string };
  let requestId = '';

  before(async () => {
    fs.mkdirSync(shots, { recursive: true });
    before_ = await aGateBefore(peer(), { site: 'beijing' });
    browser = await openBrowser();
    page = await (await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: 'zh-CN' })).newPage();
    const [id, day] = await until(async () => (await sql(peer(), 'SELECT Id, DATE(StartDateTime) FROM Events WHERE MonitorId=1 AND EndDateTime IS NOT NULL ORDER BY Id DESC LIMIT 1'))[0] ?? null);
    event = { id: id!, file: path.join(peer().events, '1', day!, id!, `${id}-video.mp4`) };
    await page.goto(`${before_.pages}index.php?view=login`);
    await page.fill('input[name=username]', 'operator');
    await page.fill('input[name=password]', peer().accounts.operator);
    await Promise.all([page.waitForURL(/view=console/), page.click('button[type=submit], input[type=submit]')]);
  });
  after(async () => {
    await browser?.close();
    await before_?.gate.close();
  });

  const shoot = (name: string) => page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });
  const open = () => page.goto(`${before_.pages}index.php?view=event&eid=${event.id}`);
  const request = async (user: string = operator): Promise<Seen> => (await before_.gate.as(user)).get<Seen>(`/api/v1/requests/${requestId}`);

  it('is asked why, and may only apply', async () => {
    await open();
    assert.ok(page.url().startsWith(`${before_.gate.url}/look/`), page.url());
    assert.equal(await page.locator('text=登记并查看').count(), 0);
    await page.fill('#why', '核实南门昨晚的剐蹭');
    await page.fill('#ticket', '工单-2026-1129');
    await shoot('6-apply');
    await page.click('button:has-text("提交")');
    await page.waitForSelector('[role=status]');
    await shoot('7-applied');
    [requestId = ''] = /EG-[\w-]+/.exec((await page.textContent('[role=status]')) ?? '') ?? [];
    assert.notEqual(requestId, '');
  });

  it('sees nothing until all have agreed: the page shows that it waits, a player gets the no in its pictures', async () => {
    await open();
    assert.match((await page.textContent('body')) ?? '', new RegExp(`${requestId}.*(审批中|等待保全)`));
    await shoot('8-waits');
    const [first, second] = voices;
    await agree(first);
    assert.equal((await request()).voices.length, 1);
    const clip = await page.request.get(`${before_.pages}index.php?view=view_video&eid=${event.id}`);
    assert.equal(clip.status(), 403);
    await agree(second);
    assert.equal((await request()).state, 'viewable');
  });

  it('sees the marked clip at the same address, and it is no original', async () => {
    await open();
    assert.ok(page.url().startsWith(before_.pages), page.url());
    const shows = (expression: string) => until(async () => ((await page.evaluate<boolean>(`Boolean(${expression})`)) ? true : null));
    await page.locator('video').first().waitFor({ state: 'attached' });
    await shows(`${player}?.readyState >= 2`);
    await page.evaluate(`void ${player}.play()`);
    await shows(`${player}.currentTime > 0.3`);
    await page.screenshot({ path: path.join(shots, '9-granted.png') });
    const clip = await page.request.get(`${before_.pages}index.php?view=view_video&eid=${event.id}`);
    assert.equal(clip.headers()['content-type'], 'video/mp4');
    const originals = new CodedSlices();
    originals.add(event.id, fs.readFileSync(event.file));
    const oracle = makeOracle({ originals, web: new Set(), refusals: new Set(), now: () => new Date() });
    const verdicts = await oracle({ url: clip.url(), isLive: false, headers: clip.headers(), body: await clip.body() });
    assert.ok(verdicts.length > 0);
    assert.deepEqual(verdicts.filter(({ passes }) => !passes), []);
    assert.ok(verdicts.every(({ why }) => why.startsWith('marked')));
  });

  /** Who has to look first, looks at the first and last picture. */
  async function agree(user: string): Promise<void> {
    const step = await until(async () => {
      const { state, custody, waitsFor } = await request();
      return state === 'held' && custody === 'sealed' ? waitsFor!.step : null;
    });
    const client = await before_.gate.as(user);
    const { plan, footage, planDigest } = await request(user);
    if (plan!.inspect.includes(step))
      for (const { camera } of footage)
        for (const edge of ['first', 'last']) await client.download(`/api/v1/requests/${requestId}/frame?camera=${camera}&edge=${edge}`, path.join(before_.gate.folder, `${edge}.jpg`));
    await client.post(`/api/v1/requests/${requestId}/reviews`, { verdict: 'approve', planDigest });
  }
});
