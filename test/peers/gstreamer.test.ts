// The pull against GStreamer's ONVIF replay server: an RTSP, RTP and 0xABAC that we did not write. Needs the Debian packages named in
// gstreamer-archive.py.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { connect } from '../../adapters/onvif/index.js';
import type { Span } from '../../plugin/domain/span.js';
import type { Sample } from '../../plugin/domain/vms.js';
import { problemOf, pullAll } from '../contract/vms.js';
import { readMp4 } from '../support/recorder/mp4.js';
import { startRecorder, type Recorder } from '../support/recorder/start-recorder.js';
import { startArchive, type Archive } from './archive.js';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const media = file('../fixtures/street.mp4');
const account = { user: 'gate', password: 'over-the-wire' };
const start = new Date('2026-03-01T02:00:00Z');
/** Seconds of the archive, and of the hole in it. Key frames stand every 2 s from each turn of the clip on. */
const [seconds, hole] = [300, { from: 100, to: 113 }];
const at = (offset: number): Date => new Date(start.getTime() + offset * 1000);
const spanOf = (from: number, to: number): Span => ({ from: at(from).toISOString(), to: at(to).toISOString() });

function nalsOf({ data }: Sample): Buffer[] {
  const nals: Buffer[] = [];
  for (let from = 0; from < data.length; from += 4 + data.readUInt32BE(from))
    nals.push(data.subarray(from + 4, from + 4 + data.readUInt32BE(from)));
  return nals;
}
const hex = (nal: Buffer): string => nal.toString('hex');
const isParameterSet = (nal: Buffer): boolean => [7, 8].includes((nal[0] ?? 0) & 0x1f);

describe('a pull from GStreamer', function () {
  this.timeout(30_000);
  let archive: Archive;
  let recorder: Recorder;
  const { parameterSets } = readMp4(media);

  before(async () => {
    archive = await startArchive({ media, start, seconds, hole, ...account });
    // The same footage, hole included: the box answers SOAP and knows what must come; the pictures come from the other server.
    recorder = await startRecorder({
      media,
      ...account,
      start,
      end: at(seconds),
      holes: [{ from: at(hole.from), to: at(hole.to) }],
      replayUri: archive.url,
      inBandParameterSets: false,
    });
  });
  after(async () => {
    await recorder.close();
    await archive.close();
  });
  const vms = () => connect({ id: 'peer', url: recorder.url, ...account });

  const rows: [string, Span][] = [
    ['from a key frame', spanOf(20, 32)],
    ['from the middle of a group of pictures', spanOf(11.3, 23.3)],
    ['across the seam of the clip', spanOf(74.2, 86.2)],
    ['across a hole', spanOf(95.5, 119)],
    ['from inside a hole', spanOf(106, 116)],
    ['a minute', spanOf(150, 210)],
    ['over the end of the archive', spanOf(290, 310)],
  ];
  for (const [name, span] of rows)
    it(`equals the file, unit for unit: ${name}`, async () => {
      const { samples } = await pullAll(vms(), { recording: 'REC_1' }, span);
      const expected = recorder.expectedUnits(span);
      assert.deepEqual(
        samples.map(({ utcMicros, preRoll, key }) => ({ utcMicros, preRoll, key })),
        expected.map(({ utcMicros, preRoll, key }) => ({ utcMicros, preRoll, key })),
      );
      samples.forEach((sample, index) => {
        const nals = nalsOf(sample);
        assert.deepEqual(nals.filter((nal) => !isParameterSet(nal)).map(hex), expected[index]?.nals.map(hex), `unit ${index}`);
        // This server puts the parameter sets before key frames; they are the file's too.
        for (const nal of nals.filter(isParameterSet)) assert.ok(sample.key && parameterSets.some((set) => set.equals(nal)));
      });
    });
  it('says footage-missing for a span inside the hole', async () => {
    assert.equal((await problemOf(pullAll(vms(), { recording: 'REC_1' }, spanOf(103, 107)))).code, 'footage-missing');
  });
  it('says vms-refused for a wrong password at the other server', async () => {
    const other = await startRecorder({ media, user: 'gate', password: 'another', start, end: at(seconds), replayUri: archive.url });
    try {
      const problem = await problemOf(
        pullAll(connect({ id: 'peer', url: other.url, user: 'gate', password: 'another' }), { recording: 'REC_1' }, spanOf(20, 22)),
      );
      assert.equal(problem.code, 'vms-refused');
    } finally {
      await other.close();
    }
  });
});
