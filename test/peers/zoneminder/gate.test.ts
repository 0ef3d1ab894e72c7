// The gate before the real ZoneMinder: every known way round, thousands of changed requests, and what its stock pages ask for. Judged by what
// comes back: no coded picture of an original, and no picture but those that may leave. Needs ZoneMinder and Chromium. GATE_SEED and
// GATE_MUTANTS take another seed and number.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { openBrowser } from '../../support/browser.js';
import { sayWhy } from '../../support/gate/before-pages.js';
import { mutantsOf } from '../../support/gate/mutants.js';
import { CodedSlices } from '../../support/gate/oracle/coded-slices.js';
import { makeOracle, type Oracle } from '../../support/gate/oracle/oracle.js';
import { webFiles } from '../../support/gate/oracle/web-files.js';
import { each, sendRaw, type RawAnswer } from '../../support/gate/send-raw.js';
import { aRequest, tables } from '../../support/gate/tables.js';
import { root } from '../../support/gate.js';
import { aGateBefore, type Before } from './before.js';
import { aZoneMinder, sql, until, type PeerUser } from './peer.js';

interface Vector {
  id: string;
  vms: string;
  method: string;
  target: string;
  body?: string;
  content_type?: string;
  ws?: boolean;
  expect: string[];
}

const seed = Number(process.env['GATE_SEED'] ?? 20_261_129);
const count = Number(process.env['GATE_MUTANTS'] ?? 2000);
const { vectors } = JSON.parse(fs.readFileSync(path.join(root, 'test/fixtures/bypass-vectors.json'), 'utf8')) as { vectors: Vector[] };

