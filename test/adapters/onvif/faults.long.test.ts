// Everything that can be wrong with a recorder (test/support/recorder/faults.ts), pulled from: either what comes is what the recording
// holds, unit for unit with its time, or a Problem says what is wrong. Nothing in between.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { connect } from '../../../adapters/onvif/index.js';
import type { Limits } from '../../../adapters/onvif/limits.js';
import type { RecorderAddress } from '../../../plugin/domain/adapter.js';
import type { ProblemCode } from '../../../plugin/domain/problem.js';
import type { PullReport, Sample, TimeBasis, Track } from '../../../plugin/domain/vms.js';
import { problemOf, pullAll } from '../../contract/vms.js';
import type { Faults } from '../../support/recorder/faults.js';
import { readJpeg } from '../../support/recorder/jpeg.js';
import type { Expected, Recorder, RecorderOptions } from '../../support/recorder/start-recorder.js';
import { addressOf, aRecorder, lengthPrefixed, quick } from './rig.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const at = (seconds: number): string => new Date(Date.parse('2026-03-01T02:00:00Z') + seconds * 1000).toISOString();
const holeOf = (from: number, to: number): Partial<RecorderOptions> => ({ holes: [{ from: new Date(at(from)), to: new Date(at(to)) }] });

interface Asked {
  from?: number;
  to?: number;
  basis?: TimeBasis;
  limits?: Partial<Limits>;
  address?: Partial<RecorderAddress>;
}

async function pullFrom(box: Recorder, { from = 20.35, to = 23.2, basis, limits, address }: Asked) {
  const vms = connect({ ...addressOf(box), ...address }, { limits: { ...quick, ...limits } });
  return pullAll(vms, { recording: 'REC_1' }, { from: at(from), to: at(to), ...(basis ? { basis } : {}) });
}

/** What is compared of a sample: JPEG by its scan and tables, as its headers are made anew. */
const received = (track: Track, { utcMicros, key, preRoll, postRoll, data }: Sample) =>
  track.codec === 'jpeg'
    ? { utcMicros, key, preRoll, postRoll: postRoll ?? false, data: readJpeg(data).scan, tables: readJpeg(data).tables }
    : { utcMicros, key, preRoll, postRoll: postRoll ?? false, data };

const wanted = (track: Track, { utcMicros, key, preRoll, postRoll, nals }: Expected) => {
  const [only = Buffer.alloc(0)] = nals;
  if (track.codec === 'jpeg') return { utcMicros, key, preRoll, postRoll, data: readJpeg(only).scan, tables: readJpeg(only).tables };
  return { utcMicros, key, preRoll, postRoll, data: track.kind === 'video' ? lengthPrefixed(nals) : only };
};

/** Every track holds what the recorder holds of the span that was asked of it. */
function assertExact(box: Recorder, tracks: readonly Track[], samples: readonly Sample[], span: { from: string; to: string }): void {
  for (const track of tracks) {
    const got = samples.filter((sample) => sample.track === track.track).map((sample) => received(track, sample));
    const holds = box.expectedUnits(span, track.track).map((unit) => wanted(track, unit));
    assert.ok(holds.length > 0);
    const shown = ({ data, ...rest }: { data: Buffer }): unknown => ({ ...rest, bytes: data.length });
    assert.deepEqual(got.map(shown), holds.map(shown), track.codec);
    got.forEach(({ data }, index) => assert.ok(data.equals(holds[index]?.data ?? Buffer.alloc(0)), `${track.codec} unit ${index} differs`));
  }
}

async function withBox<T>(options: Partial<RecorderOptions>, work: (box: Recorder) => Promise<T>): Promise<T> {
  const box = await aRecorder({ media: fixture('street-b.mp4'), recordings: ['REC_0', 'REC_1'], ...options });
  try {
    return await work(box);
  } finally {
    await box.close();
  }
}

type Report = Partial<Pick<PullReport, 'rung' | 'times' | 'end' | 'resumes'>> & { promised?: number | null };
type Row = [name: string, options: Partial<RecorderOptions>, report: Report, asked?: Asked];

