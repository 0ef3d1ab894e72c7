// The first and the last frame of a camera's sealed footage: in which part each lies, and who vouches for its time.
import type { Edge, RequestEvents } from '../domain/audit-event.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson, type CameraIndex, type CoveragePart } from './custody.js';

export interface At {
  part: CoveragePart;
  times: 'proven' | 'asserted';
  object: string;
}

/** Problem `object-corrupt`. */
export async function findEdges(objects: Objects, take: RequestEvents['footage-sealed']): Promise<Record<Edge, At>> {
  const { coverage, artifacts } = await readSealedJson<CameraIndex>(objects, take.index);
  const parts = coverage.spans.flatMap((span) => span.parts.map((part) => ({ part, times: span.times ?? ('asserted' as const) })));
  // Spans by two clocks may stand out of order.
  parts.sort((a, b) => a.part.facts.firstUtcMicros - b.part.facts.firstUtcMicros);
  const at = ({ part, times }: Omit<At, 'object'>): At => ({
    part,
    times,
    object: artifacts.find((artifact) => artifact.path === part.path)!.object,
  });
  return { first: at(parts[0]!), last: at(parts.at(-1)!) };
}
