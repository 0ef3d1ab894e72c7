// One RTSP connection: requests with their answers, digest login, and the packets in between.
import { connect, type Socket } from 'node:net';
import type { RecorderAddress } from '../../../plugin/domain/adapter.js';
import { Problem } from '../../../plugin/domain/problem.js';
import type { RtspAddress } from '../addresses.js';
import { answerChallenge, chooseChallenge, type Account, type Challenge } from '../digest.js';
import type { Transcript } from '../transcript.js';
import { openSecure } from '../trust.js';
import { header, headersNamed, makeFramer, type Message } from './framing.js';

export interface RtspAnswer extends Message {
  status: number;
}

/** Who takes the packets. */
export interface Receiver {
  /** Bytes are good until this returns. A Problem ends the connection. */
  packet(channel: number, bytes: Buffer, start: number, end: number): void;
  /** Nothing more comes; `error` unless the recorder closed the connection (FIN). Told once. */
  end(error?: Error): void;
}

export interface Connection {
  /** From now on packets go there; before, and with null, they are read over. */
  receive(receiver: Receiver | null): void;
  /** The socket's tap. */
  pause(): void;
  resume(): void;
  /** Bytes that came so far. */
  bytes(): number;
  /** Low byte of the CSeq of each PLAY, in order. */
  plays(): readonly number[];
  /**
   * Problems: `vms-unreachable`, `vms-refused` (401 to a login), `vms-fault`. Other statuses are the caller's to judge. `heard` is told
   * before the packets that stand behind the answer.
   */
  request(method: string, url: string, headers?: Record<string, string>, heard?: (answer: RtspAnswer) => void): Promise<RtspAnswer>;
  /** Sends without waiting for the answer: for a keep-alive while packets fill the way. */
  tell(method: string, url: string, headers?: Record<string, string>): void;
  /** Did the recorder stop in the middle of a message or packet? */
  isCut(): boolean;
  close(): void;
}

export interface ConnectionParts {
  address: RtspAddress;
  account: Account;
  tls?: RecorderAddress['tls'];
  transcript: Transcript;
  timeoutMs: number;
  signal: AbortSignal;
}

const lost = (cause?: unknown): Problem => new Problem('vms-unreachable', 'The connection to the recorder’s replay was lost.', { cause });
const secret = new Set(['www-authenticate', 'authentication-info']);

function statusOf(start: string): number {
  const status = /^RTSP\/1\.\d (\d{3})(?: |$)/.exec(start)?.[1];
  if (!status) throw new Problem('vms-fault', 'The recorder answered with something that is no RTSP status.');
  return Number(status);
}

/** One read of the socket. */
const chunkBytes = 128 * 1024;

interface Waiting {
  heard?: (answer: RtspAnswer) => void;
  resolve(answer: RtspAnswer): void;
  reject(error: unknown): void;
}

/**
 * Over TLS it resolves after the certificate was judged, else at once: what goes wrong on the way is told by the first request. Problem:
 * `vms-unreachable`. The caller's abort throws its own reason everywhere.
 */
export async function openConnection(parts: ConnectionParts): Promise<Connection> {
  const { address, tls, timeoutMs, signal } = parts;
  signal.throwIfAborted();
  const { host, port } = address;
  if (address.secure) {
    const socket = await openSecure({ host, port, tls, signal, timeoutMs });
    return talk(parts, socket, (take) => void socket.on('data', take));
  }
  // All chunks come in one buffer that is used again: whoever keeps bytes copies them, and nothing else is left behind for each chunk.
  let take = (chunk: Buffer): void => void chunk;
  const callback = (length: number, buffer: Uint8Array): boolean => {
    take(Buffer.from(buffer.buffer, buffer.byteOffset, length));
    return true;
  };
  const socket = connect({ host, port, noDelay: true, onread: { buffer: Buffer.allocUnsafeSlow(chunkBytes), callback } });
  return talk(parts, socket.resume(), (taker) => (take = taker));
}

