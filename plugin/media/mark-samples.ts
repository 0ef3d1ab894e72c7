// Marked pictures of samples while they come in: the original goes through ffmpeg's standard input and never lies on disk.
import type { Mark } from '../domain/duty.js';
import type { MaskArea } from '../domain/mask-area.js';
import { Problem } from '../domain/problem.js';
import { milliseconds, type Instant, type Span } from '../domain/span.js';
import type { AudioTrack, Sample, Track } from '../domain/vms.js';
import { beginPlay } from './begin-play.js';
import type { Tools } from './find-ffmpeg.js';
import { keptTracks } from './kept-tracks.js';
import type { MarkText } from './marks/mark.js';
import { pictureUnit, soundUnit, streamHead } from './matroska-stream.js';
import { picturePart, splitPictures } from './multipart.js';
import { machinePace, paceBy, type PaceClock } from './pace.js';
import type { Picture } from './part-file.js';
import { pickStill } from './pick-still.js';
import { watchPictures, type Pictures } from './pictures.js';
import { clipRecipe, picturesRecipe, stillRecipe, type PlayRecipe, type Size } from './play-recipe.js';
import { fitted, scaled } from './play-size.js';
import { playTime, type PlayTime } from './play-time.js';
import { playUnits, type PlayUnit } from './play-units.js';
import { placeMarks } from './render.js';
import { tallyShown } from './shown-tally.js';
import { soundTimes } from './sound-times.js';
import { stoppable } from './stoppable.js';
import { streamTool, type StreamLimits } from './stream-tool.js';
import { watchFrames } from './watch-frames.js';
import { openWork } from './work-folder.js';

export type MarkedForm =
  /** Fragmented MP4 that plays while it comes. Steps of more than a minute are a minute long. */
  | { kind: 'clip'; sound: boolean }
  /** Parts of `multipart/x-mixed-replace` at this rate of real time and scale of the picture, in percent; `from`: the first picture shown. */
  | { kind: 'mjpeg'; boundary: string; ratePercent: number; scalePercent: number; from?: Instant }
  /** One JPEG: the picture shown at `at` or last before it; where there is none, the first. Pixels; null: as the picture is. */
  | { kind: 'still'; at: Instant; width: number | null; height: number | null };

export interface MarkedSamples {
  tracks: readonly Track[];
  samples: AsyncIterable<Sample>;
  /** What was asked for. Which picture belongs to it the samples say themselves: their clock may be another one. */
  span: Span;
  times: 'proven' | 'asserted';
  marks: readonly Mark[];
  text: MarkText;
  /** What is hidden of the camera's picture; left out: nothing. */
  areas?: readonly MaskArea[];
  /** The gate's: people's text lies in a private folder of it while the play lasts. */
  workFolder: string;
  form: MarkedForm;
}

type FormOf<K extends MarkedForm['kind']> = Extract<MarkedForm, { kind: K }>;

/** What all forms work with. */
interface Play {
  tools: Tools;
  given: MarkedSamples;
  /** Private, of this play alone. */
  folder: string;
  units: AsyncGenerator<PlayUnit>;
  pictures: Pictures;
  signal: AbortSignal;
}

/** A person may stop to look at a picture for so long. */
const stallLimitMs = 5 * 60_000;
/** The longest that a timer can be told (Node, "timers"). */
const mostTimerMs = 2 ** 31 - 1;

/** A busy machine reaches a few 4K pictures a second; `slowdown`: so much longer than the footage is the play. */
function limitsFor({ given: { span }, folder, signal }: Play, bytesPerSecond: number, slowdown = 1): StreamLimits {
  const duration = Math.max(0, milliseconds(span));
  const timeLimitMs = Math.min(mostTimerMs, Math.ceil(120_000 + duration * 30 * Math.max(1, slowdown)));
  return { timeLimitMs, stallLimitMs, cwd: folder, signal, mostBytes: Math.ceil(64 * 1024 ** 2 + (duration / 1000) * bytesPerSecond) };
}

/** Marks for pictures of this size, and all that a recipe says. */
async function prepare(play: Play, time: PlayTime, picture: Picture, size: Size, sound: AudioTrack | null): Promise<PlayRecipe> {
  const { times, marks, text, areas } = play.given;
  // Pictures that are made larger mix what lies further apart.
  const spread = Math.max(size.width / picture.width, size.height / picture.height);
  const part = { ...size, firstUtcMicros: time.zeroUtcMicros, spread };
  const placed = await placeMarks('play', { workFolder: play.folder, part, times, marks, text, areas });
  return { codec: picture.codec, sound, size, marks: placed, version: play.tools.version };
}

interface Stream {
  picture: Picture;
  sound: AudioTrack | null;
  time: PlayTime;
  /** The earliest picture shown, microseconds since 1970. */
  firstShown: number;
  onShown(utcMicros: number): void;
}

