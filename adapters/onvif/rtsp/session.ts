// One replay session, OPTIONS to TEARDOWN (RFC 2326; ONVIF Streaming, "Replay"): which tracks there are, and their units from PLAY on.
import { Problem } from '../../../plugin/domain/problem.js';
import type { Span } from '../../../plugin/domain/span.js';
import type { LeftOut, Track } from '../../../plugin/domain/vms.js';
import { ownRtspAddress } from '../addresses.js';
import { clockStart, clockText } from './clock-range.js';
import { openConnection, type Connection, type ConnectionParts, type RtspAnswer } from './connection.js';
import { header } from './framing.js';
import { chooseMedia, type Chosen } from './choose-media.js';
import { startReading, type Reading } from './reading.js';
import { readSdp } from './sdp.js';

export interface Replay extends Reading {
  tracks: readonly Track[];
  leftOut: readonly LeftOut[];
  /** Ends the session, waiting a second at most. */
  teardown(): Promise<void>;
}

export interface ReplayParts extends ConnectionParts {
  device: URL;
  /** In the recorder's time. Its start may have microseconds. */
  range: Span;
  /** `asserted`: an ordinary playback whose address carries the times; nothing of ONVIF replay is asked of it. */
  times: 'proven' | 'asserted';
  /** What suggests that the first packets are missing is a fault. */
  careful: boolean;
}

/** What each SETUP and PLAY asks to be understood (ONVIF Streaming, "Replay"): without it some servers show the present. */
const demanded = { Require: 'onvif-replay' };
/** Statuses of servers that stumble over it: option not supported, unsupported transport, session not found. */
const stumbled = new Set([551, 461, 454]);
/**
 * Statuses that tell of footage, not of a fault: no such recording (404), nothing in this range (457, and 503 with GStreamer for a hole).
 */
const missing = new Set([404, 457, 503]);

function demand(method: string, answer: RtspAnswer): RtspAnswer {
  if (answer.status === 200) return answer;
  if ((method === 'PLAY' && missing.has(answer.status)) || (method === 'DESCRIBE' && answer.status === 404))
    throw new Problem('footage-missing', 'The recorder holds nothing for this span.');
  throw new Problem('vms-fault', `The recorder answered ${method} with status ${answer.status}.`);
}

