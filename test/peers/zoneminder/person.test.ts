// A person's way through the gate, in a real browser on ZoneMinder's own pages: sign in, watch live, open an event, say why, see the marked clip.
// Needs the real ZoneMinder and Chromium. Screenshots are kept in test/peers/zoneminder/shots (not committed).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { machineTools } from '../../media/tools.js';
import { openBrowser } from '../../support/browser.js';
import { aGateBefore, type Before } from './before.js';
import { aZoneMinder, sql, until } from './peer.js';
import { readStrips } from './read-strip.js';

/** In the page. */
const live = '[...document.images].find((image) => /cgi-bin[/](?:nph-)?zms/.test(image.src))';
const player = "document.querySelector('video')";

const shots = path.join(import.meta.dirname, 'shots');

describe('a person before the real ZoneMinder', function () {
  this.timeout(180_000);
  const peer = aZoneMinder();
  let before_: Before;
  let browser: Browser;
  let page: Page;
  /** The event that was opened. */
  let eid = '';
  /** Everything that the page asked for and was refused. */
  const refused: string[] = [];

  before(async () => {
    fs.mkdirSync(shots, { recursive: true });
    before_ = await aGateBefore(peer());
    browser = await openBrowser();
    page = await (await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: 'zh-CN' })).newPage();
    page.on('response', (response) => {
      if (response.status() >= 400) refused.push(`${response.status()} ${response.url().replace(before_.pages, '')}`);
    });
  });
  after(async () => {
    await browser?.close();
    await before_?.gate.close();
  });

  /** An expression in the page is true; asked through the debugger, for the page's own policy forbids to evaluate text. */
  const shows = (expression: string) => until(async () => ((await page.evaluate<boolean>(`Boolean(${expression})`)) ? true : null));
  const shoot = (name: string) => page.screenshot({ path: path.join(shots, `${name}.png`) });
  const open = (view: string) => page.goto(`${before_.pages}index.php?view=${view}`);
  /** A finished event of the first camera, as the database knows it. */
  const anEvent = () => until(async () => (await sql(peer(), 'SELECT Id FROM Events WHERE MonitorId=1 AND EndDateTime IS NOT NULL ORDER BY Id DESC LIMIT 1'))[0]?.[0] ?? null);

  it('signs in on ZoneMinder’s own page', async () => {
    await open('login');
    await page.fill('input[name=username]', 'operator');
    await page.fill('input[name=password]', peer().accounts.operator);
    await shoot('1-sign-in');
    await Promise.all([page.waitForURL(/view=console/, { timeout: 30_000 }), page.click('button[type=submit], input[type=submit]')]);
    await page.waitForSelector('a:has-text("Gate-north")');
    await shoot('2-console');
  });

  it('watches a camera live: a picture of now', async () => {
    await open('watch&mid=1');
    await shows(`${live}?.naturalWidth > 100`);
    await shoot('3-live');
    const src = await page.evaluate<string>(`${live}.src`);
    const still = await page.request.get(src.replace('mode=jpeg', 'mode=single').replace(/&connkey=\d+/, ''));
    assert.equal(still.status(), 200);
    const [strip] = await readStrips((await machineTools()).ffmpeg, await still.body(), ['-f', 'image2pipe', '-c:v', 'mjpeg']);
    assert.ok(strip && Math.abs(Date.now() - strip.utcMs) < 10_000, JSON.stringify(strip));
  });

  it('opens an event, is asked why, and sees the marked clip on ZoneMinder’s own page', async () => {
    eid = await anEvent();
    await open(`event&eid=${eid}`);
    assert.match(page.url(), new RegExp(`^${before_.gate.url}/look/`));
    await page.waitForSelector('text=查看录像须说明事由');
    await shoot('4-why');
    await page.fill('textarea[name=reason]', '核实北门车辆出入情况');
    await Promise.all([page.waitForURL(/view=event/, { timeout: 60_000 }), page.click('text=登记并查看')]);
    assert.ok(page.url().startsWith(before_.pages));
    const video = page.locator('video').first();
    await video.waitFor({ state: 'attached', timeout: 30_000 });
    await shows(`${player}?.readyState >= 2`);
    await page.evaluate(`void ${player}.play()`);
    await shows(`${player}.currentTime > 0.3`);
    await shoot('5-marked');
    const clip = await page.request.get(`${before_.pages}index.php?view=view_video&eid=${eid}`);
    assert.equal(clip.headers()['content-type'], 'video/mp4');
    fs.writeFileSync(path.join(shots, 'clip.mp4'), await clip.body());
  });

  it('the same address works within the grant, a range of it too, and another event is asked for anew', async () => {
    const part = await page.request.get(`${before_.pages}index.php?view=view_video&eid=${eid}`, { headers: { range: 'bytes=4-7' } });
    assert.deepEqual([part.status(), (await part.body()).toString()], [206, 'ftyp']);
    const other = await page.request.get(`${before_.pages}index.php?view=view_video&eid=${Number(eid) - 6}`);
    assert.deepEqual([other.status(), ((await other.json()) as { code: string }).code], [403, 'reason-missing']);
  });

  it('what the browser holds opens nothing on ZoneMinder itself', async () => {
    const html = await page.content();
    const cookies = await page.context().cookies();
    assert.ok(cookies.every(({ name }) => name !== 'ZMSESSID'));
    const tokens = [...html.matchAll(/(?:auth|token)=([\w-]{16,})/g)].map((match) => match[1]!);
    assert.ok(tokens.length > 0, 'the page shows something in their place');
    const ask = async (query: string, cookie = '') =>
      (await fetch(`${peer().url}index.php?view=view_video&eid=${eid}${query}`, { redirect: 'manual', headers: { cookie } })).headers.get('content-type') ?? '';
    for (const { name, value } of cookies) {
      assert.doesNotMatch(await ask('', `${name}=${value}`), /video/);
      assert.doesNotMatch(await ask('', `ZMSESSID=${value}`), /video/);
      for (const key of ['auth', 'token']) assert.doesNotMatch(await ask(`&${key}=${encodeURIComponent(value)}`), /video/);
    }
    for (const token of new Set(tokens)) for (const key of ['auth', 'token']) assert.doesNotMatch(await ask(`&${key}=${token}`), /video/);
    for (const secret of Object.values(peer().secrets)) assert.equal(html.includes(secret), false);
  });

  it('nothing of the stock pages was refused on the way but footage without a reason', () => {
    assert.deepEqual(refused.filter((line) => !/view_video|view=image|fid=/.test(line)), []);
  });
});
