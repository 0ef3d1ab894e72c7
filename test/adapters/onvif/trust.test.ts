// Who is believed behind TLS: one pinned certificate, an authority of one's own, Node's. Nothing is said to anybody else.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlain, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { createServer as createHttps } from 'node:https';
import { makeSoap, text } from '../../../adapters/onvif/soap.js';
import { openSecure } from '../../../adapters/onvif/trust.js';
import type { RecorderAddress } from '../../../plugin/domain/adapter.js';
import { type Problem } from '../../../plugin/domain/problem.js';
import { callOptions } from './saying.js';

const [cert, key] = ['cert', 'key'].map((name) => readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), 'utf8'));
const shown = new X509Certificate(cert!).fingerprint256;
const own = shown.replaceAll(':', '').toLowerCase();
const reply = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><GetDeviceInformationResponse><Model>M</Model>
</GetDeviceInformationResponse></s:Body></s:Envelope>`;

type Tls = RecorderAddress['tls'];
const judged: [string, Tls, string | null][] = [
  ['the pinned certificate', { fingerprint: own }, null],
  ['the pinned certificate as OpenSSL prints it', { fingerprint: shown }, null],
  ['another pinned certificate', { fingerprint: own.replace(/^./, (sign) => (sign === '0' ? '1' : '0')) }, 'is not the pinned one'],
  ['its own authority', { ca: cert! }, null],
  ['no authority: a certificate that signed itself', undefined, 'no authority that the gate trusts'],
  ['an authority that is none', { ca: 'rubbish' }, 'no authority that the gate trusts'],
];

describe('trust', () => {
  let server: Server;
  let sockets: Set<Socket>;
  let heard: Buffer[];
  const portOf = (listening: Server): number => (listening.address() as AddressInfo).port;
  const listen = async (made: Server, host = '127.0.0.1'): Promise<void> => {
    sockets = new Set();
    server = made.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => undefined)));
    server.listen(0, host);
    await once(server, 'listening');
  };
  const signal = new AbortController().signal;
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  describe('a TLS connection', () => {
    beforeEach(async () => {
      heard = [];
      await listen(createServer({ cert, key }, (socket) => void socket.on('error', () => undefined).on('data', (chunk) => heard.push(chunk))));
      server.on('tlsClientError', () => undefined);
    });
    for (const [name, tls, fault] of judged)
      it(`by ${name} → ${fault ?? 'open'}`, async () => {
        const work = openSecure({ host: '127.0.0.1', port: portOf(server), tls, signal });
        if (fault) {
          await assert.rejects(work, (error: Problem) => error.code === 'vms-unreachable' && error.detail.includes(fault));
          assert.deepEqual(heard, []);
        } else {
          const socket = await work;
          socket.end('hello');
          await once(socket, 'close');
          assert.equal(Buffer.concat(heard).toString(), 'hello');
        }
      });
    it('by its authority, under another name → refused', async () => {
      const work = openSecure({ host: 'localhost', port: portOf(server), tls: { ca: cert! }, signal });
      await assert.rejects(work, (error: Problem) => /another host name/.test(error.detail));
    });
    it('pinned, under another name → open: the fingerprint alone counts', async () =>
      void (await openSecure({ host: 'localhost', port: portOf(server), tls: { fingerprint: own }, signal })).destroy());
  });

  it('tells who speaks no TLS from who does not answer', async () => {
    await listen(createPlain((socket) => void socket.end('RTSP/1.0 400 Bad Request\r\n\r\n')));
    const port = portOf(server);
    await assert.rejects(openSecure({ host: '127.0.0.1', port, tls: { fingerprint: own }, signal }), (error: Problem) =>
      /does not speak TLS|closed the connection/.test(error.detail),
    );
  });
  it('waits no longer than it is told, and leaves at an abort', async () => {
    await listen(createPlain(() => undefined));
    const parts = { host: '127.0.0.1', port: portOf(server), tls: { fingerprint: own } };
    await assert.rejects(openSecure({ ...parts, signal, timeoutMs: 50 }), { code: 'vms-unreachable', detail: 'The recorder did not answer in time.' });
    const controller = new AbortController();
    const work = openSecure({ ...parts, signal: controller.signal });
    controller.abort(new Error('enough'));
    await assert.rejects(work, /enough/);
  });

  describe('SOAP over https', () => {
    let asked: (string | undefined)[];
    beforeEach(async () => {
      asked = [];
      await listen(
        createHttps({ cert, key }, (request, response) => {
          asked.push(request.headers.host);
          if (request.headers.authorization) response.end(reply);
          else response.writeHead(401, { 'www-authenticate': 'Digest realm="a", nonce="1", qop="auth", algorithm=SHA-256' }).end();
        }),
      );
    });
    for (const [name, tls, fault] of judged)
      it(`by ${name} → ${fault ?? 'answered'}`, async () => {
        const url = new URL(`https://127.0.0.1:${portOf(server)}/onvif/device_service`);
        const work = makeSoap({ id: 'r', url: url.href, user: 'u', password: 'p', tls }, 2000).call('GetDeviceInformation', url, '', callOptions());
        if (fault) await assert.rejects(work, (error: Problem) => error.code === 'vms-unreachable' && error.detail.includes(fault));
        else assert.equal(text(await work, 'Model'), 'M');
        assert.deepEqual(asked, fault ? [] : [url.host, url.host]);
      });
  });
});
