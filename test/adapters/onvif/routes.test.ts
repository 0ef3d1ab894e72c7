// The table of operations: what must never be safe, and what an ordinary client cannot do without.
import assert from 'node:assert/strict';
import { classOf, routes } from '../../../adapters/onvif/routes.js';
import { namespaces } from '../../../adapters/onvif/namespaces.js';

const safe = [...routes].flatMap(([namespace, operations]) =>
  [...operations].filter(([, kind]) => kind === 'safe').map(([name]) => ({ namespace, name })),
);

describe('the routes of ONVIF', () => {
  it('hold nothing safe that changes the recorder by its verb, but what watching events and pictures needs', () => {
    const verbs = /^(Set|Create|Delete|Add|Remove|Start|Stop|Modify|Update|Upload|Restore|Upgrade|Load|Trigger|Configure)[A-Z]/;
    assert.deepEqual([...new Set(safe.filter(({ name }) => verbs.test(name)).map(({ name }) => name))].sort(), [
      'CreatePullPointSubscription',
      'SetSynchronizationPoint',
    ]);
  });
  it('hold nothing safe that hands out recorded footage or the keys to it', () => {
    assert.deepEqual(
      safe
        .filter(
          ({ name }) =>
            /Replay(?!Configuration)|Export(?!RecordedDataState)|Segments|Backup|SystemLog|SystemUris|Support|GetUsers|Certificate/.test(
              name,
            ) && !/^GetSupported/.test(name),
        )
        .map(({ name }) => name),
      [],
    );
  });
  const rows: [keyof typeof namespaces, string, string][] = [
    ['device', 'GetSystemDateAndTime', 'safe'],
    ['media2', 'GetProfiles', 'safe'],
    ['ptz', 'GetStatus', 'safe'],
    ['ptz', 'ContinuousMove', 'writing'],
    ['ptz', 'Stop', 'writing'],
    ['replay', 'GetReplayUri', 'footage'],
    ['recording', 'ListRecordedSegments', 'footage'],
    ['recording', 'StopExportRecordedData', 'writing'],
    ['device', 'CreateUsers', 'writing'],
    ['device', 'GetUsers', 'unknown'],
    ['media', 'GetReplayUri', 'unknown'],
    ['schema', 'SetAnything', 'writing'],
    ['device', '', 'unknown'],
  ];
  for (const [service, name, kind] of rows)
    it(`${service} ${name || '(no name)'} → ${kind}`, () => assert.equal(classOf(namespaces[service], name), kind));
});
