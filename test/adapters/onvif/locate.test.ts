// Where footage is, against the recorder in a box: search, events, replay address, and what it says that it holds.
import assert from 'node:assert/strict';
import { makeDevice, type Device } from '../../../adapters/onvif/device.js';
import { readClock } from '../../../adapters/onvif/clock.js';
import { holdings } from '../../../adapters/onvif/holdings.js';
import { locate } from '../../../adapters/onvif/locate.js';
import { Problem } from '../../../plugin/domain/problem.js';
import type { Faults } from '../../support/recorder/faults.js';
import type { Recorder } from '../../support/recorder/start-recorder.js';
import { addressOf, aRecorder, quick } from './rig.js';
import { callOptions } from './saying.js';

const span = { from: '2026-03-01T02:30:00.000Z', to: '2026-03-01T02:40:00.000Z' };

describe('where footage is', () => {
  let recorder: Recorder;
  let device: Device;
  before(async () => {
    recorder = await aRecorder({ holes: [{ from: new Date('2026-03-01T02:35:00Z'), to: new Date('2026-03-01T02:36:00Z') }] });
    device = makeDevice(addressOf(recorder), quick, () => new Date());
  });
  beforeEach(() => {
    for (const name of Object.keys(recorder.faults)) delete recorder.faults[name as keyof typeof recorder.faults];
  });
  after(() => recorder.close());

  it('is told by search and events, with the hole', async () => {
    const { rung, promised, from, to, times } = await locate(device, { recording: 'REC_1' }, span, callOptions());
    assert.deepEqual([rung, times, from, to], ['search', 'proven', '2026-03-01T02:00:00.000Z', '2026-03-01T04:00:00.000Z']);
    assert.equal(promised?.length, 2);
    assert.deepEqual([promised[0]?.from, promised[1]?.to], [span.from, span.to]);
    assert.ok((promised[0]?.to ?? '') <= (promised[1]?.from ?? ''));
  });
  it('is played at an address that is asked anew each time', async () => {
    const { address } = await locate(device, { recording: 'R & D' }, span, callOptions());
    const asked = (): number => recorder.requests.soap.filter((operation) => operation === 'GetReplayUri').length;
    const before = asked();
    const [{ url }] = [await address(span), await address(span)];
    assert.equal(asked(), before + 2);
    assert.ok(url.startsWith(`rtsp://127.0.0.1:${recorder.rtspPort}/`) && url.includes('R%20%26%20D'));
  });
  it('is missing where the recording is not listed', () =>
    assert.rejects(locate(device, { recording: 'REC_9' }, span, callOptions()), { code: 'footage-missing' }));
  it('is found without a search, and then nothing is promised', async () => {
    recorder.faults.searchRefused = true;
    const { rung, promised } = await locate(device, { recording: 'REC_1' }, span, callOptions());
    assert.deepEqual([rung, promised], ['recordings', null]);
  });
  it('is promised nowhere by an empty recorder', async () => {
    recorder.faults.empty = true;
    assert.deepEqual((await locate(device, { recording: 'REC_1' }, span, callOptions())).promised, []);
  });
  it('is held as told, in the recorder’s time', async () => {
    const told = await holdings(device, { recording: 'REC_1' }, { ...span, basis: 'recorder' }, new AbortController().signal);
    assert.deepEqual([told.rung, told.promised?.length, told.deviceSpan], ['search', 2, span]);
    assert.ok(Math.abs(told.clock.offsetMs) < 2000 && !told.clock.zoneSuspect);
  });
});

