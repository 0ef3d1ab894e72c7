// Does each recorder still keep what it was asked to, of footage that is on hold? A lock that somebody takes off at the recorder itself passes no gate: it
// is seen only by asking (799 art 17).
import { isConfidential } from '../domain/kind.js';
import { deadlineOr } from '../domain/deadline.js';
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

/** One answer for each camera of each request on hold; of what was never there nothing is asked. */
export async function* auditHolds({ now, keptAt }: HoldParts, requests: Pick<Requests, 'ids' | 'state'>, signal: AbortSignal): AsyncGenerator<AuditFinding | null> {
  for (const state of requests.ids().map((id) => requests.state(id))) {
    if (!isHeld(state, now())) continue;
    const { items, basis } = state.requested;
    const missing = new Set(state.missing.map(({ camera }) => camera));
    for (const camera of new Set(items.map((item) => item.camera))) {
      const ask = missing.has(camera) ? null : keptAt(camera);
      if (!ask) continue;
      const told = await ofAll(askedSpans(items, camera), ask, signal);
      const which = isConfidential(basis) ? 'a confidential request' : `${state.requestId}, ${camera}`;
      yield told === null ? null : { code: 'hold-unkept', what: `${which}: ${told}` };
    }
  }
}

/** Null: all is kept. */
async function ofAll(spans: readonly AskedSpan[], ask: (span: AskedSpan, signal: AbortSignal) => Promise<KeptPieces>, signal: AbortSignal): Promise<string | null> {
  const sum = { pieces: 0, kept: 0 };
  try {
    for (const span of spans) {
      const { pieces, kept } = await ask(span, deadlineOr(ASK_MS, signal));
      if (pieces === 0) return 'nothing is there any more';
      sum.pieces += pieces;
      sum.kept += kept;
    }
  } catch (thrown) {
    signal.throwIfAborted();
    return Problem.from(thrown).code;
  }
  return sum.kept === sum.pieces ? null : `${sum.kept} of ${sum.pieces} kept`;
}
