// The pull against the recorder in a box: what comes is what the file holds, at the times asked for; each fault is told by its Problem.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from '../../../adapters/onvif/index.js';
import type { Span } from '../../../plugin/domain/span.js';
import { never, problemOf, pullAll } from '../../contract/vms.js';
import type { Faults } from '../../support/recorder/faults.js';
import type { Recorder, RecorderOptions } from '../../support/recorder/start-recorder.js';
import { addressOf, aRecorder, lengthPrefixed, quick } from './rig.js';

const source = { recording: 'REC_1' };
const span: Span = { from: '2026-03-01T02:01:13.350Z', to: '2026-03-01T02:01:25.350Z' };
const second = (from: string, seconds: number): Span => ({ from, to: new Date(Date.parse(from) + seconds * 1000).toISOString() });

async function withRecorder<T>(options: Partial<RecorderOptions>, work: (recorder: Recorder) => Promise<T>): Promise<T> {
  const recorder = await aRecorder(options);
  try {
    return await work(recorder);
  } finally {
    await recorder.close();
  }
}

const pullFrom = (recorder: Recorder, asked: Span, limits = {}) =>
  pullAll(connect(addressOf(recorder), { limits: { ...quick, backoffMs: 1, ...limits } }), source, asked);

async function assertExact(recorder: Recorder, asked: Span): Promise<number> {
  const { samples } = await pullFrom(recorder, asked);
  const expected = recorder.expectedUnits(asked);
  assert.deepEqual(
    samples.map(({ utcMicros, key, preRoll }) => ({ utcMicros, key, preRoll })),
    expected.map(({ utcMicros, key, preRoll }) => ({ utcMicros, key, preRoll })),
  );
  samples.forEach((sample, index) => assert.ok(sample.data.equals(lengthPrefixed(expected[index]?.nals ?? [])), `unit ${index} differs`));
  return samples.filter((sample) => !sample.preRoll).length;
}

