// A client that knows little: it says what a test says and gives back what came. For the tests of the recorder in a box itself.
import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

export interface Login {
  user: string;
  password: string;
}

interface Challenge {
  realm: string;
  nonce: string;
  algorithm: 'MD5' | 'SHA-256';
  qop: boolean;
}

/** Of the Digest challenges the last one offered: the strongest, as this recorder orders them. */
function challengeIn(headers: readonly string[]): Challenge | null {
  const digest = headers.filter((each) => each.startsWith('Digest ')).at(-1);
  const field = (name: string): string => new RegExp(`${name}="?([^",]+)`).exec(digest ?? '')?.[1] ?? '';
  if (!digest) return null;
  return {
    realm: field('realm'),
    nonce: field('nonce'),
    algorithm: field('algorithm') === 'SHA-256' ? 'SHA-256' : 'MD5',
    qop: digest.includes('qop='),
  };
}

let count = 0;

function authorization(challenge: Challenge, login: Login, method: string, uri: string): string {
  const hash = (text: string): string =>
    createHash(challenge.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const nc = (++count).toString(16).padStart(8, '0');
  const [a1, a2] = [hash(`${login.user}:${challenge.realm}:${login.password}`), hash(`${method}:${uri}`)];
  const response = hash([a1, challenge.nonce, ...(challenge.qop ? [nc, 'c0', 'auth'] : []), a2].join(':'));
  const counted = challenge.qop ? `, qop=auth, nc=${nc}, cnonce="c0"` : '';
  const quoted = { username: login.user, realm: challenge.realm, nonce: challenge.nonce, uri, response };
  const fields = Object.entries(quoted).map(([name, value]) => `${name}="${value}"`);
  return `Digest ${fields.join(', ')}, algorithm=${challenge.algorithm}${counted}`;
}

export interface SoapAnswer {
  status: number;
  challenges: string[];
  body: string;
  /** Not told where the answer broke off. */
  complete: boolean;
}

const namespaces: Record<string, string> = { tds: 'device', tse: 'search', trp: 'replay', trc: 'recording', trt: 'media' };

function post(url: URL, body: string, headers: Record<string, string>, waitMs: number): Promise<SoapAnswer> {
  return new Promise((resolve, reject) => {
    const answer: SoapAnswer = { status: 0, challenges: [], body: '', complete: false };
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
      url,
      { method: 'POST', headers: { 'content-type': 'application/soap+xml', ...headers }, rejectUnauthorized: false },
      (response) => {
        answer.status = response.statusCode ?? 0;
        answer.challenges = response.headersDistinct['www-authenticate'] ?? [];
        const timer = setTimeout(() => request.destroy(), waitMs);
        response.setEncoding('latin1');
        response.on('data', (text: string) => {
          answer.body += text;
          if (answer.body.length > 5_000_000) request.destroy();
        });
        response.on('end', () => (answer.complete = response.complete));
        response.on('error', () => undefined);
        response.on('close', () => {
          clearTimeout(timer);
          resolve({ ...answer, body: Buffer.from(answer.body, 'latin1').toString('utf8') });
        });
      },
    );
    request.on('error', (error) => (answer.status ? undefined : reject(error)));
    request.end(body);
  });
}

/** Asks without a login, and again with digest where that is wanted (or with a token made for the recorder's `clock`). An answer is
 *  waited for `waitMs` milliseconds. */
