// Does each recorder still keep what it was asked to, of footage that is on hold? A lock that somebody takes off at the recorder itself passes no gate: it
// is seen only by asking (799 art 17).
import { deadlineOr } from '../domain/deadline.js';
import { isConfidential } from '../domain/kind.js';
import { isGone } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { AuditFinding } from '../domain/self-audit.js';
import type { KeptPieces } from '../domain/vms.js';
import { askedSpans, type AskedSpan } from './asked-spans.js';
import { isHeld } from './holds.js';
import type { Requests } from './requests.js';

export interface HoldParts {
  now: () => Date;
  /** Of what a camera's recorder holds of a span, how much it keeps; null where it knows no such thing, or nobody knows the camera any more. */
  keptAt(camera: string): ((span: AskedSpan, signal: AbortSignal) => Promise<KeptPieces>) | null;
}

/** How long one may take to say it. */
const ASK_MS = 15_000;

/** One answer for each sealed camera of each request on hold: what was never pulled, nobody was asked to keep. */
export async function* auditHolds({ now, keptAt }: HoldParts, requests: Pick<Requests, 'ids' | 'state'>, signal: AbortSignal): AsyncGenerator<AuditFinding | null> {
  for (const state of requests.ids().map((id) => requests.state(id))) {
    if (!isHeld(state, now()) || isGone(state)) continue;
    for (const { camera, kept } of state.takes) {
      const ask = keptAt(camera);
      if (!ask) continue;
      const told = await ofAll(askedSpans(state.requested.items, camera), kept ?? null, ask, signal);
      const which = isConfidential(state.requested.basis) ? 'a confidential request' : `${state.requestId}, ${camera}`;
      yield told === null ? null : { code: 'hold-unkept', what: `${which}: ${told}` };
    }
  }
}

/** Held against how many were kept at the pull: what was freed and deleted since is not there to be counted. Null: all is kept. */
async function ofAll(spans: readonly AskedSpan[], before: number | null, ask: (span: AskedSpan, signal: AbortSignal) => Promise<KeptPieces>, signal: AbortSignal): Promise<string | null> {
  const sum = { pieces: 0, kept: 0 };
  try {
    for (const span of spans) {
      const { pieces, kept } = await ask(span, deadlineOr(ASK_MS, signal));
      sum.pieces += pieces;
      sum.kept += kept;
    }
  } catch (thrown) {
    signal.throwIfAborted();
    return Problem.from(thrown).code;
  }
  const wanted = before ?? sum.pieces;
  return sum.kept >= wanted ? null : `${sum.kept} of ${wanted} kept`;
}
