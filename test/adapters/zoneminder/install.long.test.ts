// The installation in front of a ZoneMinder, on a machine in a box: its files in a folder, a web server that goes by them, a database.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { literal, named, optionFile } from '../../../adapters/zoneminder/install/database.js';
import { withBlock, withEdits } from '../../../adapters/zoneminder/install/edit-apache.js';
import { zoneminderInstallation } from '../../../adapters/zoneminder/install/install.js';
import { readLines } from '../../../adapters/zoneminder/install/settings.js';
import type { InstallPlace, InstallReport } from '../../../plugin/domain/install.js';
import { Problem, type ProblemCode } from '../../../plugin/domain/problem.js';
import { firstConfig, startBox, type Box, type BoxOptions } from '../../support/zoneminder-box/box.js';
import { pictureOf } from '../../support/zoneminder-box/tree.js';

const steps = ['account', 'recordings', 'status-pages', 'config-interface', 'loopback', 'secret', 'sign-in'];
const verdicts = ({ steps: told }: InstallReport): Record<string, string> => Object.fromEntries(told.map(({ step, verdict }) => [step, verdict]));
const all = (verdict: string): Record<string, string> => Object.fromEntries(steps.map((step) => [step, verdict]));
const stepOf = (report: InstallReport, step: string) => report.steps.find((it) => it.step === step)!;
const installation = (box: Box, more: Partial<InstallPlace> = {}) => zoneminderInstallation({ ...box.place, ...more }, box.machine);
/** All that an installation may change, but for sessions. */
const allOf = async (box: Box) => ({ files: await pictureOf(box.root), rows: box.rows() });
/** Without what a program that runs writes. */
const withoutState = ({ files, rows }: Awaited<ReturnType<typeof allOf>>) => ({ files: Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith('/state/'))), rows });
const statusOf = async (box: Box, target: string, host = '127.0.0.1'): Promise<number | null> =>
  fetch(`http://${host}:${box.port}${target}`).then(({ status }) => status, () => null);
const isProblem = (code: ProblemCode, detail: RegExp) => (thrown: unknown) => thrown instanceof Problem && thrown.code === code && detail.test(thrown.detail);