export async function askSoap(
  url: string,
  call: { service: 'tds' | 'tse' | 'trp' | 'trc' | 'trt'; operation: string; body?: string },
  login?: Login,
  how: { token?: Date; waitMs?: number } = {},
): Promise<SoapAnswer> {
  const target = new URL(url);
  let header = '';
  if (login && how.token) {
    const [nonce, created] = [randomBytes(16), how.token.toISOString()];
    const digest = createHash('sha1')
      .update(Buffer.concat([nonce, Buffer.from(created + login.password)]))
      .digest('base64');
    header = `<s:Header><Security><UsernameToken><Username>${login.user}</Username><Password>${digest}</Password>
      <Nonce>${nonce.toString('base64')}</Nonce><Created>${created}</Created></UsernameToken></Security></s:Header>`;
  }
  const xml = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:n="http://www.onvif.org/ver10/${namespaces[call.service]}/wsdl">
    ${header}<s:Body><n:${call.operation}>${call.body ?? ''}</n:${call.operation}></s:Body></s:Envelope>`;
  const first = await post(target, xml, {}, how.waitMs ?? 2000);
  const challenge = challengeIn(first.challenges);
  if (first.status !== 401 || !login || how.token || !challenge) return first;
  return post(target, xml, { authorization: authorization(challenge, login, 'POST', target.pathname) }, how.waitMs ?? 2000);
}

export interface RawPacket {
  channel: number;
  /** False: RTCP. */
  isMedia: boolean;
  sequence: number;
  timestamp: number;
  marker: boolean;
  payloadType: number;
  payload: Buffer;
  extension: { words: number; utcMicros: number; c: boolean; e: boolean; d: boolean; t: boolean; cseq: number; rest: Buffer } | null;
}

export interface RawReply {
  status: number;
  headers: string[];
  body: string;
}

function readPacket(channel: number, bytes: Buffer): RawPacket {
  const isMedia = channel % 2 === 0;
  const hasExtension = isMedia && ((bytes[0] ?? 0) & 0x10) !== 0;
  const words = hasExtension ? bytes.readUInt16BE(14) : 0;
  const behind = hasExtension ? 16 + 4 * words : 12;
  const flags = bytes[24] ?? 0;
  const extension =
    hasExtension && bytes.readUInt16BE(12) === 0xabac
      ? {
          words,
          utcMicros: Math.round((bytes.readUInt32BE(16) - 2_208_988_800) * 1e6 + (bytes.readUInt32BE(20) / 2 ** 32) * 1e6),
          c: (flags & 0x80) !== 0,
          e: (flags & 0x40) !== 0,
          d: (flags & 0x20) !== 0,
          t: (flags & 0x10) !== 0,
          cseq: bytes[25] ?? 0,
          rest: bytes.subarray(28, behind),
        }
      : null;
  return {
    channel,
    isMedia,
    sequence: isMedia ? bytes.readUInt16BE(2) : 0,
    timestamp: isMedia ? bytes.readUInt32BE(4) : 0,
    marker: isMedia && ((bytes[1] ?? 0) & 0x80) !== 0,
    payloadType: isMedia ? (bytes[1] ?? 0) & 0x7f : (bytes[1] ?? 0),
    payload: isMedia ? bytes.subarray(behind) : bytes,
    extension,
  };
}

export interface RawRtsp {
  /** Sends a request, signs in where it is asked to, and resolves with the answer. */
  ask(method: string, url: string, headers?: readonly string[]): Promise<RawReply>;
  packets: RawPacket[];
  /** Answers that nobody waited for. */
  strays: RawReply[];
  /** Number of chunks that TCP delivered. */
  chunks: number;
  /** Resolves at BYE of so many tracks, at the end of the connection, or after `quietMs` without a byte. */
  ended(byes: number, quietMs?: number): Promise<'bye' | 'closed' | 'quiet'>;
  close(): void;
}

export async function openRtsp(url: string, login: Login): Promise<RawRtsp> {
  const { hostname, port, protocol } = new URL(url);
  const socket: Socket =
    protocol === 'rtsps:'
      ? connectSecurely({ host: hostname, port: Number(port), rejectUnauthorized: false })
      : connect(Number(port), hostname);
  await new Promise<void>((resolve, reject) =>
    socket.once(protocol === 'rtsps:' ? 'secureConnect' : 'connect', resolve).once('error', reject),
  );
  socket.on('error', () => undefined);
  let rest = Buffer.alloc(0);
  let [cseq, session, challenge, heard] = [0, '', null as Challenge | null, 0];
  const waiting = new Map<number, (reply: RawReply) => void>();
  const client: RawRtsp = { packets: [], strays: [], chunks: 0, ask, ended, close: () => void socket.destroy() };

  /** Takes one packet or answer off the front. False when it is not all there. */
  function takeOne(): boolean {
    if (rest[0] === 0x24) {
      if (rest.length < 4 || rest.length < 4 + rest.readUInt16BE(2)) return false;
      const end = 4 + rest.readUInt16BE(2);
      client.packets.push(readPacket(rest[1] ?? 0, rest.subarray(4, end)));
      rest = rest.subarray(end);
      return true;
    }
    const head = rest.indexOf('\r\n\r\n');
    if (head < 0) return false;
    const [line = '', ...headers] = rest.toString('latin1', 0, head).split('\r\n');
    const value = (name: string): string => new RegExp(`^${name}: *(.*)$`, 'im').exec(headers.join('\n'))?.[1] ?? '';
    const length = Number(value('content-length'));
    if (rest.length < head + 4 + length) return false;
    const reply = { status: Number(line.split(' ')[1]), headers, body: rest.toString('utf8', head + 4, head + 4 + length) };
    rest = rest.subarray(head + 4 + length);
    session = value('session').split(';')[0] || session;
    const wanted = waiting.get(Number(value('cseq')));
    if (wanted) wanted(reply);
    else client.strays.push(reply);
    waiting.delete(Number(value('cseq')));
    return true;
  }
  socket.on('data', (chunk) => {
    client.chunks++;
    heard = performance.now();
    rest = Buffer.concat([rest, chunk]);
    while (rest.length && takeOne());
  });

  async function ask(method: string, target: string, headers: readonly string[] = []): Promise<RawReply> {
    const once = (): Promise<RawReply> =>
      new Promise((resolve, reject) => {
        waiting.set(++cseq, resolve);
        socket.once('close', () => reject(new Error('closed')));
        const signed = challenge ? [`Authorization: ${authorization(challenge, login, method, target)}`] : [];
        socket.write(
          [
            `${method} ${target} RTSP/1.0`,
            `CSeq: ${cseq}`,
            ...(session ? [`Session: ${session}`] : []),
            ...signed,
            ...headers,
            '',
            '',
          ].join('\r\n'),
        );
      });
    const reply = await once();
    if (reply.status !== 401) return reply;
    challenge = challengeIn(reply.headers.filter((each) => /^www-authenticate/i.test(each)).map((each) => each.slice(18)));
    return challenge ? once() : reply;
  }

  function ended(byes: number, quietMs = 150): Promise<'bye' | 'closed' | 'quiet'> {
    heard = performance.now();
    return new Promise((resolve) => {
      const poll = setInterval(() => {
        const told = client.packets.filter((packet) => !packet.isMedia && packet.payload[29] === 203).length;
        const how =
          socket.destroyed || socket.readableEnded ? 'closed' : told >= byes ? 'bye' : performance.now() - heard > quietMs ? 'quiet' : null;
        if (!how) return;
        clearInterval(poll);
        resolve(how);
      }, 5);
    });
  }
  return client;
}
