// Answers cut at every byte, mutated, and made to hurt: only Problems and faults come of them, in time and within the bounds.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { readClock } from '../../../adapters/onvif/clock.js';
import { makeDevice, type Device } from '../../../adapters/onvif/device.js';
import { readMatches } from '../../../adapters/onvif/discover.js';
import { locate } from '../../../adapters/onvif/locate.js';
import { namespaces } from '../../../adapters/onvif/namespaces.js';
import { SoapFault } from '../../../adapters/onvif/soap.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { quick } from './rig.js';
import { callOptions } from './saying.js';

const wrap = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
  xmlns:t="urn:t"><s:Body>${body}</s:Body></s:Envelope>`;
const reply = (operation: string, body: string): string => wrap(`<t:${operation}Response>${body}</t:${operation}Response>`);
const date = '<Date><Year>2026</Year><Month>3</Month><Day>1</Day></Date><Time><Hour>2</Hour><Minute>0</Minute><Second>0</Second></Time>';
const service = (name: 'search' | 'replay' | 'recording'): string =>
  `<Service><Namespace>${namespaces[name]}</Namespace><XAddr>http://10.0.0.5/${name}?a=1&amp;b=2</XAddr></Service>`;
const state = (minute: string, present: boolean, start: boolean): string =>
  `<Result><RecordingToken>A</RecordingToken><TrackToken>V</TrackToken><Time>2026-03-01T02:${minute}:00Z</Time><Event><Message><Message>
   <Data><SimpleItem Name="IsDataPresent" Value="${present}"/></Data></Message></Message></Event><StartStateEvent>${start}</StartStateEvent></Result>`;
