// A replay that breaks off: what comes in the end is what an uncut pull brings, sample for sample, time for time; or the pull fails.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { connect } from '../../../adapters/onvif/index.js';
import type { Span } from '../../../plugin/domain/span.js';
import type { PullReport, Sample } from '../../../plugin/domain/vms.js';
import { collect, never, problemOf, pullAll } from '../../contract/vms.js';
import type { Faults } from '../../support/recorder/faults.js';
import type { RecorderOptions } from '../../support/recorder/start-recorder.js';
import { addressOf, aRecorder, quick } from './rig.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const span: Span = { from: '2026-03-01T02:00:10.350Z', to: '2026-03-01T02:00:30.000Z' };

async function pullFrom(options: Partial<RecorderOptions>, asked: Span, limits = {}): Promise<{ samples: Sample[]; report: PullReport; expected: number[] }> {
  const recorder = await aRecorder(options);
  try {
    const vms = connect(addressOf(recorder), { limits: { ...quick, backoffMs: 1, ...limits } });
    const { pull, samples } = await pullAll(vms, { recording: 'REC_1' }, asked);
    return { samples, report: pull.report(), expected: recorder.expectedUnits(asked).map(({ utcMicros }) => utcMicros) };
  } finally {
    await recorder.close();
  }
}

/** Bits and sequence numbers belong to a session, not to the footage. */
const essence = (samples: readonly Sample[], track: number) =>
  samples
    .filter((sample) => sample.track === track)
    .map(({ utcMicros, key, preRoll, postRoll, data }) => ({ utcMicros, key, preRoll, postRoll, data: data.toString('base64') }));

function assertSame(samples: readonly Sample[], whole: readonly Sample[]): void {
  assert.deepEqual(essence(samples, 0), essence(whole, 0));
  const [sounds, all] = [essence(samples, 1), essence(whole, 1)];
  assert.deepEqual(sounds.map(({ data }) => data), all.map(({ data }) => data));
  for (const [index, { utcMicros }] of sounds.entries()) assert.ok(Math.abs(utcMicros - (all[index]?.utcMicros ?? 0)) <= 1, `sound ${index}`);
}

describe('a replay that breaks off', () => {
  const media = ['street-b.mp4', 'street-h265.mp4', 'street-g711.mov', 'street-jpeg.mov'] as const;
  const whole = new Map<string, Sample[]>();
  before(async () => {
    for (const name of media) whole.set(name, (await pullFrom({ media: fixture(name) }, span)).samples);
  });

  describe('is taken up again until it is whole', () => {
    const cuts = [60_000, 50_000, 55_000, 52_000] as const;
    const rows: [string, (typeof media)[number], Faults, number][] = [
      ['four cuts, B-frames and AAC', 'street-b.mp4', { cutAfterBytes: cuts }, 4],
      ['four closed connections, B-frames and AAC', 'street-b.mp4', { closeAfterBytes: cuts }, 4],
      ['four times silence', 'street-b.mp4', { stallAfterBytes: cuts }, 4],
      ['four lost packets', 'street-b.mp4', { losePacket: [71, 65, 90, 83] }, 4],
      ['cuts of everything, one after the other', 'street-b.mp4', { cutAfterBytes: [60_000], losePacket: [Infinity, 83], stallAfterBytes: [Infinity, Infinity, 50_000] }, 3],
      ['three units in a packet', 'street-b.mp4', { cutAfterBytes: cuts, audioUnitsPerPacket: 3 }, 4],
      ['H.265', 'street-h265.mp4', { cutAfterBytes: [70_000, 81_000] }, 2],
      ['G.711', 'street-g711.mov', { cutAfterBytes: [90_000, 91_000] }, 2],
      ['JPEG', 'street-jpeg.mov', { cutAfterBytes: [400_000, 410_000] }, 2],
    ];
    for (const [name, file, faults, resumes] of rows)
      it(name, async () => {
        const { samples, report } = await pullFrom({ media: fixture(file), faults: structuredClone(faults) }, span);
        assertSame(samples, whole.get(file) ?? []);
        assert.equal(report.resumes, resumes);
        assert.equal(report.times, 'proven');
      });
    it('cuts wherever they fall', async () => {
      for (let at = 60_000; at < 90_000; at += 2_700) {
        const { samples } = await pullFrom({ media: fixture('street-b.mp4'), faults: { cutAfterBytes: [at] } }, span);
        assertSame(samples, whole.get('street-b.mp4') ?? []);
      }
    }).timeout(20_000);
    it('times that are only counted on', async () => {
      const options = { media: fixture('street-b.mp4') };
      const one = await pullFrom({ ...options, faults: { extension: 'none' } }, span);
      const two = await pullFrom({ ...options, faults: { extension: 'none', cutAfterBytes: [60_000, 58_000] } }, span);
      assert.equal(two.report.resumes, 2);
      assert.deepEqual(essence(two.samples, 0).map(({ data }) => data), essence(one.samples, 0).map(({ data }) => data));
    });
  });

  describe('fails', () => {
    /** What is switched on once the first samples are there. */
    const rows: [string, Faults, Faults, string][] = [
      ['after six cuts', { cutAfterBytes: [36_000, 36_000, 36_000, 36_000, 36_000, 36_000] }, {}, 'vms-unreachable'],
      ['where nothing new comes', { cutAfterBytes: [60_000, 3_000, 3_000, 3_000] }, {}, 'vms-unreachable'],
      ['where the login is refused in between', { cutAfterBytes: [60_000] }, { refuseLogin: true }, 'vms-refused'],
      ['where other pictures come the second time', { cutAfterBytes: [60_000] }, { shiftSeconds: 1 }, 'wrong-footage'],
      ['where live pictures come the second time', { cutAfterBytes: [60_000] }, { live: true }, 'wrong-footage'],
      ['where the footage has gone', { cutAfterBytes: [60_000] }, { status: { PLAY: 457 } }, 'vms-unreachable'],
    ];
    for (const [name, faults, then, code] of rows)
      it(`${name} → ${code}`, async () => {
        const recorder = await aRecorder({ media: fixture('street-b.mp4'), faults: { ...faults } });
        try {
          const vms = connect(addressOf(recorder), { limits: { ...quick, backoffMs: 1 } });
          const pull = await vms.pull({ recording: 'REC_1' }, span, never());
          Object.assign(recorder.faults, then);
          assert.equal((await problemOf(collect(pull))).code, code);
        } finally {
          await recorder.close();
        }
      });
  });

  describe('asks once more for what was promised', () => {
    const hole = [{ from: new Date('2026-03-01T02:00:15Z'), to: new Date('2026-03-01T02:00:22Z') }];
    const early = { end: new Date('2026-03-01T02:00:20Z') };
    // FindEvents that lies tells footage all through.
    const rows: [string, Partial<RecorderOptions>, number][] = [
      ['a hole that the search tells of', { holes: hole }, 0],
      ['a hole that it does not', { holes: hole, faults: { events: 'lying' } }, 1],
      ['an end that it tells of', early, 0],
    ];
    for (const [name, options, resumes] of rows)
      it(`${name}: ${resumes}`, async () => {
        const { report, samples, expected } = await pullFrom({ media: fixture('street-b.mp4'), ...options }, span);
        assert.equal(report.resumes, resumes);
        assert.deepEqual(
          samples.filter(({ track }) => track === 0).map(({ utcMicros }) => utcMicros),
          expected,
        );
      });
  });
});
