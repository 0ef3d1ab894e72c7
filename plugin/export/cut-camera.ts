// What is delivered of a camera where less was granted than asked for: excerpts of the sealed parts, with lists of their own, sealed like them.
import type { Artifact, Recipe, SealedParent } from '../domain/artifact.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import type { Span } from '../domain/span.js';
import { cutPart } from '../media/excerpt.js';
import { openWork } from '../media/work-folder.js';
import type { Objects } from '../store/objects.js';
import { inFull, type AskedSpan } from './asked-spans.js';
import { holesWithin, intersect, stateOfCoverage, worst } from './coverage.js';
import { noData, type CameraIndex, type Coverage, type CoveragePart, type CoverageSpan } from './custody.js';
import { pulledUnder } from './device-span.js';
import { openSealed } from './open-sealed.js';
import { unitsByPart } from './read-units.js';
import { Shelf } from './shelf.js';

export interface CutParts {
  objects: Objects;
  workFolder: string;
  method: { exportgate: string };
}

/** Spans of `granted` lie inside those of the camera. Removes what it made when it fails. Problems: `object-corrupt`, `disk-full`. */
export async function cutCamera(
  parts: CutParts,
  index: CameraIndex,
  granted: readonly AskedSpan[],
  signal: AbortSignal,
): Promise<CameraIndex> {
  const shelf = new Shelf(parts.objects, index.camera, 'excerpt');
  try {
    const spans: CoverageSpan[] = [];
    for (const span of granted) spans.push(await cutSpan(parts, shelf, index, span, signal));
    const whole: Coverage = { version: 1, camera: index.camera, state: stateOf(spans), spans };
    const parentOf = (role: 'units' | 'coverage') => ({ reason: 'narrowed' as const, sealedParent: asParent(index.artifacts.find((it) => it.role === role)!) });
    return await shelf.close(whole, { units: parentOf('units'), coverage: parentOf('coverage') });
  } catch (thrown) {
    await shelf.discard();
    throw thrown;
  }
}

/** Of a camera that gave nothing there is no original; its coverage says so. */
export async function coverNothing({ objects }: CutParts, camera: string, granted: readonly AskedSpan[]): Promise<CameraIndex> {
  return new Shelf(objects, camera, 'excerpt').close({ version: 1, camera, state: 'no-data', spans: granted.map(noData) });
}

/** Is less granted of this camera than was asked? */
export const isLess = (granted: readonly AskedSpan[], asked: readonly AskedSpan[]): boolean =>
  canonicalJson(granted.map(inFull)) !== canonicalJson(asked.map(inFull));

const stateOf = (spans: readonly CoverageSpan[]): Coverage['state'] =>
  spans.every(({ state }) => state === 'no-data') ? 'no-data' : worst(spans.map(({ state }) => state));

async function cutSpan(
  parts: CutParts,
  shelf: Shelf,
  index: CameraIndex,
  granted: AskedSpan,
  signal: AbortSignal,
): Promise<CoverageSpan> {
  const asked = inFull(granted);
  const { source, deviceSpan } = pulledUnder(index.coverage, granted);
  if (deviceSpan === null) return noData(granted);
  const covered = await cutParts(parts, shelf, index, source, deviceSpan, signal);
  const promised = source.promised && intersect(deviceSpan, source.promised);
  const holes = holesWithin(deviceSpan, covered.length > 0 ? source.holes : [{ ...deviceSpan, expected: null }], promised);
  return {
    ...source,
    asked,
    deviceSpan,
    promised,
    holes,
    parts: covered,
    state: covered.length === 0 ? 'no-data' : stateOfCoverage(deviceSpan, holes, source.times ?? 'asserted'),
    audioTimes: covered.some(({ facts }) => facts.audio) ? source.audioTimes : null,
  };
}

async function cutParts(
  { objects, workFolder, method }: CutParts,
  shelf: Shelf,
  { artifacts }: CameraIndex,
  source: CoverageSpan,
  span: Span,
  signal: AbortSignal,
): Promise<CoveragePart[]> {
  const covered: CoveragePart[] = [];
  const [from, to] = [Date.parse(span.from) * 1000, Date.parse(span.to) * 1000];
  const touched = new Map(
    source.parts
      .filter(({ facts }) => facts.firstUtcMicros < to && facts.lastUtcMicros >= from)
      .map((part) => [part.facts.part, part]),
  );
  if (touched.size === 0) return covered;
  const lists = artifacts.find(({ role }) => role === 'units')!;
  for await (const { part: number, units } of unitsByPart(objects.read(lists.object), (part) => touched.has(part))) {
    signal.throwIfAborted();
    const { path, facts } = touched.get(number)!;
    const original = artifacts.find((artifact) => artifact.path === path)!;
    const origin = { reason: 'narrowed' as const, sealedParent: asParent(original), recipe: recipeOf(method, path, span) };
    const work = await openWork(workFolder);
    try {
      const input = await openSealed(objects, original.object, facts, work.folder, signal);
      await cutPart({
        input,
        part: facts,
        units,
        span,
        open: () => shelf.openPart(),
        onUnit: (line) => shelf.writeUnit(line),
        onPart: async (made) => void covered.push(await shelf.sealPart(made, origin)),
      });
    } finally {
      await work.wipe();
    }
    shelf.endSpan();
  }
  return covered;
}

export const asParent = ({ path, bytes, sha256, sm3 }: Artifact): SealedParent => ({ path, bytes, sha256, sm3 });

/** Cutting is a function of the sealed file, its units and the span, in recorder's time. */
const recipeOf = ({ exportgate }: CutParts['method'], path: string, { from, to }: Span): Recipe => ({
  tool: 'exportgate',
  version: exportgate,
  arguments: ['excerpt', '--from', from, '--to', to, path],
});
