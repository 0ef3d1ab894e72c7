// What the recorder answers to each RTSP method (RFC 2326), and what a PLAY with a clock range starts.
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { takeStatus, type Faults } from './faults.js';
import type { Account, Digest } from './login.js';
import type { Footage, MediaTrack } from './mp4.js';
import { play, type Play } from './playback.js';
import { playedUnits } from './played-units.js';
import { timestampOf, type RtpStream } from './rtp.js';
import { describeSession, payloadTypeOf } from './sdp.js';
import { micros, type Timeline } from './timeline.js';

export interface RtspParts {
  footage: Footage;
  timeline: Timeline;
  recordings: readonly string[];
  accounts: readonly Account[];
  faults: Faults;
  now: () => Date;
  start: Date;
  end: Date;
  /** Every request line received. */
  seen: string[];
}

export interface Request {
  method: string;
  url: string;
  headers: Record<string, string>;
}

export interface Connection {
  socket: Socket;
  session: string | null;
  streams: Map<number, RtpStream>;
  playing: Play | null;
  /** When the client was heard last, milliseconds of a monotonic clock. */
  heardAt: number;
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

/** A vendor's own playback address names its range itself: `…?starttime=20260301T020000Z&endtime=…` (adapters/onvif/vendors.json). */
const vendorRange = (url: string): { from: string; to: string } | null => {
  const [, from, to] = /\/Streaming\/tracks\/\d+.*[?&]starttime=(\w+)&endtime=(\w+)/.exec(url) ?? [];
  return from && to ? { from, to } : null;
};

/** What PLAY starts, or the status that refuses it. A range that is no clock range begins with the archive. */
function planPlay(parts: RtspParts, connection: Connection, request: Request): { job: Play; about: string[] } | number {
  const { timeline, faults } = parts;
  const vendor = vendorRange(request.url);
  const range = vendor ? ['', vendor.from, vendor.to] : /^clock=([^-]+)-(.*)$/.exec(request.headers.range ?? '');
  const from = range ? parseClock(range[1]) : micros(new Date(0));
  const asked = range?.[2] ? parseClock(range[2]) : micros(parts.end);
  if (from === null || asked === null) return 400;
  if (from >= micros(parts.end) || faults.empty) return 457;
  const [first] = timeline.play(from, faults.ignoreEnd ? Infinity : asked);
  if (!first) return 503;
  // What servers without replay do with a PLAY that requires none: they take the range and show the present.
  const isLive = faults.live || (!vendor && request.headers.require !== 'onvif-replay' && !faults.requireStatus);
  const tracks = [...connection.streams.keys()].sort();
  const units = playedUnits(
    { timeline, faults: { ...faults, live: isLive }, tracks, startMicros: micros(parts.start), nowMicros: micros(parts.now()) },
    { fromMicros: from, toMicros: faults.ignoreEnd ? Infinity : asked },
  );
  const job: Play = { units, asFastAsTaken: request.headers['rate-control'] === 'no', cseq: Number(request.headers.cseq), stopped: false };
  if ((faults.silentPlays ?? 0) > 0) {
    faults.silentPlays = (faults.silentPlays ?? 0) - 1;
    job.stopped = true;
  }
  if (faults.needsAllTracks && tracks.length < parts.footage.tracks.length) job.stopped = true;
  // RTP times of the instant that Range names (RFC 2326 section 12.33).
  const streams = [...connection.streams].map(
    ([track, stream]) =>
      `url=${request.url.replace(/(\?|$)/, `/track${track}$1`)};seq=${stream.sequence};rtptime=${timestampOf(stream, first.utcMicros)}`,
  );
  return { job, about: [`Range: clock=${clockText(first.utcMicros)}-${clockText(asked)}`, `RTP-Info: ${streams.join(',')}`] };
}

const reasons: Record<number, string> = { 200: 'OK', 401: 'Unauthorized', 551: 'Option not supported' };

/** The stream that a SETUP makes; 9 is the metadata, which never says anything. */
function streamOf(parts: RtspParts, url: string, channel: number): { track: number; stream: RtpStream } | null {
  const track = Number(/\/track(\d+)(?:\?|$)/.exec(url)?.[1] ?? 0);
  const media = parts.footage.tracks[track] as MediaTrack | undefined;
  if (!media && track !== 9) return null;
  const about = media ? { codec: media.codec, clockRate: media.clockRate, payloadType: payloadTypeOf(media, parts.faults) } : {};
  return { track, stream: { channel, sequence: 65_500, ssrc: 0x2b0c5 + track, firstMicros: null, ...about } };
}

export function answer(parts: RtspParts, digest: Digest, connection: Connection, request: Request): void {
  const { socket } = connection;
  const { faults } = parts;
  const cseq = request.headers.cseq ?? '0';
  const reply = (status: number, headers: string[] = [], body = ''): void => {
    const length = body ? [`Content-Type: application/sdp`, `Content-Length: ${Buffer.byteLength(body)}`] : [];
    const session = connection.session ? [`Session: ${connection.session};timeout=${faults.sessionSeconds ?? 60}`] : [];
    const fields = [`CSeq: ${cseq}`, ...session, ...headers, ...length].map((field) =>
      faults.bareAnswers ? field.replace(/^[^:]+/, (name) => name.toLowerCase()) : field,
    );
    socket.write([`RTSP/1.0 ${status} ${reasons[status] ?? 'Refused'}`, ...fields, '', body].join('\r\n'));
  };
  const stop = (): void => {
    if (connection.playing) connection.playing.stopped = true;
    connection.playing = null;
  };
  if (request.method === 'OPTIONS') return reply(200, ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, TEARDOWN']);
  const verdict = parts.faults.refuseLogin ? 'no' : digest.judge(request.headers.authorization, request.method, request.url);
  if (verdict !== 'yes')
    return reply(
      401,
      digest.challenges(verdict).map((challenge) => `WWW-Authenticate: ${challenge}`),
    );
  const refused = takeStatus(faults, request.method);
  if (refused) return reply(refused);
  if (faults.requireStatus && request.headers.require && request.method !== 'DESCRIBE')
    return reply(faults.requireStatus, [`Unsupported: ${request.headers.require}`]);
  if (request.method !== 'DESCRIBE' && request.method !== 'SETUP' && request.headers.session !== connection.session) return reply(454);
  switch (request.method) {
    case 'DESCRIBE':
      if (!vendorRange(request.url) && !parts.recordings.includes(new URL(request.url).searchParams.get('recording') ?? '')) return reply(404);
      return reply(200, [`Content-Base: ${request.url}`], describeSession(parts.footage.tracks, request.url, faults));
    case 'SETUP': {
      const channels = /RTP\/AVP\/TCP;.*interleaved=(\d+)-\d+/.exec(request.headers.transport ?? '');
      if (!channels) return reply(461);
      const made = streamOf(parts, request.url, Number(channels[1]));
      if (!made) return reply(404);
      connection.session ??= randomBytes(8).toString('hex');
      connection.streams.set(made.track, made.stream);
      return reply(200, [`Transport: ${request.headers.transport}`]);
    }
    case 'PLAY': {
      if (!connection.streams.size) return reply(455);
      const plan = planPlay(parts, connection, request);
      if (typeof plan === 'number') return reply(plan);
      stop();
      connection.playing = plan.job;
      reply(200, [...(faults.bareAnswers ? [] : plan.about), 'Rate-Control: no']);
      const isAlive = (): boolean => performance.now() - connection.heardAt < 1000 * (faults.sessionSeconds ?? 60);
      if (!plan.job.stopped) void play({ socket, streams: connection.streams, faults, isAlive, now: parts.now }, plan.job);
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
