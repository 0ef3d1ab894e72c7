// The pull against GStreamer's ONVIF replay server: an RTSP, RTP and 0xABAC that we did not write, over every codec that it packs, in the
// clear and in TLS. What must come is told by ffprobe. Needs the Debian packages named in gstreamer-archive.py.
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connect } from '../../adapters/onvif/index.js';
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import type { Span } from '../../plugin/domain/span.js';
import type { AudioCodec, Sample, Track, VideoCodec } from '../../plugin/domain/vms.js';
import { problemOf, pullAll } from '../contract/vms.js';
import { startRecorder, type Recorder } from '../support/recorder/start-recorder.js';
import { startArchive, type Archive } from './archive.js';
import { expectedOf, isParameterSet, readClip, type Clip, type Unit } from './clip.js';
import { startCutProxy } from './cut-proxy.js';

const file = (path: string): string => fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
const account = { user: 'gate', password: 'over-the-wire' };
const start = new Date('2026-03-01T02:00:00Z');
const certificate = { certificate: file('tls/cert.pem'), key: file('tls/key.pem') };
const fingerprint = new X509Certificate(fs.readFileSync(certificate.certificate)).fingerprint256.replaceAll(':', '').toLowerCase();
const at = (offset: number): Date => new Date(start.getTime() + offset * 1000);
const spanOf = (from: number, to: number): Span => ({ from: at(from).toISOString(), to: at(to).toISOString() });

/** How far the archive's times may be from the file's: NTP's fraction of a second, cut to a microsecond. */
const hair = 1;
/** Bytes as a short text, so that a difference can be read. */
const digest = (data: Buffer): string => `${data.length}:${createHash('sha256').update(data).digest('hex').slice(0, 12)}`;

function nalsOf(data: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  for (let from = 0; from < data.length; from += 4 + data.readUInt32BE(from))
    nals.push(data.subarray(from + 4, from + 4 + data.readUInt32BE(from)));
  return nals;
}

/** The entropy-coded bytes of a JPEG (ITU-T T.81, B.2.3): RTP carries them as they are, the headers are made anew from its own. */
function scanOf(jpeg: Buffer): Buffer {
  const header = jpeg.indexOf('ffda', 0, 'hex') + 2;
  return jpeg.subarray(header + jpeg.readUInt16BE(header), jpeg.lastIndexOf('ffd9', undefined, 'hex'));
}

/** Samples against the file: the same times, and the same units but for the parameter sets, which this server sends before key frames. */
function judgeVideo(samples: readonly Sample[], expected: readonly Unit[], clip: Clip, codec: VideoCodec): void {
  const facts = ({ utcMicros, preRoll, postRoll = false, key }: Sample | Unit) => ({ utcMicros, preRoll, postRoll, key });
  assert.deepEqual(samples.map(facts), expected.map(facts));
  if (codec === 'jpeg') return assert.deepEqual(samples.map(({ data }) => digest(scanOf(data))), expected.map(({ data }) => digest(scanOf(data))));
  samples.forEach((sample, index) => {
    const own = (nal: Buffer): boolean => !isParameterSet(codec, nal);
    const nals = nalsOf(sample.data);
    assert.deepEqual(nals.filter(own).map(digest), nalsOf(expected[index]!.data).filter(own).map(digest), `unit ${index}`);
    for (const nal of nals.filter((one) => !own(one))) assert.ok(sample.key && clip.parameterSets.some((set) => set.equals(nal)), `unit ${index}`);
  });
}

function judgeAudio(samples: readonly Sample[], expected: readonly Unit[], codec: AudioCodec): void {
  // G.711 has no units of its own: packets may be cut elsewhere than in the file.
  if (codec !== 'aac') return assert.ok(Buffer.concat(expected.map(({ data }) => data)).includes(Buffer.concat(samples.map(({ data }) => data))));
  assert.deepEqual(samples.map(({ data }) => digest(data)), expected.map(({ data }) => digest(data)));
  samples.forEach(({ utcMicros }, index) => assert.ok(Math.abs(utcMicros - expected[index]!.utcMicros) <= hair, `sound ${index} is off`));
}

interface Row {
  what: string;
  media: string;
  video: VideoCodec;
  audio: AudioCodec | null;
  audioTracks?: number;
  tls?: true;
  /** Turns of the clip end at multiples of it. */
  seam: number;
}

const rows: Row[] = [
  { what: 'H.264', media: 'street.mp4', video: 'h264', audio: null, seam: 79.5 },
  { what: 'H.264 with B-frames, AAC', media: 'street-b.mp4', video: 'h264', audio: 'aac', seam: 84 },
  { what: 'H.265', media: 'street-h265.mp4', video: 'h265', audio: null, seam: 84 },
  { what: 'H.264, G.711', media: 'street-g711.mov', video: 'h264', audio: 'pcmu', seam: 84 },
  { what: 'JPEG', media: 'street-jpeg.mov', video: 'jpeg', audio: null, seam: 84 },
  { what: 'H.264 with B-frames, AAC twice', media: 'street-b.mp4', video: 'h264', audio: 'aac', audioTracks: 2, seam: 84 },
  { what: 'H.264 with B-frames, the sound left out', media: 'street-b.mp4', video: 'h264', audio: null, audioTracks: 0, seam: 84 },
  { what: 'H.264 with B-frames, AAC, over TLS', media: 'street-b.mp4', video: 'h264', audio: 'aac', tls: true, seam: 84 },
];

