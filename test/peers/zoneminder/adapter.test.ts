// The adapter against a real ZoneMinder: every picture of a pull against the files that it was pulled from and against the time that the
// camera painted into it; who asks, what for, what would be deleted; and that nothing secret is left in its real pages.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { connect, webFront } from '../../../adapters/zoneminder/index.js';
import type { RecorderAddress } from '../../../plugin/domain/adapter.js';
import type { Sample, Track, Vms } from '../../../plugin/domain/vms.js';
import type { WebFront } from '../../../plugin/domain/web-front.js';
import { asked, route } from '../../adapters/zoneminder/asked.js';
import { never, problemOf, pullAll } from '../../contract/vms.js';
import { inFolder, machineTools, shownFrames } from '../../media/tools.js';
import { writeFile } from 'node:fs/promises';
import { aZoneMinder, peerUsers, sessionOf, sql, tokenOf, until, type Peer } from './peer.js';
import { readStrips, type Strip } from './read-strip.js';

interface Row {
  id: number;
  monitor: number;
  /** Seconds since 1970. */
  start: number;
  end: number;
  file: string;
  folder: string;
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
/** What ZoneMinder tells is whole seconds; a camera's picture is on its way for some tenths. Milliseconds. */
const allowed = 1000;

async function eventsOf(peer: Peer, where: string): Promise<Row[]> {
  const query = `SELECT Id, MonitorId, UNIX_TIMESTAMP(StartDateTime), COALESCE(UNIX_TIMESTAMP(EndDateTime), 0), DATE(StartDateTime), DefaultVideo FROM Events WHERE ${where}`;
  return (await sql(peer, query)).map(([id, monitor, start, end, day, video]) => {
    const folder = path.join(peer.events, monitor!, day!, id!);
    return { id: Number(id), monitor: Number(monitor), start: Number(start), end: Number(end), folder, file: path.join(folder, video!) };
  });
}

/** The newest finished ones of a monitor that follow each other, the oldest first. */
const lastOf = (peer: Peer, monitor: number, count: number): Promise<Row[]> =>
  until(async () => {
    const rows = await eventsOf(peer, `MonitorId = ${monitor} AND EndDateTime IS NOT NULL AND Length > 3 ORDER BY Id DESC LIMIT ${count}`);
    return rows.length === count ? rows.reverse() : null;
  });

/** As a player would be given them: a file of bare pictures. */
function streamOf(samples: readonly Sample[], [video]: readonly Track[]): { bytes: Buffer; format: 'h264' | 'mjpeg' } {
  const pictures = samples.filter(({ track }) => track === 0).map(({ data }) => data);
  if (video?.kind !== 'video' || video.codec === 'jpeg') return { bytes: Buffer.concat(pictures), format: 'mjpeg' };
  const units = [...video.parameterSets];
  for (const data of pictures) for (let at = 0; at < data.length; at += 4 + data.readUInt32BE(at)) units.push(data.subarray(at + 4, at + 4 + data.readUInt32BE(at)));
  return { bytes: Buffer.concat(units.flatMap((unit) => [Buffer.from([0, 0, 0, 1]), unit])), format: 'h264' };
}

async function stripsOf(samples: readonly Sample[], tracks: readonly Track[]): Promise<Strip[]> {
  const { bytes, format } = streamOf(samples, tracks);
  const strips = await readStrips((await machineTools()).ffmpeg, bytes, ['-f', format]);
  assert.equal(strips.length, samples.length);
  return strips.map((strip, index) => strip ?? assert.fail(`picture ${index} shows no time`));
}

/** One after the other, none twice, none missing; and each when it was painted. */
function judgeCourse(samples: readonly Sample[], strips: readonly Strip[], camera: number): void {
  assert.deepEqual(strips.map(({ frame }) => frame - strips[0]!.frame), strips.map((_, index) => index));
  assert.ok(strips.every((strip) => strip.camera === camera));
  const off = samples.map(({ utcMicros }, index) => utcMicros / 1000 - strips[index]!.utcMs);
  assert.ok(off.every((each) => Math.abs(each) < allowed), `off by ${Math.min(...off)} to ${Math.max(...off)} ms`);
  assert.ok(samples.every(({ utcMicros }, index) => index === 0 || utcMicros > samples[index - 1]!.utcMicros));
}

describe('a real ZoneMinder', function () {
  this.timeout(120_000);
  const zoneminder = aZoneMinder();
  let peer: Peer;
  let vms: Vms;
  let front: WebFront;
  let sessions: Record<string, string>;
  const addressOf = (more: Partial<RecorderAddress> = {}): RecorderAddress => ({ id: 'zm-1', url: peer.url, user: 'gate', password: peer.accounts.gate, ...more });
  before(async () => {
    peer = zoneminder();
    vms = connect(addressOf());
    front = webFront(addressOf());
    sessions = Object.fromEntries(await Promise.all(peerUsers.map(async (user) => [user, await sessionOf(peer, user)] as const)));
  });

  it('tells who it is, and what it has', async () => {
    const { manufacturer, firmware, clock } = await vms.probe(never());
    assert.deepEqual([manufacturer, firmware.split('.').slice(0, 2).join('.')], ['ZoneMinder', '1.36']);
    assert.ok(Math.abs(clock.offsetMs) <= clock.uncertaintyMs && !clock.zoneSuspect);
    assert.deepEqual((await front.known(never())).cameras, new Set(['1', '2', '3']));
    const [first] = await eventsOf(peer, 'MonitorId = 2 ORDER BY Id LIMIT 1');
    const [before, after] = await lastOf(peer, 2, 2);
    const holdings = await vms.holdings({ recording: '2' }, { from: iso(before!.start + 1), to: iso(after!.end - 1) }, never());
    assert.equal(holdings.from, iso(first!.start));
    assert.deepEqual(holdings.promised, [{ from: iso(before!.start + 1), to: iso(after!.end - 1) }]);
    assert.ok(Date.now() - Date.parse(holdings.to!) < 60_000);
  });

  it('three events that repeat each other’s ends: the pictures of their files, each once', async () => {
    const rows = await lastOf(peer, 1, 3);
    const { ffmpeg } = await machineTools();
    const span = { from: iso(rows[0]!.start + 1), to: iso(rows[2]!.end) };
    const { pull, samples } = await pullAll(vms, { recording: '1' }, span);
    const strips = await stripsOf(samples, pull.tracks);
    judgeCourse(samples, strips, 0);
    const inside = samples.filter(({ preRoll, postRoll }) => !preRoll && !postRoll).length;
    assert.ok(Math.abs(inside - (Date.parse(span.to) - Date.parse(span.from)) / (1000 / 15)) < 1.5, `${inside} pictures`);

    // What the files of the events hold, decoded: picture by picture the same as what was pulled.
    const kept = new Map<number, string>();
    let repeated = 0;
    for (const { file } of rows) {
      const [shown, painted] = [await shownFrames(ffmpeg, file), await readStrips(ffmpeg, file)];
      assert.equal(shown.length, painted.length);
      painted.forEach((strip, index) => {
        if (kept.has(strip!.frame)) repeated++;
        assert.equal(kept.get(strip!.frame) ?? shown[index]!.md5, shown[index]!.md5);
        kept.set(strip!.frame, shown[index]!.md5);
      });
    }
    assert.ok(repeated >= 4, `${repeated} pictures stand in two files`);
    await inFolder(async (folder) => {
      const file = path.join(folder, 'pull.h264');
      await writeFile(file, streamOf(samples, pull.tracks).bytes);
      const pulled = (await shownFrames(ffmpeg, file)).map(({ md5 }) => md5);
      const union = [...kept.keys()].sort((a, b) => a - b).filter((frame) => frame >= strips[0]!.frame && frame <= strips.at(-1)!.frame);
      // The union may end before the pull does: the pull goes on into the next event.
      const expected = strips.map(({ frame }) => kept.get(frame)).filter((md5) => md5 !== undefined);
      assert.deepEqual(pulled.slice(0, expected.length), expected);
      assert.deepEqual(strips.slice(0, union.length).map(({ frame }) => frame), union);
      assert.ok(expected.length > 150);
    });
    assert.deepEqual([pull.report().times, pull.report().leftOut, pull.report().resumes], ['asserted', [], 0]);
  });

  it('the first event after a start begins before it says: its pictures do not', async () => {
    for (const monitor of [1, 2, 3]) {
      const [first] = await eventsOf(peer, `MonitorId = ${monitor} ORDER BY Id LIMIT 1`);
      const { pull, samples } = await pullAll(vms, { recording: String(monitor) }, { from: iso(first!.start - 10), to: iso(first!.start + 3) });
      const strips = await stripsOf(samples, pull.tracks);
      judgeCourse(samples, strips, monitor - 1);
      assert.ok(strips[0]!.utcMs < first!.start * 1000, 'it has pictures of before its start');
    }
  });

  it('pictures without a film: their files, byte for byte, and their times', async () => {
    const rows = await lastOf(peer, 3, 3);
    const span = { from: iso(rows[0]!.start + 1), to: iso(rows[2]!.end) };
    const { pull, samples } = await pullAll(vms, { recording: '3' }, span);
    assert.equal(pull.tracks[0]?.codec, 'jpeg');
    judgeCourse(samples, await stripsOf(samples, pull.tracks), 2);
    assert.ok(Math.abs(samples.filter(({ preRoll }) => !preRoll).length - (Date.parse(span.to) - Date.parse(span.from)) / 100) < 1.5);
    const first = await readFile(path.join(rows[1]!.folder, '00001-capture.jpg'));
    assert.ok(samples.some(({ data }) => data.equals(first)));
  });

  it('what is being recorded, as far as it is written', async () => {
    const now = Date.now() / 1000;
    const { pull, samples } = await pullAll(vms, { recording: '2' }, { from: iso(now - 12), to: iso(now) });
    judgeCourse(samples, await stripsOf(samples, pull.tracks), 1);
    // ZoneMinder writes a group of pictures when it is complete, and its writer keeps some of it back.
    assert.ok(now - samples.at(-1)!.utcMicros / 1e6 < 8, `the newest picture is ${now - samples.at(-1)!.utcMicros / 1e6} s old`);
  });

  it('an account that may not see recordings is refused, and says so without its password', async () => {
    const [row] = await lastOf(peer, 1, 1);
    const viewer = connect(addressOf({ user: 'viewer', password: peer.accounts.viewer }));
    const found = await problemOf(pullAll(viewer, { recording: '1' }, { from: iso(row!.start), to: iso(row!.end) }));
    assert.equal(found.code, 'vms-refused');
    assert.ok(!found.printed.includes(peer.accounts.viewer));
  });

  it('who is who, by session and by token', async () => {
    for (const user of peerUsers) {
      assert.equal(await front.whoami({ cookies: { ZMSESSID: sessions[user]! }, token: null }, never()), user);
      assert.equal(await front.whoami({ cookies: {}, token: await tokenOf(peer, user) }, never()), user);
    }
    assert.equal(await front.whoami({ cookies: { ZMSESSID: 'abcdefghijklmnopqrstuvwxyz' }, token: null }, never()), null);
    assert.equal(await front.whoami({ cookies: {}, token: 'a.b.c' }, never()), null);
  });

  it('whose recording it is, whatever the request says', async () => {
    const [row] = await lastOf(peer, 2, 1);
    const footage = { event: String(row!.id), source: { recording: '2' }, from: iso(row!.start), to: iso(row!.end + 1), finished: true, offsetMs: 0 };
    for (const [id, text] of [
      ['zm-view-video', `GET /index.php?view=view_video&eid=${row!.id}&mid=1`],
      ['zms-event', `GET /cgi-bin/nph-zms?source=event&mode=jpeg&monitor=1&event=${row!.id}`],
      ['zms-event-time', `GET /cgi-bin/nph-zms?source=event&mode=jpeg&monitor=2&event=1&time=${row!.start + 2}`],
      ['zm-image-eid', `GET /index.php?view=image&eid=${row!.id}&fid=snapshot`],
    ] as const)
      assert.deepEqual((await front.wanted(asked(text), route(id), never())).footage, [footage], text);
    assert.deepEqual(await front.pageAbout(asked(`GET /index.php?view=event&eid=${row!.id}`), route('zm-html', 'safe'), never()), footage);
    assert.equal((await problemOf(front.wanted(asked('GET /index.php?view=view_video&eid=99999999'), route('zm-view-video'), never()))).code, 'footage-missing');
  });

  it('when a picture was taken that is asked for by its number', async () => {
    const [row] = await lastOf(peer, 3, 1);
    const { ffmpeg } = await machineTools();
    const [[frame]] = (await sql(peer, `SELECT Id FROM Frames WHERE EventId = ${row!.id} AND FrameId = 1`)) as [[string]];
    for (const [id, query] of [['zm-image-eid', `eid=${row!.id}&fid=1`], ['zm-image-framepk', `fid=${frame}`]] as const) {
      const { form, footage } = await front.wanted(asked(`GET /index.php?view=image&${query}`), route(id, 'still'), never());
      const picture = await fetch(`${peer.url}index.php?view=image&${query}`, { headers: { cookie: `ZMSESSID=${sessions.admin}` } });
      const [strip] = await readStrips(ffmpeg, Buffer.from(await picture.arrayBuffer()));
      assert.equal(footage[0]?.event, String(row!.id));
      assert.ok(form.kind === 'still' && Math.abs(Date.parse(form.at) - strip!.utcMs) < allowed);
    }
  });

  const pages = [
    ...['console', 'watch&mid=1', 'montage', 'cycle', 'events', 'montagereview', 'timeline', 'filter', 'log', 'export', 'zones&mid=1'],
    ...['monitor&mid=1', 'monitor&mid=2', 'options&tab=system', 'options&tab=upload', 'options&tab=users', 'user&uid=4', 'event&eid=EVENT', 'frames&eid=EVENT', 'video&eid=EVENT'],
    ...['request&request=events&task=query&limit=20', 'request&request=watch&mid=1&limit=5', 'request&request=modal&modal=eventdetail&eid=EVENT'],
  ];
  const lists = ['configs', 'configs/viewByName/ZM_AUTH_HASH_SECRET', 'configs/viewByName/ZM_DB_PASS', 'monitors', 'monitors/2', 'events/EVENT', 'users', 'host/getVersion'];

  /** What a client would be sent, and what ZoneMinder wrote. */
  async function seen(user: 'admin' | 'operator', target: string): Promise<{ raw: string; redacted: string; swapped: string[] }> {
    const answer = await fetch(`${peer.url}${target}`, { headers: { cookie: `ZMSESSID=${sessions[user]}` } });
    const [raw, swapped] = [await answer.text(), [] as string[]];
    const given = asked(`GET /${target.split('&token=')[0]}`);
    return { raw, swapped, redacted: front.redact(raw, answer.headers.get('content-type') ?? '', given, (credential) => (swapped.push(credential), `swap-${swapped.length}`)) };
  }

  for (const user of ['admin', 'operator'] as const)
    it(`nothing secret is left in what ${user} sees`, async () => {
      const [row] = await lastOf(peer, 1, 1);
      const [console_, token] = [await seen(user, 'index.php?view=console'), await tokenOf(peer, user)];
      const hash = /auth_hash = '([0-9a-f]{32})'/.exec(console_.raw)?.[1] ?? assert.fail('the page has no hash');
      const secrets = [peer.secrets.hash, peer.secrets.database, peer.secrets.camera, hash, token];
      let had = 0;
      const targets = [...pages.map((page) => `index.php?view=${page}`), ...lists.map((list) => `api/${list}.json?token=${token}`)];
      for (const target of targets.map((one) => one.replace('EVENT', String(row!.id)))) {
        const { raw, redacted } = await seen(user, target);
        had += secrets.filter((secret) => raw.includes(secret)).length;
        assert.deepEqual(secrets.filter((secret) => redacted.includes(secret)), [], target);
        // What is no secret stays: a page that is as long, a list that can be read.
        assert.ok(redacted.length > 0.5 * raw.length, target);
        if (target.startsWith('api/')) JSON.parse(redacted);
      }
      assert.ok(had > 20, `${had} secrets in what ZoneMinder wrote`);
      assert.ok(console_.swapped.includes(hash) && console_.redacted.includes("auth_hash = 'swap-"));
    });

  it('a form that was sent without its secrets, saved, leaves them as they are', async () => {
    const { redacted } = await seen('admin', 'index.php?view=options&tab=system');
    const form = new URLSearchParams({ view: 'options', tab: 'system', action: 'options' });
    for (const [tag] of redacted.matchAll(/<(?:input|select)\b[^>]*newConfig[^>]*>/g)) {
      const [name, value] = ['name', 'value'].map((attribute) => new RegExp(`\\s${attribute}="([^"]*)"`).exec(tag)?.[1]);
      if (!/\sdisabled\b/.test(tag) && name && value !== undefined && (!/type="(checkbox|radio)"/.test(tag) || /\schecked/.test(tag))) form.append(name, value.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
    }
    form.append('__csrf_magic', /csrfMagicToken = "([^"]+)"/.exec(redacted)?.[1] ?? '');
    assert.ok(redacted.includes('disabled') && [...form.keys()].length > 20 && ![...form.keys()].includes('newConfig[ZM_AUTH_HASH_SECRET]'));
    const headers = { cookie: `ZMSESSID=${sessions.admin}` };
    const answer = await fetch(`${peer.url}index.php`, { method: 'POST', body: form, headers, redirect: 'manual' });
    assert.notEqual(answer.status, 403);
    assert.deepEqual(await sql(peer, "SELECT Value FROM Config WHERE Name = 'ZM_AUTH_HASH_SECRET'"), [[peer.secrets.hash]]);
    assert.deepEqual(await sql(peer, "SELECT Value FROM Config WHERE Name = 'ZM_OPT_USE_AUTH'"), [['1']]);
  });

  /** Sends a request as the administrator does, with the token of the pages where it is a form. */
  async function send(text: string): Promise<void> {
    const { method, path: at, query, form } = asked(text);
    const body = new URLSearchParams(form.map(([name, value]): [string, string] => [name, value]));
    const search = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value]));
    if (at.startsWith('/api/')) search.append('token', await tokenOf(peer, 'admin'));
    else if (method === 'POST') body.append('__csrf_magic', /csrfMagicToken = "([^"]+)"/.exec((await seen('admin', 'index.php?view=console')).raw)?.[1] ?? '');
    const init = { method, headers: { cookie: `ZMSESSID=${sessions.admin}` }, redirect: 'manual', ...(method === 'POST' && { body }) } as const;
    await (await fetch(`${peer.url}${at.slice(1)}?${search.toString()}`, init)).arrayBuffer();
  }
  const thereOf = async (ids: readonly number[]): Promise<number[]> => (await sql(peer, `SELECT Id FROM Events WHERE Id IN (${ids.join(',')}) ORDER BY Id`)).map(([id]) => Number(id));

  const deletions: [string, (a: number, b: number) => string][] = [
    ['a background request, by GET', (a) => `GET /index.php?view=request&request=event&action=delete&id=${a}`],
    ['a list of them, by GET', (a, b) => `GET /index.php?view=request&request=events&task=delete&eids[]=${a}&eids[]=${b}`],
    ['a page’s form', (a, b) => `POST /index.php?view=events  action=delete&eids[]=${a}&eids[]=${b}`],
    ['a page’s form with a bare name', (a) => `POST /index.php?view=events  action=delete&eids=${a}`],
    ['the interface for programs', (a) => `DELETE /api/events/${a}.json`],
    ['the same with a field for the method', (a) => `POST /api/events/${a}.json  _method=DELETE`],
    ['the same with the action in its path', (a) => `POST /api/events/delete/${a}.json`],
    ['the same in capitals, over its script', (a) => `POST /api/index.php/Events/Delete/${a}`],
  ];
  for (const [what, spell] of deletions)
    it(`what would be deleted is what is deleted: ${what}`, async () => {
      const [a, b, other] = (await until(async () => {
        const rows = await eventsOf(peer, `MonitorId = 2 AND EndDateTime IS NOT NULL AND Archived = 0 AND Id NOT IN (SELECT MIN(Id) FROM Events GROUP BY MonitorId) ORDER BY Id LIMIT 3`);
        return rows.length === 3 ? rows.map(({ id }) => id) : null;
      })) as [number, number, number];
      const text = spell(a, b);
      const named = (await front.deletes(asked(text), route('zm-ajax-event-edit', 'admin'), never())) ?? assert.fail('it is said to delete nothing');
      await send(text);
      const gone = [a, b, other].filter((id) => named.every(({ event }) => event !== String(id)));
      assert.deepEqual(await thereOf([a, b, other]), gone);
      assert.ok(gone.includes(other) && gone.length < 3);
    });

  it('what is kept cannot be deleted, and what would set it free is known', async () => {
    const [row] = await lastOf(peer, 1, 1);
    const span = { from: iso(row!.start + 1), to: iso(row!.end - 1) };
    const kept = await vms.keep!({ recording: '1' }, span, never());
    assert.ok(kept >= 1 && kept <= 3, String(kept));
    const archived = (): Promise<string[][]> => sql(peer, `SELECT Archived FROM Events WHERE Id = ${row!.id}`);
    assert.deepEqual(await archived(), [['1']]);
    assert.deepEqual(await vms.kept!({ recording: '1' }, span, never()), { pieces: kept, kept });
    for (const text of [`GET /index.php?view=request&request=event&action=delete&id=${row!.id}`, `DELETE /api/events/${row!.id}.json`, `POST /index.php?view=events  action=delete&eids[]=${row!.id}`]) await send(text);
    assert.deepEqual(await archived(), [['1']]);
    for (const text of [`GET /api/events/archive/${row!.id}.json`, `GET /index.php?view=request&request=events&task=unarchive&eids[]=${row!.id}`, `POST /index.php?view=events  action=unarchive&eids[]=${row!.id}`]) {
      assert.deepEqual((await front.unkeeps?.(asked(text), route('x', 'admin'), never()))?.map(({ event }) => event), [String(row!.id)]);
      await send(text);
      assert.deepEqual(await archived(), [['0']], text);
      assert.deepEqual(await vms.kept!({ recording: '1' }, span, never()), { pieces: kept, kept: kept - 1 });
      await vms.keep!({ recording: '1' }, span, never());
    }
  });

  it('what is being recorded stays kept when it ends', async () => {
    const [open] = await until(async () => {
      const rows = await eventsOf(peer, 'MonitorId = 1 AND EndDateTime IS NULL ORDER BY Id DESC LIMIT 1');
      return rows.length === 1 ? rows : null;
    });
    await vms.keep!({ recording: '1' }, { from: iso(open!.start), to: iso(open!.start + 2) }, never());
    const row = await until(async () => (await sql(peer, `SELECT Archived FROM Events WHERE Id = ${open!.id} AND EndDateTime IS NOT NULL`))[0] ?? null);
    assert.deepEqual(row, ['1']);
  });

  it('who else could watch, by its administrator’s list', async () => {
    const found = await vms.accounts({ user: 'admin', password: peer.accounts.admin }, never());
    assert.deepEqual(found.map(({ user, mayReplay }) => [user, mayReplay]), [['admin', true], ['operator', true], ['viewer', false], ['gate', true]]);
    assert.equal((await problemOf(vms.accounts({ user: 'operator', password: peer.accounts.operator }, never()))).code, 'vms-refused');
  });

  it('an examination finds nothing wrong but what cannot be better', async () => {
    const { rows, transcript } = await vms.examine(null, never());
    assert.deepEqual(rows.filter(({ verdict }) => verdict !== 'ok').map(({ what }) => what), ['time-stamps']);
    assert.deepEqual(Object.values({ ...peer.secrets, ...peer.accounts }).filter((secret) => transcript.includes(secret)), []);
  });

  it('its web server wrote down neither the gate’s password nor its token', async () => {
    const log = await readFile(path.join(path.dirname(peer.events), 'log/apache-access.log'), 'utf8');
    assert.ok(!log.includes(peer.accounts.gate));
    const ours = log.split('\n').filter((line) => line.includes('"POST /zm/api/events/index/') || line.includes('"POST /zm/index.php HTTP'));
    assert.ok(ours.length > 10);
    assert.deepEqual(ours.filter((line) => /token=|eyJ/.test(line)), []);
  });
});
