// The files of one camera on their way into the sealed store: parts, the line of each unit, and what is missing. One part is open at a time.
import type { Artifact, ArtifactRole, Digest } from '../domain/artifact.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { isoMicros, type Part, type UnitLine } from '../media/mux-parts.js';
import type { Objects } from '../store/objects.js';
import type { SealedWriter } from '../store/sealed-object.js';
import { sealBytes, type CameraIndex, type Coverage, type CoveragePart } from './custody.js';

/** What is said of a file beside its sums. */
type Origin = Pick<Artifact, 'sealedParent' | 'reason' | 'recipe'>;

export class Shelf {
  readonly #artifacts: Artifact[] = [];
  #open: SealedWriter | null = null;
  #units: SealedWriter | null = null;
  /** Parts of the spans that have ended, and of the one under way. */
  #parts = 0;
  #sealed = 0;
  #frames = 0;

  /** `role`: also the folder in which its parts lie in a package. */
  constructor(
    private readonly objects: Objects,
    private readonly camera: string,
    private readonly role: 'original' | 'excerpt',
  ) {}

  get parts(): number {
    return this.#sealed;
  }

  /** Of all parts, hidden ones too. */
  get frames(): number {
    return this.#frames;
  }

  async openPart(): Promise<SealedWriter> {
    return (this.#open = await this.objects.create());
  }

  /** Parts are counted through all spans of the camera, from 1; `part.part` counts within what was begun last, from 1. */
  async sealPart(part: Part, origin: Origin = {}): Promise<CoveragePart> {
    const number = this.#parts + part.part;
    const path = `${this.role}/${this.camera}/${String(number).padStart(2, '0')}.${part.container}`;
    const sealed = await this.#open!.finish();
    this.#open = null;
    this.#keep(path, this.role, sealed, origin);
    this.#sealed++;
    this.#frames += part.frames;
    return { path, firstFrame: isoMicros(part.firstUtcMicros), lastFrame: isoMicros(part.lastUtcMicros), facts: { ...part, part: number } };
  }

  async writeUnit(line: UnitLine): Promise<void> {
    this.#units ??= await this.objects.create();
    await this.#units.write(Buffer.from(`${canonicalJson({ ...line, part: this.#parts + line.part })}\n`));
  }

  /** What comes now counts its parts from 1 again. */
  endSpan(): void {
    this.#parts = this.#sealed;
  }

  /** Where no unit came there is no list of them. */
  async close(coverage: Coverage, origins: { units?: Origin; coverage?: Origin } = {}): Promise<CameraIndex> {
    const folder = `${this.role}/${this.camera}`;
    if (this.#units) this.#keep(`${folder}/units.ndjson`, 'units', await this.#units.finish(), origins.units);
    this.#units = null;
    const sealed = await sealBytes(this.objects, Buffer.from(`${canonicalJson(coverage)}\n`));
    this.#keep(`${folder}/coverage.json`, 'coverage', sealed, origins.coverage);
    return { camera: this.camera, coverage, artifacts: this.#artifacts };
  }

  async discard(): Promise<void> {
    await Promise.allSettled([this.#open?.abort(), this.#units?.abort()]);
    await Promise.allSettled(this.#artifacts.map((artifact) => this.objects.remove(artifact.object)));
  }

  #keep(path: string, role: ArtifactRole, sealed: Digest & { object: string }, origin: Origin = {}): void {
    this.#artifacts.push({ path, role, ...origin, ...sealed });
  }
}