describe('an installation in front of a ZoneMinder', function () {
  this.timeout(60_000);
  const boxes: Box[] = [];
  const aBox = async (options?: BoxOptions): Promise<Box> => {
    const box = await startBox(options);
    boxes.push(box);
    return box;
  };
  afterEach(async () => {
    for (const box of boxes.splice(0)) await box.close();
  });

  it('closes each hole, and proves each by what was asked before and after', async () => {
    const box = await aBox();
    const footage = '/zm/cache/events/1/2026-11-29/7/7-video.mp4';
    assert.deepEqual([await statusOf(box, footage, '127.0.0.2'), await statusOf(box, '/server-status')], [200, 200]);
    const report = await installation(box).install(false);
    assert.deepEqual(verdicts(report), all('done'), JSON.stringify(report.steps, null, 1));
    assert.equal(report.ok, true);
    const proofs = report.steps.flatMap((it) => it.proofs.map(({ what, before, after }) => `${what.replaceAll(String(box.port), 'PORT')}: ${before} → ${after}`));
    assert.deepEqual(proofs.filter((it) => !it.startsWith('127.0.0.2') || it.includes(':PORT')), [
      'POST api/host/login.json: 401 → 200',
      'GET api/events.json: not tried → 200',
      'GET /zm/cache/events/exportgate-probe.txt: 200 → 403',
      'GET /server-status: 200 → 404',
      'GET /zm/api/configs.json: 200 → 403',
      'GET /zm/api/index.php/configs.json: 200 → 403',
      'GET /zm/api/configs/viewByName/ZM_AUTH_HASH_SECRET.json: 200 → 403',
      'POST /zm/api/configs/edit/ZM_NO_SUCH_NAME.json: not tried → 403',
      '127.0.0.2:PORT: connection taken → no connection',
      'GET api/events.json with a token from before: 200 → 401',
      'POST api/host/login.json with a renewal from before: 200 → 401',
      'GET api/events.json with a hash from before: 200 → 401',
      'GET api/events.json with a new token: not tried → 200',
      'POST api/host/getVersion.json with name and password: 200 → 401',
    ]);
    assert.deepEqual([await statusOf(box, footage), await statusOf(box, footage, '127.0.0.2')], [403, null]);
    // What the pages need stays.
    assert.deepEqual([await statusOf(box, '/zm/index.php?view=login'), await statusOf(box, '/zm/cache/css_base-1.css')], [200, 200]);
    assert.deepEqual(box.sql('SELECT * FROM Sessions'), []);
    assert.deepEqual(Object.keys(await pictureOf(box.root)).filter((name) => name.includes('probe') || name.includes('.login-')), []);
  });

  it('the account: its rights, a password for the gate alone, and nothing of it in an argument list or the report', async () => {
    const box = await aBox();
    const report = await installation(box).install(false);
    const password = (await fs.readFile(box.place.passwordFile, 'utf8')).trim();
    assert.match(password, /^[\w-]{32}$/);
    assert.equal((await fs.stat(box.place.passwordFile)).mode & 0o777, 0o600);
    const [{ Password, ...rights } = {}] = box.sql("SELECT * FROM Users WHERE Username = 'exportgate'");
    assert.match(String(Password), /^\$2y\$/);
    assert.deepEqual(rights, {
      Username: 'exportgate', Language: '', Enabled: 1, Stream: 'View', Events: 'Edit', Control: 'None', Monitors: 'View', Groups: 'None', Devices: 'None', Snapshots: 'None', System: 'None', MonitorIds: '', APIEnabled: 1, HomeView: '',
    });
    const [{ Value: secret } = {}] = box.sql("SELECT Value FROM Config WHERE Name = 'ZM_AUTH_HASH_SECRET'");
    const said = [JSON.stringify(report), ...box.ran].join('\n');
    for (const hidden of [password, String(Password), String(secret), firstConfig['ZM_AUTH_HASH_SECRET']!.slice(0, 12), 'box-database-5521'])
      assert.ok(!said.includes(hidden), hidden);
  });

  it('its record is root’s alone, and says what was changed from what to what', async () => {
    const box = await aBox();
    await installation(box).install(false);
    assert.equal((await fs.stat(box.machine.state)).mode & 0o777, 0o700);
    const names = await fs.readdir(box.machine.state);
    for (const name of names) assert.equal((await fs.stat(path.join(box.machine.state, name))).mode & 0o777, 0o600, name);
    const { entries } = JSON.parse(await fs.readFile(path.join(box.machine.state, 'state.json'), 'utf8')) as { entries: { thing: { path?: string; name?: string }; after: string; next: null }[] };
    assert.deepEqual(
      entries.map(({ thing }) => (thing.path ? path.basename(thing.path) : thing.name)),
      ['zm-1.password', 'exportgate', 'apache2.conf', 'status.conf', 'ports.conf', 'ZM_AUTH_HASH_SECRET', 'ZM_OPT_USE_LEGACY_API_AUTH'],
    );
    for (const { after, next } of entries) assert.ok(/^[0-9a-f]{64}$/.test(after) && next === null);
  });

  it('a dry run tells the same and changes nothing', async () => {
    const box = await aBox();
    const before = await allOf(box);
    const report = await installation(box).install(true);
    assert.deepEqual(verdicts(report), all('would'));
    assert.ok(stepOf(report, 'loopback').changes.some((line) => line.endsWith(`+ Listen 127.0.0.1:${box.port}`)));
    assert.deepEqual(await allOf(box), before);
    assert.deepEqual(box.web.told, []);
  });

  it('a second run changes nothing', async () => {
    const box = await aBox();
    await installation(box).install(false);
    // The record is written anew, with the same words in it.
    const untimed = async () => {
      const { files, rows } = await allOf(box);
      return { rows, files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, name.startsWith('/state/') ? text.replace(/^(\d+) \d+ /, '$1 ') : text])) };
    };
    const before = await untimed();
    box.web.told.length = 0;
    const report = await installation(box).install(false);
    assert.deepEqual(verdicts(report), all('already'));
    assert.deepEqual(report.steps.flatMap(({ changes }) => changes), []);
    assert.deepEqual(await untimed(), before);
    assert.deepEqual(box.web.told, []);
  });

  it('an undoing gives everything back: files with mode and time, rows, listeners; and no trace', async () => {
    const box = await aBox();
    const before = await allOf(box);
    await installation(box).install(false);
    const dry = await installation(box).undo(true);
    assert.deepEqual([...new Set(dry.steps.map(({ verdict }) => verdict))], ['would']);
    const report = await installation(box).undo(false);
    assert.deepEqual([report.ok, [...new Set(report.steps.map(({ verdict }) => verdict))]], [true, ['undone']]);
    assert.deepEqual(await allOf(box), before);
    assert.equal(await statusOf(box, '/zm/index.php?view=login', '127.0.0.2'), 200);
    assert.deepEqual((await installation(box).undo(false)).steps, []);
  });

  it('an account and a password file that were there before come back as they were', async () => {
    const box = await aBox();
    await fs.writeFile(box.place.passwordFile, 'earlier\n', { mode: 0o640 });
    box.sql("INSERT INTO Users SELECT 'exportgate', 'plain''text\\', Language, Enabled, 'None', 'View', Control, Monitors, \"Groups\", Devices, Snapshots, 'None', '1,2', 0, 'console' FROM Users WHERE Username = 'operator' RETURNING Username");
    const before = await allOf(box);
    const report = await installation(box).install(false);
    assert.equal(stepOf(report, 'account').verdict, 'done');
    assert.equal((await fs.stat(box.place.passwordFile)).mode & 0o777, 0o600);
    await installation(box).undo(false);
    assert.deepEqual(await allOf(box), before);
  });

  describe('what somebody else changed since', () => {
    it('a file with lines of ours stays, is told with its copy, and the rest is given back', async () => {
      const box = await aBox();
      const before = withoutState(await allOf(box));
      await installation(box).install(false);
      const file = path.join(box.root, '/etc/apache2/ports.conf');
      await fs.appendFile(file, '# mine\n');
      const report = await installation(box).undo(false);
      assert.equal(report.ok, false);
      const kept = report.steps.find(({ verdict }) => verdict === 'foreign')!;
      assert.deepEqual(kept.changes, [file]);
      const [, copy] = /put back what it was \((.*)\)/.exec(kept.detail)!;
      assert.equal(await fs.readFile(copy!, 'utf8'), before.files['/etc/apache2/ports.conf']!.replace(/^\d+ \d+ /, ''));
      const after = withoutState(await allOf(box));
      assert.deepEqual({ ...after.files, '/etc/apache2/ports.conf': '' }, { ...before.files, '/etc/apache2/ports.conf': '' });
      assert.deepEqual(after.rows, before.rows);
      // By hand, as it was told: then the rest is undone too.
      await fs.copyFile(copy!, file);
      assert.equal((await installation(box).undo(false)).ok, true);
      assert.deepEqual((await installation(box).undo(false)).steps, []);
    });

    it('a file that holds nothing of ours any more is let go', async () => {
      const box = await aBox();
      await installation(box).install(false);
      await fs.writeFile(path.join(box.root, '/etc/apache2/ports.conf'), `Listen ${box.port}\n# rewritten\n`);
      assert.equal((await installation(box).undo(false)).steps.filter(({ verdict }) => verdict === 'foreign').length, 1);
      assert.deepEqual((await installation(box).undo(false)).steps, []);
    });

    it('a secret, and the account, stay theirs', async () => {
      const box = await aBox();
      await installation(box).install(false);
      box.sql("UPDATE Config SET Value = 'theirs' WHERE Name = 'ZM_AUTH_HASH_SECRET' RETURNING Name");
      box.sql("UPDATE Users SET Events = 'View' WHERE Username = 'exportgate' RETURNING Username");
      const report = await installation(box).undo(false);
      assert.deepEqual(report.steps.filter(({ verdict }) => verdict === 'foreign').map(({ changes }) => changes[0]), ['Config ZM_AUTH_HASH_SECRET', 'Users exportgate']);
      assert.deepEqual(box.sql("SELECT Value FROM Config WHERE Name = 'ZM_AUTH_HASH_SECRET'"), [{ Value: 'theirs' }]);
    });

    it('an installation does not write over a file with lines of ours that somebody edited', async () => {
      const box = await aBox();
      await installation(box).install(false);
      const file = path.join(box.root, '/etc/apache2/ports.conf');
      await fs.appendFile(file, `Listen ${box.port}\n`);
      const report = await installation(box).install(false);
      assert.equal(stepOf(report, 'loopback').verdict, 'failed');
      assert.match(stepOf(report, 'loopback').detail, /changed by somebody else since/);
      assert.match(await fs.readFile(file, 'utf8'), /Listen \d+\n$/);
    });

    it('the account’s rights widened: put right again, and the undoing gives back what was before the first installation', async () => {
      const box = await aBox();
      await installation(box).install(false);
      box.sql("UPDATE Users SET System = 'Edit' WHERE Username = 'exportgate' RETURNING Username");
      const report = await installation(box).install(false);
      assert.deepEqual(stepOf(report, 'account').changes, ['Users exportgate: System Edit → None']);
      assert.equal(stepOf(report, 'account').verdict, 'done');
    });
  });

  describe('what does not close is given back at once, and what follows is not begun', () => {
    it('the web server refuses the new files', async () => {
      const box = await aBox();
      const before = withoutState(await allOf(box));
      box.web.fault = 'Syntax error on line 3';
      const report = await installation(box).install(false);
      assert.deepEqual(verdicts(report), { ...all('left'), account: 'done', recordings: 'failed' });
      assert.match(stepOf(report, 'recordings').detail, /refuses its files: Syntax error on line 3; its files are as they were/);
      box.web.fault = null;
      assert.deepEqual(withoutState(await allOf(box)).files['/etc/apache2/apache2.conf'], before.files['/etc/apache2/apache2.conf']);
      assert.equal((await installation(box).install(false)).ok, true);
    });

    it('a way that stays open, because a rule behind ours grants it', async () => {
      // Behind the end of the main file: what is included there later wins.
      const box = await aBox();
      const main = path.join(box.root, '/etc/apache2/apache2.conf');
      const text = `${await fs.readFile(main, 'utf8')}<LocationMatch "^/zm/cache/events">\n\tRequire all granted\n</LocationMatch>\n`;
      await fs.writeFile(main, text);
      await box.web.say('graceful');
      const report = await installation(box).install(false);
      assert.equal(stepOf(report, 'recordings').verdict, 'failed');
      assert.match(stepOf(report, 'recordings').detail, /still open: GET \/zm\/cache\/events\/exportgate-probe\.txt \(200\)/);
      assert.equal(await fs.readFile(main, 'utf8'), text);
    });
  });

  describe('ways to the recordings', () => {
    const table: readonly (readonly [what: string, site: string, target: string])[] = [
      ['an alias of the events', '\tAlias /films /var/cache/zoneminder/events\n\t<Directory /var/cache/zoneminder/events>\n\t\tRequire all granted\n\t</Directory>', '/films/1/2026-11-29/7/7-video.mp4'],
      ['an alias of a folder in them', '\tAlias /one "/var/cache/zoneminder/events/1"\n\t<Directory "/var/cache/zoneminder/events/1">\n\t\tRequire all granted\n\t</Directory>', '/one/2026-11-29/7/7-video.mp4'],
      ['an alias of the exports', '\tAlias /out /tmp/zm\n\t<Directory /tmp/zm>\n\t\tRequire all granted\n\t</Directory>', '/out/zmExport_1.zip'],
      ['a grant of a site for them', '\t<Directory /var/cache/zoneminder/events/>\n\t\tRequire all granted\n\t</Directory>', '/zm/cache/events/1/2026-11-29/7/7-video.mp4'],
      ['an alias of what holds them', '\tAlias /data /var/cache\n\t<Directory /var/cache>\n\t\tRequire all granted\n\t</Directory>', '/data/zoneminder/events/1/2026-11-29/7/7-video.mp4'],
      ['a root of documents above them', '\tDocumentRoot /var\n\t<Directory /var>\n\t\tRequire all granted\n\t</Directory>', '/cache/zoneminder/events/1/2026-11-29/7/7-video.mp4'],
    ];
    for (const [what, site, target] of table)
      it(`${what}: closed`, async () => {
        const box = await aBox({ site });
        assert.equal(await statusOf(box, target), 200);
        const report = await installation(box).install(false);
        assert.equal(stepOf(report, 'recordings').verdict, 'done', stepOf(report, 'recordings').detail);
        assert.ok([403, 404].includes((await statusOf(box, target))!));
        assert.equal(await statusOf(box, '/zm/cache/css_base-1.css'), 200);
        await installation(box).undo(false);
        assert.equal(await statusOf(box, target), 200);
      });

    it('a link in a served folder, and a store of the database elsewhere', async () => {
      const box = await aBox({ site: '\t<Directory /var/www/html>\n\t\tRequire all granted\n\t</Directory>' });
      await fs.mkdir(path.join(box.root, '/srv/more/2'), { recursive: true });
      await fs.writeFile(path.join(box.root, '/srv/more/2/a.mp4'), 'footage');
      await fs.symlink('../../../srv/more', path.join(box.root, '/var/www/html/events'));
      box.sql("INSERT INTO Storage (Path) VALUES ('/srv/more') RETURNING Id");
      assert.equal(await statusOf(box, '/events/2/a.mp4'), 200);
      const report = await installation(box).install(false);
      assert.deepEqual(stepOf(report, 'recordings').proofs.map(({ what }) => what), ['GET /zm/cache/events/exportgate-probe.txt', 'GET /events/exportgate-probe.txt']);
      assert.equal(await statusOf(box, '/events/2/a.mp4'), 403);
      assert.equal(await statusOf(box, '/index.html'), 200);
    });

    it('a link in a folder of recordings is closed with it, and a second run changes nothing', async () => {
      const box = await aBox({ site: '\tAlias /rec /srv/more\n\t<Directory /srv/more>\n\t\tRequire all granted\n\t</Directory>' });
      await fs.mkdir(path.join(box.root, '/srv/more/2'), { recursive: true });
      await fs.writeFile(path.join(box.root, '/srv/more/2/a.mp4'), 'footage');
      await fs.symlink('2', path.join(box.root, '/srv/more/Gate-north'));
      box.sql("INSERT INTO Storage (Path) VALUES ('/srv/more') RETURNING Id");
      assert.equal(await statusOf(box, '/rec/Gate-north/a.mp4'), 200);
      assert.equal(stepOf(await installation(box).install(false), 'recordings').verdict, 'done');
      assert.ok([403, 404].includes((await statusOf(box, '/rec/Gate-north/a.mp4'))!));
      assert.equal(stepOf(await installation(box).install(false), 'recordings').verdict, 'already');
    });

    it('a folder whose name would end the quotes: told, and nothing is written', async () => {
      const box = await aBox();
      box.sql("INSERT INTO Storage (Path) VALUES ('/srv/a\"b') RETURNING Id");
      const before = (await pictureOf(box.root))['/etc/apache2/apache2.conf'];
      const report = await installation(box).install(false);
      assert.match(stepOf(report, 'recordings').detail, /cannot be written into Apache’s configuration/);
      assert.equal((await pictureOf(box.root))['/etc/apache2/apache2.conf'], before);
    });
  });

  describe('listeners', () => {
    const table: readonly (readonly [listens: (port: number) => string, becomes: (port: number) => string])[] = [
      [(port) => `Listen ${port}`, (port) => `# exportgate took out: Listen ${port}\nListen 127.0.0.1:${port}`],
      [(port) => `Listen 0.0.0.0:${port}`, (port) => `# exportgate took out: Listen 0.0.0.0:${port}\nListen 127.0.0.1:${port}`],
      [(port) => `Listen 127.0.0.1:${port}\nListen 127.0.0.3:${port}`, (port) => `Listen 127.0.0.1:${port}\nListen 127.0.0.3:${port}`],
    ];
    for (const [listens, becomes] of table)
      it(`${listens(80).replaceAll('\n', ', ')} → ${becomes(80).replaceAll('\n', ', ')}`, async () => {
        const box = await aBox({ listensOn: listens });
        const report = await installation(box).install(false);
        assert.equal(report.ok, true, JSON.stringify(report.steps));
        assert.ok((await fs.readFile(path.join(box.root, '/etc/apache2/ports.conf'), 'utf8')).includes(`\n${becomes(box.port)}\n`));
        await installation(box).undo(false);
        assert.ok((await fs.readFile(path.join(box.root, '/etc/apache2/ports.conf'), 'utf8')).includes(`\n${listens(box.port)}\n`));
      });

    it('none at the port that the configuration names: told with those that there are', async () => {
      const box = await aBox({ listensOn: (port) => `Listen ${port}` });
      const file = path.join(box.root, '/etc/apache2/ports.conf');
      const text = (await fs.readFile(file, 'utf8')).replace(`Listen ${box.port}`, 'Listen 8').replace(/<IfModule[\s\S]*<\/IfModule>/, '');
      await fs.writeFile(file, text);
      const report = await installation(box).install(false);
      assert.match(stepOf(report, 'loopback').detail, /does not listen on port \d+, which the recorder’s url names; it listens on 8\./);
    });
  });

  describe('old ways to sign in', () => {
    for (const [name, value, right] of [['ZM_AUTH_RELAY', 'plain', 'hashed'], ['ZM_AUTH_RELAY', 'none', 'hashed']] as const)
      it(`${name} ${value} → ${right}`, async () => {
        const box = await aBox({ config: { [name]: value } });
        const report = await installation(box).install(false);
        assert.ok(stepOf(report, 'sign-in').changes.includes(`Config ${name}: ${value} → ${right}`));
      });

    for (const [name, step] of [['ZM_AUTH_HASH_SECRET', 'secret'], ['ZM_OPT_USE_LEGACY_API_AUTH', 'sign-in']] as const)
      it(`${name} in /etc/zm counts before the database: left for a person`, async () => {
        const box = await aBox({ settings: `${name}=1` });
        const report = await installation(box).install(false);
        assert.equal(report.ok, false);
        assert.equal(stepOf(report, step).verdict, 'left');
        assert.match(stepOf(report, step).detail, new RegExp(`${name} stands in /etc/zm`));
      });
  });

  it('tells what a person has to look at', async () => {
    const box = await aBox();
    const { advice } = await installation(box).install(true);
    const told = advice.map(({ what }) => what);
    assert.deepEqual(told, ["Filters Tell 'everybody'", 'ZM_MIN_STREAMING_PORT 30000', 'ZM_OPT_EMAIL', 'MariaDB 0.0.0.0:3306', 'Users: 2']);
    assert.match(advice[0]!.en, /\(mails, runs a command\)/);
    assert.match(advice[0]!.zh, /发邮件、执行命令/);
  });

  describe('is not begun', () => {
    const table: readonly (readonly [what: string, box: BoxOptions, place: Partial<InstallPlace>, code: ProblemCode, detail: RegExp])[] = [
      ['in front of another machine', {}, { url: 'http://192.0.2.10/zm/' }, 'config-invalid', /right is a url like http:\/\/127\.0\.0\.1\/zm\//],
      ['over https', {}, { url: 'https://127.0.0.1/zm/' }, 'config-invalid', /right is a url like/],
      ['at an address that is no base', {}, { url: 'http://127.0.0.1/zm' }, 'config-invalid', /right is http:\/\/127\.0\.0\.1\/zm\/\./],
      ['with a name that is no account’s', {}, { user: "a' OR 1=1 --" }, 'config-invalid', /is no name for the gate’s account/],
      ['before another version', { config: { ZM_DYN_CURR_VERSION: '1.38.0' } }, {}, 'config-invalid', /ZoneMinder 1\.38\.0 .* right is 1\.36/],
      ['where nobody signs in', { config: { ZM_OPT_USE_AUTH: '0' } }, {}, 'config-invalid', /OPT_USE_AUTH is off/],
      ['where programs may not ask', { config: { ZM_OPT_USE_API: '0' } }, {}, 'config-invalid', /OPT_USE_API/],
      ['with a login that the database refuses', { settings: 'ZM_DB_PASS=wrong' }, {}, 'vms-unreachable', /does not answer to the login in \/etc\/zm \(error 1045\)/],
      ['with a login of two lines', { settings: 'ZM_DB_PASS="a\tb"' }, {}, 'config-invalid', /holds a control character/],
    ];
    for (const [what, options, place, code, detail] of table)
      it(what, async () => {
        const box = await aBox(options);
        const before = await allOf(box);
        await assert.rejects(installation(box, place).install(false), isProblem(code, detail));
        assert.deepEqual(await allOf(box), before);
      });

    it('where the configuration names an administrator', async () => {
      const box = await aBox();
      const before = await allOf(box);
      const report = await installation(box, { user: 'admin' }).install(false);
      assert.deepEqual(verdicts(report), { ...all('left'), account: 'failed' });
      assert.match(stepOf(report, 'account').detail, /admin is an administrator’s/);
      assert.deepEqual(await allOf(box), before);
    });

    it('without PHP', async () => {
      const box = await aBox();
      const machine = { ...box.machine, run: async (command: string, args: readonly string[], input?: string) => (command === 'php' ? { code: 127, stdout: '', stderr: '' } : box.machine.run(command, args, input)) };
      await assert.rejects(zoneminderInstallation(box.place, machine).install(false), isProblem('config-invalid', /apt-get install php-cli/));
    });

    it('without a client of the database', async () => {
      const box = await aBox();
      const machine = { ...box.machine, run: async () => ({ code: 127, stdout: '', stderr: '' }) };
      await assert.rejects(zoneminderInstallation(box.place, machine).install(false), isProblem('vms-unreachable', /Neither mariadb nor mysql/));
    });

    it('without ZoneMinder’s configuration', async () => {
      const box = await aBox();
      await fs.rm(path.join(box.root, '/etc/zm/zm.conf'));
      await assert.rejects(installation(box).install(false), isProblem('config-invalid', /\/etc\/zm\/zm\.conf is not there/));
    });

    it('while another one runs; after it died, it is', async () => {
      const box = await aBox();
      await fs.mkdir(box.machine.state);
      const lock = path.join(box.machine.state, 'lock');
      await fs.writeFile(lock, String(process.pid));
      await assert.rejects(installation(box).install(false), isProblem('config-invalid', new RegExp(`process ${process.pid}`)));
      // No process has so high a number (Linux: 2^22).
      await fs.writeFile(lock, '4194305');
      assert.equal((await installation(box).install(false)).ok, true);
    });

    it('two at once: one of them', async () => {
      const box = await aBox();
      const both = await Promise.allSettled([installation(box).install(false), installation(box).install(false)]);
      assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    });

    for (const [what, text] of [
      ['no JSON', '{'],
      ['another version', '{"version":2}'],
      ['an entry of nothing', '{"version":1,"system":"zoneminder","recorder":"zm-1","begun":"","entries":[{}]}'],
      ['a backup elsewhere', '{"version":1,"system":"zoneminder","recorder":"zm-1","begun":"","entries":[{"thing":{"kind":"file","path":"/etc/x","whole":true},"before":{"sha256":"none","backup":"../../etc/shadow"},"after":null,"next":null,"steps":[]}]}'],
    ] as const)
      it(`with a record that is ${what}`, async () => {
        const box = await aBox();
        await fs.mkdir(box.machine.state, { mode: 0o700 });
        await fs.writeFile(path.join(box.machine.state, 'state.json'), text, { mode: 0o600 });
        await assert.rejects(installation(box).install(false), isProblem('config-invalid', /is not a record of an installation/));
        await assert.rejects(installation(box).undo(false), isProblem('config-invalid', /is not a record of an installation/));
      });

    it('with the record of another recorder', async () => {
      const box = await aBox();
      await installation(box).install(false);
      await assert.rejects(installation(box, { id: 'zm-2' }).install(false), isProblem('config-invalid', /of recorder zm-1, not of zm-2/));
    });

    it('an undoing with a copy that is not what was kept: that file stays, and it is said', async () => {
      const box = await aBox();
      await installation(box).install(false);
      for (const name of await fs.readdir(box.machine.state)) if (name.startsWith('before-')) await fs.writeFile(path.join(box.machine.state, name), 'x');
      const report = await installation(box).undo(false);
      assert.deepEqual(report.steps.filter(({ verdict }) => verdict === 'failed').map(({ changes }) => path.basename(changes[0]!)), ['ports.conf', 'status.conf', 'apache2.conf']);
      assert.match(report.steps.find(({ verdict }) => verdict === 'failed')!.detail, /is missing or not what was kept/);
      assert.equal(box.sql("SELECT * FROM Users WHERE Username = 'exportgate'").length, 0);
    });
  });

  describe('small parts', () => {
    it('a value of a statement cannot end it', () => {
      assert.equal(literal("a'; DROP TABLE Users; --"), "CONVERT(X'61273b2044524f50205441424c452055736572733b202d2d' USING utf8mb4)");
      assert.equal(literal(null), 'NULL');
      assert.throws(() => named("a'b"), isProblem('config-invalid', /is no name/));
    });

    for (const [host, lines] of [
      ['localhost', ['host="localhost"']],
      ['localhost:/run/mysqld/mysqld.sock', ['host="localhost"', 'socket="/run/mysqld/mysqld.sock"']],
      ['db.example:3307', ['host="db.example"', 'port="3307"']],
    ] as const)
      it(`ZM_DB_HOST ${host}`, () => {
        const text = optionFile(new Map([['ZM_DB_HOST', host], ['ZM_DB_USER', 'u'], ['ZM_DB_PASS', 'a\\b"c#d']]));
        assert.deepEqual(text.split('\n').filter((line) => /^(host|port|socket)=/.test(line)), lines);
        assert.ok(text.includes('password="a\\\\b"c#d"\n'));
      });

    it('ZoneMinder’s settings: quotes, comments, what is no setting, and the later one counts', () =>
      assert.deepEqual([...readLines('# A=1\nA=1\n B = "two words" \nno setting\nA=\'3\'\nC=')], [['A', '3'], ['B', 'two words'], ['C', '']]));

    it('edits from the end on, with the indent of what they stand for', () =>
      assert.deepEqual(withEdits('f', 'a\n\tListen 80\nb \\\n c\nd\n', [{ at: { file: 'f', line: 2, lines: 2 } }, { at: { file: 'f', line: 1, lines: 1 }, to: 'Listen 127.0.0.1:80' }]), {
        file: 'f',
        text: 'a\n# exportgate took out: \tListen 80\n\tListen 127.0.0.1:80\n# exportgate took out: b \\\n# exportgate took out:  c\nd\n',
        told: ['- Listen 80', '+ Listen 127.0.0.1:80', '- b \\', '- c'],
      }));

    it('a block is put once, and where it is already', () => {
      const first = withBlock('f', 'a', 'x', ['1']);
      assert.deepEqual(withBlock('f', first.text, 'x', ['1']), { file: 'f', text: first.text, told: [] });
      const second = withBlock('f', `${first.text}after\n`, 'x', ['$&', '2']);
      assert.deepEqual(second.told, ['- 1', '+ $&', '+ 2']);
      assert.match(second.text, /begin \(.*\)\n\$&\n2\n# exportgate x: end\nafter\n$/);
    });
  });
});