describe('where footage is, whatever is wrong with the recorder', () => {
  const hole = { from: new Date('2026-03-01T02:35:00Z'), to: new Date('2026-03-01T02:36:00Z') };
  /** Rung, number of promised spans, earliest footage, login; or the Problem. */
  const rows: [string, Faults, string][] = [
    ['nothing', {}, 'search 2 2026-03-01 digest'],
    ['only tokens', { login: 'token' }, 'search 2 2026-03-01 token'],
    ['only tokens, and a clock that is an hour off', { login: 'token', clockOffsetMs: 3_600_000 }, 'search 2 2026-03-01 token'],
    ['only tokens, wanted with status 200', { login: 'token', faultStatus: 200 }, 'search 2 2026-03-01 token'],
    ['digest only', { login: 'digest' }, 'search 2 2026-03-01 digest'],
    ['digest by SHA-256 beside MD5 and Basic', { login: 'digest', algorithms: ['MD5', 'SHA-256'], basicToo: true }, 'search 2 2026-03-01 digest'],
    ['a nonce that is good twice', { login: 'digest', nonceUses: 2 }, 'search 2 2026-03-01 digest'],
    ['a nonce that is good once', { login: 'digest', nonceUses: 1 }, 'search 2 2026-03-01 digest'],
    ['a refused login', { refuseLogin: true }, 'vms-refused'],
    ['a refused token', { refuseLogin: true, login: 'token' }, 'vms-refused'],
    ['its clock moves at each reading', { clockStepMs: 1000 }, 'search 2 2026-03-01 digest'],
    ['no UTC', { utc: 'missing' }, 'search 2 2026-03-01 digest'],
    ['SOAP 1.1 faults', { searchRefused: true, faultStyle: 'soap-1.1' }, 'recordings unknown unknown digest'],
    ['faults in several languages, with status 200', { searchRefused: true, faultStyle: 'languages', faultStatus: 200 }, 'recordings unknown unknown digest'],
    ['no GetServices', { refuse: ['GetServices'] }, 'search 2 2026-03-01 digest'],
    ['no list either', { searchRefused: true, refuse: ['GetRecordings'] }, 'configured unknown unknown digest'],
    ['no FindRecordings', { refuse: ['FindRecordings'] }, 'recordings 2 2026-03-01 digest'],
    ['no FindRecordings, no list, floats', { refuse: ['FindRecordings', 'GetRecordings'], floats: true }, 'summary 2 2026-03-01 digest'],
    ['no FindEvents', { refuse: ['FindEvents'] }, 'search unknown 2026-03-01 digest'],
    ['empty lists', { emptyLists: true }, 'summary unknown 2026-03-01 digest'],
    ['empty pages', { emptyPages: 2 }, 'search 2 2026-03-01 digest'],
    ['an endless search', { endlessSearch: true }, 'recordings unknown 2026-03-01 digest'],
    ['one token for every search', { constantToken: true }, 'search 2 2026-03-01 digest'],
    ['a token that is lost once', { expiredTokens: 1 }, 'search 2 2026-03-01 digest'],
    ['one entry on each page', { pageSize: 1 }, 'search 2 2026-03-01 digest'],
    ['bounds of 1970', { bounds1970: true }, 'search 2 unknown digest'],
    ['footage promised all through', { events: 'lying' }, 'search 1 2026-03-01 digest'],
    ['no state at the start', { events: 'no-start-state' }, 'search 2 2026-03-01 digest'],
    ['the recorder’s own view behind NAT', { foreignHost: '10.0.0.5' }, 'search 2 2026-03-01 digest'],
    ['no Uri', { noReplayUri: true }, 'vms-fault'],
    ['replies longer than any buffer', { soap: 'huge', soapOn: 'GetReplayUri' }, 'vms-fault'],
    ['replies cut short', { soap: 'cut', soapOn: 'GetReplayUri' }, 'vms-fault'],
    ['replies closed before their length', { soap: 'truncated', soapOn: 'GetReplayUri' }, 'vms-unreachable'],
    ['silence', { soap: 'stall', soapOn: 'GetReplayUri' }, 'vms-unreachable'],
    ['silence about events', { soap: 'stall', soapOn: 'FindEvents' }, 'search unknown 2026-03-01 digest'],
    ['drops', { soap: 'drip', soapOn: 'GetReplayUri' }, 'vms-unreachable'],
  ];
  for (const [name, faults, outcome] of rows)
    it(`${name} → ${outcome}`, async () => {
      const recorder = await aRecorder({ holes: [hole], faults });
      try {
        const device = makeDevice(addressOf(recorder), { ...quick, soapMs: 400, searchMs: 300 }, () => new Date());
        await readClock(device, callOptions());
        const told = await locate(device, { recording: 'REC_1' }, span, callOptions()).then(
          async ({ rung, promised, from, address }) => {
            const { host, port } = await address(span);
            assert.deepEqual([host, port], ['127.0.0.1', recorder.rtspPort]);
            return `${rung} ${promised?.length ?? 'unknown'} ${from?.slice(0, 10) ?? 'unknown'} ${device.soap.loginKind()}`;
          },
        ).catch((error: unknown) => (error instanceof Problem ? error.code : String(error)));
        assert.equal(told, outcome);
      } finally {
        await recorder.close();
      }
    });
});
