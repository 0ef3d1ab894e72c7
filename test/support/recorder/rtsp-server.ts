// The recorder's RTSP side (RFC 2326) with ONVIF replay, interleaved over TCP or TLS, one session to a connection.
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { makeDigest, type Digest } from './login.js';
import { answer, type Connection, type Request, type RtspParts } from './rtsp-answers.js';

function parseRequest(text: string): Request {
  const [line = '', ...lines] = text.split('\r\n');
  const [method = '', url = ''] = line.split(' ');
  const headers = Object.fromEntries(
    lines.map((each) => [each.slice(0, each.indexOf(':')).toLowerCase(), each.slice(each.indexOf(':') + 1).trim()]),
  );
  return { method, url, headers };
}

function serve(parts: RtspParts, digest: Digest, socket: Socket): void {
  const connection: Connection = { socket, session: null, streams: new Map(), playing: null, heardAt: performance.now() };
  let rest = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (connection.playing) connection.playing.stopped = true;
  });
  socket.on('data', (chunk) => {
    connection.heardAt = performance.now();
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

/** Not yet listening. With a certificate: RTSPS. */
export function makeRtspServer(parts: RtspParts, tls?: { cert: Buffer; key: Buffer }): { server: Server; sockets: Set<Socket> } {
  const digest = makeDigest(parts.accounts, parts.faults, false);
  const sockets = new Set<Socket>();
  const take = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(parts, digest, socket);
  };
  const server = tls ? createSecureServer({ ...tls }, take) : createServer(take);
  server.on('tlsClientError', () => undefined);
  return { server, sockets };
}
