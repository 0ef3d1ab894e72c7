// A running gate before pages that stand in for ZoneMinder's: every request that reaches them is written down, those of the gate's own account
// apart. Their footage is real, and each original is known, so that a leak is seen.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { account, startStandIn, type StandIn, type StandInEvent } from '../../adapters/zoneminder/stand-in.js';
import { anEvent, cutPictures } from '../../adapters/zoneminder/films.js';
import { aGate, type GateOptions, type TestGate } from '../gate.js';

export const whose = { guard: 'user:qhd.xing.staff', keeper: 'user:qhd.ji.privacy', duty: 'user:qhd.lian.duty' } as const;
export type Account = keyof typeof whose | 'nobody' | (string & {});

export interface PagesOptions extends Pick<GateOptions, 'now' | 'log' | 'config' | 'synchronised'> {
  /** What starts the gate; left out: `aGate`. */
  start?: (options: GateOptions) => Promise<TestGate>;
  /** Of the system's monitors 1 and 2, by the policy. */
  cameras?: readonly [string, string];
  /** Accounts of the system, and whose they are. */
  people?: Record<string, string>;
  events?: StandInEvent[];
  /** YAML beside, of the pages' place. */
  web?: string;
}

/** What the pages answer for a request of a client; undefined: as the stand-in does. */
export type Answer = { status?: number; headers?: http.OutgoingHttpHeaders; body: string | Buffer | AsyncIterable<Buffer> };

export interface BeforePages {
  gate: TestGate;
  standIn: StandIn;
  /** Of the pages at the gate, with `/zm/`. */
  pages: string;
  /** Of clients' requests that went on, as `METHOD target`, with their headers. */
  reached: { line: string; headers: http.IncomingHttpHeaders; body: string }[];
  answer: (target: string) => Answer | undefined;
  /** The pages' own server. */
  upstream: http.Server;
  /** The address of the pages themselves, past the gate. */
  web(): string;
  /** A browser of this account; null: nobody signed in. */
  client(account: Account | null): Promise<Client>;
  close(): Promise<void>;
}

export interface Client {
  cookie: string;
  ask(path: string, init?: RequestInit): Promise<Response>;
}

export const relayHash = '0123456789abcdef0123456789abcdef';
const page = `<!doctype html><html><head><link rel="stylesheet" href="skins/classic/css/base/skin.css"></head><body>
<img src="/zm/cgi-bin/nph-zms?mode=jpeg&amp;monitor=1&amp;auth=${relayHash}"><script nonce="x">var auth_hash = '${relayHash}'; const ZM_AUTH_HASH_SECRET = 'the-secret';</script>
<a href="UPSTREAM/zm/index.php">here</a></body></html>`;

