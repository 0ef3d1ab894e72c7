// The edge of a video system's own pages: one request from the bytes to its end. canonical → classify → who asks → pass, play or stop.
import type http from 'node:http';
import type { Duplex } from 'node:stream';
import type { Asked } from '../../domain/asked.js';
import type { Log } from '../../domain/log.js';
import { Problem } from '../../domain/problem.js';
import type { KnownNames, Route, RouteTable, WebClass } from '../../domain/route-table.js';
import type { Person, UserId } from '../../domain/subject.js';
import type { Footage, WebFront } from '../../domain/web-front.js';
import { deleteFootage, judgeKept } from '../../export/delete-footage.js';
import { cameraOf, inTrueTime, type PlayParts } from '../../export/play.js';
import { watchLive } from '../../export/watch-live.js';
import type { Journal } from '../../journal/journal.js';
import type { NoticePictures } from '../../media/notice-picture.js';
import type { Policy } from '../../policy/load.js';
import type { Store } from '../../store/store.js';
import { readAll } from '../read-all.js';
import { classify } from './classify.js';
import { deadline } from './deadline.js';
import { answerCommand, answerFootage, begunUnder } from './footage.js';
import { GuardHit } from './guard-hit.js';
import { identify, personAsking, type Caller } from './identify.js';
import { againJudged } from './judge-again.js';
import type { JudgedFiles } from './judged-files.js';
import { pass } from './pass.js';
import { passSocket } from './pass-socket.js';
import { headerLines } from './raw-request.js';
import { readAsked } from './read-asked.js';
import { largestBody } from './read-form.js';
import { answerNo } from './refuse.js';
import { put, type WebSession, type WebSessions } from './sessions.js';
import { Stops } from './stops.js';
import type { Tickets } from './tickets.js';
import type { Upstream } from './upstream.js';
import type { UpstreamSocket } from './upstream-socket.js';
import type { Upstream as UpstreamAddresses } from './upstream-addresses.js';
import { sayingOf } from './sayings.js';

