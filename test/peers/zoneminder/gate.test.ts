// The gate before the real ZoneMinder: every known way round, thousands of changed requests, and what its stock pages ask for. Judged by what
// comes back: no coded picture of an original, and no picture but those that may leave. Needs ZoneMinder and Chromium. GATE_SEED and
// GATE_MUTANTS take another seed and number.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { footageClasses, type KnownNames, type Route } from '../../../plugin/domain/route-table.js';
import { classify } from '../../../plugin/http/gate/classify.js';
import type { HeaderLine, RawRequest } from '../../../plugin/http/gate/raw-request.js';
import { readAsked } from '../../../plugin/http/gate/read-asked.js';
import { readJpegSize } from '../../../plugin/media/jpeg-size.js';
import { openBrowser } from '../../support/browser.js';
import { sayWhy } from '../../support/gate/before-pages.js';
import { mutantsOf } from '../../support/gate/mutants.js';
import { CodedSlices } from '../../support/gate/oracle/coded-slices.js';
import { makeOracle, type Oracle, type Verdict } from '../../support/gate/oracle/oracle.js';
import type { Shown } from '../../support/gate/oracle/pictures.js';
import { digestOf, webFiles } from '../../support/gate/oracle/web-files.js';
import { each, sendRaw, type RawAnswer } from '../../support/gate/send-raw.js';
import { aRequest, tables } from '../../support/gate/tables.js';
import { aGateBefore, type Before } from './before.js';
import { vectors } from '../../support/gate/vectors.js';
import { aZoneMinder, sql, until, type PeerUser } from './peer.js';
import { walkPages, type Seen } from './walk-pages.js';
import { errorsOfItsOwn, faultsOfItsOwn, refusedOnPurpose, saving, workingDays, type Visit, type Worker } from './working-day.js';

const seed = Number(process.env['GATE_SEED'] ?? 20_261_129);
const count = Number(process.env['GATE_MUTANTS'] ?? 2000);