export async function beforePages({ cameras = ['qhd-ho-gate', 'qhd-ho-street'], people: accounts = whose, events, web, start = aGate, ...options }: PagesOptions = {}): Promise<BeforePages> {
  // Three finished events of the first camera, of footage that the fixtures hold.
  const standIn = await startStandIn({ events: events ?? [await anEvent(11, 0, 4), await anEvent(12, 8, 4), { ...(await anEvent(21, 0, 4)), monitor: 2 }] });
  const live = (await cutPictures({ seconds: 1 }))[0]!;
  let sessions = 0;
  const upstream = http.createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  const it: Pick<BeforePages, 'reached' | 'answer' | 'upstream'> = { reached: [], answer: () => undefined, upstream };
  async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const target = request.url ?? '';
    const query = new URL(target, 'http://x').searchParams;
    const form = new URLSearchParams(body.toString());
    const isOwn = /^access-|^refresh-/.test(query.get('token') ?? form.get('token') ?? '') || form.get('user') === account.user || query.get('modal') === 'logout';
    const own = isOwn ? undefined : (it.answer(target) ?? usual(target, query, form));
    if (!isOwn) it.reached.push({ line: `${request.method} ${target}`, headers: request.headers, body: body.toString() });
    if (own) {
      response.writeHead(own.status ?? 200, { 'content-type': 'text/html; charset=UTF-8', ...own.headers });
      if (typeof own.body === 'string' || Buffer.isBuffer(own.body)) return void response.end(own.body);
      return void Readable.from(own.body).on('error', () => response.destroy()).pipe(response).on('close', () => undefined);
    }
    const onward = http.request(standIn.url, { path: target, method: request.method, headers: request.headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response).on('close', () => answer.destroy());
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy()).end(body);
  }
  function usual(target: string, query: URLSearchParams, form: URLSearchParams): Answer | undefined {
    if (form.get('action') === 'login') {
      const session = `session${++sessions}`;
      standIn.sessions.set(session, form.get('username')!);
      return { status: 302, headers: { location: '/zm/index.php?view=console', 'set-cookie': [`ZMSESSID=${session}; path=/; HttpOnly`, 'zmSkin=classic; path=/'] }, body: '' };
    }
    if (/\.css(\?|$)/.test(target)) return { headers: { 'content-type': 'text/css', etag: '"1"' }, body: 'body{}' };
    if (/zms/.test(target) && query.get('mode') === 'single') return { headers: { 'content-type': 'image/jpeg' }, body: live };
    if (/zms/.test(target))
      return { headers: { 'content-type': 'multipart/x-mixed-replace; boundary=ZoneMinderFrame' }, body: Buffer.concat([Buffer.from(`--ZoneMinderFrame\r\nContent-Type: image/jpeg\r\nContent-Length: ${live.length}\r\n\r\n`), live, Buffer.from('\r\n--ZoneMinderFrame--\r\n')]) };
    if (query.get('view') === 'view_video' || query.get('view') === 'image') return undefined;
    if (target.startsWith('/zm/index.php') || target === '/zm/') return { body: page.replace('UPSTREAM', `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`) };
    return undefined;
  }
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const people = Object.entries(accounts).map(([name, user]) => `{ account: ${name}, user: "${user}"${name === 'keeper' ? ', administrator: true' : ''} }`).join(', ');
  const gate = await start({
    ...options,
    // The recorder beside it, which these tests do not ask.
    cameras: ['gl-yx-gate'],
    beside: {
      recorders: `  - { id: zm-1, adapter: zoneminder, url: "http://127.0.0.1:${(upstream.address() as AddressInfo).port}/zm/", user: ${account.user}, web: { host: 127.0.0.2, port: 0, people: [${people}]${web ? `, ${web}` : ''} } }`,
      cameras: cameras.map((camera, at) => `  - { camera: ${camera}, recorder: zm-1, recording: "${at + 1}" }`).join('\n'),
    },
    env: { EXPORTGATE_RECORDER_ZM_1_PASSWORD: account.password },
  });
  for (const user of Object.values(accounts)) await gate.as(user);
  const pages = `${gate.placeOf('zm-1')}/zm/`;
  const client = async (name: Account | null): Promise<Client> => {
    const held: Client = {
      cookie: '',
      ask: async (path, init = {}) => {
        const answer = await fetch(pages + path, { redirect: 'manual', ...init, headers: { ...(init.headers as Record<string, string>), cookie: held.cookie } });
        for (const set of answer.headers.getSetCookie()) if (/^(__Host-)?exportgate-web=/.test(set)) held.cookie = set.split(';')[0]!;
        return answer;
      },
    };
    if (name) await held.ask('index.php?view=login', { method: 'POST', body: new URLSearchParams({ view: 'login', action: 'login', username: name, password: 'pw' }) });
    return held;
  };
  return Object.assign(it, {
    gate, standIn, pages, client,
    web: () => `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/zm/`,
    close: async () => {
      await gate.close();
      upstream.closeAllConnections();
      await new Promise((resolve) => upstream.close(resolve));
      await standIn.close();
    },
  });
}

/** Through the page that asks why, as a person does it. Where it leads back to; else what it says. */
export async function sayWhy(link: string, reason = '核实门口情况', change: Record<string, string> = {}): Promise<{ status: number; to: string | null; text: string }> {
  const shown = await (await fetch(link)).text();
  const value = (name: string): string => new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(shown)?.[1] ?? '';
  const { act = 'view' } = change;
  const fields: Record<string, string> = act === 'view' ? { from: value('from'), to: value('to'), reason } : act === 'apply' ? { reason } : {};
  const body = new URLSearchParams({ act, form: value('form'), ...fields, ...change });
  const said = await fetch(link, { method: 'POST', redirect: 'manual', headers: { origin: new URL(link).origin }, body });
  return { status: said.status, to: said.headers.get('location'), text: await said.text() };
}
