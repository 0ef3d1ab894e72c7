// exportgate install zoneminder against a real ZoneMinder: each hole that its own configuration has is there before and closed afterwards,
// its pages go on, and an undoing gives back every file and every row.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { zoneminderInstallation } from '../../../adapters/zoneminder/install/install.js';
import { thisMachine } from '../../../plugin/cli/this-machine.js';
import type { InstallPlace, InstallReport, Machine } from '../../../plugin/domain/install.js';
import { root } from '../../support/gate.js';
import { aZoneMinder, sessionOf, sql, tokenOf, until, type Peer } from './peer.js';

/** Of nobody (RFC 5737), laid on the loopback interface: it stands for the network, and nothing outside reaches it. */
const outside = '203.0.113.7';

interface Got {
  status: number;
  type: string;
  body: Buffer;
}
const get = async (url: string, init: RequestInit = {}): Promise<Got> => {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', body: Buffer.from(await answer.arrayBuffer()) };
};
const statusOf = async (url: string, init?: RequestInit): Promise<number> => (await get(url, init)).status;
const connects = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect({ host, port }, () => resolve((socket.destroy(), true))).on('error', () => resolve(false));
  });

describe('an installation in front of a real ZoneMinder', function () {
  this.timeout(180_000);
  const peer = aZoneMinder();
  let folder: string;
  let machine: Machine;
  let place: InstallPlace;
  let apache: string;
  let port: number;
  /** A finished recording: its path under the events, and its bytes. */
  let film: { id: string; where: string; bytes: Buffer };
  let pictured: Record<string, string>;

  const command = (...args: string[]): void => void spawnSync('apache2ctl', ['-f', apache, ...args], { stdio: 'ignore', env: { ...process.env, TZ: peer().zone } });
  const begunAnew = async (): Promise<void> => {
    command('-k', 'stop');
    await until(async () => ((await connects('127.0.0.1', port)) ? null : true));
    // Told while the old one is not quite gone, it does not start.
    await until(async () => {
      if (await connects('127.0.0.1', port)) return true;
      command('-k', 'start');
      return null;
    });
  };

  /** Every file that it might touch, and every row. */
  async function picture(of: Peer): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    const walk = async (at: string): Promise<void> => {
      const { mode, uid, gid } = await fs.lstat(at);
      const nature = `${mode.toString(8)} ${uid}:${gid}`;
      if ((await fs.lstat(at)).isDirectory()) for (const name of await fs.readdir(at)) await walk(path.join(at, name));
      else found[at] = `${nature} ${(await fs.lstat(at)).isSymbolicLink() ? await fs.readlink(at) : (await fs.readFile(at)).toString('base64')}`;
    };
    for (const at of ['/etc/apache2', '/etc/zm', apache, folder]) await walk(at);
    for (const table of ['Config', 'Users', 'Filters', 'Groups', 'Servers']) found[table] = JSON.stringify(await sql(of, `SELECT * FROM \`${table}\` ORDER BY 1, 2`));
    // What is left out of these changes by itself.
    found['Storage'] = JSON.stringify(await sql(of, 'SELECT Id, Path, Name, Type, Scheme, Enabled FROM Storage ORDER BY Id'));
    found['Monitors'] = JSON.stringify(await sql(of, 'SELECT Id, Name, Path, User, Pass, `Function`, Enabled, RTSPServer FROM Monitors ORDER BY Id'));
    return found;
  }

  before(async () => {
    const { url, events } = peer();
    port = Number(new URL(url).port);
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'exportgate-install-'));
    apache = path.join(path.dirname(events), 'apache.conf');
    execFileSync('ip', ['address', 'replace', `${outside}/32`, 'dev', 'lo']);
    // As a machine is before anybody thought of it: it listens for the network, and tells what is asked of it.
    await fs.copyFile(apache, path.join(os.tmpdir(), `exportgate-apache-${process.pid}.conf`));
    await fs.appendFile(
      apache,
      `Listen ${outside}:${port}\nLoadModule status_module /usr/lib/apache2/modules/mod_status.so\n<Location /server-status>\n  SetHandler server-status\n  Require all granted\n</Location>\n`,
    );
    await begunAnew();
    const own = thisMachine(path.join(folder, 'state'), () => new Date());
    machine = { ...own, addresses: [outside] };
    process.env['TZ'] = peer().zone;
    place = { id: 'zm-1', url, user: 'exportgate', passwordFile: path.join(folder, 'zm-1.password'), owner: null, webServer: apache };
    const found = await until(async () => (await sql(peer(), "SELECT Id, MonitorId, DATE(StartDateTime), DefaultVideo FROM Events WHERE EndDateTime IS NOT NULL AND DefaultVideo <> '' AND Length > 1 ORDER BY Id DESC LIMIT 1"))[0] ?? null);
    const [id, monitor, day, video] = found as [string, string, string, string];
    const where = `${monitor}/${day}/${id}/${video}`;
    film = { id, where, bytes: await fs.readFile(path.join(events, where)) };
    pictured = await picture(peer());
  });
  after(async () => {
    const kept = path.join(os.tmpdir(), `exportgate-apache-${process.pid}.conf`);
    if (apache && (await fs.stat(kept).catch(() => null))) {
      await zoneminderInstallation(place, machine).undo(false).catch(() => undefined);
      await fs.copyFile(kept, apache);
      await fs.rm(kept);
      await begunAnew();
    }
    execFileSync('ip', ['address', 'del', `${outside}/32`, 'dev', 'lo']);
    await fs.rm(folder, { recursive: true, force: true });
  });

  const install = (): Promise<InstallReport> => zoneminderInstallation(place, machine).install(false);
  const undo = (): Promise<InstallReport> => zoneminderInstallation(place, machine).undo(false);
  /** Addresses by which the file comes without a login, where nothing is closed. */
  const openly = (base: string): string[] => {
    const { origin } = new URL(base);
    return [`${base}cache/events/${film.where}`, `${origin}/zm/%63ache/events/${film.where}`, `${origin}/zm//cache/./events/${film.where}`];
  };
  /** What each credential from before brings. */
  interface Held {
    token: string;
    refresh: string;
    hash: string;
    session: string;
  }
  async function hold(): Promise<Held> {
    const login = await get(`${peer().url}api/host/login.json`, { method: 'POST', body: new URLSearchParams({ user: 'operator', pass: peer().accounts.operator }) });
    const { access_token: token, refresh_token: refresh } = JSON.parse(login.body.toString()) as { access_token: string; refresh_token: string };
    const session = await sessionOf(peer(), 'operator');
    const page = await get(`${peer().url}index.php?view=watch&mid=1`, { headers: { cookie: `ZMSESSID=${session}` } });
    return { token, refresh, hash: /auth=[0-9a-f]{32}/.exec(page.body.toString())![0], session };
  }
  const all = (opens: boolean) => ({ 'a token at the interface': opens, 'a token at the video': opens, 'a renewal': opens, 'a hash in an address': opens, 'a session': opens });
  const tries = async ({ token, refresh, hash, session }: Held): Promise<Record<string, boolean>> => {
    const { url } = peer();
    const video = async (query: string, init?: RequestInit): Promise<boolean> => (await get(`${url}index.php?view=view_video&eid=${film.id}${query}`, init)).type.startsWith('video/');
    return {
      'a token at the interface': (await statusOf(`${url}api/events.json?limit=1&token=${token}`)) === 200,
      'a token at the video': await video(`&token=${token}`),
      'a renewal': (await statusOf(`${url}api/host/login.json`, { method: 'POST', body: new URLSearchParams({ token: refresh }) })) === 200,
      'a hash in an address': await video(`&${hash}`),
      'a session': await video('', { headers: { cookie: `ZMSESSID=${session}` } }),
    };
  };

  let held: Held;
  let report: InstallReport;

  it('before: the recording comes without a login, from the network too, whatever the spelling, with parts of it', async () => {
    for (const address of [...openly(peer().url), ...openly(peer().url.replace('127.0.0.1', outside))]) {
      const { status, body } = await get(address);
      assert.equal(status, 200, address);
      assert.ok(body.equals(film.bytes), address);
    }
    assert.equal(await statusOf(openly(peer().url)[0]!, { headers: { range: 'bytes=100-199' } }), 206);
    assert.equal(await statusOf(new URL('/server-status', peer().url).href), 200);
  });

  it('before: an account without any right to the system reads the secret of all tokens, and may change the configuration', async () => {
    const token = await tokenOf(peer(), 'operator');
    const configs = await get(`${peer().url}api/configs.json?token=${token}`);
    assert.equal(configs.status, 200);
    assert.ok(configs.body.includes(peer().secrets.hash) && configs.body.includes(peer().secrets.database));
    const [[title] = []] = await sql(peer(), "SELECT Value FROM Config WHERE Name = 'ZM_WEB_TITLE'");
    await get(`${peer().url}api/configs/edit/ZM_WEB_TITLE.json`, { method: 'POST', body: new URLSearchParams({ token, 'Config[Value]': 'changed by the operator' }) });
    assert.deepEqual(await sql(peer(), "SELECT Value FROM Config WHERE Name = 'ZM_WEB_TITLE'"), [['changed by the operator']]);
    await sql(peer(), `UPDATE Config SET Value = '${title}' WHERE Name = 'ZM_WEB_TITLE'`);
  });

  it('before: what people hold opens the recording', async () => {
    held = await hold();
    assert.deepEqual(await tries(held), all(true));
  });

  // The timeline is left out: it answers 500 now and then by itself.
  const views = ['login', 'console', 'watch&mid=1', 'events', 'event&eid=', 'montage', 'montagereview', 'options', 'filter', 'log', 'monitor&mid=1', 'export'];
  /** What a person sees of each, with everything that it names. */
  async function seen(): Promise<{ pages: Record<string, string>; named: string[] }> {
    const cookie = `ZMSESSID=${await sessionOf(peer(), 'admin')}`;
    const pages: Record<string, string> = {};
    const named = new Set<string>();
    for (const view of views) {
      const { status, type, body } = await get(`${peer().url}index.php?view=${view}${view.endsWith('=') ? film.id : ''}`, { headers: { cookie } });
      pages[view] = `${status} ${type} ${/<title>([^<]*)/.exec(body.toString())?.[1] ?? ''}`;
      for (const [, link] of body.toString().matchAll(/(?:href|src)="([^"?:]+\.(?:css|js))(?:\?[^"]*)?"/g)) named.add(new URL(link!, `${peer().url}index.php`).href);
    }
    return { pages, named: [...named].sort() };
  }
  let seenBefore: Awaited<ReturnType<typeof seen>>;
  it('before: the pages', async () => {
    seenBefore = await seen();
    assert.ok(Object.values(seenBefore.pages).filter((page) => page.startsWith('200 text/html')).length >= views.length, JSON.stringify(seenBefore.pages));
  });

  it('a dry run changes nothing', async () => {
    const dry = await zoneminderInstallation(place, machine).install(true);
    assert.deepEqual([...new Set(dry.steps.map(({ verdict }) => verdict))], ['would']);
    assert.deepEqual(await picture(peer()), pictured);
  });

  it('closes each and proves it', async () => {
    report = await install();
    assert.deepEqual(Object.fromEntries(report.steps.map(({ step, verdict, detail }) => [step, verdict + detail])), {
      account: 'done', recordings: 'done', 'status-pages': 'done', 'config-interface': 'done', loopback: 'done', secret: 'done', 'sign-in': 'done',
    });
    const proofs = report.steps.flatMap(({ proofs: its }) => its);
    for (const { what, before: was, after: now } of proofs) assert.notEqual(was, now, what);
    assert.ok(proofs.length > 12, JSON.stringify(proofs));
  });

  it('afterwards: no recording without a login, and none from the network at all', async () => {
    for (const address of openly(peer().url)) assert.ok([403, 404].includes(await statusOf(address)), address);
    assert.ok([403, 404].includes(await statusOf(openly(peer().url)[0]!, { headers: { range: 'bytes=100-199' } })));
    assert.equal(await connects(outside, port), false);
    assert.equal(await statusOf(new URL('/server-status', peer().url).href), 404);
  });

  it('afterwards: nothing that people held opens anything', async () => assert.deepEqual(await tries(held), all(false)));

  it('afterwards: the interface for programs gives nobody the configuration, however it is spelled', async () => {
    const token = await tokenOf(peer(), 'admin');
    const { url } = peer();
    const spelled = ['configs.json', 'Configs.json', 'CONFIGS/index.json', '%63onfigs.json', '/configs.json', './configs.json', 'configs/view/ZM_AUTH_HASH_SECRET.json', 'configs/viewByName/ZM_DB_PASS.json', 'index.php/configs.json', 'app/webroot/configs.json', 'app/webroot/index.php/configs.json', 'index.php?url=configs.json', 'events/../configs.json'];
    for (const spelling of spelled) {
      const { status, body } = await get(`${url}api/${spelling}${spelling.includes('?') ? '&' : '?'}token=${token}`);
      const [[secret = ''] = []] = await sql(peer(), "SELECT Value FROM Config WHERE Name = 'ZM_AUTH_HASH_SECRET'");
      assert.ok(!body.includes(secret) && !body.includes(peer().secrets.database), spelling);
      if (status === 200) assert.doesNotMatch(body.toString(), /"Config"|configs/, spelling);
    }
    await get(`${url}api/configs/edit/ZM_WEB_TITLE.json`, { method: 'POST', body: new URLSearchParams({ token, 'Config[Value]': 'changed' }) });
    await get(`${url}api/index.php/configs/edit/ZM_WEB_TITLE.json`, { method: 'PUT', body: new URLSearchParams({ token, 'Config[Value]': 'changed' }) });
    assert.notDeepEqual(await sql(peer(), "SELECT Value FROM Config WHERE Name = 'ZM_WEB_TITLE'"), [['changed']]);
  });

  it('afterwards: the gate’s account looks up, marks as kept, fetches, and changes nothing else', async () => {
    const pass = (await fs.readFile(place.passwordFile, 'utf8')).trim();
    const { url } = peer();
    const login = await get(`${url}api/host/login.json`, { method: 'POST', body: new URLSearchParams({ user: place.user, pass }) });
    const { access_token: token, credentials } = JSON.parse(login.body.toString()) as { access_token: string; credentials?: string };
    assert.equal(credentials, undefined);
    const asked = async (where: string, init?: RequestInit): Promise<number> => statusOf(`${url}${where}${where.includes('?') ? '&' : '?'}token=${token}`, init);
    assert.deepEqual([await asked('api/events.json?limit=1'), await asked(`api/events/${film.id}.json`), await asked('api/monitors.json')], [200, 200, 200]);
    assert.ok((await get(`${url}index.php?view=view_video&eid=${film.id}&token=${token}`)).body.equals(film.bytes));
    assert.equal(await asked(`api/events/${film.id}.json`, { method: 'PUT', body: new URLSearchParams({ 'Event[Archived]': '1', token }) }), 200);
    assert.deepEqual(await sql(peer(), `SELECT Archived FROM Events WHERE Id = ${film.id}`), [['1']]);
    await sql(peer(), `UPDATE Events SET Archived = 0 WHERE Id = ${film.id}`);
    assert.equal(await asked('api/users.json'), 401);
    await asked('api/monitors/1.json', { method: 'PUT', body: new URLSearchParams({ 'Monitor[Name]': 'changed', token }) });
    assert.notDeepEqual(await sql(peer(), 'SELECT Name FROM Monitors WHERE Id = 1'), [['changed']]);
    // Name and password beside a question count no more.
    assert.equal(await statusOf(`${url}api/events.json?limit=1&user=${place.user}&pass=${pass}`), 401);
  });

  it('afterwards: the pages work, with every style sheet and script that they name, and live pictures', async () => {
    const now = await seen();
    assert.deepEqual(now, seenBefore);
    assert.ok(now.named.filter((link) => link.includes('/zm/cache/')).length > 20, now.named.join('\n'));
    for (const link of now.named) assert.equal(await statusOf(link), 200, link);
    const cookie = `ZMSESSID=${await sessionOf(peer(), 'admin')}`;
    const page = await get(`${peer().url}index.php?view=watch&mid=1`, { headers: { cookie } });
    const live = await get(`${peer().url}cgi-bin/nph-zms?mode=single&monitor=1&${/auth=[0-9a-f]{32}/.exec(page.body.toString())![0]}`);
    assert.equal(live.type, 'image/jpeg');
  });

  it('a second run changes nothing', async () => {
    const now = await picture(peer());
    const again = await install();
    assert.deepEqual([...new Set(again.steps.map(({ verdict }) => verdict))], ['already'], JSON.stringify(again.steps));
    assert.deepEqual(await picture(peer()), now);
  });

  it('as a command it says the same, without a secret', async () => {
    const config = path.join(os.tmpdir(), `exportgate-install-${process.pid}.yaml`);
    await fs.writeFile(config, `dataFolder: ${folder}\nkeysFolder: keys\npoliciesFolder: ${JSON.stringify(path.join(root, 'policies'))}\njournal: { origin: test.exportgate.example/install }\nrecorders:\n  - { id: zm-1, adapter: zoneminder, url: "${place.url}", user: ${place.user}, passwordFile: ${place.passwordFile} }\ncameras: []\n`);
    try {
      const told = execFileSync(process.execPath, ['--import', 'tsx', path.join(root, 'plugin/main.ts'), '--config', config, 'install', 'zoneminder', '--web-server', apache, '--state', machine.state], { cwd: root, encoding: 'utf8' });
      assert.match(told, /already 无需改动 +loopback/);
      assert.match(told, /网关已在前面/);
      assert.ok(!told.includes((await fs.readFile(place.passwordFile, 'utf8')).trim()));
    } finally {
      await fs.rm(config);
    }
  });

  it('an undoing gives back every file and every row, and what was open', async () => {
    const back = await undo();
    assert.deepEqual([back.ok, [...new Set(back.steps.map(({ verdict }) => verdict))]], [true, ['undone']], JSON.stringify(back.steps));
    const now = await picture(peer());
    for (const name of new Set([...Object.keys(pictured), ...Object.keys(now)])) assert.equal(now[name], pictured[name], name);
    assert.equal(await statusOf(openly(peer().url)[0]!), 200);
    assert.equal(await connects(outside, port), true);
    // The old secret is back, and with it the tokens that it signed.
    assert.equal((await tries(held))['a token at the interface'], true);
  });
});
