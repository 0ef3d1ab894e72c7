// Preserve at application: pull what the recorder holds and seal it, camera by camera, while people approve. Nobody reads it here.
import { mergeSpans } from '../domain/span.js';
import type { OnProgress } from '../domain/progress.js';
import { canMove, type RequestState } from '../domain/lifecycle.js';
import type { Source, Vms } from '../domain/vms.js';
import type { Objects } from '../store/objects.js';
import type { Requests } from './requests.js';
import { discardTake } from './custody.js';
import { takeCamera } from './take.js';

interface Parts {
  requests: Requests;
  objects: Objects;
  /** The video system that records a camera, and where in it. Problem `camera-unknown`. */
  vmsOf(camera: string): { vms: Vms; source: Source };
  onProgress: OnProgress;
}

/** Bytes to expect: the whole span at the configured rate. */
export const estimateBytes = ({ requested }: RequestState, bytesPerSecond: number): number =>
  requested.items.reduce((sum, { from, to }) => sum + ((Date.parse(to) - Date.parse(from)) / 1000) * bytesPerSecond, 0);

/**
 * One attempt. What a crashed attempt sealed and recorded is kept; what it sealed and did not record is swept at start. Ends in
 * preserve-completed, export-unavailable or a Problem, which the caller records as preserve-failed.
 */
export async function preserve(parts: Parts, requestId: string, estimate: number, signal: AbortSignal): Promise<void> {
  const { requests } = parts;
  await requests.take(requestId, ({ state, append }) =>
    append({ event: 'preserve-started', by: 'gate', data: { attempt: state.attempts.preserve + 1, estimateBytes: Math.ceil(estimate) } }));
  const { requested } = requests.state(requestId);
  for (const camera of new Set(requested.items.map((item) => item.camera))) {
    const { takes, missing } = requests.state(requestId);
    if (takes.some((take) => take.camera === camera) || missing.includes(camera)) continue;
    const spans = mergeSpans(requested.items.filter((item) => item.camera === camera));
    const take = await takeCamera({ ...parts, ...parts.vmsOf(camera) }, requestId, camera, spans, signal);
    await requests.take(requestId, async ({ state, append }) => {
      // A request that was returned under the pull keeps nothing: what no entry names would lie there until the next start.
      if (take !== null && !canMove(state.tracks, 'footage-sealed')) await discardTake(parts.objects, take.index);
      return take === null
        ? append({ event: 'footage-missing', by: 'gate', data: { camera } })
        : append({ event: 'footage-sealed', by: 'gate', data: take });
    });
  }
  await conclude(parts, requestId);
}

async function conclude({ requests }: Parts, requestId: string): Promise<void> {
  await requests.take(requestId, ({ state, append }) => {
    const bytes = state.takes.reduce((sum, take) => sum + take.bytes, 0);
    return state.takes.length === 0
      ? append({ event: 'export-unavailable', by: 'gate', data: { cause: 'no-footage' } })
      : append({ event: 'preserve-completed', by: 'gate', data: { cameras: state.takes.length, bytes } });
  });
}

