// One part on its way into its file: its pictures and the sound that belongs to them, every time counted from the first picture shown.
import { hash } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import type { AudioCodec, AudioTrack, Sample } from '../domain/vms.js';
import { openMovie } from './container.js';
import { openMatroska } from './matroska.js';
import type { Container, PartFile, PartForm, PartTarget, Picture } from './part-file.js';
import { median } from './parts.js';
import type { Pictures } from './pictures.js';

/** One line of units.ndjson. */
export interface UnitLine {
  /** From 1, like the file's number. */
  part: number;
  /** As in the pull; 0 is the video. */
  track: number;
  /** Place among the units of its track in its part, from 0: the file's sample number less one. */
  index: number;
  /** ISO-8601 with microseconds, by the recorder's clock. */
  utc: string;
  key: boolean;
  flags: Sample['flags'];
  preRoll: boolean;
  postRoll: boolean;
  /** First and last RTP sequence number. */
  sequence: readonly [number, number];
  bytes: number;
  /** Of the file's sample, hex. */
  sha256: string;
}

/** One contiguous part. Times by the recorder's clock. */
export interface Part {
  part: number;
  container: Container;
  /** First and last frame shown. */
  firstUtcMicros: number;
  lastUtcMicros: number;
  /** From the first frame shown to the end of the last (one frame interval after its start, or where post-roll begins). */
  durationMicros: number;
  preRollMs: number;
  /** Of all frames, hidden ones too. */
  frames: number;
  preRollFrames: number;
  postRollFrames: number;
  width: number;
  height: number;
  codec: string;
  /** Null where no sound came. */
  audio: null | { codec: AudioCodec; channels: number; sampleRate: number; units: number };
}

export interface PartParts {
  number: number;
  container: Container;
  sound: AudioTrack | null;
  pictures: Pictures;
  creation: Date;
  open(part: number, container: Container): Promise<PartTarget>;
  onUnit(line: UnitLine): Promise<void> | void;
}

/** H.264 and H.265 reorder over at most 16 frames (A.3.1, A.4.2: the decoded picture buffer): so many later ones may be shown first. */
const reordered = 16;
/** Held before a part is opened: ten seconds at 50 Mbit/s. */
const mostWaitingBytes = 64 * 1024 * 1024;
/** mediabunny needs about a kilobyte for each when it writes the file's index: beyond this a part ends at the next key frame. Five minutes at
 *  25 frames a second, less with sound. */
const fullUnits = 8_000;
/** MP4 counts steps in 32 bits, here of microseconds: after half an hour a part ends at the next key frame, so that no step of any track in
 *  it comes near 71 minutes. */
const fullMicros = 30 * 60 * 1_000_000;
const longestStep = 60 * 60 * 1_000_000;
/** A recorder that sends no key frame must not fill the memory either. */
const mostUnits = 300_000;

export const isoMicros = (utcMicros: number): string =>
  `${new Date(Math.floor(utcMicros / 1000)).toISOString().slice(0, -1)}${String(((utcMicros % 1000) + 1000) % 1000).padStart(3, '0')}Z`;