const sound: Record<string, string> = Object.fromEntries(
  Object.entries({
    GetSystemDateAndTime: `<SystemDateAndTime><UTCDateTime>${date}</UTCDateTime></SystemDateAndTime>`,
    GetServices: service('search') + service('replay') + service('recording'),
    GetCapabilities: '<Capabilities><Extension><Replay><XAddr>http://10.0.0.5/r</XAddr></Replay></Extension></Capabilities>',
    FindRecordings: '<SearchToken>S</SearchToken>',
    GetRecordingSearchResults: `<ResultList><SearchState>Completed</SearchState><RecordingInformation><RecordingToken>A</RecordingToken>
      <EarliestRecording>2026-02-01T00:00:00Z</EarliestRecording><Track><TrackToken>V</TrackToken><TrackType>Video</TrackType>
      <DataFrom>2026-02-01T00:00:00Z</DataFrom></Track></RecordingInformation></ResultList>`,
    FindEvents: '<SearchToken>S</SearchToken>',
    GetEventSearchResults: `<ResultList><SearchState>Completed</SearchState>${state('00', true, true)}${state('20', false, false)}</ResultList>`,
    EndSearch: '<Endpoint>2026-03-01T02:00:00Z</Endpoint>',
    GetRecordings: '<RecordingItem><RecordingToken>A</RecordingToken></RecordingItem>',
    GetRecordingSummary: '<Summary><NumberRecordings>1</NumberRecordings></Summary>',
    GetReplayUri: '<Uri>rtsp://10.0.0.5/replay?token=A&amp;x=1</Uri>',
  }).map(([operation, body]) => [operation, reply(operation, body)]),
);
const span = { from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T03:00:00.000Z' };

describe('answers of a recorder gone mad', () => {
  let server: Server;
  let device: Device;
  /** Operation and sound answer → what is sent. */
  let spoil: (operation: string, sound: string) => Buffer;
  before(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const operation = /<op:(\w+)/.exec(body)?.[1] ?? '';
      response.end(spoil(operation, sound[operation] ?? wrap('')));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/onvif/device_service`;
    device = makeDevice({ id: 'r', url, user: 'u', password: 'p' }, { ...quick, soapMs: 1000, searchMs: 100 }, () => new Date(span.to));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const wholeWay = async (): Promise<string> => {
    await readClock(device, callOptions());
    const { rung, promised, address } = await locate(device, { recording: 'A' }, span, callOptions());
    return `${rung} ${promised?.length ?? 'unknown'} ${(await address(span)).url}`;
  };
  const expectProblem = (error: unknown): void =>
    assert.ok((error instanceof Problem && error.code !== 'internal') || error instanceof SoapFault, String((error as Error).stack));

  it('are sound to begin with', async () => {
    spoil = (_, text) => Buffer.from(text);
    assert.equal(await wholeWay(), 'search 1 rtsp://127.0.0.1:554/replay?token=A&x=1');
  });
  it('cut at every byte', async () => {
    const whole = Buffer.from(sound.GetReplayUri ?? '');
    for (let length = 0; length < whole.length; length++) {
      spoil = () => whole.subarray(0, length);
      await assert.rejects(device.soap.call('GetReplayUri', device.url, '', callOptions()), { code: 'vms-fault' }, `${length} bytes`);
    }
  }).timeout(20_000);
  it('mutated at random', async () => {
    const mutation = fc.record({ operation: fc.constantFrom(...Object.keys(sound)), at: fc.double({ min: 0, max: 0.999, noNaN: true }) });
    const change = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('<', '>', '&', '/', '"', '</s:Body>', '<a>', '<a/>', ']]>', '\0', '9'.repeat(400)).map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(mutation, change, fc.nat(40)), { minLength: 1, maxLength: 4 }), async (mutations) => {
        spoil = (operation, text) =>
          mutations
            .filter(([each]) => each.operation === operation)
            .reduce((bytes, [{ at }, piece, left]) => {
              const place = Math.floor(at * bytes.length);
              return Buffer.concat([bytes.subarray(0, place), piece, bytes.subarray(place + left)]);
            }, Buffer.from(text));
        await wholeWay().catch(expectProblem);
      }),
      { numRuns: 150 },
    );
  }).timeout(30_000);
  it('swapped for one another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...Object.keys(sound)), fc.constantFrom(...Object.keys(sound))), async (swaps) => {
        spoil = (operation, text) => {
          const other = Object.hasOwn(swaps, operation) ? swaps[operation] : undefined;
          return Buffer.from(other ? (sound[other] ?? '').replaceAll(`${other}Response`, `${operation}Response`) : text);
        };
        await wholeWay().catch(expectProblem);
      }),
      { numRuns: 60 },
    );
  }).timeout(30_000);

  const bomb = `<!DOCTYPE a [<!ENTITY a "${'a'.repeat(50)}">${[...'bcdefghij'].map((name, at) => `<!ENTITY ${name} "${`&${'abcdefghij'[at]};`.repeat(20)}">`).join('')}]>`;
  const hurtful: [string, string | Buffer][] = [
    ['entities that multiply', `${bomb}<a>&j;</a>`],
    ['an entity of a file', '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]><a>&f;</a>'],
    ['an entity that nobody declared', wrap('<t:GetReplayUriResponse>&nbsp;</t:GetReplayUriResponse>')],
    ['100 000 levels', '<a>'.repeat(100_000)],
    ['a million elements', reply('GetReplayUri', '<a/>'.repeat(1_000_000))],
    ['an attribute without end', `<a b="${'x'.repeat(2_000_000)}`],
    ['10 000 attributes', reply('GetReplayUri', `<a ${Array.from({ length: 10_000 }, (_, at) => `x${at}=""`).join(' ')}/>`)],
    ['a name without end', `<${'x'.repeat(2_000_000)}`],
    ['another encoding', Buffer.from(`<?xml version="1.0" encoding="GBK"?>${sound.GetReplayUri?.replace(/^<\?xml[^>]*>/, '')}`)],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from('<a>'), Buffer.of(0xff, 0xfe), Buffer.from('</a>')])],
    ['a name of JavaScript for the answer', wrap('<__proto__><GetReplayUriResponse><Uri>rtsp://x/</Uri></GetReplayUriResponse></__proto__>')],
    ['names of JavaScript inside', reply('GetReplayUri', '<__proto__><Uri>rtsp://x/</Uri></__proto__><constructor/><toString/>')],
    ['two answers', wrap('<GetReplayUriResponse><Uri>rtsp://x/</Uri></GetReplayUriResponse>'.repeat(2))],
  ];
  for (const [name, body] of hurtful)
    it(`that hurt: ${name}`, async () => {
      spoil = (operation, text) => (operation === 'GetReplayUri' ? Buffer.from(body) : Buffer.from(text));
      const before = Object.keys(Object.prototype).length;
      const begun = performance.now();
      await wholeWay().then((told) => assert.fail(told), expectProblem);
      assert.ok(performance.now() - begun < 5000);
      assert.equal(Object.keys(Object.prototype).length, before);
      assert.equal(({} as { Uri?: string }).Uri, undefined);
    }).timeout(10_000);

  it('to a discovery: anything throws a Problem or tells nothing that is no address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)), fc.string().map((text) => Buffer.from(wrap(text)))), (bytes) => {
        try {
          for (const [, { addresses }] of readMatches(bytes)) assert.ok(addresses.every((address) => /^https?:\/\//.test(address)));
        } catch (error) {
          expectProblem(error);
        }
      }),
      { numRuns: 300 },
    );
  });
});
