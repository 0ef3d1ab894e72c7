// A machine with a ZoneMinder in a box: files in a folder, a web server that goes by them, pages and interface of a ZoneMinder that reads its
// accounts and settings in a database, and the commands by which an installation speaks to them.
import { createHmac, createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { InstallPlace, Machine, Ran } from '../../../plugin/domain/install.js';
import { openSqlite, type SqliteFile } from '../../../plugin/store/sqlite.js';
import { makeTree, type TreeOptions } from './tree.js';
import { BoxWebServer, type HandOn } from './web-server.js';

const mostUsers = 'Language, Enabled, Stream, Events, Control, Monitors, Groups, Devices, Snapshots, System, MonitorIds, APIEnabled';
const schema = [
  'CREATE TABLE Config (Name TEXT PRIMARY KEY, Value TEXT NOT NULL)',
  `CREATE TABLE Users (Username TEXT PRIMARY KEY, Password TEXT NOT NULL, Language TEXT, Enabled INTEGER, Stream TEXT, Events TEXT, Control TEXT, Monitors TEXT, "Groups" TEXT, Devices TEXT, Snapshots TEXT,
    System TEXT, MonitorIds TEXT, APIEnabled INTEGER, HomeView TEXT NOT NULL DEFAULT '')`,
  'CREATE TABLE Filters (Id INTEGER PRIMARY KEY, Name TEXT, AutoEmail INTEGER DEFAULT 0, AutoMessage INTEGER DEFAULT 0, AutoUpload INTEGER DEFAULT 0, AutoExecute INTEGER DEFAULT 0)',
  'CREATE TABLE Storage (Id INTEGER PRIMARY KEY, Path TEXT)',
  'CREATE TABLE Monitors (Id INTEGER PRIMARY KEY, RTSPServer INTEGER)',
  'CREATE TABLE Sessions (id TEXT PRIMARY KEY, data TEXT)',
  "INSERT INTO Storage (Path) VALUES ('/var/cache/zoneminder/events')",
  'INSERT INTO Monitors (RTSPServer) VALUES (0)',
  "INSERT INTO Filters (Name, AutoEmail, AutoExecute) VALUES ('PurgeWhenFull', 0, 0), ('Tell ''everybody''', 1, 1)",
  "INSERT INTO Sessions VALUES ('0123', 'somebody')",
];
export const firstConfig: Readonly<Record<string, string>> = {
  ZM_DYN_CURR_VERSION: '1.36.33',
  ZM_OPT_USE_AUTH: '1',
  ZM_OPT_USE_API: '1',
  ZM_AUTH_RELAY: 'hashed',
  ZM_OPT_USE_LEGACY_API_AUTH: '1',
  // What a person may have typed: all that could end a literal or a line.
  ZM_AUTH_HASH_SECRET: '…Change me "to" something\\ unique\'; DROP TABLE Users; -- \n秘密',
  ZM_MIN_STREAMING_PORT: '30000',
  ZM_MIN_RTSP_PORT: '',
  ZM_OPT_TRIGGERS: '0',
  ZM_OPT_EMAIL: '1',
};

/** What stands for bcrypt here. */
const digestOf = (password: string): string => `$2y$10$${createHash('sha256').update(password).digest('base64').replace(/[+=]/g, '.').padEnd(53, '.').slice(0, 53)}`;

export interface Box {
  root: string;
  port: number;
  web: BoxWebServer;
  machine: Machine;
  place: InstallPlace;
  /** Commands that were run, with their arguments. */
  ran: string[];
  sql(statement: string): Record<string, unknown>[];
  /** All rows of all tables but sessions. */
  rows(): Record<string, unknown>;
  close(): Promise<void>;
}

export interface BoxOptions extends Partial<Omit<TreeOptions, 'port' | 'listens'>> {
  /** `Listen …` lines, given the port. */
  listensOn?: (port: number) => string;
  config?: Readonly<Record<string, string>>;
}

export async function startBox({ config = {}, listensOn, ...tree }: BoxOptions = {}): Promise<Box> {
  const root = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), 'exportgate-box-')));
  const port = await freePort();
  await makeTree(root, { port, ...tree, ...(listensOn && { listens: listensOn(port) }) });
  const database = await openSqlite(':memory:');
  for (const statement of schema) database.prepare(statement).run([]);
  for (const [name, value] of Object.entries({ ...firstConfig, ...config })) database.prepare('INSERT INTO Config VALUES (?, ?)').run([name, value]);
  const addUser = `INSERT INTO Users (Username, Password, ${mostUsers.replace('Groups', '"Groups"')}) VALUES (?, ?, '', 1, 'View', ?, 'None', 'View', 'None', 'None', 'None', ?, '', 1)`;
  database.prepare(addUser).run(['admin', digestOf('box-admin'), 'Edit', 'Edit']);
  database.prepare(addUser).run(['operator', digestOf('box-operator'), 'View', 'None']);
  const web = new BoxWebServer(root, '/etc/apache2/apache2.conf', zoneminder(database));
  await web.start();
  const ran: string[] = [];
  const machine: Machine = {
    root,
    state: path.join(root, 'state'),
    addresses: ['127.0.0.2'],
    now: () => new Date('2026-11-29T08:00:00Z'),
    run: (command, args, input = '') => {
      ran.push([command, ...args].join(' '));
      return runIn({ database, web }, command, args, input);
    },
  };
  const at = path.join(root, 'etc', 'exportgate');
  await fs.mkdir(at, { recursive: true });
  return {
    ...{ root, port, web, machine, ran },
    place: { id: 'zm-1', url: `http://127.0.0.1:${port}/zm/`, user: 'exportgate', passwordFile: path.join(at, 'zm-1.password'), owner: null, webServer: null },
    sql: (statement) => database.prepare(statement).all([]) as Record<string, unknown>[],
    rows: () => Object.fromEntries(['Config', 'Users', 'Filters', 'Storage', 'Monitors'].map((table) => [table, database.prepare(`SELECT * FROM ${table} ORDER BY 1`).all([])])),
    close: async () => {
      await web.stop();
      database.close();
      await fs.rm(root, { recursive: true, force: true });
    },
  };
}

