// Every codec against the recorder in a box: the units of the file, byte for byte, at their times, video and audio beside each other.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { connect } from '../../../adapters/onvif/index.js';
import type { Span } from '../../../plugin/domain/span.js';
import type { Sample, Track } from '../../../plugin/domain/vms.js';
import { pullAll } from '../../contract/vms.js';
import { readJpeg } from '../../support/recorder/jpeg.js';
import type { Recorder, RecorderOptions } from '../../support/recorder/start-recorder.js';
import { addressOf, aRecorder, lengthPrefixed, quick } from './rig.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const span: Span = { from: '2026-03-01T02:00:10.350Z', to: '2026-03-01T02:00:14.200Z' };

async function pullFrom(options: Partial<RecorderOptions>, asked = span) {
  const recorder: Recorder = await aRecorder(options);
  try {
    const { pull, samples } = await pullAll(connect(addressOf(recorder), { limits: { ...quick, backoffMs: 1 } }), { recording: 'REC_1' }, asked);
    const expected = pull.tracks.map(({ track }) => recorder.expectedUnits(asked, track));
    return { tracks: pull.tracks, report: pull.report(), samples, expected };
  } finally {
    await recorder.close();
  }
}

/** What the sample of a video unit must hold. */
const videoData = (codec: Track['codec'], nals: readonly Buffer[]): Buffer =>
  codec === 'jpeg' ? readJpeg(nals[0] as Buffer).scan : lengthPrefixed(nals);
const dataOf = (codec: Track['codec'], { data }: Sample): Buffer => (codec === 'jpeg' ? readJpeg(data).scan : data);

describe('a pull of every codec over ONVIF', () => {
  const withB = { media: fixture('street-b.mp4') };
  const withG711 = { media: fixture('street-g711.mov') };
  const hole = [{ from: new Date('2026-03-01T02:00:11Z'), to: new Date('2026-03-01T02:00:18Z') }];
  const acrossHole: Span = { from: span.from, to: '2026-03-01T02:00:20.000Z' };
  const rows: [string, Partial<RecorderOptions>, string, Span?][] = [
    ['H.264', {}, 'h264'],
    ['H.264 with B-frames and AAC', withB, 'h264 aac'],
    ['AAC, five units in a packet', { ...withB, faults: { audioUnitsPerPacket: 5 } }, 'h264 aac'],
    ['AAC, one unit in a packet, from the key frame on', { ...withB, faults: { audioUnitsPerPacket: 1, audioFromKey: true } }, 'h264 aac'],
    ['B-frames across a hole of seven seconds', { ...withB, holes: hole }, 'h264 aac', acrossHole],
    ['uneven times', { ...withB, unevenRate: true }, 'h264 aac'],
    ['H.265', { media: fixture('street-h265.mp4') }, 'h265'],
    ['H.265, parameter sets in the description only', { media: fixture('street-h265.mp4'), inBandParameterSets: false }, 'h265'],
    ['mu-law', withG711, 'h264 pcmu'],
    ['A-law', { ...withG711, aLaw: true }, 'h264 pcma'],
    ['Motion JPEG', { media: fixture('street-jpeg.mov') }, 'jpeg'],
    ['one payload type for both media', { ...withB, faults: { sdp: { sameType: true, colon: true, metadata: true } } }, 'h264 aac'],
    ['data only where all tracks are set up', { ...withB, faults: { needsAllTracks: true } }, 'h264 aac'],
    ['the extension in every packet, with a JPEG extension behind', { ...withB, faults: { extension: 'every-packet', longExtension: true } }, 'h264 aac'],
    ['no bits at all', { ...withB, faults: { omitFlags: ['c', 'e', 'd', 't'] } }, 'h264 aac'],
  ];
  for (const [name, options, codecs, asked = span] of rows)
    it(name, async () => {
      const { tracks, report, samples, expected } = await pullFrom(options, asked);
      assert.equal(tracks.map(({ codec }) => codec).join(' '), codecs);
      assert.equal(report.times, 'proven');
      assert.equal(report.resumes, 0);
      const [video] = tracks as [Track];
      const pictures = samples.filter(({ track }) => track === 0);
      assert.deepEqual(
        pictures.map(({ utcMicros, key, preRoll, postRoll = false }) => ({ utcMicros, key, preRoll, postRoll })),
        (expected[0] ?? []).map(({ utcMicros, key, preRoll, postRoll }) => ({ utcMicros, key, preRoll, postRoll })),
      );
      assert.ok(pictures.some(({ preRoll }) => !preRoll));
      for (const [index, sample] of pictures.entries())
        assert.ok(dataOf(video.codec, sample).equals(videoData(video.codec, expected[0]?.[index]?.nals ?? [])), `picture ${index} differs`);
      if (!tracks[1]) return;
      const sounds = samples.filter(({ track }) => track === 1);
      const from = Date.parse(asked.from) * 1000;
      const heard = (expected[1] ?? []).flatMap(({ utcMicros, nals }) => (utcMicros >= from ? nals : []));
      assert.ok(heard.length > 10);
      assert.equal(sounds.length, heard.length);
      for (const [index, sample] of sounds.entries()) assert.ok(sample.data.equals(heard[index] as Buffer), `sound ${index} differs`);
      assert.ok(sounds.every(({ key, preRoll, utcMicros }) => key && !preRoll && utcMicros >= from && utcMicros < Date.parse(asked.to) * 1000));
    });

  it('says so where times are only counted on from what the recorder answered', async () => {
    const { report, samples, expected } = await pullFrom({ ...withB, faults: { extension: 'none' } });
    assert.equal(report.times, 'asserted');
    const off = samples.filter(({ track }) => track === 0).map(({ utcMicros }, index) => utcMicros - (expected[0]?.[index]?.utcMicros ?? 0));
    assert.ok(off.length === expected[0]?.length && off.every((each) => Math.abs(each) < 1000), `${off.slice(0, 3).join()}`);
  });
  it('counts on where only the first packet of all had its time, and says so', async () => {
    assert.equal((await pullFrom({ ...withB, faults: { extension: 'stream-start' } })).report.times, 'asserted');
  });
});
