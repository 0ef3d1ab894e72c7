// A ZoneMinder that stands in for the real one on a real socket: login, lists, films in pieces and pictures, with the habits that the real one
// was seen to have (1.36.33), and faults on demand. test/peers/zoneminder has the real one.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { toLocal } from '../../../adapters/zoneminder/zone.js';

export interface StandInEvent {
  id: number;
  monitor: number;
  /** ISO. Null end: it is being recorded. */
  start: string;
  end: string | null;
  lengthMs: number;
  frames: number;
  /** Its film; null: pictures alone. */
  film: Buffer | null;
  pictures?: readonly Buffer[];
  /** Rows of frames: number and seconds. */
  rows?: readonly (readonly [number, number])[];
  archived?: boolean;
}

/** What goes wrong with an answer. `cut`: half of the body, and the connection breaks. */
export type Fault = 'slow' | 'endless' | 'large' | 'nonsense' | 'shapeless' | 'redirect' | 'unauthorised' | 'html' | 'cut' | 'broken' | 'gone' | 'undated';

export interface Asked {
  path: string;
  query: URLSearchParams;
  form: URLSearchParams;
  method: string;
  headers: IncomingMessage['headers'];
}

export interface StandIn {
  url: string;
  asked: Asked[];
  events: StandInEvent[];
  /** Asked of every request; a fault is what becomes of it. */
  fault: (asked: Asked) => Fault | null;
  /** By an event's number, the one of which it tells in its place. */
  swap: (id: number) => StandInEvent | undefined;
  /** What becomes of the rows of a list. */
  listed: (rows: Record<string, unknown>[]) => Record<string, unknown>[];
  /** Its clock before ours, milliseconds. */
  skewMs: number;
  zone: string;
  /** Tokens that it takes; emptied, everybody has to sign in anew. */
  tokens: Set<string>;
  logins: number;
  users: Record<string, unknown>[];
  /** Session → name, for the box in which pages ask whether to sign out. */
  sessions: Map<string, string>;
  /** Where a redirection leads. */
  elsewhere: string;
  /** How many events it says that there are. */
  claimed: number | null;
  close(): Promise<void>;
}

export const account = { user: 'gate', password: 'pä$$ & "wörd"' };

const rows = new WeakMap<StandInEvent, Record<string, unknown>>();
/** As a list tells of it. The zone of a stand-in does not change once events were listed. */
function row(event: StandInEvent, zone: string): Record<string, unknown> {
  const told = rows.get(event) ?? makeRow(event, zone);
  rows.set(event, told);
  return { ...told, Archived: event.archived ? 1 : 0 };
}

const makeRow = (event: StandInEvent, zone: string): Record<string, unknown> => ({
  Id: event.id,
  MonitorId: event.monitor,
  Name: `Event-${event.id}`,
  StartDateTime: toLocal(Date.parse(event.start), zone),
  EndDateTime: event.end === null ? null : toLocal(Date.parse(event.end), zone),
  Length: (event.lengthMs / 1000).toFixed(2),
  Frames: event.frames,
  DefaultVideo: event.film ? `${event.id}-video.mp4` : '',
  Width: 768,
  Height: 576,
  FileSystemPath: `/var/cache/zoneminder/events/${event.monitor}/2026-03-01/${event.id}`,
  MaxScoreFrameId: 1,
  AlarmFrameId: null,
});

