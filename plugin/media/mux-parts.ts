// The original: samples as received → MP4 parts, with a line per access unit from which the elementary stream can be rebuilt.
import { createHash } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import type { Span } from '../domain/span.js';
import type { Sample } from '../domain/vms.js';
import { openMp4 } from './container.js';
import type { Mp4, PartTarget } from './container.js';
import { activeSequenceSet, makeConfiguration, noParameterSets, withParameterSets } from './h264-parameter-sets.js';
import type { ParameterSets } from './h264-parameter-sets.js';
import { splitUnits } from './nal-units.js';
import { median, watchParts } from './parts.js';

/** One line of units.ndjson. */
export interface UnitLine {
  /** From 1, like the file's number. */
  part: number;
  /** Place in its part, from 0: the MP4's sample number less one. */
  index: number;
  /** ISO-8601 with microseconds, by the recorder's clock. */
  utc: string;
  key: boolean;
  flags: Sample['flags'];
  preRoll: boolean;
  /** First and last RTP sequence number. */
  sequence: readonly [number, number];
  bytes: number;
  /** Of the MP4 sample, hex. */
  sha256: string;
}

/** One contiguous part. Times by the recorder's clock. */
export interface Part {
  part: number;
  /** First and last frame shown. */
  firstUtcMicros: number;
  lastUtcMicros: number;
  /** From the first frame shown to the end of the last (one frame interval after its start). */
  durationMicros: number;
  preRollMs: number;
  /** Of all frames, hidden ones too. */
  frames: number;
  preRollFrames: number;
  width: number;
  height: number;
  codec: string;
}

export interface MuxParts {
  /** Called once the part before is complete. */
  open(part: number): Promise<PartTarget>;
  onUnit(line: UnitLine): Promise<void> | void;
  span: Span;
  /** Sets told before the first sample (SDP): NAL units without start codes. */
  parameterSets?: readonly Buffer[];
}

/** H.264 reorders over at most 16 frames (ITU-T H.264, A.3.1, MaxDpbFrames): so many later ones may be shown before the first. */
const reordered = 16;
const mostWaitingBytes = 128 * 1024 * 1024;

export const isoMicros = (utcMicros: number): string =>
  `${new Date(Math.floor(utcMicros / 1000)).toISOString().slice(0, -1)}${String(((utcMicros % 1000) + 1000) % 1000).padStart(3, '0')}Z`;

const lineOf = (sample: Sample, part: number, index: number): UnitLine => ({
  part,
  index,
  utc: isoMicros(sample.utcMicros),
  key: sample.key,
  flags: sample.flags,
  preRoll: sample.preRoll,
  sequence: sample.sequence,
  bytes: sample.data.length,
  sha256: createHash('sha256').update(sample.data).digest('hex'),
});

/** Presentation times must ascend from one key frame's group to the next and never be equal; a recorder's clock may do otherwise.
 *  The file's time is then one microsecond on; units.ndjson keeps the true one. */
function keepAscending(): (sample: Sample) => number {
  let newest = -Infinity;
  let floor = -Infinity;
  let last = -Infinity;
  return ({ utcMicros, key }) => {
    if (key) floor = newest;
    const shown = utcMicros === last || utcMicros <= floor ? Math.max(last, floor) + 1 : utcMicros;
    newest = Math.max(newest, shown);
    last = shown;
    return shown;
  };
}

/** One part being written. Nothing is opened before the first asked frame has come: all times count from it. */
function writePart(number: number, parts: MuxParts, sets: ParameterSets) {
  let waiting: Sample[] = [];
  let waitingBytes = 0;
  let mp4: Mp4 | undefined;
  let part: Part | undefined;
  let interval = 40_000;
  const ascend = keepAscending();

  async function begin(): Promise<void> {
    const times = waiting.map((sample) => sample.utcMicros).sort((a, b) => a - b);
    interval =
      median(
        times
          .slice(1)
          .map((time, at) => time - times[at]!)
          .filter((step) => step > 0),
      ) ?? interval;
    const asked = waiting.filter((sample) => !sample.preRoll).map((sample) => sample.utcMicros);
    const first = Math.min(...asked);
    const active = activeSequenceSet(sets, splitUnits(waiting[0]!.data));
    const { width, height, codec } = active;
    part = {
      part: number,
      firstUtcMicros: first,
      lastUtcMicros: first,
      durationMicros: 0,
      preRollMs: Math.max(0, (first - times[0]!) / 1000),
      frames: 0,
      preRollFrames: 0,
      width,
      height,
      codec,
    };
    const configuration = makeConfiguration(sets, active);
    mp4 = await openMp4(await parts.open(part.part), { codec, width, height, configuration }, new Date(parts.span.from));
    for (const sample of waiting) await put(sample, mp4, part);
    waiting = [];
  }

  async function put(sample: Sample, file: Mp4, facts: Part): Promise<void> {
    // The first sample opens the file whatever it is: nothing received is left out.
    await file.add(sample.data, ascend(sample) - facts.firstUtcMicros, interval, sample.key || facts.frames === 0);
    await parts.onUnit(lineOf(sample, facts.part, facts.frames++));
    if (sample.preRoll) facts.preRollFrames++;
    else facts.lastUtcMicros = Math.max(facts.lastUtcMicros, sample.utcMicros);
    facts.durationMicros = facts.lastUtcMicros - facts.firstUtcMicros + interval;
  }

  return {
    async add(sample: Sample): Promise<void> {
      if (mp4 && part) return put(sample, mp4, part);
      waiting.push(sample);
      waitingBytes += sample.data.length;
      const firstAsked = waiting.findIndex((one) => !one.preRoll);
      if (firstAsked >= 0 && waiting.length > firstAsked + reordered) await begin();
      else if (waitingBytes > mostWaitingBytes)
        throw new Problem('wrong-footage', 'The recorder sent far more footage before the asked span than decoding needs.');
    },
    /** Null: the part held nothing but pre-roll, which nobody asked for. */
    async finish(): Promise<Part | null> {
      if (!mp4 && waiting.some((sample) => !sample.preRoll)) await begin();
      await mp4?.finish();
      return part ?? null;
    },
    cancel: async (): Promise<void> => mp4?.cancel(),
  };
}

/**
 * Writes what came into MP4 parts, in constant memory. Each MP4 sample is `Sample.data` byte for byte; the same samples give the
 * same bytes. Pre-roll stays in the file, hidden by an edit list. Problems: `codec-unsupported`, `wrong-footage`; what `samples`,
 * `open`, `onUnit` and `write` throw comes out as it is.
 */
export async function muxParts(samples: AsyncIterable<Sample>, parts: MuxParts): Promise<Part[]> {
  const done: Part[] = [];
  const beginsPart = watchParts();
  let sets = withParameterSets(noParameterSets, parts.parameterSets ?? []);
  let current: ReturnType<typeof writePart> | undefined;
  let track: number | undefined;
  const finish = async (): Promise<void> => {
    const part = await current?.finish();
    if (part) done.push(part);
  };
  try {
    for await (const sample of samples) {
      track ??= sample.track;
      if (sample.track !== track) throw new Problem('codec-unsupported', 'The recorder sent more than one video track; one can be kept.');
      const known = withParameterSets(sets, splitUnits(sample.data));
      const begins = beginsPart(sample, known !== sets);
      sets = known;
      if (begins || !current) {
        await finish();
        current = writePart(done.length + 1, parts, sets);
      }
      await current.add(sample);
    }
    await finish();
  } catch (error) {
    await current?.cancel().catch(() => undefined);
    throw error;
  }
  return done;
}
