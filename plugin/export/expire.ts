// Sealed footage of a request that ended without a grant is destroyed after thirty days, unless a hold stands (799 art 17: what has served
// its purpose is deleted). The entry first; what a crash leaves behind it is swept at the next start, because no state names it.
import type { RequestState } from '../domain/lifecycle.js';
import type { Log } from '../domain/log.js';
import type { Objects } from '../store/objects.js';
import { discardTake, readSealedJson } from './custody.js';
import type { PackageIndex } from './fulfil.js';
import { isHeld } from './holds.js';
import type { Requests } from './requests.js';

interface Parts {
  requests: Requests;
  objects: Objects;
  log: Log;
  now: () => Date;
}

export const KEPT_DAYS = 30;

/** When the footage will be destroyed; null for what is not going to be. */
export const expiresAt = ({ endedAt, takes, tracks }: RequestState): string | null =>
  endedAt === null || takes.length === 0 || tracks.custody === 'expired'
    ? null
    : new Date(Date.parse(endedAt) + KEPT_DAYS * 86_400_000).toISOString();

export async function expireFootage({ requests, objects, log, now }: Parts): Promise<void> {
  for (const id of requests.ids())
    await requests
      .take(id, async (turn) => {
        const { state } = turn;
        const due = expiresAt(state);
        if (due === null || Date.parse(due) > now().getTime() || isHeld(state, now())) return;
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
