// The ladder to a recording: each rung only where the one above is missing, faulty or empty; and dates that nobody may believe.
import assert from 'node:assert/strict';
import { findRecording, listRecordings } from '../../../adapters/onvif/recordings.js';
import type { Services } from '../../../adapters/onvif/service-addresses.js';
import type { Reply } from '../../../adapters/onvif/shape-reply.js';
import { SoapFault, type Operation } from '../../../adapters/onvif/soap.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { callOptions, deviceSaying, notSupported, url } from './saying.js';

type Answers = Partial<Record<Operation, readonly (Reply | Error)[]>>;

const all: Services = new Map([
  ['search', url],
  ['recording', url],
]);
const found = { SearchToken: 'S1' };
const information = (token: string): Reply => ({
  RecordingToken: token,
  EarliestRecording: '2026-02-01T00:00:00Z',
  LatestRecording: '2026-03-01T00:00:00Z',
  Track: [
    { TrackToken: 'V1', TrackType: 'Video', DataFrom: '2026-02-02T08:00:00+08:00', DataTo: '2026-02-20T00:00:00Z' },
    { TrackToken: 'A1', TrackType: 'Audio', DataFrom: '2026-01-01T00:00:00Z', DataTo: '2026-03-01T00:00:00Z' },
  ],
});
const item = (token: string): Reply => ({
  RecordingToken: token,
  Tracks: { Track: { TrackToken: 'V1', Configuration: { TrackType: 'Video' } } },
});
const searching = (...tokens: string[]): Answers => ({
  FindRecordings: [found],
  GetRecordingSearchResults: [{ ResultList: { SearchState: 'Completed', RecordingInformation: tokens.map(information) } }],
});
const summary = (number: string): Reply => ({
  Summary: { DataFrom: '2026-01-05T00:00:00Z', DataUntil: '2026-02-05T00:00:00Z', NumberRecordings: number },
});
const nonsense = new Problem('vms-fault', 'nonsense');
const [from, to] = ['2026-02-02T00:00:00.000Z', '2026-02-20T00:00:00.000Z'];

describe('the ladder to a recording', () => {
  const rows: [string, Answers, Services, string, string[]][] = [
    ['found by search', searching('B', 'A'), all, `search ${from} ${to} V1`, ['FindRecordings', 'GetRecordingSearchResults', 'EndSearch']],
    ['listed twice', searching('A', 'A'), all, `search ${from} ${to} V1`, ['FindRecordings', 'GetRecordingSearchResults', 'EndSearch']],
    ['others only', searching('B'), all, 'footage-missing', ['FindRecordings', 'GetRecordingSearchResults', 'EndSearch']],
    [
      'no search, but a list with information',
      { GetRecordings: [{ RecordingItem: [item('B'), item('A')] }], GetRecordingInformation: [{ RecordingInformation: information('A') }] },
      all,
      `recordings ${from} ${to} V1`,
      ['FindRecordings', 'GetRecordings', 'GetRecordingInformation'],
    ],
    [
      'an empty search, and a list without information',
      { ...searching(), GetRecordings: [{ RecordingItem: item('A') }] },
      all,
      'recordings null null V1',
      ['FindRecordings', 'GetRecordingSearchResults', 'EndSearch', 'GetRecordings', 'GetRecordingInformation'],
    ],
    [
      'a list of others',
      { FindRecordings: [nonsense], GetRecordings: [{ RecordingItem: item('B') }] },
      all,
      'footage-missing',
      ['FindRecordings', 'GetRecordings'],
    ],
    [
      'a summary alone, its number a float',
      { GetRecordings: [''], GetRecordingSummary: [summary('2.000000')] },
      all,
      'summary 2026-01-05T00:00:00.000Z 2026-02-05T00:00:00.000Z ',
      ['FindRecordings', 'GetRecordings', 'GetRecordingSummary'],
    ],
    [
      'a summary of nothing, whose dates mean nothing',
      { GetRecordings: [nonsense], GetRecordingSummary: [summary('0')] },
      all,
      'configured null null ',
      ['FindRecordings', 'GetRecordings', 'GetRecordingSummary'],
    ],
    ['nothing that is answered', {}, all, 'configured null null ', ['FindRecordings', 'GetRecordings', 'GetRecordingSummary']],
    ['neither service', {}, new Map(), 'configured null null ', []],
    ['an unreachable recorder', { FindRecordings: [new Problem('vms-unreachable', 'gone')] }, all, 'vms-unreachable', ['FindRecordings']],
    ['a refused login', { FindRecordings: [new Problem('vms-refused', 'no')] }, all, 'vms-refused', ['FindRecordings']],
    [
      'an operation that the account may not use',
      { FindRecordings: [new SoapFault(['Sender', 'NotAuthorized'])], GetRecordings: [{ RecordingItem: [item('A')] }] },
      all,
      'recordings null null V1',
      ['FindRecordings', 'GetRecordings', 'GetRecordingInformation'],
    ],
  ];
  for (const [name, answers, services, outcome, operations] of rows)
    it(`${name} → ${outcome}`, async () => {
      const { device, asked } = deviceSaying(answers);
      const told = await findRecording(device, services, 'A', callOptions()).then(
        ({ rung, from, to, videoTracks }) => `${rung} ${from} ${to} ${videoTracks.join()}`,
        (error: unknown) => (error as Problem).code,
      );
      assert.equal(told, outcome);
      assert.deepEqual(asked, operations);
    });

  const dates: [string, string | null][] = [
    ['2026-02-01T00:00:00Z', '2026-02-01T00:00:00.000Z'],
    ['2026-02-01T08:00:00+08:00', '2026-02-01T00:00:00.000Z'],
    ['2026-03-02T23:00:00Z', '2026-03-02T23:00:00.000Z'],
    ['1970-01-01T00:03:15Z', null], // before the clock was set
    ['2036-01-01T00:00:00Z', null],
    ['2026-02-01T00:00:00', null], // eight hours may hide in it
    ['yesterday', null],
    ['', null],
  ];
  for (const [told, believed] of dates)
    it(`earliest footage ${JSON.stringify(told)} → ${believed ?? 'unknown'}`, async () => {
      const entry = { RecordingToken: 'A', EarliestRecording: told };
      const { device } = deviceSaying({
        FindRecordings: [found],
        GetRecordingSearchResults: [{ ResultList: { SearchState: 'Completed', RecordingInformation: entry } }],
      });
      assert.equal((await findRecording(device, all, 'A', callOptions())).from, believed);
    });

  it('lists what there is, each once', async () => {
    const { device } = deviceSaying(searching('B', 'A', 'B'));
    const { rung, recordings } = await listRecordings(device, all, callOptions());
    assert.deepEqual([rung, ...recordings.map(({ token }) => token)], ['search', 'B', 'A']);
  });
  it('stops where nothing more can be had', async () => {
    const { device } = deviceSaying({ GetRecordings: [notSupported] });
    assert.deepEqual(await listRecordings(device, new Map([['recording', url]]), callOptions()), {
      rung: 'configured',
      recordings: [],
      bounds: { from: null, to: null },
    });
  });
});
