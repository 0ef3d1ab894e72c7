// Discovery against answers on loopback: several matches in one, the same twice, rubbish, and an interface that is not there.
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { discover, readMatches } from '../../../adapters/onvif/discover.js';

const match = (endpoint: string, addresses: string, scopes: string): string =>
  `<d:ProbeMatch><a:EndpointReference><a:Address>${endpoint}</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types>
   <d:Scopes>${scopes}</d:Scopes><d:XAddrs>${addresses}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch>`;
const answer = (...matches: string[]): Buffer =>
  Buffer.from(`<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
   xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body>
   <d:ProbeMatches>${matches.join('')}</d:ProbeMatches></s:Body></s:Envelope>`);

const one = match(
  'urn:uuid:1',
  'http://192.0.2.7/onvif/device_service http://[2001:db8::7]/onvif/device_service',
  'onvif://www.onvif.org/name/Yard%20North onvif://www.onvif.org/hardware/NVR-1 onvif://www.onvif.org/type/video_encoder',
);
const two = match('urn:uuid:2', 'https://192.0.2.8:8443/onvif/device_service', 'onvif://www.onvif.org/name/Gate_2');
const found = [
  { addresses: ['http://192.0.2.7/onvif/device_service', 'http://[2001:db8::7]/onvif/device_service'], name: 'Yard North', hardware: 'NVR-1' },
  { addresses: ['https://192.0.2.8:8443/onvif/device_service'], name: 'Gate 2', hardware: null },
];

describe('discovery', () => {
  let responder: Socket;
  let probes: string[];
  let replies: Buffer[];
  beforeEach(async () => {
    probes = [];
    responder = createSocket('udp4').on('message', (datagram, { port, address }) => {
      probes.push(datagram.toString());
      for (const reply of replies) responder.send(reply, port, address);
    });
    responder.bind(0, '127.0.0.1');
    await once(responder, 'listening');
  });
  afterEach(() => void responder.close());
  const ask = (signal = new AbortController().signal, waitMs = 250) =>
    discover('127.0.0.1', signal, { group: '127.0.0.1', port: responder.address().port, waitMs });

  const rows: [string, Buffer[], unknown][] = [
    ['one answer', [answer(one)], found.slice(0, 1)],
    ['two matches in one answer', [answer(one, two)], found],
    ['two answers, each twice, and rubbish between', [answer(two), Buffer.from('<a'), answer(one), Buffer.alloc(3), answer(two)], found],
    ['an answer without addresses', [answer(match('urn:uuid:3', '', ''))], []],
    ['addresses that are none', [answer(match('u', 'ftp://192.0.2.9/ javascript:x http://', ''))], []],
    ['nobody', [], []],
  ];
  for (const [name, given, expected] of rows)
    it(`tells ${name}`, async () => {
      replies = given;
      assert.deepEqual(await ask(), expected);
      assert.match(probes[0] ?? '', /NetworkVideoTransmitter/);
    });

  it('runs twice at once without disturbance', async () => {
    replies = [answer(one, two)];
    assert.deepEqual(await Promise.all([ask(), ask()]), [found, found]);
  });
  it('leaves at once when it is aborted', async () => {
    replies = [];
    const controller = new AbortController();
    const begun = performance.now();
    const work = ask(controller.signal, 60_000);
    await once(responder, 'message');
    controller.abort(new Error('enough'));
    await assert.rejects(work, /enough/);
    assert.ok(performance.now() - begun < 2000);
  });
  for (const address of ['192.0.2.1', '::1', 'eth0', ''])
    it(`refuses ${JSON.stringify(address)}, which is no IPv4 address of this machine`, () =>
      assert.rejects(discover(address, new AbortController().signal, { group: '127.0.0.1', port: 9, waitMs: 50 }), { code: 'config-invalid' }));
  it('cuts names and takes signs out that paint', () => {
    const [entry] = readMatches(answer(match('u', 'http://192.0.2.7/', `onvif://www.onvif.org/name/%1B%5B31m${'x'.repeat(300)}`)));
    const name = entry?.[1].name ?? '';
    assert.equal(name.length, 100);
    assert.ok(name.startsWith('\uFFFD[31mxxx'));
  });
});
