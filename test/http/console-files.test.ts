// The console's files as the gate serves them: by exact name, packed, kept for ever where the name has a hash, under a policy that runs nothing else.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import express from 'express';
import { consoleFiles, readBuilt } from '../../plugin/http/console-files.js';
import { aGate, type TestGate } from '../support/gate.js';
import { ask } from './raw.js';

const script = `console.log(${JSON.stringify('x'.repeat(2000))})`;

describe('the console’s files', () => {
  let [folder, url, server]: [string, string, http.Server] = [] as never;
  let isBuilt = true;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-console-'));
    fs.mkdirSync(path.join(folder, 'assets'));
    fs.writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>x</title>');
    fs.writeFileSync(path.join(folder, 'assets/index-AbCd1234.js'), script);
    fs.writeFileSync(path.join(folder, 'assets/index-AbCd1234.js.br'), zlib.brotliCompressSync(script));
    fs.writeFileSync(path.join(folder, 'assets/index-AbCd1234.js.gz'), zlib.gzipSync(script));
    fs.writeFileSync(path.join(folder, 'assets/plain.css'), 'a{}');
    const app = express();
    app.disable('x-powered-by').use(consoleFiles(() => (isBuilt ? readBuilt(folder) : null)));
    app.use((_request, response) => void response.status(404).send('elsewhere'));
    server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  after(() => {
    server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  // First: what is read once is kept.
  it('says how it is built where it is not, and serves it when it is', async () => {
    isBuilt = false;
    const { status, text, headers } = await ask(url, { target: '/console/' });
    assert.equal(status, 503);
    assert.match(text, /控制台尚未构建[\s\S]*npm run build:console[\s\S]*The console is not built/);
    assert.equal(headers['content-security-policy']?.includes('unsafe'), undefined);
    isBuilt = true;
    assert.equal((await ask(url, { target: '/console/' })).status, 200);
  });

  it('the page: never kept, and it may run and load only what the gate itself serves', async () => {
    const { status, headers } = await ask(url, { target: '/console/' });
    assert.deepEqual([status, headers['content-type']], [200, 'text/html; charset=utf-8']);
    const rules = String(headers['content-security-policy']).split('; ');
    const policy: Record<string, string> = Object.fromEntries(rules.map((each) => [each.split(' ')[0]!, each.split(' ').slice(1).join(' ')]));
    assert.deepEqual(policy, {
      'default-src': "'none'", 'script-src': "'self'", 'style-src': "'self'", 'img-src': "'self' blob: data:", 'media-src': "'self' blob:",
      'connect-src': "'self'", 'font-src': "'self'", 'frame-ancestors': "'none'", 'base-uri': "'none'", 'form-action': "'none'",
      'require-trusted-types-for': "'script'", 'trusted-types': "'none'",
    });
  });

  // prettier-ignore
  const packed: [accepted: string | undefined, encoding: string | undefined][] = [
    [undefined, undefined], ['identity', undefined], ['gzip, deflate, br', 'br'], ['gzip', 'gzip'], ['br;q=0, gzip', 'gzip'], ['BR', 'br'], ['gzip;q=0.000', undefined], ['bribe', undefined],
  ];
  for (const [accepted, encoding] of packed)
    it(`to who accepts ${accepted ?? 'nothing in particular'} a script comes ${encoding ?? 'as it is'}`, async () => {
      const response = await new Promise<{ headers: http.IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
        http
          .get(`${url}/console/assets/index-AbCd1234.js`, { headers: accepted === undefined ? {} : { 'accept-encoding': accepted } }, (answer) => {
            const pieces: Buffer[] = [];
            answer.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(pieces) }));
          })
          .on('error', reject);
      });
      assert.equal(response.headers['content-encoding'], encoding);
      const plain = encoding === 'br' ? zlib.brotliDecompressSync(response.body) : encoding === 'gzip' ? zlib.gunzipSync(response.body) : response.body;
      assert.equal(plain.toString(), script);
      assert.deepEqual(
        [response.headers['content-type'], response.headers['cache-control'], response.headers['vary'], response.headers['content-length']],
        ['text/javascript; charset=utf-8', 'public, max-age=31536000, immutable', 'Accept-Encoding', String(response.body.length)],
      );
    });

  it('a name without a hash is not kept for ever', async () => {
    const { headers } = await ask(url, { target: '/console/assets/plain.css' });
    assert.deepEqual([headers['content-type'], headers['cache-control']], ['text/css; charset=utf-8', undefined]);
  });

  it('HEAD has the headers and no bytes', async () => {
    const { status, text, headers } = await ask(url, { method: 'HEAD', target: '/console/assets/index-AbCd1234.js' });
    assert.deepEqual([status, text, headers['content-length']], [200, '', String(script.length)]);
  });

  for (const [target, location] of [['/', '/console/'], ['/console', '/console/'], ['/?second-factor', '/console/?second-factor']] as const)
    it(`${target} leads to ${location}`, async () => {
      const { status, headers } = await ask(url, { target });
      assert.deepEqual([status, headers['location']], [303, location]);
    });

  // prettier-ignore
  const strangers = [
    '/console/../package.json', '/console/..%2fpackage.json', '/console/%2e%2e/package.json', '/console/assets/../index.html', '/console/assets%2fplain.css', '/console//assets/plain.css',
    '/console/assets\\plain.css', '/console/./index.html', '/console/assets/', '/console/assets', '/console/assets/index-AbCd1234.js.br', '/console/assets/plain.css%00', '/console/assets/plain%2ecss',
    '/console/ASSETS/plain.css', '/Console/', '/console/constructor', '/console/__proto__', '/console/assets/plain.css;x', '/consolex/', '//console/', `${'/console/'}/etc/passwd`,
  ];
  for (const target of strangers)
    it(`${target} is no file of it`, async () => {
      const { text, headers } = await ask(url, { target });
      assert.deepEqual([text, headers['content-security-policy']?.includes('script-src')], ['elsewhere', undefined]);
    });

  it('is only read', async () => assert.equal((await ask(url, { method: 'POST', target: '/console/' })).text, 'elsewhere'));
});

describe('the console at the gate', () => {
  let gate: TestGate;
  before(async () => void (gate = await aGate()));
  after(() => gate.close());

  it('keeps its headers beside the policy', async () => {
    const { status, headers } = await ask(gate.url, { target: '/console/' });
    assert.ok(status === 200 || status === 503, String(status));
    assert.deepEqual(
      ['x-content-type-options', 'referrer-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy', 'cache-control'].map((name) => headers[name]),
      ['nosniff', 'no-referrer', 'same-origin', 'same-origin', 'no-store'],
    );
    assert.match(String(headers['content-security-policy']), /^default-src 'none'/);
  });

  it('what is no file of it is judged like every address', async () => {
    const codes = await Promise.all(['/console/../x', '/console/%2e%2e/x', '/console/x'].map(async (target) => (JSON.parse((await ask(gate.url, { target })).text) as { code: string }).code));
    assert.deepEqual(codes, ['path-ambiguous', 'path-ambiguous', 'not-found']);
  });
});
