// Is there room for this footage? Disk is reserved before a pull starts; quotas bound one unit, and the installation.
import { isGone, type RequestState } from '../domain/lifecycle.js';
import type { Objects } from '../store/objects.js';
import type { Store } from '../store/store.js';
import { unitOf } from './revealed.js';
import type { Requests } from './requests.js';

export interface Quotas {
  unitBytes: number;
  installationBytes: number;
  /** Never filled by footage: the journal must always find room. */
  reserveBytes: number;
  /** What a second of one camera takes, at most. */
  bytesPerSecond: number;
}

interface Parts {
  requests: Requests;
  store: Store;
  objects: Objects;
  quotas: Quotas;
}

/** Sealed for a request that goes on or was released. What ended without a grant, could not be had or is destroyed, takes disk, and no quota. */
const heldBytes = ({ takes, tracks, endedAt }: RequestState): number =>
  endedAt !== null || tracks.custody === 'unavailable' || isGone({ tracks }) ? 0 : takes.reduce((sum, take) => sum + take.bytes, 0);

export async function shortage(
  { requests, store, objects, quotas }: Parts,
  state: RequestState,
  estimate: number,
  underWay: ReadonlyMap<string, number>,
): Promise<'quota-exceeded' | 'disk-full' | null> {
  const others = requests
    .ids()
    .filter((id) => id !== state.requestId)
    .map((id) => requests.state(id));
  const bytesOf = (other: RequestState): number => underWay.get(other.requestId) ?? heldBytes(other);
  const unit = await unitOf(state, store);
  let ofUnit = estimate;
  for (const other of others) if (bytesOf(other) > 0 && (await unitOf(other, store)) === unit) ofUnit += bytesOf(other);
  const all = others.reduce((sum, other) => sum + bytesOf(other), estimate);
  // A quota shares room among many: who is alone with it is bounded by the disk only, or a long lawful span would wait for ever.
  if ((ofUnit > quotas.unitBytes && ofUnit > estimate) || (all > quotas.installationBytes && all > estimate)) return 'quota-exceeded';
  const reserved = [...underWay.values()].reduce((sum, bytes) => sum + bytes, 0);
  return (await objects.room()) - reserved - quotas.reserveBytes < estimate ? 'disk-full' : null;
}
