// The first and the last frame of a camera's sealed footage: in which part each lies, and who vouches for its time.
import type { Edge, RequestEvents } from '../domain/audit-event.js';
import type { Objects } from '../store/objects.js';
import { listParts, type SealedPart } from './list-parts.js';

/** Problem `object-corrupt`. */
export async function findEdges(objects: Objects, take: RequestEvents['footage-sealed']): Promise<Record<Edge, SealedPart>> {
  const parts = await listParts(objects, take);
  return { first: parts[0]!, last: parts.at(-1)! };
}
