// What is missing of a request, and why: the gap report that goes with a partial fulfilment (部分提供说明), and the cause of none.
import { isGone, type RequestState } from '../domain/lifecycle.js';
import type { Instant, Span } from '../domain/span.js';
import type { Objects } from '../store/objects.js';
import type { FootageHole } from './coverage.js';
import { readSealedJson, type CameraIndex } from './custody.js';

export type Fulfilment = 'complete' | 'partial' | 'none' | 'open';

export interface GapReport {
  requestId: string;
  /** `open`: the pull is not over yet. `none`: nothing came, or what came is destroyed. */
  fulfilment: Fulfilment;
  cameras: readonly {
    camera: string;
    from: Instant;
    to: Instant;
    holes: readonly FootageHole[];
    /** Why the whole span is missing: `no-footage`, or the problem that ended the last try; null where some of it came. */
    cause: string | null;
  }[];
}

/** From the journal alone. */
export function fulfilmentOf({ tracks, takes, missing, endedAt }: Pick<RequestState, 'tracks' | 'takes' | 'missing' | 'endedAt'>): Fulfilment {
  if (tracks.custody === 'unavailable' || tracks.custody === 'expired') return 'none';
  // Who was denied, returned or withdrew while it was pulled is brought nothing more.
  // What was destroyed when it had served was handed over before.
  if (tracks.custody !== 'sealed' && tracks.custody !== 'destroyed') return endedAt === null ? 'open' : 'none';
  return missing.length === 0 && takes.every(({ state }) => state === 'complete') ? 'complete' : 'partial';
}

/** Holes by the recorder's clock. Once destroyed, nothing is left to look into. Problem `object-corrupt`. */
export async function gapReport(objects: Objects, state: RequestState): Promise<GapReport> {
  const takes = isGone(state) ? [] : state.takes;
  const indexes = await Promise.all(takes.map(({ index }) => readSealedJson<CameraIndex>(objects, index)));
  const pulled = indexes.flatMap(({ camera, coverage }) =>
    coverage.spans.map(({ asked: { from, to }, holes }) => ({ camera, from, to, holes, cause: null })),
  );
  const lacking = state.requested.items
    .filter(({ camera }) => state.missing.some((it) => it.camera === camera))
    .map(({ camera, from, to }) => ({ camera, from, to, holes: [whole({ from, to })], cause: causeOf(state, camera) }));
  return { requestId: state.requestId, fulfilment: fulfilmentOf(state), cameras: [...pulled, ...lacking] };
}

const whole = ({ from, to }: Span): FootageHole => ({ from, to, expected: null });
const causeOf = ({ missing }: RequestState, camera: string): string => missing.find((it) => it.camera === camera)!.cause;