const seconds = 300;
/** Seven seconds in which nothing is, from the middle of a group of pictures on. Key frames stand every 2 s from each turn of the clip on. */
const hole = { from: 101.1, to: 108.1 };

const spans = (row: Row): [string, Span][] => [
  ['from a key frame', spanOf(20, 32)],
  ['from the middle of a group of pictures', spanOf(11.3, 23.3)],
  ['across the seam of the clip', spanOf(row.seam - 5.3, row.seam + 6.7)],
  ['across a hole of 7 s', spanOf(95.5, 119)],
  ['from inside a hole', spanOf(104, 116)],
  ['a minute', spanOf(150, 210)],
  ['over the end of the archive', spanOf(290, 310)],
];

for (const row of rows)
  describe(`a pull from GStreamer: ${row.what}`, function () {
    this.timeout(30_000);
    let clip: Clip;
    let archive: Archive;
    let recorder: Recorder;
    before(async () => {
      clip = await readClip(file(row.media));
      archive = await startArchive({ media: file(row.media), start, seconds, hole, ...account, audioTracks: row.audioTracks, ...(row.tls && { tls: certificate }) });
      recorder = await boxBefore(archive.url);
    });
    after(async () => {
      await recorder.close();
      await archive.close();
    });

    for (const [name, span] of spans(row))
      it(`equals the file, unit for unit: ${name}`, async () => {
        const { pull, samples } = await pullAll(connect(addressOf(recorder)), { recording: 'REC_1' }, span);
        judge(pull.tracks, samples, expectedOf(clip, { start, seconds, hole }, span), clip, row);
      });
    it('loses nothing and doubles nothing when the wire breaks four times', async () => {
      const span = spanOf(150, 180);
      const expected = expectedOf(clip, { start, seconds, hole }, span);
      const bytes = [...expected.video, ...expected.audio].reduce((sum, { data }) => sum + data.length, 0);
      const port = Number(new URL(archive.url).port);
      const proxy = await startCutProxy({ host: '127.0.0.1', port }, [0.2, 0.15, 0.2, 0.25].map((share) => Math.round(share * bytes)));
      const behind = await boxBefore(archive.url.replace(`:${port}`, `:${proxy.port}`));
      try {
        const { pull, samples } = await pullAll(connect(addressOf(behind)), { recording: 'REC_1' }, span);
        judge(pull.tracks, samples, expected, clip, row);
        assert.deepEqual([proxy.cuts(), pull.report().resumes], [4, 4]);
      } finally {
        await behind.close();
        await proxy.close();
      }
    });
    // With JPEG this server leaves such a PLAY without any answer.
    if (row.video !== 'jpeg')
      it('says footage-missing for a span inside the hole', async () => {
        assert.equal((await problemOf(pullAll(connect(addressOf(recorder)), { recording: 'REC_1' }, spanOf(102, 106)))).code, 'footage-missing');
      });
  });

describe('a pull from GStreamer that is not let in', function () {
  this.timeout(30_000);
  const open = { media: file('street.mp4'), start, seconds: 30, hole: { from: 28, to: 29 }, ...account };
  const table: [string, { tls?: typeof certificate; login?: typeof account; trust?: RecorderAddress['tls'] }, string][] = [
    ['a wrong password at the other server', { login: { user: 'gate', password: 'another' } }, 'vms-refused'],
    ['another certificate than the pinned one', { tls: certificate, trust: { fingerprint: fingerprint.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) } }, 'vms-unreachable'],
    ['a certificate that no authority vouches for', { tls: certificate }, 'vms-unreachable'],
  ];
  for (const [what, { tls, login = account, trust }, code] of table)
    it(`${what}: ${code}`, async () => {
      const archive = await startArchive({ ...open, tls });
      const recorder = await boxBefore(archive.url, login);
      try {
        const vms = connect({ ...addressOf(recorder), ...login, tls: trust });
        assert.equal((await problemOf(pullAll(vms, { recording: 'REC_1' }, spanOf(4, 6)))).code, code);
      } finally {
        await recorder.close();
        await archive.close();
      }
    });
});

/** The box answers SOAP, holes included; the pictures come from the other server. */
const boxBefore = (replayUri: string, login = account): Promise<Recorder> =>
  startRecorder({ media: file('street.mp4'), ...login, start, end: at(seconds), holes: [{ from: at(hole.from), to: at(hole.to) }], replayUri });

const addressOf = (recorder: Recorder): RecorderAddress => ({ id: 'peer', url: recorder.url, ...account, tls: { fingerprint } });

function judge(tracks: readonly Track[], samples: readonly Sample[], expected: { video: Unit[]; audio: Unit[] }, clip: Clip, row: Row): void {
  assert.deepEqual(tracks.map(({ kind, codec }) => [kind, codec]), row.audio ? [['video', row.video], ['audio', row.audio]] : [['video', row.video]]);
  judgeVideo(samples.filter(({ track }) => track === 0), expected.video, clip, row.video);
  if (row.audio) judgeAudio(samples.filter(({ track }) => track === 1), expected.audio, row.audio);
  else assert.ok(samples.every(({ track }) => track === 0));
}