const lineOf = (sample: Sample, part: number, index: number): UnitLine => ({
  part,
  track: sample.track,
  index,
  utc: isoMicros(sample.utcMicros),
  key: sample.key,
  flags: sample.flags,
  preRoll: sample.preRoll,
  postRoll: sample.postRoll ?? false,
  sequence: sample.sequence,
  bytes: sample.data.length,
  sha256: hash('sha256', sample.data, 'hex'),
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

/** Time that a packet of sound lasts: AAC has 1,024 samples in an access unit (ISO/IEC 14496-3), G.711 one in a byte. */
const soundMicros = ({ codec, channels, clockRate }: AudioTrack, data: Buffer): number =>
  Math.round(((codec === 'aac' ? 1024 : data.length / channels) * 1_000_000) / clockRate);

const openFile = (container: Container, target: PartTarget, form: PartForm): Promise<PartFile> =>
  container === 'mkv' ? openMatroska(target, form) : openMovie(target, container, form);

const isPicture = ({ track }: Sample): boolean => track === 0;
const isAsked = (sample: Sample): boolean => isPicture(sample) && !sample.preRoll && !sample.postRoll;

function describe(parts: PartParts, picture: Picture, times: readonly number[], first: number): Part {
  return {
    part: parts.number,
    container: parts.container,
    firstUtcMicros: first,
    lastUtcMicros: first,
    durationMicros: 0,
    preRollMs: Math.max(0, (first - times[0]!) / 1000),
    frames: 0,
    preRollFrames: 0,
    postRollFrames: 0,
    width: picture.width,
    height: picture.height,
    codec: picture.codec,
    audio: null,
  };
}

/** Usual time from one frame to the next; 40 ms where nothing tells. */
const intervalOf = (times: readonly number[]): number =>
  median(
    times
      .slice(1)
      .map((time, at) => time - times[at]!)
      .filter((step) => step > 0),
  ) ?? 40_000;

/** Nothing is opened before the first asked frame has come: all times count from it. */
export function writePart(parts: PartParts) {
  let waiting: Sample[] = [];
  let waitingBytes = 0;
  /** Pictures from the first asked one on, while waiting. */
  let asked = 0;
  let end = 0;
  /** Where post-roll begins. */
  let hiddenFrom = Infinity;
  let file: PartFile | undefined;
  let part: Part | undefined;
  let picture: Picture | undefined;
  let interval = 0;
  const [ascendPicture, ascendSound] = [keepAscending(), keepAscending()];

  async function begin(): Promise<void> {
    const pictures = waiting.filter(isPicture);
    const times = pictures.map((sample) => sample.utcMicros).sort((a, b) => a - b);
    interval = intervalOf(times);
    const first = pictures.reduce((least, sample) => (isAsked(sample) ? Math.min(least, sample.utcMicros) : least), Infinity);
    part = describe(parts, picture!, times, first);
    const target = await parts.open(part.part, part.container);
    const sound = parts.sound && { ...parts.sound, sampleRate: parts.sound.clockRate };
    file = await openFile(parts.container, target, { picture: picture!, sound, creation: parts.creation });
    for (const sample of waiting) await put(sample, file, part);
    waiting = [];
  }

  async function putPicture(sample: Sample, into: PartFile, facts: Part): Promise<void> {
    const shown = ascendPicture(sample) - facts.firstUtcMicros;
    if (shown - end > longestStep)
      throw new Problem('wrong-footage', 'The recorder’s pictures jump by more than an hour without a key frame to begin anew with.');
    // The first sample opens the file whatever it is: nothing received is left out.
    await into.addPicture(sample.data, shown, interval, sample.key || facts.frames === 0);
    await parts.onUnit(lineOf(sample, facts.part, facts.frames++));
    if (sample.preRoll) facts.preRollFrames++;
    else if (sample.postRoll) {
      facts.postRollFrames++;
      hiddenFrom = Math.min(hiddenFrom, shown);
    } else {
      facts.lastUtcMicros = Math.max(facts.lastUtcMicros, sample.utcMicros);
      end = Math.max(end, shown + interval);
    }
    facts.durationMicros = Math.min(facts.lastUtcMicros - facts.firstUtcMicros + interval, hiddenFrom);
  }

  async function putSound(sample: Sample, into: PartFile, facts: Part, track: AudioTrack): Promise<void> {
    // Matroska has no time before its beginning; MP4 and MOV keep it and do not play it.
    if (parts.container === 'mkv' && sample.utcMicros < facts.firstUtcMicros) return;
    const { codec, channels, clockRate } = track;
    facts.audio ??= { codec, channels, sampleRate: clockRate, units: 0 };
    await into.addSound(sample.data, ascendSound(sample) - facts.firstUtcMicros, soundMicros(track, sample.data));
    await parts.onUnit(lineOf(sample, facts.part, facts.audio.units++));
  }

  const units = (): number => (part ? part.frames + (part.audio?.units ?? 0) : waiting.length);

  const put = (sample: Sample, into: PartFile, facts: Part): Promise<void> => {
    if (units() >= mostUnits)
      throw new Problem('wrong-footage', 'The recorder sends no key frame for hours: such footage cannot be taken apart.');
    return isPicture(sample) ? putPicture(sample, into, facts) : putSound(sample, into, facts, parts.sound!);
  };

  return {
    async add(sample: Sample): Promise<void> {
      // What lies outside the span serves decoding; a JPEG needs none, and nobody asked for it.
      if (parts.container === 'mkv' && isPicture(sample) && !isAsked(sample)) return;
      if (isPicture(sample)) picture ??= parts.pictures.describe(sample.data);
      if (file && part) return put(sample, file, part);
      waiting.push(sample);
      waitingBytes += sample.data.length;
      if (isAsked(sample) || (asked > 0 && isPicture(sample))) asked++;
      if (asked > reordered) await begin();
      else if (waitingBytes > mostWaitingBytes)
        throw new Problem('wrong-footage', 'The recorder sent far more footage before the asked span than decoding needs.');
    },
    isFull: (): boolean => units() >= fullUnits || (part !== undefined && part.durationMicros >= fullMicros),
    /** Did a picture come, asked for or not? */
    hasPictures: (): boolean => picture !== undefined,
    /** Null: the part held no picture that was asked for. */
    async finish(): Promise<Part | null> {
      if (!file && asked > 0) await begin();
      await file?.finish(Math.min(end, hiddenFrom));
      return part ?? null;
    },
    /** Sound that found no picture: it belongs to the part that follows. */
    soundLeft: (): Sample[] => waiting.filter((sample) => !isPicture(sample)),
    cancel: async (): Promise<void> => file?.cancel(),
  };
}
