// What a recorder's owner is told: a row for each step whatever becomes of the others, and a transcript that may be sent to strangers.
import assert from 'node:assert/strict';
import { makeDevice } from '../../../adapters/onvif/device.js';
import { examine } from '../../../adapters/onvif/examine.js';
import { defaultLimits } from '../../../adapters/onvif/limits.js';
import { redact } from '../../../adapters/onvif/redact.js';
import type { Source } from '../../../plugin/domain/vms.js';
import type { Faults } from '../../support/recorder/faults.js';
import type { Recorder, RecorderOptions } from '../../support/recorder/start-recorder.js';
import { addressOf, aRecorder, quick } from './rig.js';

const never = new AbortController().signal;
const deviceOf = (recorder: Recorder, change: { user?: string; password?: string } = {}) =>
  makeDevice({ ...addressOf(recorder), ...change }, { ...defaultLimits, ...quick }, () => new Date());

async function withRecorder<T>(options: Partial<RecorderOptions>, work: (recorder: Recorder) => Promise<T>): Promise<T> {
  const recorder = await aRecorder(options);
  try {
    return await work(recorder);
  } finally {
    await recorder.close();
  }
}
/** `what` → `verdict detail`. */
const told = ({ rows }: Awaited<ReturnType<typeof examine>>): Record<string, string> =>
  Object.fromEntries(rows.map(({ what, verdict, detail }) => [what, `${verdict} ${detail}`]));

const steps = ['clock', 'services', 'device', 'login', 'search', 'coverage', 'holdings', 'replay-address', 'pull'];
const seen = ['replay', 'codecs', 'first-picture', 'time-stamps', 'speed', 'end'];
const rec1: Source = { recording: 'REC_1' };