describe(`the gate before the real ZoneMinder (seed ${seed})`, function () {
  this.timeout(900_000);
  const peer = aZoneMinder();
  let it_: Before;
  let oracle: Oracle;
  /** The same, which knows the gate's pictures of refusal too. */
  let noticing: Oracle;
  const originals = new CodedSlices();
  const cookies: Partial<Record<PeerUser, string>> = {};
  type Named = Pick<typeof real, 'eid' | 'file'>;
  /** What the vectors and the tables call event 11 of camera 1, as it is here. */
  let real: { eid: string; other: string; jpegs: string; file: string };

  const origin = (): URL => new URL(it_.pages);
  const actual = (text: string, { eid, file }: Named = real): string =>
    text
      .replaceAll('1/2026-11-20/11/11-video.mp4', file)
      .replaceAll('1/2026-11-20/11', path.dirname(file))
      .replaceAll(/(?<![\d-])11(?!\d)/g, eid)
      .replaceAll(/(?<![\d-])2[12](?!\d)/g, real.other);
  /** A body's length is told anew where it was told rightly. */
  const namingHere = (mutant: RawRequest, named: Named = real): RawRequest => {
    const body = Buffer.from(actual(mutant.body.toString('latin1'), named), 'latin1');
    const headers = mutant.headers.map(([name, value]): HeaderLine => [name, name === 'Content-Length' && value === String(mutant.body.length) ? String(body.length) : value]);
    return { ...mutant, target: actual(mutant.target, named), headers, body };
  };

  const addOriginal = (folder: string): void => {
    for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : [])
      if (/\.(mp4|jpg)$/.test(name)) originals.add(`${path.basename(folder)}/${name}`, fs.readFileSync(path.join(folder, name)));
  };

  before(async () => {
    const events = await until(async () => {
      const found = await sql(peer(), 'SELECT MonitorId, Id, DATE(StartDateTime) FROM Events WHERE EndDateTime IS NOT NULL ORDER BY Id = 11 DESC, Id DESC LIMIT 60');
      return ['1', '2', '3'].every((camera) => found.filter(([monitor]) => monitor === camera).length > 2) ? found : null;
    }, 120_000);
    for (const [monitor, id, day] of events) addOriginal(path.join(peer().events, monitor!, day!, id!));
    const [one, two, three] = ['1', '2', '3'].map((camera) => events.find(([monitor]) => monitor === camera)!);
    real = { eid: one![1]!, other: two![1]!, jpegs: three![1]!, file: `1/${one![2]}/${one![1]}/${one![1]}-video.mp4` };
    assert.ok(fs.existsSync(path.join(peer().events, real.file)), real.file);
    const parts = { originals, web: await webFiles(['/usr/share/zoneminder/www', '/var/cache/zoneminder']), now: () => new Date() };
    oracle = makeOracle({ ...parts, refusals: new Set() });
    noticing = makeOracle({ ...parts, refusals: isNotice });
    it_ = await aGateBefore(peer());
    for (const user of ['operator', 'admin'] as const) {
      const login = await fetch(`${it_.pages}index.php?view=login`);
      const cookie = login.headers
        .getSetCookie()
        .find((set) => set.startsWith('exportgate-web='))!
        .split(';')[0]!;
      const magic = /csrfMagicToken = "([^"]+)"/.exec(await login.text())?.[1] ?? '';
      const signed = await fetch(`${it_.pages}index.php?view=login`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie },
        body: new URLSearchParams({ view: 'login', action: 'login', username: user, password: peer().accounts[user], __csrf_magic: magic }),
      });
      cookies[user] = signed.headers
        .getSetCookie()
        .find((set) => set.startsWith('exportgate-web='))!
        .split(';')[0]!;
    }
  });
  after(() => it_?.gate.close());

  const verdictsOn = (target: string, { headers, body, cut }: RawAnswer): Promise<Verdict[]> => oracle({ url: target, isLive: /zms/.test(target), headers, body, cut });
  const wrongsOf = (what: string, target: string, verdicts: readonly Verdict[]): string[] => verdicts.filter(({ passes }) => !passes).map(({ where, why }) => `${what}: ${target}: ${where}: ${why}`);
  const wrongs = async (what: string, target: string, answer: RawAnswer): Promise<string[]> => wrongsOf(what, target, await verdictsOn(target, answer));

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
    for (const eid of [real.eid, real.jpegs]) {
      const no = await fetch(`${it_.pages}index.php?view=view_video&eid=${eid}`, { headers: { cookie: cookies.operator! } });
      assert.equal((await sayWhy(((await no.json()) as { link: string }).link)).status, 303);
    }
    const still = `/zm/index.php?view=image&eid=${real.eid}&fid=snapshot`;
    const thumbnail = `${still}&width=48&height=27`;
    const stream = `/zm/cgi-bin/nph-zms?source=event&mode=jpeg&event=${real.eid}&rate=400`;
    for (const target of [`/zm/index.php?view=view_video&eid=${real.eid}`, still, thumbnail, `/zm/index.php?view=image&eid=${real.jpegs}&fid=1&width=48`, `${stream}&connkey=5`, `${stream}&scale=5`]) {
      const answer = await sendRaw(aRequest({ target }), { origin: origin(), cookie: cookies.operator!, patienceMs: 60_000, most: 32 * 1024 * 1024 });
      assert.equal(answer.status, 200, target);
      const verdicts = await oracle({ url: target, isLive: false, headers: answer.headers, body: answer.body, cut: answer.cut });
      assert.ok(verdicts.length > 0, `${target}: no picture`);
      assert.deepEqual(
        verdicts.filter(({ passes }) => !passes),
        [],
      );
      if (!target.includes('width=48')) continue;
      // Larger than it was asked for: on so few lines nobody could read the mark.
      const { width, height } = readJpegSize(answer.body);
      assert.ok(width >= 96 && height >= 54, `${width}×${height}`);
    }
  });

  it('a working day on the stock pages in a browser: nothing is wrongly refused, and no picture leaves that may not', async () => {
    const number = async (query: string): Promise<string> => (await sql(peer(), query))[0]![0]!;
    const here = {
      granted: real.eid,
      grantedJpegs: real.jpegs,
      spare: await number(`SELECT MIN(Id) FROM Events WHERE MonitorId=1 AND EndDateTime IS NOT NULL AND Id <> ${real.eid}`),
      account: await number("SELECT Id FROM Users WHERE Username='viewer'"),
      zone: await number('SELECT Id FROM Zones WHERE MonitorId=1'),
    };
    // What an administrator saves goes through forms whose secrets are hidden from the browser. No login is NULL or empty, as ZoneMinder likes.
    const secrets = (): Promise<string[][]> => sql(peer(), "SELECT Path, IFNULL(User, ''), IFNULL(Pass, '') FROM Monitors UNION SELECT Username, Password, '' FROM Users UNION SELECT Name, Value, '' FROM Config WHERE Name LIKE '%SECRET%'");
    const kept = await secrets();
    const browser = await openBrowser();
    const wrong: string[] = [];
    const purposes = new Set<string>();
    let [asked, thumbnails] = [0, 0];
    try {
      const work = async (user: Worker, visits: readonly Visit[]): Promise<void> => {
        const { seen, errors, unanswered } = await walkPages(browser, it_.pages, { user, password: peer().accounts[user] }, visits);
        asked += seen.length;
        wrong.push(...unanswered.map((what) => `${user}: ${what}`));
        wrong.push(...errors.filter((error) => !errorsOfItsOwn.some((known) => known.test(error))).map((error) => `${user}: ${error}`));
        for (const one of seen) {
          const why = judge(user, one, purposes);
          if (why !== null) wrong.push(`${user} on ${one.on}: ${one.status} ${one.method} ${one.url} (${one.kind}): ${why} ${one.told}`.slice(0, 800));
        }
        for (const { url, status, headers, picture } of pictures(seen)) {
          const verdicts = await noticing({ url, isLive: false, headers, body: picture });
          if (status === 200 && /width=48&/.test(url) && verdicts.some(({ why }) => why.startsWith('marked'))) thumbnails++;
          wrong.push(...verdicts.filter(({ passes }) => !passes).map(({ where, why }) => `${user}: ${url}: ${where}: ${why}`));
        }
      };
      await Promise.all((['operator', 'admin'] as const).map((user) => work(user, workingDays[user](here))));
      await work('admin', saving(here));
    } finally {
      await browser.close();
    }
    process.stdout.write(`      ${asked} requests; refused on purpose: ${[...purposes].join(', ')}\n`);
    assert.ok(asked > 2000, String(asked));
    assert.deepEqual(wrong, [], [...wrong, ...it_.errors].join('\n'));
    assert.deepEqual([...purposes].sort(), refusedOnPurpose.map(({ user, route }) => `${user} ${route}`).sort(), 'each of them is seen');
    assert.ok(thumbnails > 0, 'the list shows a marked thumbnail');
    assert.deepEqual(await secrets(), kept);
  });

  // Last: an administrator's may change what the system does.
  it(`${count} mutants of requests for footage: no answer holds any`, async () => {
    const wrong: string[] = [];
    const outcomes = new Map<string, number>();
    // An administrator's may delete what they name, so that each names another one.
    const rows = await sql(peer(), `SELECT Id, DATE(StartDateTime) FROM Events WHERE MonitorId=1 AND EndDateTime IS NOT NULL AND Id <> ${real.eid}`);
    for (const [eid, day] of rows) addOriginal(path.join(peer().events, '1', day!, eid!));
    const spares = rows.map(([eid, day]) => ({ eid: eid!, file: `1/${day}/${eid}/${eid}-video.mp4` }));
    await each(mutantsOf(tables['zoneminder']!, seed, count), 4, async (mutant, at) => {
      const raw = namingHere(mutant, at % 3 === 1 ? spares[Math.floor(at / 3) % spares.length] : real);
      const answer = await sendRaw(raw, { origin: origin(), cookie: [cookies.operator, cookies.admin, undefined][at % 3], patienceMs: 30_000, most: 1024 * 1024 });
      const verdicts = await verdictsOn(raw.target, answer);
      const shown = verdicts.map(({ why }) => why.split(/[ ,]/)[0]!)[0] ?? 'no picture';
      const outcome = `${answer.status} ${shown}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      wrong.push(...wrongsOf(mutant.how.join(', '), raw.target, verdicts));
    });
    process.stdout.write(
      `      ${[...outcomes]
        .sort()
        .map(([outcome, times]) => `${outcome}: ${times}`)
        .join(' · ')}\n`,
    );
    assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} in all`);
    const left = await sql(peer(), `SELECT Id FROM Events WHERE Id IN (${real.eid}, ${real.jpegs})`);
    assert.deepEqual(left.flat().sort(), [real.eid, real.jpegs].sort(), 'there was something to be had, to the last of them');
  });
});

