// Where the services are: GetServices, or the older GetCapabilities; always at the configured host.
import assert from 'node:assert/strict';
import { namespaces } from '../../../adapters/onvif/namespaces.js';
import { findServices, replayService } from '../../../adapters/onvif/service-addresses.js';
import type { Reply } from '../../../adapters/onvif/shape-reply.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { callOptions, deviceSaying, notSupported } from './saying.js';

const inner = 'http://10.0.0.5/onvif';
const service = (name: keyof typeof namespaces, address = `${inner}/${name}?x=1&y`) => ({ Namespace: namespaces[name], XAddr: address });
const capabilities = {
  Capabilities: { Device: { XAddr: `${inner}/old` }, Extension: { Search: { XAddr: `${inner}/s` }, Replay: { XAddr: `${inner}/r` } } },
};
const unreachable = new Problem('vms-unreachable', 'gone');
const odd = new Problem('vms-fault', 'odd');

describe('addresses of services', () => {
  const rows: [string, Reply | Error, Reply | Error, string][] = [
    [
      'all four, with their queries',
      { Service: [service('device'), service('media'), service('search'), service('replay'), service('recording')] },
      notSupported,
      'device=/onvif/device?x=1&y search=/onvif/search?x=1&y replay=/onvif/replay?x=1&y recording=/onvif/recording?x=1&y',
    ],
    ['one alone', { Service: service('replay') }, notSupported, 'replay=/onvif/replay?x=1&y'],
    ['no GetServices', notSupported, capabilities, 'device=/onvif/old search=/onvif/s replay=/onvif/r'],
    ['GetServices answered with something else', odd, capabilities, 'device=/onvif/old search=/onvif/s replay=/onvif/r'],
    ['GetServices without replay', { Service: [service('device')] }, capabilities, 'device=/onvif/device?x=1&y search=/onvif/s replay=/onvif/r'],
    ['GetServices without replay, and nothing older', { Service: service('search') }, notSupported, 'search=/onvif/search?x=1&y'],
    ['an address that is none', { Service: [service('replay', 'ftp://x/'), service('search')] }, '', 'search=/onvif/search?x=1&y'],
    ['neither', notSupported, notSupported, 'vms-fault'],
    ['nobody there', unreachable, capabilities, 'vms-unreachable'],
    ['nobody there the second time', notSupported, unreachable, 'vms-unreachable'],
  ];
  for (const [name, modern, older, outcome] of rows)
    it(`${name} → ${outcome}`, async () => {
      const { device } = deviceSaying({ GetServices: [modern], GetCapabilities: [older] });
      const told = await findServices(device, callOptions()).then(
        (services) => {
          assert.ok([...services.values()].every((url) => url.origin === device.url.origin));
          return [...services].map(([each, url]) => `${each}=${url.pathname}${url.search}`).join(' ');
        },
        (error: unknown) => (error as Problem).code,
      );
      const sorted = (words: string): string => words.split(' ').sort().join(' ');
      assert.equal(sorted(told), sorted(outcome));
    });
  it('a recorder without replay → vms-fault', () => assert.throws(() => replayService(new Map()), { code: 'vms-fault' }));
});
