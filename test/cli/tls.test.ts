// `serve` over TLS: the address is https, plain HTTP is not answered, and old protocol versions are refused.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import tls from 'node:tls';
import path from 'node:path';
import { root } from '../support/gate.js';
import { aPlace, serve, type Place, type Server } from './program.js';

const [certFile, keyFile] = ['cert.pem', 'key.pem'].map((name) => path.join(root, 'test/fixtures/tls', name)) as [string, string];
const ca = fs.readFileSync(certFile);

const get = (url: string): Promise<{ status: number | undefined; hsts: unknown }> =>
  new Promise((resolve, reject) => {
    const request = https.get(url, { ca }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, hsts: response.headers['strict-transport-security'] });
    });
    request.on('error', reject);
  });

describe('serve over TLS', function () {
  this.timeout(30_000);
  let place: Place;
  let server: Server;
  before(async () => {
    place = await aPlace();
    const text = await fs.promises.readFile(place.config, 'utf8');
    const listen = `listen: { host: 127.0.0.1, port: 0, tls: { certFile: ${JSON.stringify(certFile)}, keyFile: ${JSON.stringify(keyFile)} } }`;
    await fs.promises.writeFile(place.config, text.replace(/^listen: .*$/m, listen));
    server = await serve(place);
  });
  after(async () => {
    await server.stop();
    await fs.promises.rm(place.folder, { recursive: true, force: true });
  });

  it('answers under its certificate, and tells browsers to stay with TLS', async () => {
    assert.match(server.url, /^https:/);
    const { status, hsts } = await get(`${server.url}/api/v1/health`);
    assert.equal(status, 200);
    assert.match(String(hsts), /max-age=\d+/);
  });

  it('does not answer plain HTTP', () => assert.rejects(fetch(`${server.url.replace('https:', 'http:')}/api/v1/health`)));

  it('refuses TLS 1.1', async () => {
    const { hostname, port } = new URL(server.url);
    const refused = await new Promise<boolean>((resolve) => {
      const socket = tls.connect({ host: hostname, port: Number(port), ca, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
      socket.once('secureConnect', () => resolve(false)).once('error', () => resolve(true));
      socket.once('close', () => resolve(true));
    });
    assert.equal(refused, true);
  });
});