async function runIn({ database, web }: { database: SqliteFile; web: BoxWebServer }, command: string, args: readonly string[], input: string): Promise<Ran> {
  if (command === 'apache2ctl') return { stdout: '', ...(await web.say(args[0] ?? '')) };
  if (command === 'php') return { code: 0, stdout: digestOf(input), stderr: '' };
  if (command !== 'mariadb') return { code: 127, stdout: '', stderr: '' };
  const options = await fs.readFile(/^--defaults-file=(.*)$/.exec(args[0] ?? '')![1]!, 'utf8');
  if (!options.includes('password="box-database-5521"')) return { code: 1, stdout: '', stderr: 'ERROR 1045 (28000): Access denied\n' };
  // The one dialect in the words of the other.
  const statement = input
    .replace(/;\n$/, '')
    .replace(/CONVERT\((X'[0-9a-f]*') USING utf8mb4\)/g, 'CAST($1 AS TEXT)')
    .replace(/@@(\w+)/g, (_, name: string) => ({ bind_address: "'0.0.0.0'", skip_networking: '0' })[name] ?? '3306');
  try {
    const prepared = database.prepare(statement);
    if (!prepared.reader) prepared.run([]);
    const rows = prepared.reader ? (prepared.all([]) as Record<string, string>[]) : [];
    return { code: 0, stdout: rows.map((row) => `${Object.values(row)[0]}\n`).join(''), stderr: '' };
  } catch (error) {
    return { code: 1, stdout: '', stderr: `ERROR 1064 (42000) at line 1: ${(error as Error).message}\n` };
  }
}

/** Pages and interface, as far as an installation asks them: tokens are signed with the secret of the moment. */
function zoneminder(database: SqliteFile): HandOn {
  const config = (name: string): string => (database.prepare('SELECT Value FROM Config WHERE Name = ?').all([name]) as { Value: string }[])[0]?.Value ?? '';
  const userOf = (name: string) => (database.prepare('SELECT * FROM Users WHERE Username = ? AND Enabled = 1').all([name]) as Record<string, unknown>[])[0];
  const sign = (text: string): string => createHmac('sha256', config('ZM_AUTH_HASH_SECRET')).update(text).digest('hex');
  const token = (kind: string, user: string): string => `${kind}.${user}.${sign(`${kind}.${user}`)}`;
  const holder = (given: string | null, kind: string): string | null => {
    const [its, user, sum] = (given ?? '').split('.');
    return its === kind && user !== undefined && sum === sign(`${kind}.${user}`) ? user : null;
  };
  const passes = (name: string | null, pass: string | null): string | null => (name !== null && pass !== null && userOf(name)?.['Password'] === digestOf(pass) ? name : null);
  const json = (status: number, body: unknown) => ({ status, type: 'application/json', body: JSON.stringify(body) });
  return (request, url, body) => {
    const sent = new URLSearchParams(request.method === 'POST' ? body : '');
    const given = (name: string): string | null => sent.get(name) ?? url.searchParams.get(name);
    if (url.pathname === '/zm/index.php') return { status: 200, body: '<link rel="stylesheet" href="cache/css_base-1.css">' };
    const api = /^\/zm\/api(?:\/index\.php)?\/(.*)$/.exec(url.pathname)?.[1];
    if (api === undefined) return null;
    const old = config('ZM_OPT_USE_LEGACY_API_AUTH') === '1';
    if (api === 'host/login.json') {
      const renewed = holder(given('token'), 'refresh');
      const user = renewed ?? passes(given('user'), given('pass'));
      if (user === null || userOf(user)?.['APIEnabled'] !== 1) return json(401, { success: false });
      return json(200, { access_token: token('access', user), refresh_token: renewed === null ? token('refresh', user) : undefined, ...(old && { credentials: `auth=${token('hash', user)}` }) });
    }
    const user = holder(given('token'), 'access') ?? (old ? (holder(given('auth'), 'hash') ?? passes(given('user'), given('pass'))) : null);
    if (user === null) return json(401, { success: false });
    if (api === 'host/getVersion.json') return json(200, { version: config('ZM_DYN_CURR_VERSION') });
    if (api.startsWith('events')) return userOf(user)?.['Events'] === 'None' ? json(401, {}) : json(200, { events: [] });
    // As the real one does it: whoever has an account reads and changes.
    if (api.startsWith('configs/edit')) return json(api.includes('ZM_NO_SUCH_NAME') ? 404 : 200, {});
    return api.startsWith('configs') ? json(200, { configs: [] }) : json(404, {});
  };
}

async function freePort(): Promise<number> {
  // Two that follow: the tree names the next one too.
  for (;;) {
    const port = await new Promise<number>((resolve) => {
      const server = net.createServer().listen(0, '127.0.0.1', () => {
        const { port: found } = server.address() as net.AddressInfo;
        server.close(() => resolve(found));
      });
    });
    const next = await new Promise<boolean>((resolve) => {
      const server = net.createServer().once('error', () => resolve(false)).listen(port + 1, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (next) return port;
  }
}
