// Recorded footage for a video system's own client: found under a grant, recorded, pulled, marked while it comes, and never the system's own
// bytes. Several pieces are judged one by one and shown together or not at all.
import type { Footage } from '../domain/web-front.js';
import type { PlayForm } from '../domain/audit-event.js';
import { unsettled } from '../domain/drawing.js';
import type { MaskArea } from '../domain/mask-area.js';
import { Problem } from '../domain/problem.js';
import type { Instant, Span } from '../domain/span.js';
import type { Person } from '../domain/subject.js';
import type { Pull, Source, TimeBasis, Vms } from '../domain/vms.js';
import type { Tools } from '../media/find-ffmpeg.js';
import { markSamples, type MarkedForm } from '../media/mark-samples.js';
import { openWork } from '../media/work-folder.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';
import { hiddenAs, hiddenFor, standingAreas } from './areas.js';
import type { ClockWatch } from './clock-watch.js';
import type { MarkedCopies, OpenCopy } from './marked-copies.js';
import type { Requests } from './requests.js';
import type { Turns } from './turns.js';
import type { Grant, Shown, Viewings } from './viewings.js';

export interface PlayParts {
  viewings: Viewings;
  copies: MarkedCopies;
  requests: Requests;
  clock: ClockWatch;
  tools: Tools;
  objects: Objects;
  readonly policy: Policy;
  workFolder: string;
  vmsOf(camera: string): { vms: Vms; source: Source; turns: Turns };
  camerasOf(recorder: string): readonly { camera: string; recording: string | null }[];
}

/** A slow camera has no frame in the second before. */
const AROUND_STILL_MS = 2_000;

/** One piece of footage with the grant that shows it. */
export interface Judged extends Shown {
  footage: Footage;
  /** Its plan wants no sound. */
  muted: boolean;
  /** What is hidden of it, as `hiddenAs` tells. */
  hidden: string;
}

/** The gate's name of the camera that the system calls so. Problem `camera-unknown`: the configuration names none, so no policy covers it. */
export function cameraOf({ camerasOf }: Pick<PlayParts, 'camerasOf'>, recorder: string, recording: string): string {
  const found = camerasOf(recorder).find((it) => it.recording === recording);
  if (!found) throw new Problem('camera-unknown', `The configuration names no camera for ${recording.slice(0, 64)} of ${recorder}.`);
  return found.camera;
}

/** Each piece under a grant of this person, or none. Problems: `camera-unknown`, `reason-missing`, `areas-missing`, `clock-doubted`. */
export async function judgePieces(
  parts: PlayParts,
  person: Person,
  recorder: string,
  pieces: readonly Footage[],
  form: PlayForm,
): Promise<Judged[]> {
  // Set back, the gate's clock would open again what had ended.
  await parts.clock.judge();
  const judged: Judged[] = [];
  for (const footage of pieces) {
    const camera = cameraOf(parts, recorder, recordingOf(footage.source));
    const shown = await parts.viewings.find(person, camera, inTrueTime(footage), form === 'archive');
    expectDrawn(parts, shown.grant, camera);
    judged.push({ ...shown, footage, muted: isMuted(parts, shown.grant), hidden: hiddenNow(parts, shown) });
  }
  return judged;
}

/** While they are shown: each under the grant that it was shown by, and no other. Problems as of `judgePieces`. */
export async function judgeStill(parts: PlayParts, person: Person, pieces: readonly Judged[], form: PlayForm): Promise<void> {
  // The system is asked of its clock every half minute; what it said then is asked here, by every stream.
  if (parts.clock.doubt !== null) await parts.clock.judge();
  for (const piece of pieces) {
    await parts.viewings.judgeStill(person, piece, form === 'archive');
    expectDrawn(parts, piece.grant, piece.camera);
    // Asked for again, it is silent.
    if (isMuted(parts, piece.grant) && !piece.muted) throw new Problem('reason-missing', 'The plan wants this footage without sound now.');
    if (hiddenNow(parts, piece) !== piece.hidden) throw new Problem('reason-missing', 'Something else of this footage is hidden now.');
  }
}

/** Grants are given in true time; a clock that is an hour off would open another hour. */
export const inTrueTime = ({ from, to, offsetMs }: Footage): Span => ({ from: moved(from, -offsetMs), to: moved(to, -offsetMs) });
const moved = (instant: Instant, ms: number): Instant => (ms === 0 ? instant : new Date(Date.parse(instant) + ms).toISOString());

const recordingOf = (source: Source): string => ('recording' in source ? source.recording : '');

/** A reason has no plan. */
const isMuted = ({ requests }: PlayParts, grant: Grant): boolean => grant.kind === 'request' && requests.state(grant.requestId).plan?.sound === 'muted';

