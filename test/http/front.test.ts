// An ordinary client at the recorder's place: what only reads passes under its own login, everything else is recorded and stopped.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { onvif } from '../../adapters/onvif/index.js';
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import type { Entry } from '../../plugin/domain/audit-event.js';
import { noLog } from '../../plugin/domain/log.js';
import { makeFront } from '../../plugin/http/front.js';
import { startRecorder } from '../support/recorder/start-recorder.js';
import { aGate, footage, root, street, type TestGate } from '../support/gate.js';
import { call, envelope, namespaces, type Call } from './onvif-client.js';
import { ask, type Question, type RawAnswer } from './raw.js';

const account = { user: 'operator', password: 'box-password' };
type Stopped = Extract<Entry, { event: 'access-stopped' }>;

describe('in the recorder’s place', () => {
  let gate: TestGate;
  before(async () => {
    gate = await aGate();
    await gate.as('user:audit.he');
  });
  after(() => gate.close());

  const journal = async (): Promise<Entry[]> => (await (await gate.as('user:audit.he')).get<{ entries: Entry[] }>('/api/v1/journal?count=500')).entries;
  const stopped = async (): Promise<Stopped[]> => (await journal()).filter((entry): entry is Stopped => entry.event === 'access-stopped');

  describe('reading operations pass under the client’s own login', () => {
    const reads: readonly (readonly [call: Call, holds: RegExp])[] = [
      [{ service: 'device', operation: 'GetSystemDateAndTime' }, /UTCDateTime/],
      [{ service: 'device', operation: 'GetServices', inner: '<o:IncludeCapability>false</o:IncludeCapability>' }, /replay\/wsdl/],
      [{ service: 'device', operation: 'GetCapabilities' }, /XAddr/],
      [{ service: 'device', operation: 'GetDeviceInformation' }, /Recorder in a box/],
      [{ service: 'media', operation: 'GetProfiles', target: '/onvif/media_service' }, /Profiles/],
      [{ service: 'media', operation: 'GetStreamUri', inner: '<o:ProfileToken>P1</o:ProfileToken>', target: '/onvif/media_service' }, /rtsp:/],
      [{ service: 'search', operation: 'GetRecordingSummary', target: '/onvif/search_service' }, /NumberRecordings/],
      [{ service: 'recording', operation: 'GetRecordings', target: '/onvif/recording_service' }, /REC_1/],
    ];
    for (const [asked, holds] of reads)
      it(asked.operation, async () => {
        const before = (await stopped()).length;
        const answer = await call(gate.frontUrl, asked, account);
        assert.equal(answer.status, 200, answer.text);
        assert.match(answer.text, holds);
        assert.equal(gate.recorder.requests.soap.at(-1), asked.operation);
        assert.equal((await stopped()).length, before);
      });

    it('addresses in an answer are the gate’s, so that whoever follows them stays in front of it', async () => {
      for (const operation of ['GetServices', 'GetCapabilities']) {
        const { text } = await call(gate.frontUrl, { service: 'device', operation }, account);
        const addresses = [...text.matchAll(/<[\w:]*XAddr[^>]*>([^<]+)</g)].map((match) => match[1]!);
        assert.ok(addresses.length >= 5);
        for (const address of addresses) assert.equal(new URL(address).origin, new URL(gate.frontUrl).origin);
        assert.equal(text.includes(String(gate.recorder.port)), false);
      }
    });

    it('a wrong password is the recorder’s to refuse; the gate’s own is never lent', async () => {
      const asked = { service: 'device', operation: 'GetDeviceInformation' } as const;
      assert.equal((await call(gate.frontUrl, asked)).status, 401);
      assert.equal((await call(gate.frontUrl, asked, { ...account, password: 'other' })).status, 401);
    });
  });

  it('an empty message, with which a digest client opens, brings the recorder’s question for a login and nothing else', async () => {
    const before = await stopped();
    const answer = await ask(gate.frontUrl, { method: 'POST', target: '/onvif/device_service', body: '' });
    assert.equal(answer.status, 401);
    assert.match(String(answer.headers['www-authenticate']), /^Digest /);
    assert.equal((await stopped()).length, before.length);
  });

  describe('is stopped, recorded, and not seen by the recorder:', () => {
    const recording = '<o:RecordingToken>REC_1</o:RecordingToken>';
    const soap = (asked: Call): Question => ({
      method: 'POST', target: asked.target ?? '/onvif/device_service', body: envelope(asked.service, asked.operation, asked.inner),
      headers: { 'content-type': 'application/soap+xml; charset=utf-8', ...asked.headers },
    });
    type Row = readonly [what: string, question: Question, kind: Stopped['data']['class'], operation: string, recording: string | null, code: string];
    const table: readonly Row[] = [
      ['GetReplayUri', soap({ service: 'replay', operation: 'GetReplayUri', inner: recording, target: '/onvif/replay_service' }), 'footage', 'GetReplayUri', 'REC_1', 'route-blocked'],
      ['GetReplayUri at another service’s address', soap({ service: 'replay', operation: 'GetReplayUri', inner: recording }), 'footage', 'GetReplayUri', 'REC_1', 'route-blocked'],
      ['ExportRecordedData', soap({ service: 'recording', operation: 'ExportRecordedData', inner: recording, target: '/onvif/recording_service' }), 'footage', 'ExportRecordedData', 'REC_1', 'route-blocked'],
      ['SetSystemDateAndTime', soap({ service: 'device', operation: 'SetSystemDateAndTime' }), 'writing', 'SetSystemDateAndTime', null, 'route-blocked'],
      ['CreateRecording', soap({ service: 'recording', operation: 'CreateRecording' }), 'writing', 'CreateRecording', null, 'route-blocked'],
      ['CreateUsers', soap({ service: 'device', operation: 'CreateUsers' }), 'writing', 'CreateUsers', null, 'route-blocked'],
      ['SystemReboot', soap({ service: 'device', operation: 'SystemReboot' }), 'writing', 'SystemReboot', null, 'route-blocked'],
      ['DeleteRecording', soap({ service: 'recording', operation: 'DeleteRecording', inner: recording }), 'writing', 'DeleteRecording', 'REC_1', 'route-blocked'],
      ['an operation that nobody knows', soap({ service: 'device', operation: 'FetchEverything' }), 'unknown', 'FetchEverything', null, 'route-unknown'],
      ['a reading operation that hands out keys', soap({ service: 'device', operation: 'GetSystemBackup' }), 'unknown', 'GetSystemBackup', null, 'route-unknown'],
      ['a reading operation at no service’s address', soap({ service: 'device', operation: 'GetServices', target: '/cgi-bin/playback' }), 'unknown', 'GetServices', null, 'route-unknown'],
      ['a reading operation with a query of the client’s', soap({ service: 'device', operation: 'GetServices', target: '/onvif/device_service?next=http://elsewhere.example/' }), 'unknown', 'GetServices', null, 'route-unknown'],
      ['an action that is not the operation', soap({ service: 'device', operation: 'GetServices', headers: { soapaction: `"${namespaces.replay}/GetReplayUri"` } }), 'unknown', 'POST /onvif/device_service', null, 'path-ambiguous'],
      ['two operations in one body', { ...soap({ service: 'device', operation: 'GetServices' }), body: envelope('device', 'GetServices').replace('</s:Body>', `<x:GetReplayUri xmlns:x="${namespaces.replay}"/></s:Body>`) }, 'unknown', 'POST /onvif/device_service', null, 'path-ambiguous'],
      ['a document type', { ...soap({ service: 'device', operation: 'GetServices' }), body: `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hosts">]>${envelope('device', 'GetServices').slice(38)}` }, 'unknown', 'POST /onvif/device_service', null, 'body-malformed'],
      ['what is no SOAP', { method: 'POST', target: '/onvif/device_service', body: 'GetReplayUri please' }, 'unknown', 'POST /onvif/device_service', null, 'body-malformed'],
      ['nothing, at no service’s address', { method: 'POST', target: '/cgi-bin/playback', body: '' }, 'unknown', 'POST /cgi-bin/playback', null, 'body-malformed'],
      ['more than a message holds', { method: 'POST', target: '/onvif/device_service', body: Buffer.alloc(300 * 1024, 32) }, 'unknown', 'POST /onvif/device_service', null, 'body-too-large'],
      ['dots in the path', soap({ service: 'device', operation: 'GetServices', target: '/onvif/../cgi-bin/playback' }), 'unknown', 'POST /onvif/../cgi-bin/playback', null, 'path-ambiguous'],
      ['GET of a snapshot', { target: '/onvif/snapshot?channel=1' }, 'unknown', 'GET /onvif/snapshot', null, 'route-unknown'],
      ['GET of a vendor’s playback', { target: '/cgi-bin/playback' }, 'unknown', 'GET /cgi-bin/playback', null, 'route-unknown'],
      ['PUT', { method: 'PUT', target: '/onvif/device_service', body: 'x' }, 'unknown', 'PUT /onvif/device_service', null, 'route-unknown'],
      ['OPTIONS', { method: 'OPTIONS', target: '/onvif/device_service' }, 'unknown', 'OPTIONS /onvif/device_service', null, 'route-unknown'],
      ['OPTIONS of everything', { method: 'OPTIONS', target: '*' }, 'unknown', 'OPTIONS *', null, 'path-ambiguous'],
      ['the absolute form', { method: 'POST', target: 'http://elsewhere.example/onvif/device_service', body: envelope('device', 'GetServices') }, 'unknown', 'POST http://elsewhere.example/onvif/device_service', null, 'path-ambiguous'],
    ];
    for (const [what, question, kind, operation, token, code] of table)
      it(what, async () => {
        const before = await stopped();
        const seen = gate.recorder.requests.soap.length;
        const answer = await ask(gate.frontUrl, question);
        assertRefused(answer, code);
        const [entry, ...more] = (await stopped()).slice(before.length);
        assert.deepEqual(more, []);
        const { client, ...told } = entry!.data;
        assert.deepEqual(told, { recorder: 'nvr-1', operation, class: kind, recording: token });
        assert.match(client, /^sha256:/);
        assert.equal(gate.recorder.requests.soap.length, seen, 'the recorder saw it');
      });

    const elsewhere: readonly (readonly [what: string, question: Question, operation: string, status?: number])[] = [
      ['an expectation that nobody knows', { method: 'POST', target: '/onvif/device_service', headers: { expect: 'footage' }, body: envelope('device', 'GetServices') }, 'POST /onvif/device_service', 417],
      ['CONNECT', { method: 'CONNECT', target: 'elsewhere.example:554' }, 'CONNECT elsewhere.example:554'],
      ['an upgrade to WebSocket', { target: '/live', headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' } }, 'GET /live'],
      ['an upgrade to HTTP/2', { target: '/onvif/device_service', headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' } }, 'GET /onvif/device_service'],
    ];
    for (const [what, question, operation, status = 403] of elsewhere)
      it(what, async () => {
        const before = await stopped();
        assert.equal((await ask(gate.frontUrl, question)).status, status);
        const [entry, ...more] = (await stopped()).slice(before.length);
        assert.deepEqual([entry?.data.operation, entry?.data.class, more.length], [operation, 'unknown', 0]);
      });

    it('twenty at once: twenty entries', async () => {
      const before = (await stopped()).length;
      const question = soap({ service: 'replay', operation: 'GetReplayUri', inner: recording });
      for (const answer of await Promise.all(Array.from({ length: 20 }, () => ask(gate.frontUrl, question)))) assertRefused(answer, 'route-blocked');
      assert.equal((await stopped()).length, before + 20);
    });
  });

  /** A SOAP fault in both languages with the address to apply at, and nothing of ours in it. */
  function assertRefused({ status, headers, text }: RawAnswer, code: string): void {
    assert.ok(status >= 400 && status < 500, `${status}`);
    assert.match(String(headers['content-type']), /^application\/soap\+xml/);
    assert.match(text, new RegExp(`<s:Value>gate:${code}</s:Value>`));
    assert.match(text, /<s:Text xml:lang="en">[^<]+<\/s:Text>/);
    assert.match(text, /<s:Text xml:lang="zh">[^<]*[\u4e00-\u9fff][^<]*<\/s:Text>/);
    assert.ok(text.includes(`<gate:Apply>${gate.url}/apply</gate:Apply>`), text);
    assert.doesNotMatch(text, /\.[jt]s\b|Error|node_modules|box-password/);
    assert.equal(text.includes(gate.folder), false);
  }
});

describe('a recorder behind the gate', () => {
  const services = { service: 'device', operation: 'GetServices' } as const;
  const journalled: string[] = [];
  let failing = false;

  /** A front alone, before any recorder: what it does must not hang on the rest of the gate. */
  async function withFront(url: string, work: (front: string) => Promise<void>, deadlineMs = 400, tls?: RecorderAddress['tls']): Promise<void> {
    const recorder = { id: 'nvr-1', url };
    const front = makeFront({
      recorder, front: onvif.front!({ ...recorder, ...account, tls }), applyUrl: 'https://gate.example/apply', log: noLog,
      stopAccess: async ({ operation }) => {
        if (failing) throw new Error('the disk is gone');
        journalled.push(operation);
      },
    }, deadlineMs);
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    try {
      await work(`http://127.0.0.1:${(front.address() as AddressInfo).port}`);
    } finally {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
    }
  }

  async function withServer(listener: http.RequestListener, work: (url: string) => Promise<void>): Promise<void> {
    const server = http.createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/onvif/device_service`);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  const faulty: readonly (readonly [what: string, listener: http.RequestListener, code: string])[] = [
    ['takes the message and says nothing', () => undefined, 'vms-unreachable'],
    ['begins an answer and does not end it', (_request, response) => void response.writeHead(200).write('<a>'), 'vms-unreachable'],
    ['cuts its answer', (_request, response) => void response.writeHead(200, { 'content-length': 100 }).write('<a>', () => response.destroy()), 'vms-unreachable'],
    ['closes at once', (request) => void request.socket.destroy(), 'vms-unreachable'],
    ['answers with what is no XML', (_request, response) => void response.end('<a><b></a>'), 'vms-fault'],
    ['answers with a document type', (_request, response) => void response.end('<!DOCTYPE a><a/>'), 'vms-fault'],
  ];
  for (const [what, listener, code] of faulty)
    it(`that ${what}: ${code}`, () =>
      withServer(listener, (url) =>
        withFront(url, async (front) => {
          const answer = await call(front, services);
          assert.deepEqual([answer.status, /gate:([\w-]+)</.exec(answer.text)?.[1]], [502, code]);
          assert.match(answer.text, /xml:lang="zh">录像机/);
        })));

  const fixture = (name: string): Buffer => fs.readFileSync(path.join(root, 'test/fixtures/tls', name));
  const pinned = new X509Certificate(fixture('cert.pem')).fingerprint256.replaceAll(':', '').toLowerCase();
  const trusted: readonly (readonly [what: string, tls: RecorderAddress['tls'], status: number])[] = [
    ['its pinned certificate', { fingerprint: pinned }, 200],
    ['another pinned certificate', { fingerprint: pinned.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }, 502],
    ['an authority of one’s own', { ca: fixture('cert.pem').toString() }, 200],
    ['no authority that is known', undefined, 502],
  ];
  for (const [what, tls, status] of trusted)
    it(`that speaks https, by ${what}: ${status}`, async () => {
      const recorder = await startRecorder({ media: street, ...account, ...footage, tls: { cert: fixture('cert.pem'), key: fixture('key.pem') } });
      await withFront(recorder.url, async (front) => assert.equal((await call(front, services, account)).status, status), 4000, tls).finally(() => recorder.close());
      // To a stranger nothing is said.
      assert.equal(recorder.requests.soap.length > 0, status === 200);
    });

  it('that is down: vms-unreachable; back again, it is asked again', async () => {
    const options = { media: street, ...account, ...footage };
    const first = await startRecorder(options);
    await withFront(first.url, async (front) => {
      assert.equal((await call(front, services, account)).status, 200);
      await first.close();
      const answer = await call(front, services, account);
      assert.deepEqual([answer.status, answer.text.includes('gate:vms-unreachable')], [502, true]);
      const second = await startRecorder({ ...options, port: first.port, rtspPort: first.rtspPort });
      try {
        assert.equal((await call(front, services, account)).status, 200);
      } finally {
        await second.close();
      }
    });
  });

  it('that answers without end is cut off at 4 MiB', async () => {
    const recorder = await startRecorder({ media: street, ...account, ...footage, faults: { soap: 'huge' } });
    try {
      await withFront(recorder.url, async (front) => {
        const before = process.memoryUsage().rss;
        const answer = await call(front, services);
        assert.deepEqual([answer.status, answer.text.includes('gate:vms-fault')], [502, true]);
        assert.ok(process.memoryUsage().rss - before < 128 * 1024 * 1024);
      }, 10_000);
    } finally {
      await recorder.close();
    }
  });

  it('is given a login of its own kind, and never a token of the gate', async () => {
    const given: (string | undefined)[] = [];
    await withServer((request, response) => {
      given.push(request.headers.authorization);
      response.end('<a/>');
    }, (url) =>
      withFront(url, async (front) => {
        for (const authorization of ['Digest username="a"', 'Basic YTpi', 'Bearer a.b.c', 'exportgate x'])
          await call(front, { ...services, headers: { authorization, cookie: 'session=1', 'x-forwarded-for': '192.0.2.1' } });
      }));
    assert.deepEqual(given, ['Digest username="a"', 'Basic YTpi', undefined, undefined]);
  });

  it('hears nothing of what cannot be recorded', async () => {
    let heard = 0;
    await withServer((_request, response) => void (heard++, response.end('<a/>')), (url) =>
      withFront(url, async (front) => {
        failing = true;
        try {
          const statuses = [
            await call(front, { service: 'replay', operation: 'GetReplayUri' }), await call(front, { service: 'device', operation: 'SystemReboot' }),
            await ask(front, { target: '/onvif/snapshot' }), await ask(front, { method: 'CONNECT', target: 'elsewhere.example:554' }),
            await ask(front, { target: '/live', headers: { connection: 'Upgrade', upgrade: 'websocket' } }),
          ].map(({ status }) => status);
          assert.ok(statuses.every((status) => status >= 500), statuses.join());
        } finally {
          failing = false;
        }
      }));
    assert.equal(heard, 0);
  });
});
