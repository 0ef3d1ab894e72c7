// One RTSP connection: requests with their answers, digest login, and the packets in between.
import { connect } from 'node:net';
import { Problem } from '../../../plugin/domain/problem.js';
import type { RtspAddress } from '../addresses.js';
import { answerChallenge, chooseChallenge, type Account, type Challenge } from '../digest.js';
import type { Transcript } from '../transcript.js';
import { header, headersNamed, makeFramer, type Message } from './framing.js';
import { makePacketQueue, type PacketQueue } from './packet-queue.js';

export interface RtspAnswer extends Message {
  status: number;
}

export interface Connection {
  packets: PacketQueue;
  /** Problems: `vms-unreachable`, `vms-refused` (401 to a login), `vms-fault`. Other statuses are the caller's to judge. */
  request(method: string, url: string, headers?: Record<string, string>): Promise<RtspAnswer>;
  /** Sends without waiting for the answer: for a keep-alive while packets fill the way. */
  tell(method: string, url: string, headers?: Record<string, string>): void;
  /** Did the recorder stop in the middle of a message or packet? */
  isCut(): boolean;
  close(): void;
}

export interface ConnectionParts {
  address: RtspAddress;
  account: Account;
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

/** Resolves at once; what goes wrong on the way is told by the first request. The caller's abort throws its own reason everywhere. */
export function openConnection({ address, account, transcript, timeoutMs, signal }: ConnectionParts): Connection {
  signal.throwIfAborted();
  const socket = connect({ host: address.host, port: address.port, noDelay: true });
  const packets = makePacketQueue(socket);
  const waiting = new Map<string, { resolve(answer: RtspAnswer): void; reject(error: unknown): void }>();
  let [cseq, uses] = [0, 0];
  let challenge: Challenge | null = null;
  let failure: Error | null = null;

  const fail = (error: unknown): void => {
    failure ??= error instanceof Error ? error : new Error('aborted', { cause: error });
    packets.end(failure);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
    socket.destroy();
  };
  const onAbort = (): void => fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });

  const framer = makeFramer({
    packet: (channel, payload) => packets.push({ channel, payload }),
    message: (message) => {
      // A request of the recorder (ANNOUNCE, OPTIONS) asks nothing that a reader must do.
      if (!message.start.startsWith('RTSP/')) return;
      const answer = { ...message, status: statusOf(message.start) };
      const number = header(message, 'cseq') ?? '';
      waiting.get(number)?.resolve(answer);
      waiting.delete(number);
    },
  });
  socket.on('data', (chunk) => {
    try {
      framer.push(chunk);
    } catch (error) {
      fail(error);
    }
  });
  socket.on('error', (cause) => fail(lost(cause)));
  // The recorder's FIN: packets already here can still be taken, answers will not come.
  socket.on('end', () => {
    packets.end();
    for (const { reject } of waiting.values()) reject(lost());
    waiting.clear();
  });
  socket.on('close', () => {
    signal.removeEventListener('abort', onAbort);
    packets.end();
  });

  const send = (method: string, url: string, headers: Record<string, string>): string => {
    const lines = [
      `${method} ${url} RTSP/1.0`,
      `CSeq: ${++cseq}`,
      'User-Agent: ExportGate',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    transcript.note('>', lines.join('\n'));
    if (challenge) lines.push(`Authorization: ${answerChallenge(challenge, account, { method, uri: url, count: ++uses })}`);
    if (!socket.destroyed) socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    return String(cseq);
  };
  const exchange = (method: string, url: string, headers: Record<string, string>): Promise<RtspAnswer> =>
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
      waiting.set(send(method, url, headers), { resolve: settle(resolve), reject: settle(reject) });
    });

  const request: Connection['request'] = async (method, url, headers = {}) => {
    for (let tries = 0; ; tries++) {
      const loggedIn = challenge !== null;
      const answer = await exchange(method, url, headers);
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
    packets,
    request,
    isCut: framer.isCut,
    tell: (method, url, headers = {}) => void send(method, url, headers),
    close: () => {
      signal.removeEventListener('abort', onAbort);
      packets.end();
      socket.destroy();
    },
  };
}