/** What ffmpeg reads. Problem `footage-missing`: no picture of it is shown. */
async function* asMatroska(units: AsyncIterable<PlayUnit>, { picture, sound, time, firstShown, onShown }: Stream): AsyncGenerator<Buffer> {
  const heard = soundTimes(firstShown);
  let [isFirst, anyShown] = [true, false];
  yield streamHead({ picture, sound: sound && { ...sound, sampleRate: sound.clockRate } });
  for await (const unit of units) {
    if (unit.kind === 'sound') {
      const micros = sound && heard.of(unit);
      if (micros !== null) yield soundUnit(unit.data, micros);
      continue;
    }
    heard.note(unit);
    if (unit.place === 'shown') {
      anyShown = true;
      onShown(unit.utcMicros);
    }
    yield pictureUnit(unit.data, time.of(unit), unit.key || isFirst);
    isFirst = false;
  }
  if (!anyShown) throw new Problem('footage-missing', 'The video system holds no picture for this span.');
}

const run = (
  { tools }: Play,
  args: readonly string[],
  limits: StreamLimits,
  input: AsyncIterable<Buffer>,
  onComplaint = (_: string): void => undefined,
) => streamTool(tools.fence, tools.ffmpeg, args, limits, { onComplaint, input });

function judgeWhole(came: number, shown: number): void {
  if (came !== shown) throw new Problem('render-failed', `What was shown is not the whole span: ${came} of ${shown} frames came out.`);
}

async function* playClip(play: Play, sound: AudioTrack | null): AsyncGenerator<Buffer> {
  const { picture, first, firstShown, hasSound, units } = await beginPlay(play.units, play.pictures, sound !== null);
  const [time, kept] = [playTime(first.utcMicros), hasSound ? sound : null];
  const recipe = await prepare(play, time, picture, scaled(picture, 100), kept);
  let shown = 0;
  const input = asMatroska(units, { picture, sound: kept, time, firstShown, onShown: () => void shown++ });
  const watch = watchFrames();
  yield* run(play, clipRecipe(recipe), limitsFor(play, 10_000_000), input, watch.hear);
  judgeWhole(watch.frames(), shown);
}

async function* playPictures(play: Play, form: FormOf<'mjpeg'>, clock: PaceClock): AsyncGenerator<Buffer> {
  const { picture, first, units } = await beginPlay(play.units, play.pictures, false);
  const time = playTime(first.utcMicros);
  const recipe = await prepare(play, time, picture, scaled(picture, form.scalePercent), null);
  const tally = tallyShown();
  const input = asMatroska(units, { picture, sound: null, time, firstShown: first.utcMicros, onShown: tally.note });
  const [split, due] = [splitPictures(), paceBy(form.ratePercent, clock)];
  let came = 0;
  for await (const bytes of run(play, picturesRecipe(recipe), limitsFor(play, 60_000_000, 100 / form.ratePercent), input))
    for (const jpeg of split(bytes)) {
      came++;
      await due(tally.next(), play.signal);
      if (!play.signal.aborted) yield picturePart(form.boundary, jpeg);
    }
  judgeWhole(came, tally.count());
}

async function* playStill(play: Play, form: FormOf<'still'>): AsyncGenerator<Buffer> {
  const { picture, target, units } = await pickStill(play.units, play.pictures, Date.parse(form.at) * 1000);
  const time = playTime(units[0]!.utcMicros);
  const recipe = await prepare(play, time, picture, fitted(picture, form.width, form.height), null);
  const fed = (async function* () {
    yield* units;
  })();
  const input = asMatroska(fed, { picture, sound: null, time, firstShown: target.utcMicros, onShown: () => undefined });
  const pieces: Buffer[] = [];
  for await (const bytes of run(play, stillRecipe(recipe, time.of(target)), limitsFor(play, 0), input)) pieces.push(bytes);
  if (pieces.length === 0) throw new Problem('render-failed', 'No picture came of the footage.');
  yield Buffer.concat(pieces);
}

/**
 * Ends well only where every picture came out; a failure is thrown also after bytes have been given: whoever passes them on breaks off. When
 * the reader goes away, or `signal` tells it, ffmpeg is dead, the samples are returned, and nothing is left on disk. What is read waits for who
 * reads. Problems: what `samples` throws, `footage-missing`, `wrong-footage`, `codec-unsupported`, `render-failed`.
 */
export async function* markSamples(
  tools: Tools,
  given: MarkedSamples,
  signal: AbortSignal,
  clock: PaceClock = machinePace,
): AsyncGenerator<Buffer> {
  const { form } = given;
  const { video, sound } = keptTracks(given.tracks);
  const heard = form.kind === 'clip' && form.sound ? sound : null;
  const from = form.kind === 'mjpeg' && form.from !== undefined ? Date.parse(form.from) * 1000 : undefined;
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const pictures = watchPictures(video);
  const units = playUnits({ samples: stoppable(given.samples, both), video, sound: heard, pictures, from });
  const work = await openWork(given.workFolder);
  const play: Play = { tools, given, folder: work.folder, units, pictures, signal };
  try {
    if (form.kind === 'clip') yield* playClip(play, heard);
    else if (form.kind === 'mjpeg') yield* playPictures(play, form, clock);
    else yield* playStill(play, form);
  } finally {
    over.abort();
    await units.return(undefined).catch(() => undefined);
    await work.wipe();
  }
}
