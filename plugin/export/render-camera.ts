// The viewing copies of one camera: each part opened into the private work folder, marked, probed, sealed, wiped.
import fs from 'node:fs';
import type { Artifact } from '../domain/artifact.js';
import type { CopySound, Effort, Mark } from '../domain/duty.js';
import type { MaskArea } from '../domain/mask-area.js';
import type { OnProgress } from '../domain/progress.js';
import type { Tools } from '../media/find-ffmpeg.js';
import type { MarkText } from '../media/marks/mark.js';
import { renderViewing, type Rendering } from '../media/render.js';
import { openWork } from '../media/work-folder.js';
import type { Objects } from '../store/objects.js';
import type { CameraIndex } from './custody.js';
import { asParent } from './cut-camera.js';
import type { CopyNumber } from './number-copies.js';
import { openSealed } from './open-sealed.js';

export interface RenderParts {
  objects: Objects;
  tools: Tools;
  workFolder: string;
  onProgress: OnProgress;
}

/** What of the camera is copied, and how. */
export interface Copying {
  marks: readonly Mark[];
  areas: readonly MaskArea[];
  sound: CopySound;
  effort: Effort;
  /** Also the folder in which the copies lie in a package: `masked` where the plan wants masks. */
  role: 'viewing' | 'masked';
  /** The parents stay with the custodian: the copies name them by their sums. */
  isParentSealed: boolean;
}

/** Artifacts of this role, sealed. Removes what it made when it fails. Problems: `render-failed`, `object-corrupt`, `disk-full`. */
export async function renderCamera(
  parts: RenderParts,
  requestId: string,
  { camera, coverage, artifacts }: CameraIndex,
  copying: Copying,
  text: MarkText,
  copies: ReadonlyMap<string, CopyNumber>,
  signal: AbortSignal,
): Promise<Artifact[]> {
  const wanted = coverage.spans.flatMap((span) => span.parts.map((part) => ({ part, times: span.times ?? 'asserted' })));
  const { marks, areas, sound, effort } = copying;
  const drawn = { marks, areas, sound, effort };
  const made: Artifact[] = [];
  try {
    for (const [at, { part, times }] of wanted.entries()) {
      const original = artifacts.find((artifact) => artifact.path === part.path)!;
      const onProgress = (percent: number) =>
        parts.onProgress({ requestId, stage: 'render', camera, percent: Math.floor((100 * at + percent) / wanted.length) });
      made.push(await renderPart(parts, original, { part: part.facts, times, ...drawn, text: { ...text, copy: copies.get(part.path)! }, onProgress, signal }, copying));
    }
    return made;
  } catch (thrown) {
    await Promise.allSettled(made.map((artifact) => parts.objects.remove(artifact.object)));
    throw thrown;
  }
}

async function renderPart(
  { objects, tools, workFolder }: RenderParts,
  original: Artifact,
  rendering: Omit<Rendering, 'input' | 'workFolder'>,
  { role, isParentSealed }: Copying,
): Promise<Artifact> {
  const work = await openWork(workFolder);
  try {
    const input = await openSealed(objects, original.object, rendering.part, work.folder);
    const { output, recipe, undecoded } = await renderViewing(tools, { ...rendering, input, workFolder: work.folder });
    const sealed = await sealFile(objects, output);
    return {
      path: original.path.replace(/^(?:original|excerpt)\/(.*)\.[a-z0-9]+$/, `${role}/$1.mp4`),
      role,
      ...(isParentSealed ? { sealedParent: asParent(original) } : { parent: original.path }),
      reason: role,
      recipe,
      ...(undecoded > 0 && { undecoded }),
      ...sealed,
    };
  } finally {
    await work.wipe();
  }
}

/** A file of the work folder, put into the sealed store. */
export async function sealFile(objects: Objects, file: string) {
  const writer = await objects.create();
  try {
    for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20 })) await writer.write(chunk as Buffer);
    return await writer.finish();
  } catch (thrown) {
    await writer.abort();
    throw thrown;
  }
}