/** `MonitorId:1/StartDateTime >=:2026-03-01 10:00:00` as conditions. */
function matches(fields: Record<string, unknown>, named: readonly string[]): boolean {
  return named.every((one) => {
    const [, name, operator, value] = /^(\w+)\s*([<>]?=?):(.*)$/s.exec(one) ?? [];
    const field = String(fields[name!] ?? '');
    if (operator === '') return field === value;
    if (field === '') return false;
    return { '<': field < value!, '<=': field <= value!, '>': field > value!, '>=': field >= value! }[operator!] ?? false;
  });
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

export async function startStandIn({ events = [], tls }: { events?: StandInEvent[]; tls?: { cert: string; key: string } } = {}): Promise<StandIn> {
  let issued = 0;
  const sockets = new Set<Socket>();
  const send = (response: ServerResponse, status: number, type: string, body: string | Buffer, headers: Record<string, string | number> = {}): void => {
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), date: new Date(Date.now() + it.skewMs).toUTCString(), ...headers });
    response.end(body);
  };
  const json = (response: ServerResponse, body: unknown, status = 200): void => send(response, status, 'application/json; charset=UTF-8', JSON.stringify(body));
  const unknown = (response: ServerResponse, status: number): void => json(response, { success: false, data: { name: 'No', code: status } }, status);

  function signIn(response: ServerResponse, form: URLSearchParams): void {
    it.logins++;
    const byPassword = form.get('user') === account.user && form.get('pass') === account.password;
    if (!byPassword && !/^refresh-\d+$/.test(form.get('token') ?? '')) return unknown(response, 401);
    const access = `access-${++issued}`;
    it.tokens.add(access);
    json(response, { access_token: access, access_token_expires: 7200, refresh_token: `refresh-${issued}`, version: '1.36.33', apiversion: '2.0' });
  }

  function list(response: ServerResponse, named: readonly string[], query: URLSearchParams): void {
    const found = it.events.map((event) => row(event, it.zone)).filter((fields) => matches(fields, named));
    found.sort((a, b) => (Number(a['Id']) - Number(b['Id'])) * (query.get('direction') === 'desc' ? -1 : 1));
    const [limit, page] = [Math.min(100, Number(query.get('limit') ?? 100)), Number(query.get('page') ?? 1)];
    const pageCount = Math.max(1, Math.ceil(found.length / limit));
    json(response, { events: it.listed(found.slice((page - 1) * limit, page * limit)).map((Event) => ({ Event })), pagination: { page, count: it.claimed ?? found.length, pageCount } });
  }

  function api(response: ServerResponse, path: string, query: URLSearchParams, form: URLSearchParams): void {
    const [controller, first = '', ...rest] = path.replace(/\.json$/, '').split('/').map(decodeURIComponent);
    const event = it.swap(Number(first)) ?? it.events.find(({ id }) => id === Number(first));
    if (path === 'host/getTimeZone.json') return json(response, { tz: it.zone });
    if (path === 'host/getVersion.json') return json(response, { version: '1.36.33', apiversion: '2.0' });
    if (controller === 'monitors')
      return json(response, { monitors: [1, 2].map((Id) => ({ Monitor: { Id, Name: `Cam ${Id}`, Width: 768, Height: 576, VideoWriter: 2, SaveJPEGs: 0, Path: 'rtsp://operator:camera-pw-9@192.0.2.1/1', Pass: 'camera-pw-9' } })) });
    if (controller === 'events' && first === 'index') return list(response, rest, query);
    if (controller === 'events' && event && form.get('_method') === 'PUT') {
      event.archived = form.get('Event[Archived]') === '1';
      return json(response, { message: 'Saved' });
    }
    if (controller === 'events' && event)
      return json(response, {
        event: {
          Event: row(event, it.zone),
          ...(query.get('noframes') !== 'true' && { Frame: (event.rows ?? [[1, 0]]).map(([FrameId, Delta], at) => ({ Id: event.id * 1000 + at, EventId: event.id, FrameId, Delta: Delta.toFixed(2) })) }),
        },
      });
    if (controller === 'frames') {
      const of = it.events.find(({ id }) => id === Math.floor(Number(first) / 1000));
      const found = of && (of.rows ?? [[1, 0] as const])[Number(first) % 1000];
      return of && found ? json(response, { frame: { Frame: { Id: Number(first), EventId: of.id, FrameId: found[0], Delta: found[1].toFixed(2) } } }) : unknown(response, 404);
    }
    if (controller === 'users') return json(response, { users: it.users.map((User) => ({ User })) });
    unknown(response, 404);
  }

  /** As 1.36.33 does it: no end is held against the file, and an end of 0 is none. */
  function film(response: ServerResponse, { film: bytes, id }: StandInEvent, range: string | undefined, fault: Fault | null): void {
    const body = bytes ?? Buffer.alloc(0);
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)/.exec(range ?? '') ?? [];
    const [begin, end] = [Number(from), to !== '' && to !== '0' ? Number(to) : body.length - 1];
    const partial = begin > 0 || end < body.length - 1;
    const headers: Record<string, string> = { 'content-type': 'video/mp4', 'content-length': String(end - begin + 1), connection: 'close', 'content-disposition': `inline; filename="${id}-video.mp4"` };
    if (partial) headers['content-range'] = `bytes ${begin}-${end}/${body.length}`;
    response.writeHead(partial ? 206 : 200, { ...headers, 'set-cookie': 'ZMSESSID=stand-in; path=/; HttpOnly' });
    const piece = body.subarray(begin, end + 1);
    if (fault !== 'cut') return void response.end(piece);
    response.write(piece.subarray(0, piece.length >> 1), () => response.destroy());
  }

  function image(response: ServerResponse, form: URLSearchParams): void {
    const path = /^(\d+)\/[\d-]+\/(\d+)\/(\d{5})-capture\.jpg$/.exec(form.get('path') ?? '');
    const event = it.events.find(({ id }) => id === Number(path?.[2] ?? form.get('eid')));
    const fid = Number(path?.[3] ?? form.get('fid'));
    const rows = (event?.rows ?? [[1, 0] as const]).map(([number]) => number);
    const known = path !== null || rows.includes(fid) || (rows.some((number) => number < fid) && rows.some((number) => number > fid));
    const picture = known ? event?.pictures?.[fid - 1] : undefined;
    if (picture) return send(response, 200, 'image/jpeg', picture);
    // A picture that has no row: an empty page, and no error.
    send(response, path ? 404 : 200, 'text/html; charset=UTF-8', '');
  }

  function page(response: ServerResponse, request: IncomingMessage, query: URLSearchParams, form: URLSearchParams, fault: Fault | null): void {
    const all = new URLSearchParams([...query, ...form]);
    if (all.get('request') === 'modal') {
      const session = /ZMSESSID=([\w,-]+)/.exec(request.headers.cookie ?? '')?.[1];
      const name = it.sessions.get(session ?? all.get('token') ?? '');
      if (name === undefined) return send(response, 401, 'text/html', '');
      return json(response, { result: 'Ok', html: `<h5>Logout</h5><p>Current login is '${name.replace(/&/g, '&amp;').replace(/'/g, '&#039;').replace(/</g, '&lt;')}'</p>` });
    }
    if (fault === 'html' || !it.tokens.has(all.get('token') ?? '')) return send(response, 200, 'text/html; charset=UTF-8', '<html><body>Error</body></html>');
    if (all.get('view') === 'image') return image(response, all);
    const event = it.events.find(({ id }) => id === Number(all.get('eid')));
    if (!event) return void response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': 0 }).end();
    film(response, event, request.headers.range, fault);
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await readForm(request);
    const target = new URL(request.url ?? '/', 'http://stand-in');
    const path = target.pathname.replace(/^\/zm\//, '');
    const asked: Asked = { path, query: target.searchParams, form, method: request.method ?? '', headers: request.headers };
    it.asked.push(asked);
    const fault = it.fault(asked);
    // Never answered: the other side has a deadline.
    if (fault === 'slow') return;
    if (fault === 'broken') return void response.destroy();
    if (fault === 'redirect') return void response.writeHead(302, { location: it.elsewhere }).end();
    if (fault === 'unauthorised') return unknown(response, 401);
    if (fault === 'gone') return unknown(response, 404);
    if (fault === 'nonsense') return send(response, 200, 'application/json', '<br />Warning: {"events"');
    if (fault === 'shapeless') return json(response, { events: [{ Event: { Id: 'one' } }], tz: 7, event: 3, version: null, monitors: 'none' });
    if (fault === 'undated') {
      response.sendDate = false;
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ tz: it.zone }));
    }
    if (fault === 'large' || fault === 'endless') {
      response.writeHead(200, { 'content-type': path === 'index.php' ? 'video/mp4' : 'application/json' });
      const chunk = Buffer.alloc(256 * 1024, 0x20);
      const more = (left: number): void => {
        if (response.destroyed || left === 0) return void response.end();
        if (response.write(chunk)) setImmediate(more, left - 1);
        else response.once('drain', () => more(left - 1));
      };
      return more(fault === 'endless' ? Infinity : 80);
    }
    if (path === 'api/host/login.json') return signIn(response, form);
    if (path === 'index.php') return page(response, request, target.searchParams, form, fault);
    if (!path.startsWith('api/')) return unknown(response, 404);
    if (!it.tokens.has(form.get('token') ?? '')) return unknown(response, 401);
    api(response, path.slice(4), target.searchParams, form);
  };
  const listener: RequestListener = (request, response) => void answer(request, response).catch(() => response.destroy());
  const server = tls ? createHttps(tls, listener) : createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let closed: Promise<void> | null = null;
  const it: StandIn = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/zm/`,
    asked: [],
    events,
    fault: () => null,
    swap: () => undefined,
    listed: (rows) => rows,
    skewMs: 0,
    zone: 'Asia/Shanghai',
    tokens: new Set(),
    logins: 0,
    users: [],
    sessions: new Map(),
    elsewhere: 'http://127.0.0.1:1/',
    claimed: null,
    close: () =>
      (closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      })),
  };
  return it;
}
