// The recorder's RTSP side (RFC 2326) with ONVIF replay, interleaved over TCP, one session to a connection.
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { Faults } from './faults.js';
import { makeDigest, type Account, type Digest } from './login.js';
import type { Footage } from './mp4.js';
import { play, type Play } from './playback.js';
import type { RtpStream } from './rtp.js';
import { micros, type Timeline } from './timeline.js';

export interface RtspParts {
  footage: Footage;
  timeline: Timeline;
  recordings: readonly string[];
  account: Account;
  faults: Faults;
  now: () => Date;
  end: Date;
  /** Every request line received. */
  seen: string[];
}

interface Request {
  method: string;
  url: string;
  headers: Record<string, string>;
}

interface Connection {
  socket: Socket;
  base: string;
  session: string | null;
  stream: RtpStream | null;
  playing: Play | null;
}

const clockText = (utcMicros: number): string => new Date(utcMicros / 1000).toISOString().replace(/[-:]/g, '');

function parseClock(text: string | undefined): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text ?? '');
  if (!parts) return null;
  const [, year, month, day, hour, minute, second, fraction = ''] = parts;
  return (
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) * 1000 +
    Number(fraction.slice(0, 6).padEnd(6, '0'))
  );
}

function describe(parts: RtspParts, url: string): string {
  const sets = parts.footage.parameterSets.map((set) => set.toString('base64')).join(',');
  const profile = parts.footage.parameterSets[0]?.toString('hex', 1, 4) ?? '';
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=replay',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    `a=fmtp:96 packetization-mode=1;profile-level-id=${profile};sprop-parameter-sets=${sets}`,
    `a=control:${url.replace(/(\?|$)/, '/track0$1')}`,
    'a=x-onvif-track:VIDEO001',
    'a=recvonly',
    '',
  ].join('\r\n');
}

/** What PLAY starts, or the status that refuses it. */
function planPlay(parts: RtspParts, request: Request, cseq: number): { job: Play; range: string } | number {
  const { timeline, faults } = parts;
  const range = /^clock=([^-]+)-(.*)$/.exec(request.headers.range ?? '');
  const from = range ? parseClock(range[1]) : micros(new Date(0));
  const asked = range?.[2] ? parseClock(range[2]) : micros(parts.end);
  if (from === null || asked === null) return 400;
  if (from >= micros(parts.end) || faults.empty) return 457;
  const to = faults.ignoreEnd ? Infinity : asked;
  const units = (): Iterable<ReturnType<Timeline['play']> extends Iterable<infer U> ? U : never> => timeline.play(from, to);
  const [first] = units();
  if (!first) return 503;
  const job: Play = { units: units(), asFastAsTaken: request.headers['rate-control'] === 'no', cseq, stopped: false };
  if (faults.live || request.headers.require !== 'onvif-replay') {
    // What servers without replay do: they take the range and show the present.
    const shift = micros(parts.now()) - first.utcMicros;
    job.units = [...units()].map((unit) => ({ ...unit, utcMicros: unit.utcMicros + shift }));
  }
  if ((faults.silentPlays ?? 0) > 0) {
    faults.silentPlays = (faults.silentPlays ?? 0) - 1;
    job.stopped = true;
  }
  return { job, range: `clock=${clockText(first.utcMicros)}-${clockText(asked)}` };
}

function answer(parts: RtspParts, digest: Digest, connection: Connection, request: Request): void {
  const { socket } = connection;
  const cseq = request.headers.cseq ?? '0';
  const reply = (status: number, headers: string[] = [], body = ''): void => {
    const length = body ? [`Content-Type: application/sdp`, `Content-Length: ${Buffer.byteLength(body)}`] : [];
    const session = connection.session ? [`Session: ${connection.session};timeout=${parts.faults.sessionSeconds ?? 60}`] : [];
    socket.write(
      [`RTSP/1.0 ${status} ${status === 200 ? 'OK' : 'Refused'}`, `CSeq: ${cseq}`, ...session, ...headers, ...length, '', body].join(
        '\r\n',
      ),
    );
  };
  if (request.method === 'OPTIONS') return reply(200, ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, TEARDOWN']);
  if (parts.faults.refuseLogin || !digest.accepts(request.headers.authorization, request.method, request.url))
    return reply(401, [`WWW-Authenticate: ${digest.challenge}`]);
  const stop = (): void => {
    if (connection.playing) connection.playing.stopped = true;
    connection.playing = null;
  };
  if (request.method !== 'DESCRIBE' && request.method !== 'SETUP' && request.headers.session !== connection.session) return reply(454);
  switch (request.method) {
    case 'DESCRIBE': {
      if (!parts.recordings.includes(new URL(request.url).searchParams.get('recording') ?? '')) return reply(404);
      connection.base = request.url;
      return reply(200, [`Content-Base: ${request.url}`], describe(parts, request.url));
    }
    case 'SETUP': {
      const channels = /RTP\/AVP\/TCP;.*interleaved=(\d+)-\d+/.exec(request.headers.transport ?? '');
      if (!channels) return reply(461);
      connection.session ??= randomBytes(8).toString('hex');
      connection.stream = { channel: Number(channels[1]), sequence: 65_500, ssrc: 0x2b0c5, firstMicros: null };
      return reply(200, [`Transport: ${request.headers.transport}`]);
    }
    case 'PLAY': {
      if (!connection.stream) return reply(455);
      const plan = planPlay(parts, request, Number(cseq));
      if (typeof plan === 'number') return reply(plan);
      stop();
      connection.playing = plan.job;
      reply(200, [`Range: ${plan.range}`, 'Rate-Control: no']);
      if (!plan.job.stopped) void play(socket, connection.stream, plan.job, parts.faults);
      return;
    }
    case 'PAUSE':
      stop();
      return reply(200);
    case 'GET_PARAMETER':
      return reply(200);
    case 'TEARDOWN':
      stop();
      reply(200);
      return void socket.end();
    default:
      return reply(501);
  }
}

function parseRequest(text: string): Request {
  const [line = '', ...lines] = text.split('\r\n');
  const [method = '', url = ''] = line.split(' ');
  const headers = Object.fromEntries(
    lines.map((each) => [each.slice(0, each.indexOf(':')).toLowerCase(), each.slice(each.indexOf(':') + 1).trim()]),
  );
  return { method, url, headers };
}

function serve(parts: RtspParts, digest: Digest, socket: Socket): void {
  const connection: Connection = { socket, base: '', session: null, stream: null, playing: null };
  let rest = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (connection.playing) connection.playing.stopped = true;
  });
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      // Receiver reports of the client come framed like packets; they are read over.
      if (rest[0] === 0x24) {
        if (rest.length < 4 || rest.length < 4 + rest.readUInt16BE(2)) return;
        rest = rest.subarray(4 + rest.readUInt16BE(2));
        continue;
      }
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return void (rest.length > 65_536 && socket.destroy());
      const request = parseRequest(rest.toString('latin1', 0, end));
      rest = rest.subarray(end + 4);
      parts.seen.push(`${request.method} ${request.url}`);
      answer(parts, digest, connection, request);
    }
  });
}

/** Not yet listening. */
export function makeRtspServer(parts: RtspParts): { server: Server; sockets: Set<Socket> } {
  const digest = makeDigest(parts.account, false);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(parts, digest, socket);
  });
  return { server, sockets };
}
