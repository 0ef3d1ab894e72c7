// Sealed footage is destroyed thirty days after its request ended without a grant, unless a hold stands (799 art 17: what has served its
// purpose is deleted); so is what nobody decides about, and an emergency's whose paper never came. Such a request itself stays as it is until
// people end it. The entry first; what a crash leaves behind it is swept at the next start, because no state names it.
import { paperDueAt } from '../domain/due-times.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Log } from '../domain/log.js';
import type { Instant } from '../domain/span.js';
import type { Objects } from '../store/objects.js';
import { discardTake, readSealedJson } from './custody.js';
import type { PackageIndex } from './fulfil.js';
import type { Requests } from './requests.js';

interface Parts {
  requests: Requests;
  objects: Objects;
  log: Log;
  now: () => Date;
}

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
/** As many days before it people hear of it. */
const TOLD_DAYS = 7;

/** When the footage will be destroyed; null for what is not going to be. A hold is not looked at. */
export function expiresAt(state: RequestState): Instant | null {
  const from = state.takes.length === 0 || state.tracks.custody === 'expired' ? null : keptFrom(state);
  return from === null ? null : new Date(Date.parse(from) + KEPT_DAYS * DAY_MS).toISOString();
}

/** What nobody decides about is kept as long as its paper gave, and thirty days; of what was granted only the paper can still be lacking. */
function keptFrom(state: RequestState): Instant | null {
  const { tracks, endedAt, requestedAt, instrument } = state;
  if (endedAt !== null) return endedAt;
  return tracks.approval === 'granted' ? paperDueAt(state) : later(requestedAt, instrument?.provideBy ?? requestedAt);
}

/** The same as holds let it: null while one stands without an end. */
export function goesAt(state: RequestState): Instant | null {
  const due = expiresAt(state);
  if (due === null || state.hold === null) return due;
  return state.hold.until === null ? null : later(due, state.hold.until);
}

export const nearAt = (goes: Instant): number => Date.parse(goes) - TOLD_DAYS * DAY_MS;

const later = (one: Instant, other: Instant): Instant => (Date.parse(one) < Date.parse(other) ? other : one);

export async function expireFootage({ requests, objects, log, now }: Parts): Promise<void> {
  for (const id of requests.ids())
    await requests
      .take(id, async (turn) => {
        const { state } = turn;
        const goes = goesAt(state);
        if (goes === null || Date.parse(goes) > now().getTime()) return;
        const sealedBytes = state.takes.reduce((sum, { bytes }) => sum + bytes, 0);
        await turn.append({ event: 'footage-expired', by: 'gate', data: { sealedBytes } });
        await destroy(objects, state);
      })
      .catch((cause: unknown) => log('error', { event: 'footage-unexpired', requestId: id, cause }));
}

async function destroy(objects: Objects, { takes, package: packed }: RequestState): Promise<void> {
  for (const take of takes) await discardTake(objects, take.index);
  if (!packed) return;
  const { artifacts } = await readSealedJson<PackageIndex>(objects, packed.index);
  for (const { object } of [...artifacts, packed.index]) await objects.remove(object);
}