describe('a pull from a recorder that is not as it should be', () => {
  describe('brings exactly what is recorded', () => {
    const on = (faults: Faults): Partial<RecorderOptions> => ({ faults });
    const pair = { cert: readFileSync(fixture('tls/cert.pem')), key: readFileSync(fixture('tls/key.pem')) };
    const fingerprint = new X509Certificate(pair.cert).fingerprint256.replaceAll(':', '').toLowerCase();
    const proven: Report = { rung: 'search', times: 'proven', end: 'past-span', resumes: 0, promised: 1 };
    const rows: Row[] = [
      ['nothing wrong: B-frames and AAC', {}, proven],
      ['H.264 without B-frames', { media: fixture('street.mp4') }, proven],
      ['H.265', { media: fixture('street-h265.mp4') }, proven],
      ['Motion JPEG', { media: fixture('street-jpeg.mov') }, proven],
      ['mu-law', { media: fixture('street-g711.mov') }, proven],
      ['A-law', { media: fixture('street-g711.mov'), aLaw: true }, proven],
      ['uneven times between pictures', { unevenRate: true }, proven],
      ['parameter sets that change', { media: fixture('street.mp4'), later: { media: fixture('street-b.mp4'), from: new Date(at(22)) } }, proven],
      ['https and rtsps, an authority of one’s own', { tls: pair }, proven, { address: { tls: { ca: pair.cert.toString() } } }],
      ['https and rtsps, a fingerprint', { tls: pair }, proven, { address: { tls: { fingerprint } } }],
      // Section 3: signing in, and the clock.
      ['MD5 and SHA-256 offered', on({ algorithms: ['MD5', 'SHA-256'] }), proven],
      ['SHA-256 alone', on({ algorithms: ['SHA-256'] }), proven],
      ['Basic offered first', on({ basicToo: true }), proven],
      ['a nonce good for one request', on({ nonceUses: 1 }), proven],
      ['a nonce that grows stale in the session', on({ nonceUses: 3 }), proven],
      ['a token, and a clock an hour ahead', on({ login: 'token', clockOffsetMs: 3_600_000 }), proven],
      ['a clock 61 seconds behind', on({ clockOffsetMs: -61_000 }), proven, { from: 100, to: 103 }],
      ['a clock that moves between two readings', on({ clockStepMs: 3 }), proven],
      ['no UTC, a local time with its zone', on({ utc: 'missing' }), {}],
      ['local time told as UTC, asked by the recorder’s clock', on({ utc: 'local' }), proven, { basis: 'recorder' }],
      // Section 2, 4 and 5: SOAP and search.
      ['GetServices refused', on({ refuse: ['GetServices'] }), proven],
      ['FindEvents refused', on({ refuse: ['FindEvents'] }), { ...proven, promised: null }],
      ['FindEvents refused in HTTP 200, in several languages', on({ refuse: ['FindEvents'], faultStatus: 200, faultStyle: 'languages' }), { ...proven, promised: null }],
      ['FindEvents refused by SOAP 1.1', on({ refuse: ['FindEvents'], faultStyle: 'soap-1.1' }), { ...proven, promised: null }],
      ['event results cut short', on({ soap: 'cut', soapOn: 'GetEventSearchResults' }), { ...proven, promised: null }],
      ['no state at the start', on({ events: 'no-start-state' }), { rung: 'search' }],
      ['FindRecordings refused', on({ refuse: ['FindRecordings'] }), { rung: 'recordings' }],
      ['neither search nor list of recordings', on({ refuse: ['FindRecordings', 'GetRecordings'] }), { rung: 'summary' }],
      ['and numbers with a fraction', on({ refuse: ['FindRecordings', 'GetRecordings'], floats: true }), { rung: 'summary' }],
      ['a search service that refuses everything, no list', on({ searchRefused: true, refuse: ['GetRecordings'] }), { rung: 'configured', promised: null }],
      ['empty lists', on({ emptyLists: true }), { times: 'proven' }],
      ['one recording, one element', { recordings: ['REC_1'] }, proven],
      ['one result on a page', on({ pageSize: 1 }), proven],
      ['everything on one page', on({ pageSize: 50 }), proven],
      ['empty pages before the results', on({ emptyPages: 2 }), proven],
      ['one token for every search', on({ constantToken: true }), proven],
      ['a token that is lost once', on({ expiredTokens: 1 }), { ...proven, promised: 1 }],
      ['searches that never end', on({ endlessSearch: true }), { rung: 'recordings', promised: null }, { limits: { searchMs: 400 } }],
      ['event results that stall', on({ soap: 'stall', soapOn: 'GetEventSearchResults' }), { ...proven, promised: null }, { limits: { soapMs: 400 } }],
      ['a summary without bounds', on({ refuse: ['FindRecordings', 'GetRecordings'], bounds1970: true }), { rung: 'summary' }],
      ['a beginning in 1970', on({ bounds1970: true }), proven],
      ['addresses from behind NAT', on({ foreignHost: '192.0.2.7' }), proven],
      ['a promise of footage in a hole', { ...holeOf(21, 26), faults: { events: 'lying' } }, { resumes: 1, promised: 1 }, { from: 19, to: 30 }],
      ['a hole', holeOf(21, 26), { ...proven, promised: 2 }, { from: 19, to: 30 }],
      // Section 6: sessions.
      ['551 to Require, then replay', on({ requireStatus: 551 }), proven],
      ['454 to Require, then replay', on({ requireStatus: 454 }), proven],
      ['461 to Require, then replay', on({ requireStatus: 461 }), proven],
      ['200 without data, once', on({ silentPlays: 1 }), { ...proven, resumes: 0 }],
      ['nothing unless all tracks are set up', on({ needsAllTracks: true }), proven],
      ['a track’s name spelled a:x-onvif-track', on({ sdp: { colon: true } }), proven],
      ['one payload type for both', on({ sdp: { sameType: true } }), proven],
      ['parameter sets in band only', on({ sdp: { noParameterSets: true } }), proven],
      ['parameter sets in the description only', { inBandParameterSets: false }, proven],
      ['a metadata medium beside', on({ sdp: { metadata: true } }), proven],
      ['headers in lower case, PLAY without Range', on({ bareAnswers: true }), proven],
      ['an end that is ignored', on({ ignoreEnd: true }), proven],
      ['a clock put back behind the span', on({ stepBack: { units: 200, seconds: 3 } }), proven],
      ['audio from before the span', on({ audioFromKey: true }), proven],
      ['one audio unit in a packet', on({ audioUnitsPerPacket: 1 }), proven],
      ['five audio units in a packet', on({ audioUnitsPerPacket: 5 }), proven],
      // The extension.
      ['units of an earlier PLAY first', on({ staleUnits: 3, nonceUses: 1 }), { ...proven, resumes: 0 }],
      ['no extension', on({ extension: 'none' }), { times: 'asserted' }],
      ['an extension in every packet', on({ extension: 'every-packet' }), proven],
      ['an extension in the first packet only', on({ extension: 'stream-start' }), { times: 'asserted' }],
      ['a JPEG extension behind it', on({ longExtension: true }), proven],
      ['no flags', on({ omitFlags: ['c', 'e', 'd', 't'] }), proven],
      ['no D, across a hole', { ...holeOf(21, 26), faults: { omitFlags: ['d'] } }, { ...proven, promised: 2 }, { from: 19, to: 30 }],
      ['no E, across a hole', { ...holeOf(21, 26), faults: { omitFlags: ['e'] } }, { ...proven, promised: 2 }, { from: 19, to: 30 }],
      ['0 as CSeq', on({ cseqZero: true }), proven],
      ['a wrong CSeq', on({ cseqOff: 7 }), proven],
      // The wire.
      ['cut four times', on({ cutAfterBytes: [16_000, 20_000, 18_000, 22_000] }), { times: 'proven', resumes: 4 }, { from: 20.35, to: 30 }],
      ['closed in the middle', on({ closeAfterBytes: [16_000] }), { times: 'proven', resumes: 1 }],
      ['stalled in the middle', on({ stallAfterBytes: [16_000] }), { times: 'proven', resumes: 1 }],
      ['a packet lost', on({ losePacket: [12] }), { times: 'proven', resumes: 1 }],
      ['the first packet lost', on({ losePacket: [1] }), { times: 'proven', resumes: 0 }],
      ['closed two seconds before the end of the span', on({ closeAfterBytes: [18_815, 1] }), { times: 'proven' }],
      ['a packet lost in two sessions', on({ losePacket: [30, 25] }), { times: 'proven', resumes: 2 }],
      ['every byte by itself', on({ oneByteChunks: true }), proven, { from: 20.35, to: 20.7 }],
      ['answers between the packets', on({ repliesBetween: true }), proven],
      ['sender reports that lie', on({ falseReports: true }), proven],
      // The end, where the archive ends inside the span.
      ...(['t-bit', 'bye', 'silent', 'close'] as const).flatMap((end): Row[] => [
        [`the end told by: ${end}`, { end: new Date(at(22)), faults: { end } }, { times: 'proven', resumes: 0, end: end === 'silent' ? 'idle' : end === 'close' ? 'closed' : end }],
      ]),
      ['T and BYE on the video only', { end: new Date(at(22)), faults: { endOn: 'video' } }, { resumes: 0 }],
      ['T and BYE on the audio only', { end: new Date(at(22)), faults: { endOn: 'audio' } }, { resumes: 0 }],
      ['BYE on the audio only', { end: new Date(at(22)), faults: { end: 'bye', endOn: 'audio' } }, { resumes: 0 }],
      ['closed without E', { end: new Date(at(22)), faults: { end: 'close', omitFlags: ['e'] } }, { resumes: 2, end: 'closed' }],
    ];
    for (const [name, options, wantedReport, asked = {}] of rows)
      it(name, () =>
        withBox(options, async (box) => {
          const { pull, samples } = await pullFrom(box, asked);
          const report = pull.report();
          assertExact(box, pull.tracks, samples, report.deviceSpan);
          const { promised, ...rest } = wantedReport;
          for (const [field, value] of Object.entries(rest)) assert.equal(report[field as keyof PullReport], value, field);
          if (promised !== undefined) assert.equal(report.promised?.length ?? null, promised, 'promised');
        })).timeout(8000);

    const cuts = fc.tuple(fc.integer({ min: 1, max: 30_000 }), fc.integer({ min: 1, max: 30_000 }));
    for (const fault of ['cutAfterBytes', 'closeAfterBytes', 'losePacket'] as const)
      it(`${fault}, twice, anywhere`, () =>
        fc.assert(
          fc.asyncProperty(cuts, (at) =>
            withBox({ faults: { [fault]: fault === 'losePacket' ? at.map((each) => 2 + (each % 40)) : at } }, async (box) => {
              const { pull, samples } = await pullFrom(box, {});
              assertExact(box, pull.tracks, samples, pull.report().deviceSpan);
            }),
          ),
          { numRuns: 6, endOnFailure: true, examples: [[[26_363, 13]], [[21_879, 24_105]], [[19_376, 13_318]]] },
        ));
    it('several things wrong at once', () => {
      const harmless = fc.record<Faults>(
        {
          algorithms: fc.constantFrom<Faults['algorithms']>(['SHA-256'], ['MD5', 'SHA-256']),
          nonceUses: fc.integer({ min: 1, max: 4 }),
          refuse: fc.constantFrom(['FindEvents'], ['GetServices'], ['FindRecordings']),
          requireStatus: fc.constantFrom(551, 461, 454),
          silentPlays: fc.constant(1),
          sdp: fc.record({ colon: fc.boolean(), sameType: fc.boolean(), noParameterSets: fc.boolean(), metadata: fc.boolean() }),
          ignoreEnd: fc.boolean(),
          audioFromKey: fc.boolean(),
          audioUnitsPerPacket: fc.integer({ min: 1, max: 6 }),
          extension: fc.constant<Faults['extension']>('every-packet'),
          longExtension: fc.boolean(),
          omitFlags: fc.subarray(['c', 'e', 'd', 't'] as const),
          cseqZero: fc.boolean(),
          cutAfterBytes: fc.array(fc.integer({ min: 1, max: 30_000 }), { maxLength: 1 }),
          losePacket: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 1 }),
          repliesBetween: fc.boolean(),
          falseReports: fc.boolean(),
          end: fc.constantFrom('t-bit', 'bye', 'silent'),
        },
        { requiredKeys: [] },
      );
      return fc.assert(
        fc.asyncProperty(harmless, (faults) =>
          withBox({ faults: { ...faults } }, async (box) => {
            const { pull, samples } = await pullFrom(box, {});
            assertExact(box, pull.tracks, samples, pull.report().deviceSpan);
          }),
        ),
        { numRuns: 10, endOnFailure: true },
      );
    });

    it('marks a clock that shows local time as one for a person to look at', () =>
      withBox({ faults: { utc: 'local' } }, async (box) => {
        const { pull } = await pullFrom(box, { basis: 'recorder' });
        assert.equal(pull.report().clock.before.zoneSuspect, true);
      }));
    it('asks once more where the first pictures of what was promised are missing', () =>
      withBox({ media: fixture('street.mp4'), faults: { lateSeconds: 1 } }, async (box) => {
        const { samples } = await pullFrom(box, { from: 61.6, to: 64 });
        assert.equal(box.requests.rtsp.filter((line) => line.startsWith('PLAY')).length, 2);
        assert.ok((samples[0]?.utcMicros ?? 0) > Date.parse(at(61.6)) * 1000);
      }));
    it('does not lose what came where the clock cannot be read behind it', () =>
      withBox({}, async (box) => {
        const pull = await connect(addressOf(box), { limits: quick }).pull({ recording: 'REC_1' }, { from: at(20.35), to: at(23.2) }, new AbortController().signal);
        const samples: Sample[] = [];
        for await (const sample of pull.samples) {
          samples.push(sample);
          box.faults.refuse = ['GetSystemDateAndTime'];
        }
        assertExact(box, pull.tracks, samples, pull.report().deviceSpan);
        assert.equal(pull.report().clock.after, null);
      }));
    for (const [name, faults, told] of [
      ['proven', {}, 'proven'],
      ['counted on', { extension: 'none' }, 'asserted'],
    ] as const)
      it(`tells whether the times of the sound were ${name}, and that no track was left out`, () =>
        withBox({ faults: { ...faults } }, async (box) => {
          const { audioTimes, leftOut } = (await pullFrom(box, {})).pull.report();
          assert.deepEqual([audioTimes, leftOut], [told, []]);
        }));
    it('tells sound that was announced and did not come', () =>
      withBox({ faults: { sdp: { colon: true } } }, async (box) => {
        // A stretch between two packets of sound.
        const { pull, samples } = await pullFrom(box, { from: 20.36, to: 20.405 });
        const heard = samples.some(({ track }) => track === 1);
        assert.deepEqual(pull.report().leftOut, heard ? [] : [{ kind: 'audio', encoding: 'aac', why: 'silent' }]);
        assert.equal(heard, false);
      }));
    it('tells a clock that was set during the pull', () =>
      // Two readings of a clock of whole seconds: each may be a second off, so eight seconds are seen as six at the least.
      withBox({ faults: { clockStepMs: 8000 } }, async (box) => {
        const { clock } = (await pullFrom(box, {})).pull.report();
        assert.ok(clock.after && clock.after.offsetMs - clock.before.offsetMs >= 5000);
      }));
    it('reads a recorder’s first of the month on our 31st', () => {
      const now = (): Date => new Date('2026-01-31T12:00:00Z');
      return withBox({ now, clockOffsetMs: 86_400_000 }, async (box) => {
        const { clock } = await connect(addressOf(box), { limits: quick, now }).probe(new AbortController().signal);
        assert.ok(Math.abs(clock.offsetMs - 86_400_000) <= clock.uncertaintyMs, String(clock.offsetMs));
      });
    });
  });

  describe('says what is wrong', () => {
    const rows: [string, ProblemCode, Partial<RecorderOptions>, Asked?][] = [
      ['a refused login', 'vms-refused', { faults: { refuseLogin: true } }],
      ['local time told as UTC', 'footage-missing', { faults: { utc: 'local' } }],
      ['SOAP without end', 'vms-fault', { faults: { soap: 'huge' } }],
      ['SOAP that drips', 'vms-unreachable', { faults: { soap: 'drip' } }, { limits: { soapMs: 300 } }],
      ['SOAP that stalls', 'vms-unreachable', { faults: { soap: 'stall' } }, { limits: { soapMs: 300 } }],
      ['a search that stalls', 'vms-unreachable', { faults: { soap: 'stall', soapOn: 'FindRecordings' } }, { limits: { soapMs: 300 } }],
      ['SOAP that ends before its length', 'vms-unreachable', { faults: { soap: 'truncated', soapOn: 'GetReplayUri' } }],
      ['XML cut short', 'vms-fault', { faults: { soap: 'cut', soapOn: 'GetReplayUri' } }],
      ['no replay', 'vms-fault', { faults: { refuse: ['GetReplayUri'] } }],
      ['no replay, told in HTTP 200', 'vms-fault', { faults: { refuse: ['GetReplayUri'], faultStatus: 200 } }],
      ['a replay address that is empty', 'vms-fault', { faults: { noReplayUri: true } }],
      ['a recording that holds nothing', 'footage-missing', { faults: { empty: true } }],
      ['a hole all through', 'footage-missing', holeOf(18, 40)],
      ['457 to PLAY', 'footage-missing', { faults: { status: { PLAY: 457 } } }],
      ['503 to PLAY', 'footage-missing', { faults: { status: { PLAY: 503 } } }],
      ['454 to every PLAY', 'vms-fault', { faults: { status: { PLAY: 454 } } }],
      ['461 to every SETUP', 'vms-fault', { faults: { status: { SETUP: 461 } } }],
      ['404 to DESCRIBE', 'footage-missing', { faults: { status: { DESCRIBE: 404 } } }],
      ['200 without data, always', 'vms-unreachable', { faults: { silentPlays: 99 } }],
      ['live pictures', 'wrong-footage', { faults: { live: true } }],
      ['551 to Require, then live pictures', 'wrong-footage', { faults: { requireStatus: 551, live: true } }],
      ['neither extension nor Range', 'wrong-footage', { faults: { extension: 'none', bareAnswers: true } }],
      ['the start of the archive', 'wrong-footage', { faults: { fromArchiveStart: true } }, { from: 60, to: 63 }],
      ['a start 30 seconds late', 'wrong-footage', { faults: { lateSeconds: 30 } }, { from: 60, to: 120 }],
      ['a start 5 seconds behind what was promised', 'wrong-footage', { faults: { lateSeconds: 5 } }, { from: 60, to: 120 }],
      ['times of another day', 'wrong-footage', { faults: { shiftSeconds: -86_400 } }],
      ['times of an hour later', 'wrong-footage', { faults: { shiftSeconds: 3600 } }],
      ['units of no PLAY of this session', 'wrong-footage', { faults: { staleUnits: 3 } }, { from: 60, to: 63 }],
      ['a clock that stands still', 'wrong-footage', { faults: { clock: 'still' } }],
      ['a clock that goes by microseconds', 'wrong-footage', { faults: { clock: 'microseconds' } }],
      ['a clock that was put back a minute', 'wrong-footage', { faults: { stepBack: { units: 20, seconds: 60 } } }],
      ['a start that never comes', 'wrong-footage', { faults: { endlessPreRoll: true } }],
      ['a parameter set of 70 000 bytes', 'codec-unsupported', { faults: { hugeParameterSet: true } }],
      ['a connection that is always cut', 'vms-unreachable', { faults: { cutAfterBytes: 5000 } }],
      ['a connection that always stalls', 'vms-unreachable', { faults: { stallAfterBytes: 5000 } }],
      ['a packet that is always lost', 'vms-fault', { faults: { losePacket: 3 } }],
      ['bytes that drip', 'vms-unreachable', { faults: { bytesPerSecond: 20_000 } }, { limits: { dripMs: 200 } }],
    ];
    for (const [name, code, options, asked = {}] of rows)
      it(`${name} → ${code}`, () =>
        withBox(options, async (box) => {
          const problem = await problemOf(pullFrom(box, asked));
          assert.equal(problem.code, code, problem.printed);
          assert.ok(!problem.printed.includes(addressOf(box).password));
        })).timeout(8000);
    const tls = { cert: readFileSync(fixture('tls/cert.pem')), key: readFileSync(fixture('tls/key.pem')) };
    for (const [name, trust] of [
      ['another fingerprint', { fingerprint: '00'.repeat(32) }],
      ['no authority that is known', undefined],
    ] as const)
      it(`a certificate with ${name} → vms-unreachable, and nothing was said`, () =>
        withBox({ tls }, async (box) => {
          const problem = await problemOf(pullFrom(box, trust ? { address: { tls: trust } } : {}));
          assert.equal(problem.code, 'vms-unreachable');
          assert.deepEqual(box.requests, { soap: [], rtsp: [] });
        }));
  });
});
