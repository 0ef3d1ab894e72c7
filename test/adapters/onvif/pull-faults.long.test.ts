// Recorders as they are: each switch of the recorder in a box that concerns replay, and what a pull makes of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connect } from '../../../adapters/onvif/index.js';
import type { RecorderAddress } from '../../../plugin/domain/adapter.js';
import type { Span } from '../../../plugin/domain/span.js';
import { problemOf, pullAll } from '../../contract/vms.js';
import type { Faults } from '../../support/recorder/faults.js';
import type { Recorder, RecorderOptions } from '../../support/recorder/start-recorder.js';
import { addressOf, aRecorder, quick } from './rig.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const media = fixture('street-b.mp4');
const span: Span = { from: '2026-03-01T02:10:10.350Z', to: '2026-03-01T02:10:14.200Z' };

async function pullFrom(recorder: Recorder, limits = {}, address: Partial<RecorderAddress> = {}, asked = span) {
  const vms = connect({ ...addressOf(recorder), ...address }, { limits: { ...quick, backoffMs: 1, ...limits } });
  const { pull, samples } = await pullAll(vms, { recording: 'REC_1' }, asked);
  const of = (track: number): number[] => samples.filter((sample) => sample.track === track).map(({ utcMicros }) => utcMicros);
  return { video: of(0), audio: of(1), report: pull.report() };
}

async function withRecorder<T>(options: Partial<RecorderOptions>, work: (recorder: Recorder) => Promise<T>): Promise<T> {
  const recorder = await aRecorder({ media, ...options });
  try {
    return await work(recorder);
  } finally {
    await recorder.close();
  }
}

describe('a pull over ONVIF survives', () => {
  const rows: [string, Faults, object?][] = [
    ['Require refused with 551, on SETUP and PLAY', { requireStatus: 551 }],
    ['Require refused with 461', { requireStatus: 461 }],
    ['Require refused with 454', { requireStatus: 454 }],
    ['answers without Range and in lower case', { bareAnswers: true }],
    ['no parameter sets in the description', { sdp: { noParameterSets: true } }],
    ['units of an earlier PLAY, which was answered 401', { staleUnits: 3, nonceUses: 3 }],
    ['CSeq bytes that are 0', { cseqZero: true }],
    ['CSeq bytes that are wrong', { cseqOff: 7 }],
    ['answers between the packets', { repliesBetween: true }],
    ['sender reports of now', { falseReports: true }],
    ['an end that is ignored', { ignoreEnd: true }],
    ['an end told on the video only', { endOn: 'video' }],
    ['an end told on the audio only', { endOn: 'audio' }],
    ['two PLAYs without data', { silentPlays: 2 }],
    ['a nonce for three requests', { nonceUses: 3 }],
    ['SHA-256 before MD5, and Basic beside', { algorithms: ['SHA-256', 'MD5'], basicToo: true }],
    ['its own view of its address', { foreignHost: '192.0.2.77' }],
    ['a clock that goes back in the pictures', { stepBack: { units: 30, seconds: 1 } }],
  ];
  for (const [name, faults, limits] of rows)
    it(name, () =>
      withRecorder({ faults: { ...faults } }, async (recorder) => {
        const { video, audio, report } = await pullFrom(recorder, limits);
        const back = faults.stepBack;
        // A second is recorded twice.
        if (back) assert.ok(video.length > 50 && audio.length > 50);
        else
          assert.deepEqual(
            video,
            recorder.expectedUnits(span).map(({ utcMicros }) => utcMicros),
          );
        assert.ok(audio.length > 50);
        assert.equal(report.times, 'proven');
        assert.equal(report.resumes, 0);
      }));
  it('RTSPS with a pinned certificate', () =>
    withRecorder({ tls: { cert: readFileSync(fixture('tls/cert.pem')), key: readFileSync(fixture('tls/key.pem')) } }, async (recorder) => {
      const ca = readFileSync(fixture('tls/cert.pem'), 'utf8');
      const { video } = await pullFrom(recorder, {}, { tls: { ca } });
      assert.deepEqual(
        video,
        recorder.expectedUnits(span).map(({ utcMicros }) => utcMicros),
      );
      assert.equal((await problemOf(pullFrom(recorder, {}, { tls: { fingerprint: '0'.repeat(64) } }))).code, 'vms-unreachable');
    }));
  it('a session that lives for a second while its reader takes three', () =>
    withRecorder({ media: fixture('street.mp4'), faults: { sessionSeconds: 1 } }, async (recorder) => {
      const asked = { from: '2026-03-01T02:10:10.000Z', to: '2026-03-01T02:14:10.000Z' };
      const vms = connect(addressOf(recorder), { limits: { ...quick, backoffMs: 1 } });
      const pull = await vms.pull({ recording: 'REC_1' }, asked, new AbortController().signal);
      let count = 0;
      for await (const sample of pull.samples) {
        // A slow disk: the socket is paused meanwhile, and the keep-alive goes on.
        if (sample.preRoll) continue;
        if (count++ % 800 === 0) await new Promise((resolve) => setTimeout(resolve, 1000));
        assert.ok(sample.data.length > 0);
      }
      assert.equal(count, 2400);
      assert.equal(pull.report().resumes, 0);
    })).timeout(10_000);
  it('maxGopSeconds: how much before the start the first picture may be', () =>
    withRecorder({}, async (recorder) => {
      await pullFrom(recorder, {}, { maxGopSeconds: 1 });
      assert.equal((await problemOf(pullFrom(recorder, {}, { maxGopSeconds: 0.2 }))).code, 'wrong-footage');
    }));
});

describe('a pull over ONVIF names', () => {
  const rows: [string, Partial<RecorderOptions>, string, object?][] = [
    ['live pictures', { faults: { live: true } }, 'wrong-footage'],
    ['the start of the archive', { faults: { fromArchiveStart: true } }, 'wrong-footage'],
    ['another day', { faults: { shiftSeconds: 86_400 } }, 'wrong-footage'],
    ['a start later than promised', { faults: { lateSeconds: 30, ignoreEnd: true } }, 'wrong-footage'],
    ['no time anywhere', { faults: { extension: 'none', bareAnswers: true } }, 'wrong-footage'],
    ['a time that stands still', { faults: { clock: 'still', ignoreEnd: true } }, 'wrong-footage'],
    ['a time that creeps', { faults: { clock: 'microseconds', ignoreEnd: true } }, 'wrong-footage'],
    ['pictures before the start without end', { faults: { endlessPreRoll: true } }, 'wrong-footage'],
    ['a parameter set of 70 000 bytes', { faults: { hugeParameterSet: true } }, 'codec-unsupported'],
    ['500 to PLAY', { faults: { status: { PLAY: 500 } } }, 'vms-fault'],
    ['500 to SETUP', { faults: { status: { SETUP: 500 } } }, 'vms-fault'],
    ['404 to DESCRIBE', { faults: { status: { DESCRIBE: 404 } } }, 'footage-missing'],
    ['bytes that drip', { faults: { bytesPerSecond: 5000 } }, 'vms-unreachable', { dripMs: 400, idleMs: 1000, firstDataMs: 1000 }],
    ['a pull without end', { faults: { bytesPerSecond: 8000 } }, 'vms-unreachable', { wallMs: 1 }],
  ];
  for (const [name, options, code, limits] of rows)
    it(`${name} → ${code}`, () =>
      withRecorder(options, async (recorder) => {
        assert.equal((await problemOf(pullFrom(recorder, limits, {}, name === 'a pull without end' ? { from: span.from, to: '2026-03-01T02:10:11.000Z' } : span))).code, code);
      })).timeout(8000);
});
