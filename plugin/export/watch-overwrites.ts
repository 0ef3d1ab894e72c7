// The recorder's own retention: footage that somebody asks for, or that a hold wants kept, and that was not pulled yet, may be written over before it is.
// People who can make a recorder answer, or keep, hear of it while they still can (799 art 14, 17).
import type { RequestState } from '../domain/lifecycle.js';
import type { Log } from '../domain/log.js';
import type { Policy } from '../policy/load.js';
import { isHeld } from './holds.js';
import { DAY_MS } from './keeping-times.js';
import { firstOverwrite } from './overwrite.js';
import { placeOf } from './place-of.js';
import type { Requests } from './requests.js';

interface Parts {
  policy: Policy;
  requests: Requests;
  log: Log;
  now: () => Date;
}

/** As many days before the recorder writes over it, as far as its site declares when. */
const NEAR_DAYS = 3;

export async function warnOfOverwrites({ policy, requests, log, now }: Parts): Promise<void> {
  for (const id of requests.ids()) {
    if (nearOf(policy, requests.state(id), now()).length === 0) continue;
    const warned = requests.take(id, async (turn) => {
      for (const data of nearOf(policy, turn.state, now())) {
        await turn.append({ event: 'overwrite-near', by: 'gate', data });
        log('warn', { event: 'overwrite-near', requestId: id, outcome: data.dueAt });
      }
    });
    await warned.catch((cause: unknown) => log('error', { event: 'overwrite-unread', requestId: id, cause }));
  }
}

/** Of each camera once; of what is gone already the pull itself tells. */
function nearOf(policy: Policy, state: RequestState, now: Date): { camera: string; dueAt: string }[] {
  const { tracks, requested, takes, missing, overwriteNear } = state;
  const isWanted = (tracks.approval === 'held' || tracks.approval === 'granted' || isHeld(state, now)) && isUnpulled.has(tracks.custody);
  if (!isWanted) return [];
  const done = new Set([...[...takes, ...missing].map(({ camera }) => camera), ...overwriteNear]);
  const near = [];
  for (const camera of new Set(requested.items.map((item) => item.camera))) {
    const overwrite = done.has(camera) || !placeOf(policy, camera) ? null : firstOverwrite(policy, requested.items.filter((item) => item.camera === camera));
    const left = overwrite === null ? 0 : overwrite - now.getTime();
    if (left > 0 && left <= NEAR_DAYS * DAY_MS) near.push({ camera, dueAt: new Date(overwrite!).toISOString() });
  }
  return near;
}

const isUnpulled: ReadonlySet<string> = new Set(['none', 'queued', 'pulling']);
