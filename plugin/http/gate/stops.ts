// What was stopped on its way, and what the guard found: recorded before it is answered; the journal down means 503 and nothing else.
import { Problem } from '../../domain/problem.js';
import { footageClasses } from '../../domain/route-table.js';
import { ringGuard, stopAccess, type Attempt } from '../../export/intercept.js';
import { GuardHit } from './guard-hit.js';
import { put } from './sessions.js';
import type { Begun, Walk, WebGateParts } from './web-gate.js';

/** The same attempt of the same client within so long is one attempt: a page with fifty thumbnails of one event is no fifty. */
const SAME_ATTEMPT_MS = 60_000;
const MOST_ATTEMPTS = 20_000;

export class Stops {
  /** When each was recorded. */
  readonly #attempts = new Map<string, number>();

  constructor(private readonly gate: WebGateParts) {}

  /** What the client is to be told: what stopped it, or that it could not be recorded. */
  async record(walk: Begun, thrown: unknown): Promise<Problem> {
    const { gate } = this;
    if (thrown instanceof GuardHit) return ring(gate, walk, thrown);
    const problem = Problem.from(thrown);
    const { request, asked, route, caller, footage } = walk;
    const client = { address: request.socket.remoteAddress ?? '', user: caller?.account ?? null };
    const operation = `${route?.id ?? `${asked?.method ?? request.method ?? ''} ${asked?.path ?? (request.url ?? '').split('?')[0]}`}`.slice(0, 100);
    const source = footage?.[0]?.source;
    const recording = source && 'recording' in source ? source.recording : null;
    const isOurs = problem.status >= 500;
    gate.log(isOurs ? 'error' : problem.code === 'route-unknown' ? 'warn' : 'info', {
      event: 'web-stopped',
      recorder: gate.recorder.id,
      operation: route?.id ?? 'unknown',
      problem: problem.code,
      cause: isOurs ? (problem.cause ?? problem) : undefined,
    });
    if (problem.code === 'journal-unwritable') return problem;
    const attempt: Attempt = { recorder: gate.recorder.id, operation, class: attemptClass(walk.class), recording, client };
    const key = JSON.stringify([attempt, problem.code]);
    const now = gate.now().getTime();
    if (now - (this.#attempts.get(key) ?? Number.NEGATIVE_INFINITY) < SAME_ATTEMPT_MS) return problem;
    try {
      await stopAccess(gate, attempt);
      put(this.#attempts, key, now, MOST_ATTEMPTS);
      return problem;
    } catch (failed) {
      return Problem.from(failed);
    }
  }
}

function attemptClass(found: Walk['class'] | undefined): Attempt['class'] {
  if (found === undefined || found === 'unknown' || found === 'deny') return 'unknown';
  if (found === 'admin' || found === 'egress' || found === 'auth') return 'writing';
  return footageClasses.includes(found) || found === 'live' ? 'footage' : 'unknown';
}

/** What the guard found in an answer: recorded, and administrators are told. */
async function ring(gate: WebGateParts, { request, route, caller }: Begun, { why, where }: GuardHit): Promise<Problem> {
  const client = { address: request.socket.remoteAddress ?? '', user: caller?.account ?? null };
  const operation = route?.id ?? 'unknown';
  gate.log('error', { event: 'guard-hit', recorder: gate.recorder.id, operation, outcome: `${why}: ${where}` });
  try {
    await ringGuard(gate, { recorder: gate.recorder.id, operation, why, client });
    return new Problem('vms-fault', 'The answer of the video system held what this address does not give, and was stopped.');
  } catch (failed) {
    return Problem.from(failed);
  }
}