const heardAs = ({ muted }: Judged, marked: MarkedForm): MarkedForm => (muted && marked.kind === 'clip' ? { ...marked, sound: false } : marked);

/** What the plan wants hidden is not shown before somebody drew it, and agreed to what they drew. */
function expectDrawn({ requests }: PlayParts, grant: Grant, camera: string): void {
  if (grant.kind !== 'request') return;
  const missing = unsettled(requests.state(grant.requestId)).includes(camera);
  if (missing) throw new Problem('areas-missing', `Nobody drew yet what is masked of ${camera}, which the plan of ${grant.requestId} wants, and agreed to it.`);
}

const hiddenNow = (parts: PlayParts, { grant, camera }: Shown): string =>
  hiddenAs(parts, grant.kind === 'request' ? parts.requests.state(grant.requestId) : null, camera);

/** The standing areas of the camera, and those that were drawn for the request under which it is shown. */
const hiddenOf = (parts: PlayParts, { camera, grant }: Judged): Promise<readonly MaskArea[]> | readonly MaskArea[] =>
  grant.kind === 'request' ? hiddenFor(parts, parts.requests.state(grant.requestId), camera) : standingAreas(parts, camera);

/**
 * A marked copy, kept for minutes: asked for again, it is the same one and no further viewing. Problems: those of `Viewings.record`,
 * `capacity-exceeded`, and once read those of the pull and `render-failed`.
 */
export function copyOf(
  parts: PlayParts,
  person: Person,
  recorder: string,
  judged: Judged,
  form: Exclude<PlayForm, 'mjpeg'>,
  marked: MarkedForm,
  signal: AbortSignal,
): Promise<OpenCopy> {
  return parts.copies.open(person.pseudonym, keyOf(person, recorder, judged, form, marked), (abort) => play(parts, person, recorder, judged, form, marked, abort), signal);
}

/** Bytes of what `copyOf` would give, where it is whole already. Nothing is made or recorded. */
export const sizeOf = (parts: PlayParts, person: Person, recorder: string, judged: Judged, form: Exclude<PlayForm, 'mjpeg'>, marked: MarkedForm): number | null =>
  parts.copies.sizeOf(keyOf(person, recorder, judged, form, marked));

/** A copy is kept for what it shows: one with other areas is another one. */
const keyOf = ({ pseudonym }: Person, recorder: string, judged: Judged, form: PlayForm, marked: MarkedForm): string =>
  JSON.stringify([pseudonym, recorder, judged.camera, judged.span, judged.grant, form, heardAs(judged, marked), judged.hidden]);

/** Recorded before anything is pulled; the original's samples go through memory into the marks and nowhere else. */
export async function* play(
  parts: PlayParts,
  person: Person,
  recorder: string,
  judged: Judged,
  form: PlayForm,
  marked: MarkedForm,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const shown = shownOf(judged, marked);
  await parts.viewings.record(person, recorder, judged, form);
  const { vms, source } = parts.vmsOf(judged.camera);
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const work = await openWork(parts.workFolder);
  try {
    const span: Span & { basis: TimeBasis } = { ...shown, basis: 'recorder' };
    const areas = await hiddenOf(parts, judged);
    const pull = await vms.pull(source, span, both);
    yield* markSamples(parts.tools, { ...pullFacts(pull, shown), marks: ['text', 'clock'], text: textOf(person, judged.grant), areas, workFolder: work.folder, form: heardAs(judged, marked) }, both);
  } finally {
    // Who stops reading ends the pull too.
    stop.abort(new Problem('render-failed', 'Nobody reads it any more.'));
    await work.wipe();
  }
}

/** By the system's clock. A still is no reason to pull an hour. Problem `reason-missing`: the picture lies outside what the grant covers. */
function shownOf({ span: granted, footage: { offsetMs } }: Judged, marked: MarkedForm): Span {
  const span = { from: moved(granted.from, offsetMs), to: moved(granted.to, offsetMs) };
  if (marked.kind !== 'still') return span;
  const at = Date.parse(marked.at);
  const near = { from: new Date(at - AROUND_STILL_MS).toISOString(), to: new Date(at + AROUND_STILL_MS).toISOString() };
  if (near.from >= span.to || near.to <= span.from) throw new Problem('reason-missing', 'The grant does not cover this picture.');
  return { from: near.from > span.from ? near.from : span.from, to: near.to < span.to ? near.to : span.to };
}

/** No recorder proved these times: the mark says so. */
const pullFacts = ({ tracks, samples }: Pull, span: Span) => ({ tracks, samples, span, times: 'asserted' as const });

const textOf = ({ name, unit }: Person, grant: Grant) => ({
  requestId: grant.kind === 'request' ? grant.requestId : `登记 ${grant.entry}`,
  unit,
  officers: [name],
});
