// Sealed footage is destroyed thirty days after its request ended without a grant, unless a hold stands (799 art 17: what has served its
// purpose is deleted); so is what nobody decides about, and an emergency's whose paper never came. Such a request itself stays as it is until
// people end it, and loses nothing of which nobody was told a week before. The entry first; what a crash leaves behind it is done at
// the next start.
import { paperDueAt } from '../domain/due-times.js';
import { isConfidential } from '../domain/kind.js';
import { isGone, type RequestState } from '../domain/lifecycle.js';
import type { Log } from '../domain/log.js';
import type { Instant } from '../domain/span.js';
import { keyParts } from '../domain/request-key.js';
import { destroyWith, type DestroyParts } from './destroy-with.js';

interface Parts extends DestroyParts {
  log: Log;
  now: () => Date;
}

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
/** As many days before it people hear of it. */
const TOLD_DAYS = 7;

/** When the footage will be destroyed; null for what is not going to be. A hold is not looked at. */
export function expiresAt(state: RequestState): Instant | null {
  const from = state.takes.length === 0 || isGone(state) ? null : keptFrom(state);
  return from === null ? null : new Date(Date.parse(from) + KEPT_DAYS * DAY_MS).toISOString();
}

/**
 * What nobody decides about is kept as long as its paper gave, and thirty days; of what was granted only the paper can still be lacking. Of an
 * open confidential request nobody can be told, so nothing of it goes before it ends.
 */
function keptFrom(state: RequestState): Instant | null {
  const { tracks, requested, endedAt, requestedAt, instrument } = state;
  if (endedAt !== null) return endedAt;
  if (isConfidential(requested.basis)) return null;
  const from = tracks.approval === 'granted' ? paperDueAt(state) : requestedAt;
  return from && later(from, instrument?.provideBy ?? from);
}

/** The same as holds let it: null while one stands without an end. */
function goesAt(state: RequestState): Instant | null {
  const due = expiresAt(state);
  if (due === null || state.hold === null) return due;
  return state.hold.until === null ? null : later(due, state.hold.until);
}

/**
 * The day that people are to be told of now; null where it is too early, or they know. Told more than a day late (the gate was down, a hold was
 * lifted, the pull had to wait), it is a week from now.
 */
export function dayToTell(state: RequestState, now: Date): Instant | null {
  const goes = state.endedAt === null ? goesAt(state) : null;
  if (goes === null || isTold(state, goes)) return null;
  const tellFrom = Date.parse(goes) - TOLD_DAYS * DAY_MS;
  if (now.getTime() < tellFrom) return null;
  return now.getTime() <= tellFrom + DAY_MS ? goes : new Date(now.getTime() + TOLD_DAYS * DAY_MS).toISOString();
}

const isTold = ({ expiryNear }: RequestState, goes: Instant): boolean => expiryNear !== null && Date.parse(expiryNear) >= Date.parse(goes);

/** When it is destroyed as things stand: of an open request, not before the day that people were told. */
function destroyedAt(state: RequestState): Instant | null {
  const goes = goesAt(state);
  if (goes === null || state.endedAt !== null) return goes;
  return isTold(state, goes) ? state.expiryNear : null;
}

const later = (one: Instant, other: Instant): Instant => (Date.parse(one) < Date.parse(other) ? other : one);

/** Nothing is destroyed of which nobody knows: those of open requests are told before. */
export async function expireFootage(parts: Parts): Promise<void> {
  const { requests, log, now } = parts;
  for (const id of requests.ids())
    await requests
      .take(id, async (turn) => {
        const { state } = turn;
        const goes = destroyedAt(state);
        if (goes === null || Date.parse(goes) > now().getTime()) return;
        const sealedBytes = state.takes.reduce((sum, { bytes }) => sum + bytes, 0);
        await destroyWith(parts, id, keyParts, async () => void (await turn.append({ event: 'footage-expired', by: 'gate', data: { sealedBytes } })));
      })
      .catch((cause: unknown) => log('error', { event: 'footage-unexpired', requestId: id, cause }));
}
