// Working copies of one camera's parts, where ordinary tools do not open the original: unmarked like it, so only where the original leaves, and in the same package.
import type { Artifact } from '../domain/artifact.js';
import type { Plan } from '../domain/plan.js';
import { remuxPictures } from '../media/remux.js';
import { renderViewing } from '../media/render.js';
import { openWork } from '../media/work-folder.js';
import type { CameraIndex, CoveragePart } from './custody.js';
import type { CutParts } from './cut-camera.js';
import { openSealed } from './open-sealed.js';
import { unitsOf } from './read-units.js';
import { sealFile, type RenderParts } from './render-camera.js';

type Parts = RenderParts & CutParts;

/** They lie beside the original: nobody who may not have the original gets its pictures without marks. */
export const wantsWorking = ({ working, deliver }: Pick<Plan, 'working' | 'deliver'>): boolean =>
  working === 'mp4' && deliver === 'package';

/** Of parts that are MP4 already there is none. Removes what it made when it fails. Problems: `render-failed`, `object-corrupt`, `disk-full`. */
export async function makeWorking(parts: Parts, index: CameraIndex, { sound }: Pick<Plan, 'sound'>, signal: AbortSignal): Promise<Artifact[]> {
  const made: Artifact[] = [];
  try {
    for (const part of index.coverage.spans.flatMap((span) => span.parts)) {
      signal.throwIfAborted();
      if (part.facts.container === 'mov') made.push(await remux(parts, index, part, signal));
      if (part.facts.container === 'mkv') made.push(await encode(parts, index, part, sound, signal));
    }
    return made;
  } catch (thrown) {
    await Promise.allSettled(made.map((artifact) => parts.objects.remove(artifact.object)));
    throw thrown;
  }
}

const parentOf = ({ artifacts }: CameraIndex, { path }: CoveragePart): Artifact => artifacts.find((artifact) => artifact.path === path)!;

const named = (parent: Artifact) => ({
  path: parent.path.replace(/^(?:original|excerpt)\/(.*)\.[a-z0-9]+$/, 'working/$1.mp4'),
  role: 'working' as const,
  parent: parent.path,
  reason: 'working' as const,
});

/** H.264 or H.265 with G.711: the received pictures in another file. */
async function remux({ objects, workFolder, method }: Parts, index: CameraIndex, part: CoveragePart, signal: AbortSignal): Promise<Artifact> {
  const parent = parentOf(index, part);
  const lists = index.artifacts.find(({ role }) => role === 'units')!;
  const work = await openWork(workFolder);
  const writer = await objects.create();
  try {
    const input = await openSealed(objects, parent.object, part.facts, work.folder, signal);
    await remuxPictures({ input, part: part.facts, units: await unitsOf(objects.read(lists.object), part.facts.part), open: async () => writer });
    const recipe = { tool: 'exportgate', version: method.exportgate, arguments: ['working', parent.path] };
    return { ...named(parent), recipe, ...(await writer.finish()) };
  } catch (thrown) {
    await writer.abort();
    throw thrown;
  } finally {
    await work.wipe();
  }
}

/** JPEG: no MP4 that ordinary tools open holds it, so it is encoded, without marks and with all effort. */
async function encode({ objects, tools, workFolder }: Parts, index: CameraIndex, part: CoveragePart, sound: Plan['sound'], signal: AbortSignal): Promise<Artifact> {
  const parent = parentOf(index, part);
  const work = await openWork(workFolder);
  try {
    const input = await openSealed(objects, parent.object, part.facts, work.folder, signal);
    const bare = { marks: [], text: { requestId: '', unit: '', officers: [] }, times: 'asserted' } as const;
    const { output, recipe, undecoded } = await renderViewing(tools, { ...bare, input, workFolder: work.folder, part: part.facts, sound, effort: 'quality', signal });
    return { ...named(parent), recipe, ...(undecoded > 0 && { undecoded }), ...(await sealFile(objects, output)) };
  } finally {
    await work.wipe();
  }
}
