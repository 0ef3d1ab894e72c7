// A connection to a server that does not read the rules: no answer, wrong answers, more than anybody takes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { openConnection, type Connection, type Receiver } from '../../../../adapters/onvif/rtsp/connection.js';
import { makeUnitQueue } from '../../../../adapters/onvif/rtsp/unit-queue.js';
import { makeTranscript } from '../../../../adapters/onvif/transcript.js';

describe('an RTSP connection', () => {
  let server: Server;
  let peer: Socket;
  let connection: Connection;
  const accept = async (onRequest: (socket: Socket, text: string) => void, signal = new AbortController().signal): Promise<void> => {
    server = createServer((socket) => {
      peer = socket;
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => onRequest(socket, data.toString('latin1')));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const address = { host: '127.0.0.1', port, secure: false, url: `rtsp://127.0.0.1:${port}/rec` };
    connection = await openConnection({
      address,
      account: { user: 'admin', password: 'secret' },
      transcript: makeTranscript(),
      timeoutMs: 150,
      signal,
    });
  };
  const say =
    (text: string) =>
    (socket: Socket): void =>
      void socket.write(text.replaceAll('\n', '\r\n'));
  afterEach(() => {
    connection.close();
    peer?.destroy();
    server.close();
  });

  const rows: [string, (socket: Socket, text: string) => void, string][] = [
    ['no answer', () => undefined, 'vms-unreachable'],
    ['an answer to another request', say('RTSP/1.0 200 OK\nCSeq: 99\n\n'), 'vms-unreachable'],
    ['a closed door', (socket) => socket.destroy(), 'vms-unreachable'],
    ['HTTP', say('HTTP/1.1 400 Bad Request\nContent-Length: 0\n\n'), 'vms-unreachable'],
    ['no status', say('RTSP/1.0 OK\nCSeq: 1\n\n'), 'vms-fault'],
    ['rubbish', say('\x16\x03\x01'), 'vms-fault'],
    ['401 without a challenge', say('RTSP/1.0 401 No\nCSeq: 1\n\n'), 'vms-refused'],
    [
      '401 to every login',
      (socket, text) =>
        say(`RTSP/1.0 401 No\nCSeq: ${/CSeq: (\d+)/.exec(text)?.[1]}\nWWW-Authenticate: Digest realm="a", nonce="1"\n\n`)(socket),
      'vms-refused',
    ],
  ];
  for (const [name, onRequest, code] of rows)
    it(`${name} → ${code}`, async () => {
      await accept(onRequest);
      await assert.rejects(connection.request('OPTIONS', 'rtsp://127.0.0.1/rec'), { code });
    });
  it('signs in once more where the nonce has run out', async () => {
    let asked = 0;
    await accept((socket, text) => {
      const cseq = /CSeq: (\d+)/.exec(text)?.[1];
      const status = ++asked < 3 ? '401 No' : '200 OK';
      say(`RTSP/1.0 ${status}\nCSeq: ${cseq}\nWWW-Authenticate: Digest realm="a", nonce="${asked}", stale=true\n\n`)(socket);
    });
    assert.equal((await connection.request('OPTIONS', 'rtsp://127.0.0.1/rec')).status, 200);
    assert.equal(asked, 3);
  });
  it('throws the reason of an abort at once', async () => {
    const controller = new AbortController();
    await accept(() => controller.abort(new Error('enough')), controller.signal);
    await assert.rejects(connection.request('OPTIONS', 'rtsp://127.0.0.1/rec'), /enough/);
  });
  it('tells the packets behind an answer only after the answer', async () => {
    await accept(say('RTSP/1.0 200 OK\nCSeq: 1\n\n$\x00\x00\x02ab'));
    const seen: string[] = [];
    connection.receive({ packet: (_, bytes, start, end) => void seen.push(bytes.toString('latin1', start, end)), end: () => undefined });
    await connection.request('PLAY', 'rtsp://127.0.0.1/rec', {}, ({ status }) => void seen.push(String(status)));
    assert.deepEqual(seen, ['200', 'ab']);
  });
  it('takes a new nonce from the answer to a keep-alive', async () => {
    const logins: string[] = [];
    await accept((socket, text) => {
      const cseq = /CSeq: (\d+)/.exec(text)?.[1];
      logins.push(/nonce="(\d)"/.exec(text)?.[1] ?? '-');
      const isOk = logins.length === 2 || logins.length === 4;
      const challenge = `WWW-Authenticate: Digest realm="a", nonce="${logins.length}", stale=true\n`;
      say(`RTSP/1.0 ${isOk ? '200 OK' : '401 No'}\nCSeq: ${cseq}\n${isOk ? '' : challenge}\n${logins.length === 3 ? '$\x00\x00\x01x' : ''}`)(socket);
    });
    await connection.request('OPTIONS', 'rtsp://127.0.0.1/rec');
    const behind = new Promise<void>((resolve) => connection.receive({ packet: () => resolve(), end: () => undefined }));
    connection.tell('OPTIONS', 'rtsp://127.0.0.1/rec');
    await behind;
    await connection.request('TEARDOWN', 'rtsp://127.0.0.1/rec');
    assert.deepEqual(logins.slice(0, 4), ['-', '1', '1', '3']);
  });
  it('lets the server wait while 4 MB are not taken, and goes on when they are', async () => {
    const packet = Buffer.concat([Buffer.of(0x24, 0, 0xff, 0xff), Buffer.alloc(65_535)]);
    let [sent, full] = [0, (): void => undefined];
    const isFull = new Promise<void>((resolve) => (full = resolve));
    await accept((socket) => {
      let quiet: NodeJS.Timeout;
      const pour = (): void => {
        clearTimeout(quiet);
        while (sent < 600 && socket.write(packet)) sent++;
        // Nothing drained for a while: what is on its way now stays there.
        quiet = setTimeout(full, 100);
      };
      socket.on('drain', pour);
      pour();
    });
    const units = makeUnitQueue(connection);
    const flags = { c: false, e: false, d: false, t: false };
    const receiver: Receiver = {
      packet: (_, bytes, start, end) =>
        units.push({ track: 0, utcMicros: 0, counted: false, key: true, flags, sequence: [0, 0], data: Buffer.from(bytes.subarray(start, end)) }),
      end: (error) => units.end(error),
    };
    connection.receive(receiver);
    connection.tell('PLAY', 'rtsp://127.0.0.1/rec');
    await isFull;
    assert.ok(sent * packet.length < 24 * 1024 * 1024, `${sent} packets were taken in`);
    for (let taken = 0; taken < 600; taken++) assert.ok(typeof (await units.take(500)) === 'object');
  });
});