const names: KnownNames = { cameras: new Set(['1', '2', '3']), streams: new Set(), birdseye: false };

function routeOf({ method, url, form }: Pick<Seen, 'method' | 'url' | 'form'>): Route | null {
  const contentType = form === '' ? undefined : form.startsWith('--') ? `multipart/form-data; boundary=${form.slice(2).split('\r')[0]}` : 'application/x-www-form-urlencoded';
  return classify(tables['zoneminder']!, readAsked(tables['zoneminder']!, aRequest({ method, target: url, body: form, ...(contentType && { contentType }) })), names).route;
}

/** Null: well answered. */
function judge(user: Worker, seen: Seen, purposes: Set<string>): string | null {
  const { on, status, kind, headers } = seen;
  if (status >= 200 && status < 400) return null;
  if (status === 0) return 'broken off';
  if (faultsOfItsOwn.some((fault) => fault.status === status && fault.view.test(on))) return null;
  const route = routeOf(seen);
  if (status !== 403 || !route) return 'refused';
  const isPicture = /^image\/jpeg$/.test(headers['content-type'] ?? '');
  if (kind === 'image' && !isPicture) return 'refused in a form that shows nothing';
  if (footageClasses.includes(route.class)) return null;
  if (!refusedOnPurpose.some((one) => one.user === user && one.route === route.id)) return `refused by ${route.id}`;
  purposes.add(`${user} ${route.id}`);
  return null;
}

/** Of recorded footage, or in its place: each once. Those of this moment are judged above, where they are large enough to be read. */
function pictures(seen: readonly Seen[]): (Seen & { picture: Buffer })[] {
  const found = new Map<string, Seen & { picture: Buffer }>();
  for (const one of seen) {
    const { picture } = one;
    if (picture && footageClasses.includes(routeOf(one)?.class ?? 'safe')) found.set(digestOf(picture), { ...one, picture });
  }
  return [...found.values()];
}

/** The gate's own picture, by its plain ground and the bar along its upper edge. */
function isNotice({ light: { width, height, pixels } }: Shown): boolean {
  const share = (left: number, right: number, top: number, bottom: number, light: number): number => {
    let found = 0;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) if (Math.abs(pixels[y * width + x]! - light) < 8) found++;
    return found / ((right - left) * (bottom - top));
  };
  return share(0, width, 0, 3, 149) > 0.95 && share(0, 8, 10, height, 31) > 0.95 && share(0, width, 10, height, 31) > 0.5;
}
