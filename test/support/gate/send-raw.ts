// A request as bytes through a socket of its own, and whatever comes back until the other side closes.
import net from 'node:net';
import type { RawRequest } from '../../../plugin/http/gate/raw-request.js';

export interface RawAnswer {
  /** 0: nothing came. */
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
  /** It was cut off here, after `most` bytes or so many milliseconds. */
  cut: boolean;
}

export interface Sending {
  /** Of the gate. */
  origin: URL;
  cookie?: string;
  most?: number;
  patienceMs?: number;
}

/** `Host`, cookie and `Connection: close` are put in; all else goes as it is. */
export function sendRaw({ method, target, headers, body }: RawRequest, { origin, cookie, most = 4 * 1024 * 1024, patienceMs = 20_000 }: Sending): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let cut = false;
    const socket = net.connect({ host: origin.hostname, port: Number(origin.port) });
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ...read(Buffer.concat(chunks)), cut });
    };
    const timer = setTimeout(() => {
      cut = true;
      end();
    }, patienceMs);
    const own: string[] = [`Host: ${origin.host}`, ...(cookie ? [`Cookie: ${cookie}`] : [])];
    const given = headers.filter(([name]) => !/^(host|cookie)$/i.test(name));
    if (!given.some(([name]) => /^connection$/i.test(name))) own.push('Connection: close');
    const head = `${method} ${target} HTTP/1.1\r\n${[...own, ...given.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`;
    socket
      .on('connect', () => socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body])))
      .on('data', (chunk) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > most) {
          cut = true;
          end();
        }
      })
      .on('error', end)
      .on('close', end);
  });
}

function read(all: Buffer): Omit<RawAnswer, 'cut'> {
  const at = all.indexOf('\r\n\r\n');
  const [line = '', ...lines] = all.subarray(0, at < 0 ? all.length : at).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(lines.map((text) => [text.slice(0, text.indexOf(':')).toLowerCase(), text.slice(text.indexOf(':') + 1).trim()]));
  const body = at < 0 ? Buffer.alloc(0) : all.subarray(at + 4);
  return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? 0), headers, body: /chunked/i.test(headers['transfer-encoding'] ?? '') ? unchunk(body) : body };
}

function unchunk(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const end = body.indexOf('\r\n', at);
    const size = parseInt(body.subarray(at, end < 0 ? at : end).toString('latin1'), 16);
    if (end < 0 || !(size > 0)) break;
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

/** `work` on each, so many at once, in their order. */
export async function each<T>(all: readonly T[], most: number, work: (one: T, at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < all.length) {
      const at = next++;
      await work(all[at]!, at);
    }
  };
  await Promise.all(Array.from({ length: most }, run));
}
