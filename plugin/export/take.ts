// One camera: pull each span, mux what comes into parts, seal every file, seal the list. All or nothing.
import type { Artifact, ArtifactRole, Digest } from '../domain/artifact.js';
import type { RequestEvents } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import type { OnProgress } from '../domain/progress.js';
import { Problem } from '../domain/problem.js';
import { milliseconds, type Span } from '../domain/span.js';
import type { Sample, Source, Vms } from '../domain/vms.js';
import { isoMicros, muxParts, type Part } from '../media/mux-parts.js';
import type { Objects } from '../store/objects.js';
import type { SealedWriter } from '../store/sealed-object.js';
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
  spans: readonly Span[],
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
  asked: Span,
  onPercent: (percent: number) => void,
  signal: AbortSignal,
): Promise<CoverageSpan> {
  const pull = await vms.pull(source, asked, signal).catch(nothingThere);
  if (pull === null) return { ...noData(asked) };
  let muxed: Part[];
  try {
    muxed = await muxParts(counted(pull.samples, asked, onPercent), {
      open: (part) => shelf.openPart(part),
      onUnit: (line) => shelf.writeUnit(line),
      span: asked,
      parameterSets: pull.tracks[0]?.parameterSets,
    });
  } catch (thrown) {
    const none = nothingThere(thrown);
    if (none === null) return noData(asked);
    throw thrown;
  }
  if (muxed.length === 0) return noData(asked);
  const report = pull.report();
  const covered = await shelf.endSpan(muxed);
  const holes = holesIn(report.deviceSpan, muxed);
  return {
    asked,
    state: stateOfCoverage(report.deviceSpan, holes),
    parts: covered,
    holes,
    clock: report.clock,
    deviceSpan: report.deviceSpan,
    rung: report.rung,
    end: report.end,
    transcriptSha256: report.transcriptSha256,
  };
}

const noData = (asked: Span): CoverageSpan => ({
  asked,
  state: 'no-data',
  parts: [],
  holes: [asked],
  clock: null,
  deviceSpan: null,
  rung: null,
  end: null,
  transcriptSha256: null,
});

function nothingThere(thrown: unknown): null {
  if (thrown instanceof Problem && thrown.code === 'footage-missing') return null;
  throw thrown;
}

async function* counted(samples: AsyncIterable<Sample>, asked: Span, onPercent: (percent: number) => void): AsyncIterable<Sample> {
  let first: number | null = null;
  let told = -1;
  for await (const sample of samples) {
    if (!sample.preRoll) first ??= sample.utcMicros;
    const percent = first === null ? 0 : Math.min(99, Math.floor((sample.utcMicros - first) / 10 / milliseconds(asked)));
    if (percent > told) onPercent((told = percent));
    yield sample;
  }
}

/** The files of one camera on their way into the sealed store. */
class Shelf {
  readonly #artifacts: Artifact[] = [];
  readonly #open = new Map<number, SealedWriter>();
  #units: SealedWriter | null = null;
  #parts = 0;
  #frames = 0;

  constructor(
    private readonly objects: Objects,
    private readonly camera: string,
  ) {}

  /** Parts are counted through all spans of the camera, from 1; `part` counts within its span, from 1. */
  async openPart(part: number): Promise<SealedWriter> {
    const writer = await this.objects.create();
    this.#open.set(part, writer);
    return writer;
  }

  async writeUnit(line: { part: number }): Promise<void> {
    this.#units ??= await this.objects.create();
    await this.#units.write(Buffer.from(`${canonicalJson({ ...line, part: this.#parts + line.part })}\n`));
  }

  async endSpan(muxed: readonly Part[]): Promise<CoveragePart[]> {
    const covered: CoveragePart[] = [];
    for (const part of muxed) {
      const path = `original/${this.camera}/${String(this.#parts + part.part).padStart(2, '0')}.mp4`;
      const sealed = await this.#open.get(part.part)!.finish();
      this.#open.delete(part.part);
      this.#keep(path, 'original', sealed);
      this.#frames += part.frames;
      const facts = { ...part, part: this.#parts + part.part };
      covered.push({ path, firstFrame: isoMicros(part.firstUtcMicros), lastFrame: isoMicros(part.lastUtcMicros), facts });
    }
    this.#parts += muxed.length;
    return covered;
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
    return { camera: this.camera, state: coverage.state, parts: this.#parts, frames: this.#frames, bytes, index: sealed };
  }

  async discard(): Promise<void> {
    await Promise.allSettled([...this.#open.values(), ...(this.#units ? [this.#units] : [])].map((writer) => writer.abort()));
    await Promise.allSettled(this.#artifacts.map((artifact) => this.objects.remove(artifact.object)));
  }

  #keep(path: string, role: ArtifactRole, sealed: Digest & { object: string }): void {
    this.#artifacts.push({ path, role, ...sealed });
  }
}
