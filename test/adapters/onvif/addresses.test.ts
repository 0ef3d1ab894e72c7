// Addresses that a recorder names: only their path, query and RTSP port are believed.
import assert from 'node:assert/strict';
import { ownHttpAddress, ownRtspAddress } from '../../../adapters/onvif/addresses.js';
import { Problem } from '../../../plugin/domain/problem.js';

const device = new URL('https://nvr.example:8443/onvif/device_service');

describe('addresses', () => {
  const http: [string, string | null][] = [
    ['http://10.0.0.5/onvif/search?channel=1&x=%20', 'https://nvr.example:8443/onvif/search?channel=1&x=%20'],
    ['http://user:pw@10.0.0.5:81/a', 'https://nvr.example:8443/a'],
    ['HTTPS://[::1]:9/b', 'https://nvr.example:8443/b'],
    ['http://10.0.0.5//elsewhere.example/c', 'https://nvr.example:8443//elsewhere.example/c'],
    ['ftp://10.0.0.5/a', null],
    ['//10.0.0.5/a', null],
    ['http://10.0.0.5/a b', null],
    [`http://h/${'x'.repeat(3000)}`, null],
    ['', null],
  ];
  for (const [given, own] of http)
    it(`service ${given.slice(0, 50)} → ${own ?? 'refused'}`, () => {
      if (own) assert.equal(ownHttpAddress(given, device).origin, device.origin);
      else assert.throws(() => ownHttpAddress(given, device), Problem);
    });

  const rtsp: [string, string | null][] = [
    ['rtsp://10.0.0.5/rec?a=1&b=2', 'rtsp://nvr.example:554/rec?a=1&b=2'],
    ['rtsp://user:pw@10.0.0.5:8554/rec/1', 'rtsp://nvr.example:8554/rec/1'],
    ['RTSP://[fe80::1]:8554?x', 'rtsp://nvr.example:8554?x'],
    ['rtsp://10.0.0.5', 'rtsp://nvr.example:554/'],
    ['rtsps://10.0.0.5/a?b', 'rtsps://nvr.example:322/a?b'],
    ['RTSPS://user:pw@10.0.0.5:8555/a', 'rtsps://nvr.example:8555/a'],
    ['rtsp://10.0.0.5:0/a', null],
    ['rtsp://10.0.0.5:99999/a', null],
    ['rtsp://10.0.0.5/a b', null],
    ['rtsp://10.0.0.5/a\r\nX: y', null],
    ['http://10.0.0.5/a', null],
    ['rtspx://10.0.0.5/a', null],
    ['', null],
  ];
  for (const [given, own] of rtsp)
    it(`replay ${JSON.stringify(given)} → ${own ?? 'refused'}`, () => {
      if (own) {
        const { url, secure, port, host } = ownRtspAddress(given, device);
        assert.deepEqual([url, secure, host], [own, own.startsWith('rtsps:'), 'nvr.example']);
        assert.ok(own.includes(`:${port}`));
      } else assert.throws(() => ownRtspAddress(given, device), Problem);
    });
});
