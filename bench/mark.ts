// The measured play, in a process of its own: five seconds of 720p, marked as they are shown. JSON in, JSON out.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import type { Sample, VideoTrack } from '../plugin/domain/vms.js';
import { findFfmpeg } from '../plugin/media/find-ffmpeg.js';
import { markSamples, type MarkedForm } from '../plugin/media/mark-samples.js';
import { readMp4 } from '../test/support/recorder/mp4.js';

export interface MarkOrder {
  media: string;
  seconds: number;
  form: 'clip' | 'mjpeg';
}

export interface MarkAnswer {
  seconds: number;
  /** Of a processor: this process and those that it started. */
  busySeconds: number;
  bytes: number;
  /** Until the first marked picture is out. */
  firstSeconds: number;
}

const zero = Date.parse('2026-03-01T02:00:00Z');
/** A clock that has all the time there is: no picture waits until it is due. */
const atOnce = { now: () => 0, wait: async () => undefined };
const forms: Record<MarkOrder['form'], MarkedForm> = {
  clip: { kind: 'clip', sound: false },
  mjpeg: { kind: 'mjpeg', boundary: 'ZoneMinderFrame', ratePercent: 100, scalePercent: 100 },
};

const prefixed = (nals: readonly Buffer[]): Buffer =>
  Buffer.concat(
    nals.flatMap((nal) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(nal.length);
      return [length, nal];
    }),
  );

async function* samplesOf(frames: readonly { at: number; key: boolean; nals: readonly Buffer[] }[]): AsyncGenerator<Sample> {
  for (const [number, { at, key, nals }] of frames.entries())
    yield {
      ...{ track: 0, utcMicros: zero * 1000 + Math.round(at), key, preRoll: false, data: prefixed(nals) },
      ...{ flags: { c: key, e: false, d: false, t: false }, sequence: [number, number] as [number, number] },
    };
}

/** Linux counts what ended children used, in hundredths of a second (proc(5), stat: utime to cstime). */
function busySeconds(): number {
  const fields = fs.readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}

const { media, seconds, form } = (await json(process.stdin)) as MarkOrder;
const [picture] = readMp4(media).tracks;
if (!picture || picture.kind === 'audio') throw new Error('The clip holds no picture.');
const track: VideoTrack = {
  track: 0,
  token: 'video',
  kind: 'video',
  codec: 'h264',
  clockRate: 90_000,
  parameterSets: picture.parameterSets,
};
const workFolder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-bench-'));
const tools = await findFfmpeg({ searchPath: process.env['PATH'] ?? '' });
const [begun, busy] = [performance.now(), busySeconds()];
let bytes = 0;
const given = {
  ...{
    tracks: [track],
    samples: samplesOf(picture.frames),
    times: 'proven' as const,
    marks: ['text', 'clock'] as const,
    workFolder,
    form: forms[form],
  },
  span: { from: new Date(zero).toISOString(), to: new Date(zero + seconds * 1000).toISOString() },
  text: { requestId: 'EG-310000-SZX01-2026-000123', unit: '示例支队', officers: ['陆一舟'] },
};
let firstSeconds = Infinity;
const sinceBegun = (): number => (performance.now() - begun) / 1000;
for await (const piece of markSamples(tools, given, new AbortController().signal, atOnce)) {
  bytes += piece.length;
  // A fragment of pictures has its data behind what says where they are (ISO/IEC 14496-12, 8.1.1); what comes before it is no picture.
  if (form === 'mjpeg' || piece.includes('mdat')) firstSeconds = Math.min(firstSeconds, sinceBegun());
}
const answer: MarkAnswer = { seconds: sinceBegun(), busySeconds: busySeconds() - busy, bytes, firstSeconds };
await fs.promises.rm(workFolder, { recursive: true, force: true });
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