describe(`the gate before the real ZoneMinder (seed ${seed})`, function () {
  this.timeout(900_000);
  const peer = aZoneMinder();
  let it_: Before;
  let oracle: Oracle;
  const originals = new CodedSlices();
  const cookies: Partial<Record<PeerUser, string>> = {};
  /** What the vectors and the tables call event 11 of camera 1, as it is here. */
  let real: { eid: string; other: string; file: string };

  const origin = (): URL => new URL(it_.pages);
  const actual = (text: string): string =>
    text.replaceAll('1/2026-11-20/11/11-video.mp4', real.file).replaceAll('1/2026-11-20/11', path.dirname(real.file)).replaceAll(/(?<![\d-])11(?!\d)/g, real.eid).replaceAll(/(?<![\d-])2[12](?!\d)/g, real.other);

  before(async () => {
    const events = await until(async () => {
      const found = await sql(peer(), 'SELECT MonitorId, Id, DATE(StartDateTime) FROM Events WHERE EndDateTime IS NOT NULL ORDER BY Id DESC LIMIT 60');
      return ['1', '2', '3'].every((camera) => found.filter(([monitor]) => monitor === camera).length > 2) ? found : null;
    }, 120_000);
    for (const [monitor, id, day] of events) {
      const folder = path.join(peer().events, monitor!, day!, id!);
      for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) if (/\.(mp4|jpg)$/.test(name)) originals.add(`${id}/${name}`, fs.readFileSync(path.join(folder, name)));
    }
    const [one, two] = ['1', '2'].map((camera) => events.find(([monitor]) => monitor === camera)!);
    real = { eid: one![1]!, other: two![1]!, file: `1/${one![2]}/${one![1]}/${one![1]}-video.mp4` };
    assert.ok(fs.existsSync(path.join(peer().events, real.file)), real.file);
    oracle = makeOracle({ originals, web: await webFiles(['/usr/share/zoneminder/www', '/var/cache/zoneminder']), refusals: new Set(), now: () => new Date() });
    it_ = await aGateBefore(peer());
    for (const user of ['operator', 'admin'] as const) {
      const login = await fetch(`${it_.pages}index.php?view=login`);
      const cookie = login.headers.getSetCookie().find((set) => set.startsWith('exportgate-web='))!.split(';')[0]!;
      const magic = /csrfMagicToken = "([^"]+)"/.exec(await login.text())?.[1] ?? '';
      const signed = await fetch(`${it_.pages}index.php?view=login`, {
        method: 'POST', redirect: 'manual', headers: { cookie },
        body: new URLSearchParams({ view: 'login', action: 'login', username: user, password: peer().accounts[user], __csrf_magic: magic }),
      });
      cookies[user] = signed.headers.getSetCookie().find((set) => set.startsWith('exportgate-web='))!.split(';')[0]!;
    }
  });
  after(() => it_?.gate.close());

  const wrongs = async (what: string, target: string, answer: RawAnswer): Promise<string[]> =>
    (await oracle({ url: target, isLive: /zms/.test(target), headers: answer.headers, body: answer.body, cut: answer.cut })).filter(({ passes }) => !passes).map(({ where, why }) => `${what}: ${target}: ${where}: ${why}`);

  it('the same requests get the original from ZoneMinder itself, or the oracle would be blind', async () => {
    const answer = await sendRaw(aRequest({ target: `/zm/cache/events/${real.file}` }), { origin: new URL(peer().url) });
    assert.equal(answer.status, 200);
    assert.notDeepEqual(await wrongs('bare', real.file, answer), []);
  });

  for (const vector of vectors.filter(({ vms }) => vms === 'zoneminder'))
    it(`vector ${vector.id}`, async () => {
      const { method, target, body, content_type: contentType, ws } = vector;
      for (const user of ['operator', 'admin'] as const) {
        const raw = aRequest({ method, target: actual(target), body: body && actual(body), ...(contentType && { contentType }), upgrade: ws ?? false });
        const answer = await sendRaw(raw, { origin: origin(), cookie: cookies[user], patienceMs: 30_000 });
        assert.deepEqual(await wrongs(`${vector.id} as ${user}`, target, answer), []);
        if (vector.expect.includes('safe')) assert.equal(answer.status, 200);
        else if (user === 'operator') assert.ok(answer.status >= 400 || answer.status === 303, `${answer.status}`);
      }
    });

  it('what was granted comes marked, and passes the oracle: clip, still, pictures one by one', async () => {
    const no = await fetch(`${it_.pages}index.php?view=view_video&eid=${real.eid}`, { headers: { cookie: cookies.operator! } });
    assert.equal((await sayWhy(((await no.json()) as { link: string }).link)).status, 303);
    for (const target of [`/zm/index.php?view=view_video&eid=${real.eid}`, `/zm/index.php?view=image&eid=${real.eid}&fid=snapshot`, `/zm/cgi-bin/nph-zms?source=event&mode=jpeg&event=${real.eid}&rate=400&connkey=5`]) {
      const answer = await sendRaw(aRequest({ target }), { origin: origin(), cookie: cookies.operator!, patienceMs: 60_000, most: 32 * 1024 * 1024 });
      assert.equal(answer.status, 200, target);
      const verdicts = await oracle({ url: target, isLive: false, headers: answer.headers, body: answer.body, cut: answer.cut });
      assert.ok(verdicts.length > 0, `${target}: no picture`);
      assert.deepEqual(verdicts.filter(({ passes }) => !passes), []);
    }
  });

  it(`${count} mutants of requests for footage: no answer holds any`, async () => {
    const wrong: string[] = [];
    const statuses = new Map<number, number>();
    await each(mutantsOf(tables['zoneminder']!, seed, count), 4, async (mutant, at) => {
      // A body keeps its length, and so event 11: it is an event here as well.
      const raw = { ...mutant, target: actual(mutant.target) };
      const answer = await sendRaw(raw, { origin: origin(), cookie: [cookies.operator, cookies.admin, undefined][at % 3], patienceMs: 30_000, most: 1024 * 1024 });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      wrong.push(...(await wrongs(mutant.how.join(', '), raw.target, answer)));
    });
    process.stdout.write(`      ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}\n`);
    assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} in all`);
  });

  it('what the stock pages ask for in a browser: nothing is wrongly refused', async () => {
    const browser = await openBrowser();
    const wrong: string[] = [];
    let asked = 0;
    try {
      for (const [user, views] of [
        ['operator', ['console', 'events', 'watch&mid=1', 'montage', 'montagereview', 'cycle', 'timeline', `event&eid=${real.eid}`, `frames&eid=${real.eid}`, 'filter', 'snapshots', 'report_event_audit', 'privacy']],
        ['admin', ['console', 'options', 'options&tab=system', 'options&tab=users', 'monitor&mid=1', 'zones&mid=1', 'log', 'groups', 'state', 'events', 'export', 'bandwidth']],
      ] as const) {
        const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
        const page = await context.newPage();
        await page.goto(`${it_.pages}index.php?view=login`);
        await page.fill('input[name=username]', user);
        await page.fill('input[name=password]', peer().accounts[user]);
        await Promise.all([page.waitForURL(/view=console/, { timeout: 60_000 }), page.click('button[type=submit], input[type=submit]')]);
        const refused: Promise<void>[] = [];
        page.on('response', (response) => {
          if (!response.url().startsWith(it_.pages)) return;
          asked++;
          if (response.status() < 400) return;
          refused.push(
            (async () => {
              const { url, method } = { url: response.url().replace(it_.pages, ''), method: response.request().method() };
              // Footage for which nobody gave a reason is rightly refused, and pictures of a camera that this person may not see.
              const isFootage = /view=(view_video|image)\b|zms\?.*event=/.test(url) || (user === 'admin' && /zms\?/.test(url));
              if (!isFootage) wrong.push(`${user}: ${response.status()} ${method} ${url} ${await response.text().catch(() => '')}`.slice(0, 300));
            })(),
          );
        });
        for (const view of views) await page.goto(`${it_.pages}index.php?view=${view}`, { waitUntil: 'load', timeout: 60_000 });
        await Promise.all(refused);
        await context.close();
      }
    } finally {
      await browser.close();
    }
    process.stdout.write(`      ${asked} requests\n`);
    assert.ok(asked > 150, String(asked));
    assert.deepEqual(wrong, []);
  });
});
