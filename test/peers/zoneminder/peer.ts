// A real ZoneMinder for a test file: started once for all files of a run, stopped when the run ends. Needs root (README.md).
import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const peerUsers = ['admin', 'operator', 'viewer', 'gate'] as const;
export type PeerUser = (typeof peerUsers)[number];

/** What start.sh writes. */
export interface Peer {
  /** Base of the web interface, with a slash at its end. */
  url: string;
  rtsp: string;
  /** The zone of its local times. */
  zone: string;
  sectionSeconds: number;
  /** Folders of recordings and of exports. */
  events: string;
  exports: string;
  databaseSocket: string;
  accounts: Record<PeerUser, string>;
  /** What may never leave: the secret of hashes and tokens, the database's password, the cameras' password. */
  secrets: { hash: string; database: string; camera: string };
}

const script = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));
const state = path.join(os.tmpdir(), 'exportgate-zoneminder');

function run(name: string, ...args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    // Its daemons keep what they inherit: a pipe would never end.
    const child = spawn('bash', [script(name), state, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${name} ended with ${code}`))));
  });
}

let starting: Promise<Peer> | null = null;
/** Others may use it meanwhile; who started it by hand wants it to stay. */
const forUs = ['--for', String(process.pid)];

async function start(): Promise<Peer> {
  await run('start.sh', ...forUs);
  return JSON.parse(await readFile(path.join(state, 'peer.json'), 'utf8')) as Peer;
}

// A root hook: behind the last test of the last file.
after(async function () {
  this.timeout(60_000);
  if (starting) await run('stop.sh', '--purge', ...forUs);
});

/** To be called in a `describe`: the peer, once its tests run. */
export function aZoneMinder(): () => Peer {
  let peer: Peer | null = null;
  before(async function () {
    this.timeout(300_000);
    peer = await (starting ??= start());
  });
  return () => {
    if (!peer) throw new Error('The peer is there once tests run.');
    return peer;
  };
}

/** Rows of its database, for what only a test may know. */
export function sql({ databaseSocket }: Peer, query: string): Promise<string[][]> {
  const args = ['--no-defaults', `--socket=${databaseSocket}`, '-N', '-B', '-e', query, 'zm'];
  return new Promise((resolve, reject) =>
    execFile('mariadb', args, (error, stdout) =>
      error ? reject(error) : resolve(stdout.split('\n').filter(Boolean).map((line) => line.split('\t'))),
    ),
  );
}

/** A token of the interface for programs. */
export async function tokenOf(peer: Peer, user: PeerUser): Promise<string> {
  const answer = await fetch(`${peer.url}api/host/login.json`, {
    method: 'POST',
    body: new URLSearchParams({ user, pass: peer.accounts[user] }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** A session of the pages: ZMSESSID of somebody who signed in on them. */
export async function sessionOf(peer: Peer, user: PeerUser): Promise<string> {
  const cookies = new Map<string, string>();
  const ask = async (init: RequestInit): Promise<string> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(`${peer.url}index.php?view=login`, { ...init, headers: { cookie }, redirect: 'manual' });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    return await answer.text();
  };
  const page = await ask({});
  const token = /csrfMagicToken = "([^"]+)"/.exec(page)?.[1] ?? '';
  await ask({ method: 'POST', body: new URLSearchParams({ action: 'login', view: 'login', username: user, password: peer.accounts[user], __csrf_magic: token }) });
  return cookies.get('ZMSESSID') ?? '';
}

/** Asks until `ready` gives something: what a recorder has not recorded yet cannot be waited for otherwise. */
export async function until<T>(ready: () => Promise<T | null>, longestMs = 60_000): Promise<T> {
  for (const end = Date.now() + longestMs; Date.now() < end;) {
    const found = await ready();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('It did not come to be.');
}