const ALWAYS = { from: '2000-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };
const MOST_STREAMS = 200;
/** Being read at once, of all clients together. */
const MOST_BODIES = 128;
/** How long the system may take to be asked something. */
const LOOK_UP_MS = 15_000;

export interface WebGateParts extends PlayParts {
  recorder: { id: string };
  web: WebFront;
  table: RouteTable;
  /** Accounts on the video system, and whose they are. */
  people: ReadonlyMap<string, { user: UserId; administrator: boolean }>;
  /** Routes on which the system itself may send footage out. */
  egress: ReadonlySet<string>;
  /** Null where there is no open account. */
  personOf(user: UserId): Promise<Person | null>;
  sessions: WebSessions;
  tickets: Tickets;
  upstream: Upstream;
  upstreamSocket: UpstreamSocket;
  pictures: NoticePictures;
  /** Cameras and streams of the system, by its own names. */
  known(): Promise<KnownNames>;
  /** Of the gate's own pages. */
  readonly gateUrl: string;
  /** Where the video system's pages are at the gate. */
  own: URL;
  /** The system's own addresses, and what stands for them in its pages. */
  addresses: UpstreamAddresses;
  judgedFiles: JudgedFiles;
  /** Messages that are being read. */
  bodies: { open: number };
  journal: Journal;
  store: Store;
  readonly policy: Policy;
  now: () => Date;
  log: Log;
}

/** One request on its way. What is learned of it is kept here, so that a stop can tell it. */
export interface Walk {
  request: http.IncomingMessage;
  /** Its headers as Node joins them. */
  headers: http.IncomingHttpHeaders;
  /** Aborted with the client. Its signal is made when it is asked for: most pages end before anybody would listen. */
  gone: AbortController;
  asked: Asked;
  route: Route | null;
  class: WebClass | 'unknown';
  session: WebSession;
  cookie: string | null;
  /** What of the query stands for a credential of the video system. */
  token: string | null;
  caller: Caller | null;
  /** What it asks for, as looked up. */
  footage: readonly Footage[];
  /** It would leave as a file. */
  file: boolean;
  /** What it was ended for while it lasted. */
  ended: Problem | null;
}

/** Made once: an error's stack costs more than a page. */
const clientGone = new Problem('render-failed', 'The client is gone.');

/** As far as it has been read. */
export type Begun = Partial<Walk> & Pick<Walk, 'request' | 'headers' | 'gone'>;

export function openWebGate(gate: WebGateParts, server: http.Server): void {
  const stops = new Stops(gate);
  const serve = (request: http.IncomingMessage, response: http.ServerResponse): void =>
    void walkThrough(gate, stops, request, response).catch((cause: unknown) => {
      gate.log('error', { event: 'web-gate-failed', recorder: gate.recorder.id, cause });
      response.destroy();
    });
  const change = (request: http.IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    void walkUpgrade(gate, stops, request, socket, head).catch((cause: unknown) => {
      gate.log('error', { event: 'web-gate-failed', recorder: gate.recorder.id, cause });
      socket.destroy();
    });
  };
  // Node answers these four by itself, or leaves them to nobody, where they are not taken here: each is a request like any other.
  server
    .on('request', serve)
    .on('checkContinue', serve)
    .on('checkExpectation', serve)
    .on('upgrade', change)
    .on('connect', change);
}

async function walkThrough(gate: WebGateParts, stops: Stops, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  // Ours, httpxy's and those of the pipeline: more than Node takes for a leak.
  response.setMaxListeners(32);
  const gone = new AbortController();
  let left = false;
  response.on('close', () => {
    if (response.writableFinished) return;
    // Broken off by ourselves, it bears the error.
    left = !response.errored;
    gone.abort(clientGone);
  });
  const walk: Begun = { request, headers: request.headers, gone };
  try {
    await read(gate, walk, response);
    await answer(gate, walk as Walk, response);
  } catch (thrown) {
    // A client that went away is no attempt; an answer that broke off by itself is told of all the same.
    const isBroken = thrown instanceof GuardHit || walk.ended || (thrown instanceof Problem && !left);
    if (gone.signal.aborted && !isBroken) return void response.destroy();
    // Half an answer must not look like a whole one.
    const problem = await stops.record(walk, walk.ended ?? thrown);
    if (response.headersSent) return void response.destroy();
    const link = linkFor(gate, walk, problem);
    const undrawn = (cause: unknown): void => gate.log('error', { event: 'notice-undrawn', recorder: gate.recorder.id, cause });
    const pictureLink = link && walk.class === 'still' ? gate.own.origin + gate.table.basePath : link;
    await answerNo(gate.pictures, walk.headers, request.method ?? 'GET', response, { problem, zh: sayingOf(problem), link, pictureLink, undrawn });
  }
}

/** The request as the system would read it, and its class. Problems `path-ambiguous`, `body-malformed`, `body-too-large`, `method-unknown`, `host-refused`. */
async function read(gate: WebGateParts, walk: Begun, response: http.ServerResponse | null): Promise<void> {
  const isUpgrade = response === null;
  const { request } = walk;
  expectHost(gate, request.headers.host);
  if (request.headers.expect?.toLowerCase() === '100-continue') response?.writeContinue();
  const body = await bodyOf(gate, request);
  const { method = '', url = '', rawHeaders } = request;
  const asked = readAsked(gate.table, { method, target: url, headers: headerLines(rawHeaders), body, upgrade: isUpgrade });
  const { class: found, route } = classify(gate.table, asked, await gate.known());
  Object.assign(walk, { asked, class: found, route, footage: [], file: false, caller: null, ended: null }, gate.sessions.of(request.headers.cookie, asked));
}

const nothing = Buffer.alloc(0);

/** Anybody may send one, and slowly: what all of them together hold is bounded. Problems `body-too-large`, `body-malformed`, `capacity-exceeded`. */
async function bodyOf({ bodies }: WebGateParts, request: http.IncomingMessage): Promise<Buffer> {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (length === undefined && coding === undefined) return nothing;
  const counts = length === '0' ? 0 : 1;
  if (bodies.open + counts > MOST_BODIES) throw new Problem('capacity-exceeded', 'As many messages as there is room for are being read. Try again in a while.');
  bodies.open += counts;
  try {
    return await readAll(request, largestBody, {
      long: () => new Problem('body-too-large', `A message to the video system may have ${largestBody} bytes.`),
      broken: (cause) => new Problem('body-malformed', 'The message did not come whole.', { cause }),
    });
  } finally {
    bodies.open -= counts;
  }
}

/** A page under another name would be another site to its browser, or none of ours at all (DNS rebinding). Problem `host-refused`. */
function expectHost({ own }: WebGateParts, host: string | undefined): void {
  if (host?.toLowerCase() !== own.host) throw new Problem('host-refused', `The video system’s pages are at ${own.origin}, and under no other name.`);
}

async function answer(gate: WebGateParts, walk: Walk, response: http.ServerResponse): Promise<void> {
  const { asked, route, class: found } = walk;
  if (route === null || found === 'unknown') throw new Problem('route-unknown', 'The gate does not know this address of the video system.');
  switch (found) {
    case 'safe':
      await askBefore(gate, walk, route);
      return pass(gate, walk, response);
    case 'auth':
      return pass(gate, walk, response);
    case 'live': {
      const begun = begunUnder(gate, asked, walk.session);
      // The same command, to a stream of recorded pictures: that one the gate plays itself.
      if (begun?.kind === 'playback' && gate.web.liveOf(asked, route) === null) return answerCommand(gate, asked, begun, response);
      const person = await personAsking(gate, walk);
      await judgeLive(gate, walk, route, person);
      return pass(gate, walk, response, againJudged(gate, walk, person, () => judgeLive(gate, walk, route, person)));
    }
    case 'export':
    case 'playback':
    case 'still':
      return answerFootage(gate, walk, await personAsking(gate, walk), response);
    case 'admin': {
      const person = await administratorAsking(gate, walk);
      const deleted = await gate.web.deletes(asked, route, deadline(LOOK_UP_MS));
      if (deleted) await deleteFootage(gate, person, gate.recorder.id, wholeItemsOf(gate, deleted));
      const freed = await gate.web.unkeeps?.(asked, route, deadline(LOOK_UP_MS));
      if (freed) judgeKept(gate, wholeItemsOf(gate, freed));
      await gate.journal.append({ event: 'recorder-administered', by: person.pseudonym, data: { recorder: gate.recorder.id, operation: route.id } });
      return pass(gate, walk, response);
    }
    case 'egress': {
      const person = await administratorAsking(gate, walk);
      if (!gate.egress.has(route.id)) throw new Problem('route-blocked', 'The video system sends nothing out by itself: mail, upload and filters do not pass.');
      await gate.journal.append({ event: 'recorder-administered', by: person.pseudonym, data: { recorder: gate.recorder.id, operation: route.id } });
      return pass(gate, walk, response);
    }
    case 'deny':
      throw new Problem('route-blocked', 'This address gives footage out past the procedure.');
  }
}

/** Problem `not-permitted`. */
async function administratorAsking(gate: WebGateParts, walk: Walk): Promise<Person> {
  const person = await personAsking(gate, walk);
  if (!walk.caller!.administrator) throw new Problem('not-permitted', 'Only administrators of the video system change it.');
  return person;
}

/** Whoever opens a page about recorded footage is asked for the reason before its player asks. Problem `reason-missing`. */
async function askBefore(gate: WebGateParts, walk: Walk, route: Route): Promise<void> {
  if (!isAbout(route.extract)) return;
  const about = await gate.web.pageAbout(walk.asked, route, deadline(LOOK_UP_MS));
  if (!about) return;
  walk.caller ??= await identify(gate, walk);
  const { person } = walk.caller;
  // Without a name the page may come: nothing in it shows anything.
  if (!person) return;
  walk.footage = [about];
  const [item] = itemsOf(gate, [about]);
  await gate.viewings.find(person, item!.camera, item!);
}

const isAbout = (extract: unknown): boolean => typeof extract === 'object' && extract !== null && 'about' in extract;

async function judgeLive(gate: WebGateParts, { asked, session }: Walk, route: Route, person: Person): Promise<void> {
  const key = gate.web.keyOf(asked);
  const recording = gate.web.liveOf(asked, route);
  if (recording === null) {
    if (key === null || session.begun.get(key)?.kind !== 'live') throw new Problem('route-blocked', 'This commands a stream that this session did not begin.');
    return;
  }
  await watchLive(gate, person, gate.recorder.id, cameraOf(gate, gate.recorder.id, recording), session.sitting);
  if (key !== null) put(session.begun, key, { kind: 'live' }, MOST_STREAMS);
}

/** `*` is all that the system holds of a camera. */
const wholeItemsOf = (gate: WebGateParts, footage: readonly Footage[]) =>
  itemsOf(gate, footage).map((item, at) => (footage[at]!.event === '*' ? { ...item, from: ALWAYS.from, to: ALWAYS.to } : item));

const itemsOf = (gate: WebGateParts, footage: readonly Footage[]) =>
  footage.map((it) => ({ camera: cameraOf(gate, gate.recorder.id, 'recording' in it.source ? it.source.recording : ''), ...inTrueTime(it) }));

/** Where this person can state a reason for what was stopped. */
function linkFor(gate: WebGateParts, { caller, footage, file, asked, request }: Partial<Walk>, { code }: Problem): string | null {
  const [first] = footage ?? [];
  if (code !== 'reason-missing' || !first || !caller?.person || !asked) return null;
  const [item] = itemsOf(gate, [first]);
  const backTo = gate.own.origin + (asked.method === 'GET' ? (request!.url ?? '/') : gate.table.basePath);
  return `${gate.gateUrl}/look/${gate.tickets.draw({ person: caller.person, recorder: gate.recorder.id, item: item!, backTo, file: file ?? false }).id}`;
}

/** Upgrades and CONNECT: judged and recorded as any request. A WebSocket passes where the table says so; CONNECT nowhere. */
async function walkUpgrade(gate: WebGateParts, stops: Stops, request: http.IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const gone = new AbortController();
  socket.on('close', () => gone.abort(clientGone));
  const walk: Begun = { request, headers: request.headers, gone };
  try {
    await read(gate, walk, null);
    await answerUpgrade(gate, walk as Walk, socket, head);
  } catch (thrown) {
    if (gone.signal.aborted && !(thrown instanceof GuardHit || walk.ended)) return;
    const { status } = await stops.record(walk, walk.ended ?? thrown);
    const said = status >= 500 ? '503 Service Unavailable' : status === 400 ? '400 Bad Request' : '403 Forbidden';
    if (socket.writable) socket.end(`HTTP/1.1 ${said}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
}

async function answerUpgrade(gate: WebGateParts, walk: Walk, socket: Duplex, head: Buffer): Promise<void> {
  const { route, class: found, request } = walk;
  const passes = route?.ws === true && (found === 'safe' || found === 'live');
  if (!passes) throw new Problem('route-blocked', 'No WebSocket of the video system passes at this address.');
  // A page of another site may open one with the browser's cookie (RFC 6455 §10.2).
  if ((request.headers.origin ?? gate.own.origin) !== gate.own.origin) throw new Problem('host-refused', 'Only the video system’s own pages at the gate open WebSockets.');
  const person = await personAsking(gate, walk);
  const judge = async (): Promise<void> => {
    if (found === 'live') await judgeLive(gate, walk, route, person);
  };
  await judge();
  return passSocket(gate, walk, socket, head, againJudged(gate, walk, person, judge));
}