function resolveControl(base: string, control: string | null, device: URL): string {
  if (!control || control === '*') return base;
  if (/^rtsps?:\/\//i.test(control)) return ownRtspAddress(control, device).url;
  return ownRtspAddress(`${base.endsWith('/') ? base : `${base}/`}${control}`, device).url;
}

/** Requests of one session, with `Require` as long as the server does not stumble over it. */
function makeAsker(connection: Connection, replay: boolean) {
  let required = replay;
  return async (
    method: string,
    url: string,
    headers: Record<string, string>,
    heard?: (answer: RtspAnswer) => void,
  ): Promise<RtspAnswer> => {
    const answer = await connection.request(method, url, { ...headers, ...(required ? demanded : {}) }, heard);
    if (!required || !stumbled.has(answer.status)) return demand(method, answer);
    required = false;
    return demand(method, await connection.request(method, url, headers, heard));
  };
}

interface Opened {
  session: string;
  timeoutSeconds: number;
  /** Interleaved channels, one pair for each chosen medium. */
  channels: { rtp: number; rtcp: number }[];
}

type Asker = ReturnType<typeof makeAsker>;

/** All audio and video is set up: with a track left out some servers play nothing. */
async function setUp(ask: Asker, { all }: Chosen, base: string, device: URL): Promise<Opened> {
  let session: string | null = null;
  let timeoutSeconds = 60;
  const channels: Opened['channels'] = [];
  for (const [index, media] of all.entries()) {
    const answer: RtspAnswer = await ask('SETUP', resolveControl(base, media.control, device), {
      ...(session ? { Session: session } : {}),
      Transport: `RTP/AVP/TCP;unicast;interleaved=${2 * index}-${2 * index + 1}`,
    });
    const [, id, seconds] = /^([^;\s]+)(?:.*;\s*timeout=(\d{1,5}))?/i.exec(header(answer, 'session') ?? '') ?? [];
    if (!id) throw new Problem('vms-fault', 'The recorder opened a replay session without a name.');
    session ??= id;
    timeoutSeconds = Math.max(1, Number(seconds ?? timeoutSeconds));
    const granted = /interleaved=(\d{1,3})(?:-(\d{1,3}))?/i.exec(header(answer, 'transport') ?? '');
    const rtp = Number(granted?.[1] ?? 2 * index);
    channels.push({ rtp, rtcp: Number(granted?.[2] ?? rtp + 1) });
  }
  return { session: session ?? '', timeoutSeconds, channels };
}

/** A keep-alive needs no answer: over interleaved TCP it may not come while packets fill the way. */
function keepAlive(connection: Connection, aggregate: string, { session, timeoutSeconds }: Opened, signal: AbortSignal): () => void {
  const timer = setInterval(() => connection.tell('OPTIONS', aggregate, { Session: session }), (timeoutSeconds * 1000) / 2).unref();
  const stop = (): void => {
    clearInterval(timer);
    // The signal lives as long as the gate: a listener left on it would be kept for ever.
    signal.removeEventListener('abort', stop);
  };
  signal.addEventListener('abort', stop, { once: true });
  return stop;
}

async function leave(connection: Connection, aggregate: string, session: string): Promise<void> {
  // What still comes is not wanted: the answer stands behind it.
  connection.receive(null);
  connection.resume();
  const politely = connection.request('TEARDOWN', aggregate, { Session: session }).catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([politely, new Promise((resolve) => (timer = setTimeout(resolve, 1000)))]);
  clearTimeout(timer);
  connection.close();
}

/** Problems: `vms-unreachable`, `vms-refused`, `vms-fault`, `codec-unsupported`, `footage-missing`. */
export async function openReplay(parts: ReplayParts): Promise<Replay> {
  const { address, device, range, times, careful, signal } = parts;
  const connection = await openConnection(parts);
  try {
    const ask = makeAsker(connection, times === 'proven');
    // Some servers want OPTIONS first; its answer binds nobody.
    await connection.request('OPTIONS', address.url);
    const described = demand('DESCRIBE', await connection.request('DESCRIBE', address.url, { Accept: 'application/sdp' }));
    const base = ownRtspAddress(header(described, 'content-base') ?? header(described, 'content-location') ?? address.url, device).url;
    const sdp = readSdp(described.body.toString('utf8'));
    const chosen = chooseMedia(sdp);
    const opened = await setUp(ask, chosen, base, device);
    const aggregate = resolveControl(base, sdp.control, device);
    // An address of a vendor's carries whole seconds.
    const asserted = times === 'asserted' ? Math.floor(Date.parse(range.from) / 1000) * 1e6 : null;
    const reading = startReading(connection, chosen, opened.channels, { asserted, careful });
    await ask(
      'PLAY',
      aggregate,
      {
        Session: opened.session,
        Range: times === 'proven' ? `clock=${clockText(range.from)}-${clockText(range.to)}` : 'npt=0-',
        'Rate-Control': 'no',
      },
      // An answer that is the last word of the recorder on when its first picture is.
      (answer) =>
        answer.status === 200 && times === 'proven' && reading.startsAt(clockStart(header(answer, 'range')), header(answer, 'rtp-info')),
    );
    const silence = keepAlive(connection, aggregate, opened, signal);
    const teardown = async (): Promise<void> => {
      silence();
      await leave(connection, aggregate, opened.session);
    };
    return { ...reading, tracks: chosen.kept.map(({ track }) => track), leftOut: chosen.leftOut, teardown };
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}