describe('a pull over ONVIF', () => {
  describe('delivers the units of the file byte for byte, with exact times', () => {
    const rows: [string, Span, Partial<RecorderOptions>, number][] = [
      ['from the middle of a group of pictures across the loop seam', span, {}, 120],
      ['from a key frame exactly', second('2026-03-01T02:00:10.000Z', 2), {}, 20],
      ['the first second of the recording', second('2026-03-01T02:00:00.000Z', 1), {}, 10],
      ['parameter sets only in the session description', second('2026-03-01T02:00:10.500Z', 2), { inBandParameterSets: false }, 20],
      [
        'a start at odd milliseconds of the recording',
        second('2026-03-01T02:00:10.500Z', 2),
        { start: new Date('2026-03-01T02:00:00.037Z') },
        20,
      ],
      [
        'across a hole',
        second('2026-03-01T02:00:08.000Z', 12),
        { holes: [{ from: new Date('2026-03-01T02:00:10Z'), to: new Date('2026-03-01T02:00:14Z') }] },
        80,
      ],
      [
        'the part that is there where the recording ends early',
        second('2026-03-01T02:00:08.000Z', 12),
        { end: new Date('2026-03-01T02:00:12Z') },
        40,
      ],
      ['the part that is there where the recording begins late', second('2026-03-01T01:59:55.000Z', 10), {}, 50],
      ['every byte by itself on the wire', second('2026-03-01T02:00:10.300Z', 0.2), { faults: { oneByteChunks: true } }, 2],
      ['0 as CSeq byte in the extension', second('2026-03-01T02:00:10.300Z', 1), { faults: { cseqZero: true } }, 10],
      ['an end that the recorder ignores', second('2026-03-01T02:00:10.300Z', 1), { faults: { ignoreEnd: true } }, 10],
      ['after a PLAY that stayed silent once', second('2026-03-01T02:00:10.300Z', 1), { faults: { silentPlays: 1 } }, 10],
    ];
    for (const [name, asked, options, frames] of rows)
      it(name, () => withRecorder(options, async (recorder) => assert.equal(await assertExact(recorder, asked), frames))).timeout(15_000);
  });

  describe('sees the end however it is told', () => {
    const early = { end: new Date('2026-03-01T02:00:12Z') };
    const rows: [Faults['end'], string][] = [
      [undefined, 't-bit'],
      ['t-bit', 't-bit'],
      ['bye', 'bye'],
      ['silent', 'idle'],
      ['close', 'closed'],
    ];
    for (const [end, told] of rows)
      it(`${end ?? 'T bit and BYE'} → ${told}`, () =>
        withRecorder({ ...early, faults: { end } }, async (recorder) => {
          const { pull, samples } = await pullFrom(recorder, second('2026-03-01T02:00:08.000Z', 12));
          assert.equal(samples.length, 40);
          assert.equal(pull.report().end, told);
        }));
    it('by time where more is there', () =>
      withRecorder({}, async (recorder) => assert.equal((await pullFrom(recorder, span)).pull.report().end, 'past-span')));
  });

  describe('names what is wrong', () => {
    const long = second('2026-03-01T02:00:08.000Z', 12);
    const inTheHole = { holes: [{ from: new Date('2026-03-01T02:00:06Z'), to: new Date('2026-03-01T02:00:30Z') }] };
    const rows: [string, Partial<RecorderOptions>, string][] = [
      ['a refused login', { faults: { refuseLogin: true } }, 'vms-refused'],
      ['a recording that holds nothing', { faults: { empty: true } }, 'footage-missing'],
      ['a span inside a hole', inTheHole, 'footage-missing'],
      [
        'a hole that ends just behind the span',
        { holes: [{ from: new Date('2026-03-01T02:00:06Z'), to: new Date('2026-03-01T02:00:20.500Z') }] },
        'footage-missing',
      ],
      ['live pictures instead of the past', { faults: { live: true } }, 'wrong-footage'],
      ['200 without data, again and again', { faults: { silentPlays: 9 } }, 'vms-unreachable'],
      ['a connection that is cut', { faults: { cutAfterBytes: 50_000 } }, 'vms-unreachable'],
      ['a connection that is cut at once', { faults: { cutAfterBytes: 1 } }, 'vms-unreachable'],
      ['silence in the middle of a picture', { faults: { stallAfterBytes: 50_000 } }, 'vms-unreachable'],
      ['a packet that is missing', { faults: { losePacket: 20 } }, 'vms-fault'],
      ['a SOAP answer of any length', { faults: { soap: 'huge' } }, 'vms-fault'],
      ['a SOAP answer that drips', { faults: { soap: 'drip' } }, 'vms-unreachable'],
      ['a SOAP answer that stalls', { faults: { soap: 'stall' } }, 'vms-unreachable'],
      ['a replay address that is none', { replayUri: 'file:///etc/hosts' }, 'vms-fault'],
    ];
    for (const [name, options, code] of rows)
      it(`${name} → ${code}`, () =>
        withRecorder(options, async (recorder) => {
          const problem = await problemOf(pullFrom(recorder, long, options.faults?.soap === 'drip' || options.faults?.soap === 'stall' ? { soapMs: 400 } : {}));
          assert.equal(problem.code, code);
          assert.ok(!problem.printed.includes(addressOf(recorder).password));
        }));
  });

  for (const login of ['digest', 'token'] as const)
    it(`signs in with ${login} where the recorder takes nothing else`, () =>
      withRecorder({ faults: { login }, clockOffsetMs: 3_600_000 }, async (recorder) => {
        const { manufacturer } = await connect(addressOf(recorder)).probe(never());
        assert.equal(manufacturer, 'Box');
      }));

  it('applies a clock offset to what it asks and leaves the recorder’s times as they are', () =>
    withRecorder({ clockOffsetMs: 30_000 }, async (recorder) => {
      const { pull, samples } = await pullFrom(recorder, second('2026-03-01T02:00:10.000Z', 1));
      const { clock, deviceSpan } = pull.report();
      assert.ok(Math.abs(clock.before.offsetMs - 30_000) <= clock.before.uncertaintyMs);
      assert.equal(Date.parse(deviceSpan.from) - Date.parse('2026-03-01T02:00:10.000Z'), clock.before.offsetMs);
      const inside = samples.filter((sample) => !sample.preRoll);
      assert.equal(inside.length, 10);
      assert.ok((inside[0]?.utcMicros ?? 0) >= Date.parse(deviceSpan.from) * 1000);
    }));
  it('sends reading operations only, ends its search, tears its session down', () =>
    withRecorder({}, async (recorder) => {
      await pullFrom(recorder, span);
      const soap = new Set(recorder.requests.soap);
      assert.deepEqual([...soap].sort(), [
        'EndSearch',
        'FindEvents',
        'FindRecordings',
        'GetEventSearchResults',
        'GetRecordingSearchResults',
        'GetReplayUri',
        'GetServices',
        'GetSystemDateAndTime',
      ]);
      assert.deepEqual(
        [...new Set(recorder.requests.rtsp.map((line) => line.split(' ')[0]))],
        ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'TEARDOWN'],
      );
      assert.ok(
        recorder.requests.rtsp.every((line) => line.includes('recording=REC_1&stream=0')),
        'the query of the replay address is kept',
      );
    }));
  it('tears the session down when the reader leaves early', () =>
    withRecorder({}, async (recorder) => {
      const pull = await connect(addressOf(recorder), { limits: quick }).pull(source, span, never());
      for await (const _ of pull.samples) break;
      assert.match(recorder.requests.rtsp.at(-1) ?? '', /^TEARDOWN /);
    }));
  it('keeps a quiet session alive', () =>
    withRecorder({ faults: { sessionSeconds: 1, end: 'silent' }, end: new Date('2026-03-01T02:00:12Z') }, async (recorder) => {
      await pullFrom(recorder, second('2026-03-01T02:00:08.000Z', 12), { idleMs: 1200 });
      assert.ok(recorder.requests.rtsp.filter((line) => line.startsWith('OPTIONS ')).length >= 1 + 2);
    }));
  it('aborts while the recorder is silent', () =>
    withRecorder({ faults: { silentPlays: 1 } }, async (recorder) => {
      const controller = new AbortController();
      const work = connect(addressOf(recorder)).pull(source, span, controller.signal);
      const poll = setInterval(() => {
        if (recorder.requests.rtsp.some((line) => line.startsWith('PLAY'))) controller.abort(new Error('enough'));
      }, 10);
      await assert.rejects(work, /enough/).finally(() => clearInterval(poll));
    }));
  it('finds the recording by search, and by the list of recordings where search is refused', () =>
    withRecorder({}, async (recorder) => {
      assert.equal((await pullFrom(recorder, span)).pull.report().rung, 'search');
      recorder.faults.searchRefused = true;
      assert.equal((await pullFrom(recorder, span)).pull.report().rung, 'recordings');
    }));
  it('gives the same bytes to pulls side by side', () =>
    withRecorder({}, async (recorder) => {
      const vms = connect(addressOf(recorder), { limits: { ...quick, soapMs: 5000 } });
      const sums = await Promise.all(
        ['REC_0', 'R & D', 'REC_1'].map(async (recording) => {
          const { samples } = await pullAll(vms, { recording }, second('2026-03-01T02:00:10.300Z', 3));
          return createHash('sha256')
            .update(Buffer.concat(samples.map((sample) => sample.data)))
            .digest('hex');
        }),
      );
      assert.equal(new Set(sums).size, 1);
    }));
});
