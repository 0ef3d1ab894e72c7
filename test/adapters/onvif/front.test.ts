// The place in front of a recorder: refusals that a client can read, replies whose addresses stay in front of the gate, and paths that
// are no SOAP service.
import assert from 'node:assert/strict';
import { faultXml } from '../../../adapters/onvif/fault-xml.js';
import { makeFront } from '../../../adapters/onvif/front.js';
import { namespaces } from '../../../adapters/onvif/namespaces.js';
import { elementsIn, readXml, textOf, type Element } from '../../../adapters/onvif/read-xml.js';
import { rewriteAddresses } from '../../../adapters/onvif/rewrite-addresses.js';

const front = makeFront({ id: 'r', url: 'http://10.0.0.5:8000/onvif/device_service', user: 'a', password: 'b' });
const read = (bytes: Buffer): Element => readXml(bytes, { bytes: 1e5, depth: 20, elements: 500 });
const all = (element: Element): Element[] => [element, ...elementsIn(element).flatMap(all)];
const texts = (bytes: Buffer): string[] =>
  all(read(bytes))
    .map((element) => textOf(element) ?? '')
    .filter(Boolean);

describe('in front of a recorder', () => {
  const message = Buffer.from(
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">
      <s:Body><x:GetServices xmlns:x="${namespaces.device}"/></s:Body></s:Envelope>`,
  );
  const paths: [string, string][] = [
    ['/onvif/device_service', 'safe'],
    ['/onvif/search_service', 'safe'],
    ['/onvif/Events/PullSub?Idx=0', 'safe'],
    ['/cgi-bin/playback', 'unknown'],
    ['/', 'unknown'],
    ['/onvif', 'unknown'],
    ['/onvif/../cgi-bin/playback', 'unknown'],
    ['/onvif/a%2f..%2fb', 'unknown'],
    ['/ONVIF/device_service', 'unknown'],
    ['/onvif/a?b=http://example.org/', 'unknown'],
    ['//onvif/device_service', 'unknown'],
  ];
  for (const [path, kind] of paths)
    it(`GetServices to ${path} → ${kind}`, () =>
      assert.equal(front.classify({ path, contentType: 'application/soap+xml', action: null, body: message }).class, kind));

  it('refuses as a SOAP fault in both languages with the address to apply at', () => {
    const refusal = front.refuse({
      code: 'route-blocked',
      zh: '请申请调取 <b>',
      en: 'Apply for it & wait',
      link: 'https://gate.example/apply?a=1&b=2',
      status: 403,
    });
    assert.equal(refusal.status, 403);
    assert.match(refusal.contentType, /^application\/soap\+xml/);
    assert.deepEqual(texts(refusal.body), [
      's:Sender',
      'gate:route-blocked',
      'Apply for it & wait',
      '请申请调取 <b>',
      'https://gate.example/apply?a=1&b=2',
    ]);
  });
  it('has the same in SOAP 1.1, and no link where there is none', () => {
    const body = faultXml({
      code: 'Receiver',
      subcode: 'journal-unwritable',
      reasonZh: '不',
      reasonEn: 'no',
      link: '',
      soapVersion: '1.1',
    });
    assert.equal(read(body).namespace, 'http://schemas.xmlsoap.org/soap/envelope/');
    assert.deepEqual(texts(body), ['s:Server.journal-unwritable', '不 / no']);
  });

  const addresses: [string, string][] = [
    ['http://10.0.0.5:8000/onvif/search?a=1&amp;b=2', 'https://gate.example/r1/onvif/search?a=1&b=2'],
    ['http://10.0.0.5/onvif/media', 'https://gate.example/r1/onvif/media'],
    ['https://10.0.0.5:8443/x', 'https://gate.example/r1/x'],
    ['<![CDATA[http://10.0.0.5:8000/a]]>', 'https://gate.example/r1/a'],
    ['http://10.0.0.5:8000/a http://10.0.0.5:8000/b', 'https://gate.example/r1/a https://gate.example/r1/b'],
    ['http://user:pw@10.0.0.5:8000/a', 'https://gate.example/r1/a'],
    ['rtsp://10.0.0.5:554/live', 'rtsp://10.0.0.5:554/live'],
    ['http://192.168.1.64/onvif/replay', 'https://gate.example/r1/onvif/replay'], // an inner address of the recorder’s own
    ['http://www.w3.org/2005/08/addressing/anonymous', 'http://www.w3.org/2005/08/addressing/anonymous'],
    ['not an address', 'not an address'],
  ];
  for (const [given, own] of addresses)
    it(`${given} → ${own}`, () => {
      const reply = Buffer.from(`<a xmlns="u"><XAddr>${given}</XAddr><Name>http://10.0.0.5:8000/name</Name></a>`);
      assert.deepEqual(texts(front.rewrite(reply, 'https://gate.example/r1/')), [own, 'http://10.0.0.5:8000/name']);
    });
  it('rewrites with the prefix of any reply, leaves an empty one alone, and refuses what cannot be read', () => {
    const reply = Buffer.from('<s:E xmlns:s="u"><t:Uri xmlns:t="v">http://h/x</t:Uri></s:E>');
    assert.deepEqual(texts(rewriteAddresses(reply, 'http://gate.example:8080')), ['http://gate.example:8080/x']);
    assert.equal(rewriteAddresses(Buffer.alloc(0), 'http://gate.example').length, 0);
    assert.throws(() => rewriteAddresses(Buffer.from('<!DOCTYPE a><a/>'), 'http://gate.example'), { code: 'vms-fault' });
  });
});
