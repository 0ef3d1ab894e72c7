// One camera: pull each span, mux what comes into parts, seal every file, seal the list. All or nothing.
import type { RequestEvents } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import type { OnProgress } from '../domain/progress.js';
import { Problem } from '../domain/problem.js';
import { milliseconds } from '../domain/span.js';
import type { Sample, Source, Vms } from '../domain/vms.js';
import type { Gap } from '../media/gaps.js';
import { muxParts } from '../media/mux-parts.js';
import type { Objects } from '../store/objects.js';
import { inFull, type AskedSpan } from './asked-spans.js';
import { noData, sealBytes, type Coverage, type CoveragePart, type CoverageSpan } from './custody.js';
import { stateOfCoverage, holesIn, worst } from './coverage.js';
import { Shelf } from './shelf.js';

interface Parts {
  objects: Objects;
  vms: Vms;
  source: Source;
  onProgress: OnProgress;
}

type Take = RequestEvents['footage-sealed'];

/** null: the recorder holds nothing for any of the spans. Problems of `Vms.pull`, `disk-full`. Leaves no object behind when it fails. */
export async function takeCamera(
  parts: Parts,
  requestId: string,
  camera: string,
  spans: readonly AskedSpan[],
  signal: AbortSignal,
): Promise<Take | null> {
  const shelf = new Shelf(parts.objects, camera, 'original');
  try {
    const covered: CoverageSpan[] = [];
    for (const [at, span] of spans.entries()) {
      const from = (100 * at) / spans.length;
      const onPercent = (percent: number) =>
        parts.onProgress({ requestId, stage: 'pull', camera, percent: Math.floor(from + percent / spans.length) });
      covered.push(await takeSpan(parts, shelf, span, onPercent, signal));
    }
    if (covered.every((span) => span.state === 'no-data')) {
      await shelf.discard();
      return null;
    }
    const coverage: Coverage = { version: 1, camera, state: worst(covered.map((span) => span.state)), spans: covered };
    const take = await close(parts.objects, shelf, coverage);
    parts.onProgress({ requestId, stage: 'pull', camera, percent: 100 });
    return take;
  } catch (thrown) {
    await shelf.discard();
    throw thrown;
  }
}

async function takeSpan(
  { vms, source }: Parts,
  shelf: Shelf,
  asked: AskedSpan,
  onPercent: (percent: number) => void,
  signal: AbortSignal,
): Promise<CoverageSpan> {
  const pull = await vms.pull(source, asked, signal).catch(nothingThere);
  if (pull === null) return noData(asked);
  const covered: CoveragePart[] = [];
  let gaps: readonly Gap[];
  try {
    gaps = await muxParts(bounded(pull.samples, asked, onPercent), {
      tracks: pull.tracks,
      span: asked,
      open: () => shelf.openPart(),
      onUnit: (line) => shelf.writeUnit(line),
      // Sealed as soon as it is whole: a recording with a thousand holes must not keep a thousand files open.
      onPart: async (part) => void covered.push(await shelf.sealPart(part)),
    });
  } catch (thrown) {
    if (covered.length > 0) throw thrown;
    nothingThere(thrown);
    return noData(asked);
  }
  if (covered.length === 0) return noData(asked);
  shelf.endSpan();
  const { deviceSpan, promised, times, audioTimes, leftOut, clock, rung, end, resumes, transcriptSha256 } = pull.report();
  const facts = covered.map((part) => part.facts);
  const holes = holesIn(deviceSpan, facts, promised, gaps);
  return {
    asked: inFull(asked),
    state: stateOfCoverage(deviceSpan, holes, times),
    parts: covered,
    holes,
    promised,
    times,
    audioTimes,
    leftOut,
    clock,
    deviceSpan,
    rung,
    end,
    resumes,
    transcriptSha256,
  };
}

/** The list of all that was sealed goes last: it names the others. */
async function close(objects: Objects, shelf: Shelf, coverage: Coverage): Promise<Take> {
  const list = await shelf.close(coverage);
  const index = await sealBytes(objects, Buffer.from(canonicalJson(list)));
  const bytes = list.artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0);
  const { camera, state } = coverage;
  return { camera, state, doubt: doubtOf(coverage), parts: shelf.parts, frames: shelf.frames, bytes, index };
}

/** Why a person has to look before anything is made of it. Where the recorder's own time was asked for, its zone asked nothing wrong. */
function doubtOf({ spans }: Coverage): Take['doubt'] {
  if (spans.some(({ times }) => times === 'asserted')) return 'asserted';
  return spans.some(({ clock, asked }) => clock?.before.zoneSuspect && asked.basis === 'beijing') ? 'zone' : null;
}

function nothingThere(thrown: unknown): null {
  if (thrown instanceof Problem && thrown.code === 'footage-missing') return null;
  throw thrown;
}

/** More than any camera records (200 Mbit/s), and what lies before the first key frame. */
const mostBytes = (asked: AskedSpan): number => 64 * 1024 ** 2 + (milliseconds(asked) / 1000) * 25_000_000;

/** Tells how far it is, and ends a recorder that sends without measure: it would fill the disk in everybody's way. */
async function* bounded(samples: AsyncIterable<Sample>, asked: AskedSpan, onPercent: (percent: number) => void): AsyncIterable<Sample> {
  const most = mostBytes(asked);
  let first: number | null = null;
  let told = -1;
  let bytes = 0;
  for await (const sample of samples) {
    bytes += sample.data.length;
    if (bytes > most) throw new Problem('wrong-footage', 'The recorder sends more than any camera could have recorded in this span.');
    if (!sample.preRoll) first ??= sample.utcMicros;
    const percent = first === null ? 0 : Math.min(99, Math.floor((sample.utcMicros - first) / 10 / milliseconds(asked)));
    if (percent > told) onPercent((told = percent));
    yield sample;
  }
}
