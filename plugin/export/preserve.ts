// Preserve at application: pull what the recorders hold and seal it, camera by camera, while people approve. Nobody reads it here.
import type { RequestEntry, RequestEvents } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { OnProgress } from '../domain/progress.js';
import { Problem } from '../domain/problem.js';
import { keyOf } from '../domain/request-key.js';
import { milliseconds } from '../domain/span.js';
import type { Source, Vms } from '../domain/vms.js';
import type { Objects } from '../store/objects.js';
import { askedSpans, type AskedSpan } from './asked-spans.js';
import type { Policy } from '../policy/load.js';
import { discardTake } from './custody.js';
import { isHeld } from './holds.js';
import { firstOverwrite } from './overwrite.js';
import type { Requests, Turn } from './requests.js';
import type { Speeds } from './speeds.js';
import { takeCamera } from './take.js';
import type { Turns } from './turns.js';

interface Parts {
  requests: Requests;
  objects: Objects;
  /** The video system that records a camera, where in it, and the line for its few replay slots. Problem `camera-unknown`. */
  vmsOf(camera: string): { vms: Vms; source: Source; turns: Turns };
  readonly policy: Policy;
  speeds: Speeds;
  now: () => Date;
  onProgress: OnProgress;
}

/** The original at the configured rate, and a viewing copy, which may be larger than it by half. */
export const estimateBytes = ({ requested }: RequestState, bytesPerSecond: number): number =>
  requested.items.reduce((sum, item) => sum + (milliseconds(item) / 1000) * bytesPerSecond * 2.5, 0);

export const camerasOf = ({ requested }: RequestState): string[] => [...new Set(requested.items.map((item) => item.camera))];

/** Of an open request; of one that ended under its pull, as long as a hold stands: what it wants kept the recorder will write over. */
export function wantsPull(state: RequestState, now: Date): boolean {
  const { approval, custody } = state.tracks;
  if (custody !== 'none' && custody !== 'queued' && custody !== 'pulling') return false;
  if (approval === 'held' || approval === 'granted') return true;
  return ['returned', 'withdrawn', 'closed'].includes(approval) && custody !== 'none' && isHeld(state, now);
}

const unwanted = ({ requestId, state }: RequestState): Problem => new Problem('state-conflict', `Request ${requestId} is ${state}; nothing is pulled for it any more.`);

/** Neither sealed nor found missing. */
const isOpen = ({ takes, missing }: RequestState, camera: string): boolean =>
  !takes.some((take) => take.camera === camera) && !missing.some((it) => it.camera === camera);

/**
 * One attempt at every camera that is still open. What an earlier attempt sealed and recorded is kept; what it sealed and did not
 * record is swept at start. One camera that fails does not stop the others: the first failure is thrown when all were tried, and the
 * caller records it as preserve-failed.
 */
export async function preserve(parts: Parts, requestId: string, estimate: number, signal: AbortSignal): Promise<void> {
  const { requests } = parts;
  await requests.take(requestId, async ({ state, append }) => {
    if (!wantsPull(state, parts.now())) throw unwanted(state);
    await append({ event: 'preserve-started', by: 'gate', data: { attempt: state.attempts.preserve + 1, estimateBytes: Math.ceil(estimate) } });
  });
  const state = requests.state(requestId);
  const failures: unknown[] = [];
  for (const camera of camerasOf(state).filter((it) => isOpen(state, it))) {
    await preserveCamera(parts, requestId, camera, signal).catch((thrown: unknown) => {
      // What ends every camera's pull ends the attempt: the gate stops, the request was returned, or the journal takes nothing.
      if (signal.aborted || endsAttempt(thrown)) throw thrown;
      failures.push(thrown);
    });
  }
  if (failures.length > 0) throw failures[0];
  await requests.take(requestId, conclude);
}

const endsAttempt = (thrown: unknown): boolean => ['state-conflict', 'journal-unwritable', 'disk-full'].includes(Problem.from(thrown).code);

async function preserveCamera(parts: Parts, requestId: string, camera: string, signal: AbortSignal): Promise<RequestEntry> {
  const { requests, objects } = parts;
  const { vms, source, turns } = parts.vmsOf(camera);
  const spans = askedSpans(requests.state(requestId).requested.items, camera);
  // What the recorder writes over first is pulled first, whoever asked for it.
  const due = firstOverwrite(
    parts.policy,
    spans.map((span) => ({ ...span, camera })),
  );
  const take = await turns.take(
    async () => {
      const kept = await askToKeep(vms, source, spans, signal);
      const began = parts.now().getTime();
      const taken = await takeCamera({ ...parts, objects: objects.under(keyOf(requestId, 'original')), vms, source }, requestId, camera, spans, signal);
      const footage = spans.reduce((sum, span) => sum + milliseconds(span), 0);
      if (taken) parts.speeds.learn('pull', footage, parts.now().getTime() - began);
      return taken && kept !== null ? { ...taken, kept } : taken;
    },
    signal,
    due,
  );
  return requests.take(requestId, async ({ state, append }) => {
    if (!wantsPull(state, parts.now())) {
      // A request that was returned under the pull keeps nothing: what no entry names would lie there until the next start.
      if (take !== null) await discardTake(objects, take.index);
      throw unwanted(state);
    }
    return take === null
      ? append({ event: 'footage-missing', by: 'gate', data: { camera, cause: 'no-footage' } })
      : append({ event: 'footage-sealed', by: 'gate', data: take });
  });
}

/** So that the system does not delete meanwhile what is being copied. What it does not do for us (its account may lack the right, which `probe` tells) keeps nobody from copying. */
async function askToKeep(vms: Vms, source: Source, spans: readonly AskedSpan[], signal: AbortSignal): Promise<number | null> {
  if (!vms.keep) return null;
  try {
    let kept = 0;
    for (const span of spans) kept += await vms.keep(source, span, signal);
    return kept;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

/** The last try failed: what is there is kept, what is not is said, with its cause. */
export async function giveUp(turn: Turn, cause: RequestEvents['footage-missing']['cause']): Promise<void> {
  for (const camera of camerasOf(turn.state).filter((it) => isOpen(turn.state, it)))
    await turn.append({ event: 'footage-missing', by: 'gate', data: { camera, cause } });
  await conclude(turn);
}

async function conclude({ state, append }: Turn): Promise<void> {
  const bytes = state.takes.reduce((sum, take) => sum + take.bytes, 0);
  if (state.takes.length > 0) await append({ event: 'preserve-completed', by: 'gate', data: { cameras: state.takes.length, bytes } });
  else await append({ event: 'export-unavailable', by: 'gate', data: { cause: state.missing.at(-1)?.cause ?? 'no-footage' } });
}