describe('examine', function () {
  this.timeout(15_000);

  it('a sound recorder: every row, in order, and the pictures of five seconds', () =>
    withRecorder({}, async (recorder) => {
      const found = await examine(deviceOf(recorder), rec1, never);
      assert.deepEqual(found.rows.map(({ what }) => what), [...steps, ...seen]);
      const rows = told(found);
      assert.match(rows['device']!, /^ok Box, Recorder in a box, firmware/);
      assert.match(rows['search']!, /^ok FindRecordings, 3 recording\(s\): REC_0, R & D, REC_1/);
      assert.match(rows['holdings']!, /earliest 2026-03-01T02:00:00.000Z, latest 2026-03-01T04:00:00.000Z/);
      assert.match(rows['login']!, /^ok HTTP digest/);
      const span = { from: '2026-03-01T03:59:00.000Z', to: '2026-03-01T03:59:05.000Z' };
      assert.match(rows['pull']!, new RegExp(`^ok ${recorder.expectedFrames(span).length} pictures of 5 s at ${span.from}`));
      assert.match(rows['codecs']!, /video h264/);
      assert.match(rows['time-stamps']!, /^ok .*0xABAC.*C/);
    }));

  it('without a source: the first recording that is listed', () =>
    withRecorder({}, async (recorder) => {
      const found = await examine(deviceOf(recorder), null, never);
      assert.match(told(found)['pull']!, /^ok /);
      assert.ok(recorder.requests.rtsp.some((line) => line.includes('recording=REC_0')));
      assert.ok(!recorder.requests.rtsp.some((line) => line.includes('recording=REC_1')));
    }));

  const table: readonly (readonly [what: string, faults: Faults, row: string, says: RegExp, pull: RegExp, source?: Source])[] = [
    ['no search', { searchRefused: true }, 'search', /^warn GetRecordings/, /^no footage-missing/],
    ['a token that is not listed', {}, 'search', /^no .*OLD_7 is not among them/, /^left-out what comes before/, { recording: 'OLD_7' }],
    ['no state events', { refuse: ['FindEvents'] }, 'coverage', /^warn FindEvents does not tell/, /^ok/],
    ['only the older question for services', { refuse: ['GetServices'] }, 'services', /^ok .*GetCapabilities/, /^ok/],
    ['a login by token', { login: 'token' }, 'login', /^warn WS-UsernameToken/, /^ok/],
    ['no replay address', { noReplayUri: true }, 'replay-address', /^no vms-fault/, /^no vms-fault/],
    ['live pictures', { live: true }, 'replay-address', /^ok/, /^no wrong-footage.*Do: do not use/],
    ['nothing recorded', { empty: true }, 'holdings', /^(ok|warn)/, /^no footage-missing/],
    ['a clock an hour off', { clockOffsetMs: 3_600_000 }, 'clock', /^warn .*wrong zone/, /^ok/],
    ['a clock some seconds off', { clockOffsetMs: 20_000 }, 'clock', /^warn .*NTP/, /^ok/],
    ['bounds of 1970', { bounds1970: true }, 'holdings', /earliest unknown|not told/, /^ok/],
    ['Require refused', { requireStatus: 551 }, 'replay', /^warn SETUP answers Require: onvif-replay with 551/, /^ok/],
    ['no time in the pictures', { extension: 'none' }, 'time-stamps', /^warn .*asserted/, /^ok/],
    ['a replay that breaks off', { cutAfterBytes: [400_000] }, 'pull', /broke off 1 time/, /^warn/],
    ['a login that is refused', { refuseLogin: true }, 'search', /^left-out .*lock the account/, /^left-out/],
  ];
  for (const [what, faults, row, says, pull, source = rec1] of table)
    it(`${what}: ${row} ${says.source}, pull ${pull.source}`, () =>
      withRecorder({ faults }, async (recorder) => {
        const rows = told(await examine(deviceOf(recorder), source, never));
        assert.match(rows[row]!, says, JSON.stringify(rows, null, 1));
        assert.match(rows['pull']!, pull, JSON.stringify(rows, null, 1));
      }));

  it('a login that is refused is tried once, not at each step', () =>
    withRecorder({ faults: { refuseLogin: true } }, async (recorder) => {
      await examine(deviceOf(recorder), rec1, never);
      assert.ok(recorder.requests.soap.filter((line) => line.includes('GetDeviceInformation')).length <= 3);
      assert.equal(recorder.requests.soap.filter((line) => line.includes('FindRecordings')).length, 0);
    }));

  it('nobody there: one row says so, the others are left out', () =>
    withRecorder({}, async (recorder) => {
      const device = makeDevice({ ...addressOf(recorder), url: 'http://127.0.0.1:9/onvif/device_service' }, { ...defaultLimits, ...quick }, () => new Date());
      const rows = told(await examine(device, rec1, never));
      assert.match(rows['clock']!, /^no vms-unreachable.*packet filter/);
      assert.deepEqual(Object.keys(rows), steps);
      assert.match(rows['pull']!, /^left-out/);
    }));

  it('a recorder that never comes to an end: all rows, when the time is over', () =>
    withRecorder({ faults: { endlessSearch: true, emptyPages: 10_000 } }, async (recorder) => {
      const device = makeDevice(addressOf(recorder), { ...defaultLimits, ...quick, searchMs: 60_000 }, () => new Date());
      const begun = performance.now();
      const found = await examine(device, rec1, never, 1000);
      assert.ok(performance.now() - begun < 3000);
      assert.deepEqual(found.rows.map(({ what }) => what), steps);
      assert.match(told(found)['search']!, /^no it did not come to an end/);
    }));

  it('an abort is the one thing that is thrown', () =>
    withRecorder({ faults: { soap: 'stall' } }, async (recorder) => {
      const stop = new AbortController();
      const running = examine(deviceOf(recorder), rec1, stop.signal);
      setTimeout(() => stop.abort(new Error('enough')), 50);
      await assert.rejects(running, /enough/);
    }));

  it('the transcript holds what was said, and no login, challenge or serial number', async () => {
    const [user, password] = ['marker-user', 'marker pass & "wörd"'];
    for (const faults of [{ login: 'digest' }, { login: 'token' }] satisfies Faults[])
      await withRecorder({ user, password, faults }, async (recorder) => {
        const { transcript } = await examine(deviceOf(recorder, { user, password }), rec1, never);
        for (const operation of ['GetSystemDateAndTime', 'GetServices', 'FindRecordings', 'GetReplayUri', 'DESCRIBE', 'SETUP', 'PLAY', 'm=video']) assert.ok(transcript.includes(operation), operation);
        for (const word of ['marker', 'wörd', encodeURIComponent(password), Buffer.from(password).toString('base64'), 'Authorization', 'nonce', 'PasswordDigest'])
          assert.ok(!transcript.includes(word), word);
        assert.doesNotMatch(transcript, /<tds:SerialNumber>0</);
      });
  });
});

describe('redact', () => {
  const account = { user: 'marker-user', password: 'p&s "x"' };
  const table: readonly (readonly [what: string, text: string])[] = [
    ['an address', 'rtsp://marker-user:p%26s%20%22x%22@192.0.2.1/a'],
    ['XML', '<a>p&amp;s "x"</a>'],
    ['basic credentials', `Basic ${Buffer.from('marker-user:p&s "x"').toString('base64')}`],
    ['the name in a sentence', 'user “marker-user” is locked'],
    ['an error page with a challenge', 'WWW-Authenticate: Digest realm="x", nonce="0a1b2c"'],
    ['an echo of a token', '<wsse:Nonce EncodingType="b">0a1b2c==</wsse:Nonce>'],
    ['a serial number', '<tds:SerialNumber>0a1b2c</tds:SerialNumber>'],
  ];
  for (const [what, text] of table)
    it(`${what}`, () => {
      const left = redact(`before ${text} after`, account);
      assert.doesNotMatch(left, /marker|p&s|p%26s|p&amp;s|0a1b2c|bWFya/);
      assert.match(left, /^before .* after$/);
    });
  it('leaves what is none of these', () => {
    const text = '<tt:RecordingToken>REC_1</tt:RecordingToken> rtsp://192.0.2.1:554/a?channel=3 my-marker-users-manual';
    assert.equal(redact(text, { user: 'user', password: 'secret' }), text);
  });
});