function talk(
  { account, transcript, timeoutMs, signal }: ConnectionParts,
  socket: Socket,
  onChunk: (take: (chunk: Buffer) => void) => void,
): Connection {
  const waiting = new Map<string, Waiting>();
  const plays: number[] = [];
  let receiver: Receiver | null = null;
  let [bytes, isOver] = [0, false];
  let [cseq, uses] = [0, 0];
  let challenge: Challenge | null = null;
  let failure: Error | null = null;

  const finish = (error?: Error): void => {
    if (!isOver) receiver?.end(error);
    isOver = true;
  };
  const fail = (error: unknown): void => {
    failure ??= error instanceof Error ? error : new Error('aborted', { cause: error });
    finish(failure);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
    socket.destroy();
  };
  const onAbort = (): void => fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });

  const renew = (answer: RtspAnswer): void => {
    const next = chooseChallenge(headersNamed(answer, 'www-authenticate'));
    if (next?.stale) [challenge, uses] = [next, 0];
  };
  const framer = makeFramer({
    packet: (channel, chunk, start, end) => receiver?.packet(channel, chunk, start, end),
    message: (message) => {
      // A request of the recorder (ANNOUNCE, OPTIONS) asks nothing that a reader must do.
      if (!message.start.startsWith('RTSP/')) return;
      const answer = { ...message, status: statusOf(message.start) };
      const number = header(message, 'cseq') ?? '';
      const asked = waiting.get(number);
      waiting.delete(number);
      // Nobody waits for the answer to a keep-alive; a nonce that ran out is taken up all the same.
      if (!asked && answer.status === 401) return renew(answer);
      asked?.heard?.(answer);
      asked?.resolve(answer);
    },
  });
  onChunk((chunk) => {
    bytes += chunk.length;
    try {
      framer.push(chunk);
    } catch (error) {
      fail(error);
    }
  });
  socket.on('error', (cause) => fail(lost(cause)));
  // The recorder's FIN: packets already here can still be taken, answers will not come.
  socket.on('end', () => {
    finish();
    for (const { reject } of waiting.values()) reject(lost());
    waiting.clear();
  });
  socket.on('close', () => {
    signal.removeEventListener('abort', onAbort);
    finish();
    for (const { reject } of waiting.values()) reject(lost());
    waiting.clear();
  });

  const send = (method: string, url: string, headers: Record<string, string>): string => {
    const lines = [
      `${method} ${url} RTSP/1.0`,
      `CSeq: ${++cseq}`,
      'User-Agent: ExportGate',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    if (method === 'PLAY') plays.push(cseq & 0xff);
    transcript.note('>', lines.join('\n'));
    if (challenge) lines.push(`Authorization: ${answerChallenge(challenge, account, { method, uri: url, count: ++uses })}`);
    if (!socket.destroyed) socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    return String(cseq);
  };
  const exchange = (method: string, url: string, headers: Record<string, string>, heard?: Waiting['heard']): Promise<RtspAnswer> =>
    new Promise<RtspAnswer>((resolve, reject) => {
      if (failure !== null) return reject(failure);
      if (socket.destroyed || socket.readableEnded) return reject(lost());
      const timer = setTimeout(() => fail(new Problem('vms-unreachable', `The recorder did not answer ${method} in time.`)), timeoutMs);
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          how(value);
        };
      waiting.set(send(method, url, headers), { heard, resolve: settle(resolve), reject: settle(reject) });
    });

  const request: Connection['request'] = async (method, url, headers = {}, heard) => {
    for (let tries = 0; ; tries++) {
      const loggedIn = challenge !== null;
      const answer = await exchange(method, url, headers, heard);
      const told = answer.headers.filter(([name]) => !secret.has(name)).map(([name, value]) => `${name}: ${value}`);
      transcript.note('<', [answer.start, ...told, '', answer.body.toString('utf8')].join('\n'));
      if (answer.status !== 401) return answer;
      const next = chooseChallenge(headersNamed(answer, 'www-authenticate'));
      // A login that failed is tried again only where the nonce has run out: recorders lock accounts.
      if (!next || tries >= 2 || (loggedIn && tries > 0 && !next.stale))
        throw new Problem('vms-refused', 'The recorder refused the gate’s account for replay.');
      [challenge, uses] = [next, 0];
    }
  };
  return {
    receive: (next) => {
      receiver = next;
      if (isOver) next?.end(failure ?? undefined);
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    bytes: () => bytes,
    plays: () => plays,
    request,
    isCut: framer.isCut,
    tell: (method, url, headers = {}) => void send(method, url, headers),
    close: () => {
      signal.removeEventListener('abort', onAbort);
      finish();
      socket.destroy();
    },
  };
}
