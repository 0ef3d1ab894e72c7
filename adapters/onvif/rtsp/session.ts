// One replay session, OPTIONS to TEARDOWN (RFC 2326; ONVIF Streaming, "Replay"): which tracks there are, and their packets from PLAY on.
import { Problem } from '../../../plugin/domain/problem.js';
import type { Span } from '../../../plugin/domain/span.js';
import type { Track } from '../../../plugin/domain/vms.js';
import { ownRtspAddress } from '../addresses.js';
import { openConnection, type Connection, type ConnectionParts, type RtspAnswer } from './connection.js';
import { header } from './framing.js';
import { parameterSetsOf, readSdp, type Media, type SessionDescription } from './sdp.js';

export interface Replay {
  track: Track;
  payloadType: number;
  /** Interleaved channels of the video track. */
  channels: { rtp: number; rtcp: number };
  connection: Connection;
  /** Ends the session, waiting a second at most. */
  teardown(): Promise<void>;
}

export interface ReplayParts extends ConnectionParts {
  device: URL;
  /** In the recorder's time. */
  range: Span;
}

const replay = { Require: 'onvif-replay' };
/** Beyond this many media a description is not a recording. */
const mostMedia = 16;

/** `2026-03-01T02:00:00.000Z` → `20260301T020000.000Z` (RFC 2326 section 3.7): no dashes, no colons. */
const clockText = (instant: string): string => instant.replace(/[-:]/g, '');

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
  if (/^rtsp:\/\//i.test(control)) return ownRtspAddress(control, device).url;
  return ownRtspAddress(`${base.endsWith('/') ? base : `${base}/`}${control}`, device).url;
}

function chooseVideo({ media }: SessionDescription): Media {
  const video = media.find(({ kind }) => kind === 'video');
  if (!video) throw new Problem('codec-unsupported', 'The recording has no video track.');
  if (video.encoding !== 'H264')
    throw new Problem(
      'codec-unsupported',
      `The recording’s video is ${video.encoding.slice(0, 20) || 'of a form not named'}; the gate takes H264.`,
    );
  if (!(video.clockRate > 0)) throw new Problem('vms-fault', 'The recorder describes video without a clock rate.');
  return video;
}

/** Video and audio are both set up: with one of them left out some servers play nothing. Audio is read over; metadata is not asked for. */
async function setUp(connection: Connection, sdp: SessionDescription, video: Media, base: string, device: URL) {
  let session: string | null = null;
  let timeoutSeconds = 60;
  let channels = { rtp: 0, rtcp: 1 };
  const wanted = sdp.media.filter((media) => media === video || media.kind === 'audio').slice(0, mostMedia);
  for (const [index, media] of wanted.entries()) {
    const transport = `RTP/AVP/TCP;unicast;interleaved=${2 * index}-${2 * index + 1}`;
    const answer = demand(
      'SETUP',
      await connection.request('SETUP', resolveControl(base, media.control, device), {
        ...replay,
        ...(session ? { Session: session } : {}),
        Transport: transport,
      }),
    );
    const [, id, seconds] = /^([^;\s]+)(?:.*;\s*timeout=(\d{1,5}))?/i.exec(header(answer, 'session') ?? '') ?? [];
    if (!id) throw new Problem('vms-fault', 'The recorder opened a replay session without a name.');
    session ??= id;
    timeoutSeconds = Math.max(1, Number(seconds ?? timeoutSeconds));
    const granted = /interleaved=(\d{1,3})-(\d{1,3})/i.exec(header(answer, 'transport') ?? '');
    if (media === video) channels = { rtp: Number(granted?.[1] ?? 2 * index), rtcp: Number(granted?.[2] ?? 2 * index + 1) };
  }
  return { session: session ?? '', timeoutSeconds, channels };
}

/** Problems: `vms-unreachable`, `vms-refused`, `vms-fault`, `codec-unsupported`, `footage-missing`. */
export async function openReplay(parts: ReplayParts): Promise<Replay> {
  const { address, device, range } = parts;
  const connection = openConnection(parts);
  try {
    // Some servers want OPTIONS first; its answer binds nobody.
    await connection.request('OPTIONS', address.url);
    const described = demand('DESCRIBE', await connection.request('DESCRIBE', address.url, { Accept: 'application/sdp' }));
    const base = ownRtspAddress(header(described, 'content-base') ?? header(described, 'content-location') ?? address.url, device).url;
    const sdp = readSdp(described.body.toString('utf8'));
    const video = chooseVideo(sdp);
    const { session, timeoutSeconds, channels } = await setUp(connection, sdp, video, base, device);
    const aggregate = resolveControl(base, sdp.control, device);
    demand(
      'PLAY',
      await connection.request('PLAY', aggregate, {
        Session: session,
        ...replay,
        Range: `clock=${clockText(range.from)}-${clockText(range.to)}`,
        'Rate-Control': 'no',
      }),
    );
    const keepAlive = setInterval(() => connection.tell('OPTIONS', aggregate, { Session: session }), (timeoutSeconds * 1000) / 2).unref();
    const silence = (): void => clearInterval(keepAlive);
    parts.signal.addEventListener('abort', silence, { once: true });
    const teardown = async (): Promise<void> => {
      silence();
      // The signal lives as long as the gate: a listener left on it would be kept for ever.
      parts.signal.removeEventListener('abort', silence);
      const politely = connection.request('TEARDOWN', aggregate, { Session: session }).catch(() => undefined);
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([politely, new Promise((resolve) => (timer = setTimeout(resolve, 1000)))]);
      clearTimeout(timer);
      connection.close();
    };
    const track: Track = {
      track: 0,
      token: video.token ?? 'video',
      kind: 'video',
      codec: 'h264',
      clockRate: video.clockRate,
      parameterSets: parameterSetsOf(video),
    };
    return { track, payloadType: video.payloadType, channels, connection, teardown };
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}
