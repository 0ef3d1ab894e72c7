// Vendors' own playback addresses: the time in each vendor's spelling, the configured host and nothing else.
import assert from 'node:assert/strict';
import { makeDevice } from '../../../adapters/onvif/device.js';
import { locate } from '../../../adapters/onvif/locate.js';
import { vendorAddress, vendorNames } from '../../../adapters/onvif/vendors.js';
import type { RecorderAddress } from '../../../plugin/domain/adapter.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { quick } from './rig.js';
import { callOptions } from './saying.js';

const device = (more: Partial<RecorderAddress> = {}) =>
  makeDevice({ id: 'r', url: 'http://nvr.example:8080/onvif/device_service', user: 'u', password: 'p', ...more }, quick, () => new Date(0));
/** 2026-03-01 16:00:00.5 to 16:01:00 UTC: the next day in Beijing. */
const range = { from: '2026-03-01T16:00:00.500Z', to: '2026-03-01T16:01:00.000Z' };

const addresses: [string, string][] = [
  ['hikvision', 'rtsp://nvr.example:554/Streaming/tracks/302?starttime=20260301T160000Z&endtime=20260301T160100Z'],
  ['hikvision-local', 'rtsp://nvr.example:554/Streaming/tracks/302?starttime=20260302T000000Z&endtime=20260302T000100Z'],
  ['dahua', 'rtsp://nvr.example:554/cam/playback?channel=3&subtype=1&starttime=2026_03_02_00_00_00&endtime=2026_03_02_00_01_00'],
  ['uniview', 'rtsp://nvr.example:554/c3/b1772380800/e1772380860/replay/'],
  [
    'tvt',
    'rtsp://nvr.example:554/rtsp/playback?channel=3&subtype=1&starttime=2026-03-02T00:00:00Z&endtime=2026-03-02T00:01:00Z&localtime=true',
  ],
];

describe('vendors’ playback addresses', () => {
  it('has a row here for each vendor', () => assert.deepEqual(addresses.map(([name]) => name).sort(), [...vendorNames].sort()));
  for (const [vendor, url] of addresses)
    it(`${vendor}: ${url}`, () =>
      assert.deepEqual(vendorAddress(device(), { vendor, channel: 3, stream: 2 }, range), { url, host: 'nvr.example', port: 554, secure: false }));

  it('takes port and zone of the configuration', () => {
    const { url, port } = vendorAddress(device({ vendor: { rtspPort: 8554, zoneMinutes: -90 } }), { vendor: 'dahua', channel: 1, stream: 1 }, range);
    assert.equal(port, 8554);
    assert.match(url, /^rtsp:\/\/nvr\.example:8554\/cam.*subtype=0&starttime=2026_03_01_14_30_00&/);
  });
  it('keeps the brackets of IPv6 in the address alone', () => {
    const six = device({ url: 'http://[2001:db8::7]/onvif/device_service' });
    const { url, host } = vendorAddress(six, { vendor: 'uniview', channel: 1, stream: 1 }, range);
    assert.ok(url.startsWith('rtsp://[2001:db8::7]:554/c1/'));
    assert.equal(host, '2001:db8::7');
  });
  const refused: [string, string, number, number][] = [
    ['a vendor that nobody knows', 'acme', 1, 1],
    ['a name of JavaScript', 'constructor', 1, 1],
    ['channel 0', 'dahua', 0, 1],
    ['half a channel', 'dahua', 1.5, 1],
    ['stream 10', 'dahua', 1, 10],
  ];
  for (const [name, vendor, channel, stream] of refused)
    it(`refuses ${name}`, () => assert.throws(() => vendorAddress(device(), { vendor, channel, stream }, range), { code: 'config-invalid' }));

  it('are located without asking the recorder anything, and their times are asserted', async () => {
    const located = await locate(device(), { vendor: 'dahua', channel: 3, stream: 2 }, range, callOptions());
    const { address, ...told } = located;
    assert.deepEqual(told, { rung: 'vendor-address', promised: null, from: null, to: null, times: 'asserted' });
    assert.equal((await address(range)).url, addresses[2]?.[1]);
    const none = await locate(device(), { vendor: 'acme', channel: 3, stream: 2 }, range, callOptions());
    await assert.rejects(none.address(range), Problem);
  });
});
