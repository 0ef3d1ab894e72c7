// One camera: pull each span, mux what comes into parts, seal every file, seal the list. All or nothing.
import type { Artifact, ArtifactRole, Digest } from '../domain/artifact.js';
import type { RequestEvents } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import type { OnProgress } from '../domain/progress.js';
import { Problem } from '../domain/problem.js';
import { milliseconds } from '../domain/span.js';
import type { Sample, Source, TimeBasis, Vms } from '../domain/vms.js';
import type { Gap } from '../media/gaps.js';
import { isoMicros, muxParts, type Part, type UnitLine } from '../media/mux-parts.js';
import type { Objects } from '../store/objects.js';
import type { SealedWriter } from '../store/sealed-object.js';
import type { AskedSpan } from './asked-spans.js';
import { sealBytes, type Coverage, type CoveragePart, type CoverageSpan, type CameraIndex } from './custody.js';
import { stateOfCoverage, holesIn, worst } from './coverage.js';

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
  const shelf = new Shelf(parts.objects, camera);
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
    const take = await shelf.close(coverage);
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
    asked: { from: asked.from, to: asked.to, basis: basisOf(asked) },
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

/** Why a person has to look before anything is made of it. Where the recorder's own time was asked for, its zone asked nothing wrong. */
function doubtOf({ spans }: Coverage): Take['doubt'] {
  if (spans.some(({ times }) => times === 'asserted')) return 'asserted';
  return spans.some(({ clock, asked }) => clock?.before.zoneSuspect && asked.basis === 'beijing') ? 'zone' : null;
}

const basisOf = ({ basis }: AskedSpan): TimeBasis => basis ?? 'beijing';

const noData = (asked: AskedSpan): CoverageSpan => ({
  asked: { from: asked.from, to: asked.to, basis: basisOf(asked) },
  state: 'no-data',
  parts: [],
  holes: [{ from: asked.from, to: asked.to, expected: null }],
  promised: null,
  times: null,
  audioTimes: null,
  leftOut: [],
  clock: null,
  deviceSpan: null,
  rung: null,
  end: null,
  resumes: 0,
  transcriptSha256: null,
});

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

/** The files of one camera on their way into the sealed store. */
class Shelf {
  readonly #artifacts: Artifact[] = [];
  #open: SealedWriter | null = null;
  #units: SealedWriter | null = null;
  /** Parts of the spans that have ended, and of the one under way. */
  #parts = 0;
  #sealed = 0;
  #frames = 0;

  constructor(
    private readonly objects: Objects,
    private readonly camera: string,
  ) {}

  /** One is open at a time. */
  async openPart(): Promise<SealedWriter> {
    return (this.#open = await this.objects.create());
  }

  /** Parts are counted through all spans of the camera, from 1; `part.part` counts within its span, from 1. */
  async sealPart(part: Part): Promise<CoveragePart> {
    const number = this.#parts + part.part;
    const path = `original/${this.camera}/${String(number).padStart(2, '0')}.${part.container}`;
    const sealed = await this.#open!.finish();
    this.#open = null;
    this.#keep(path, 'original', sealed);
    this.#sealed++;
    this.#frames += part.frames;
    return { path, firstFrame: isoMicros(part.firstUtcMicros), lastFrame: isoMicros(part.lastUtcMicros), facts: { ...part, part: number } };
  }

  async writeUnit(line: UnitLine): Promise<void> {
    this.#units ??= await this.objects.create();
    await this.#units.write(Buffer.from(`${canonicalJson({ ...line, part: this.#parts + line.part })}\n`));
  }

  endSpan(): void {
    this.#parts = this.#sealed;
  }

  async close(coverage: Coverage): Promise<Take> {
    this.#keep(`original/${this.camera}/units.ndjson`, 'units', await this.#units!.finish());
    this.#units = null;
    this.#keep(
      `original/${this.camera}/coverage.json`,
      'coverage',
      await sealBytes(this.objects, Buffer.from(`${canonicalJson(coverage)}\n`)),
    );
    const index: CameraIndex = { camera: this.camera, coverage, artifacts: this.#artifacts };
    const sealed = await sealBytes(this.objects, Buffer.from(canonicalJson(index)));
    const bytes = this.#artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0);

    return {
      camera: this.camera,
      state: coverage.state,
      doubt: doubtOf(coverage),
      parts: this.#parts,
      frames: this.#frames,
      bytes,
      index: sealed,
    };
  }

  async discard(): Promise<void> {
    await Promise.allSettled([this.#open?.abort(), this.#units?.abort()]);
    await Promise.allSettled(this.#artifacts.map((artifact) => this.objects.remove(artifact.object)));
  }

  #keep(path: string, role: ArtifactRole, sealed: Digest & { object: string }): void {
    this.#artifacts.push({ path, role, ...sealed });
  }
}
