// Destroying, whoever wants it: the entry, then the keys, then the objects. What a crash leaves behind the entry is done at the next start: the keys by
// `finishDestruction`, the objects by the sweep, because nothing names them any more. What a failure leaves there is done by the next round that can.
import { isGone, type RequestState } from '../domain/lifecycle.js';
import { keyOf, keyParts, type KeyPart } from '../domain/request-key.js';
import { makePace } from '../policy/pace.js';
import type { Objects } from '../store/objects.js';
import { namedOf } from './named-objects.js';
import { headOf } from './object-head.js';
import type { Requests } from './requests.js';

export interface DestroyParts {
  requests: Requests;
  objects: Objects;
  /** Destroys these keys here and in their backup. Problems: `key-invalid`, `store-unavailable`. */
  shred(keys: readonly string[]): Promise<void>;
}

/**
 * `record` writes the entry that says so: no key goes before it. Behind it each thing goes that can, whatever becomes of the others; what could not go is
 * left to `finishLeft`. Problems: those of `record` and `shred`, `disk-full`, `store-unavailable`.
 */
export async function destroyWith(parts: DestroyParts, requestId: string, ended: readonly KeyPart[], record: () => Promise<void>): Promise<void> {
  // While the lists of what is to go can still be read.
  const before = await idsOf(parts, requestId);
  await record();
  await doAll([
    () => parts.shred(ended.map((part) => keyOf(requestId, part))),
    async () => {
      const after = await idsOf(parts, requestId);
      if (after.isWhole) await removeAll(parts.objects, [...before.ids].filter((id) => !after.ids.has(id)));
    },
  ]);
}

const removeAll = (objects: Objects, ids: readonly string[]): Promise<void> => doAll(ids.map((id) => () => objects.remove(id)));

async function idsOf(parts: DestroyParts, requestId: string): Promise<{ ids: Set<string>; isWhole: boolean }> {
  const ids = new Set<string>();
  let isWhole = true;
  for await (const named of namedOf(parts, requestId))
    if ('unreadable' in named) isWhole = false;
    else ids.add(named.object);
  return { ids, isWhole };
}

/** What the journal says is destroyed. */
export const destroyedParts = (state: Pick<RequestState, 'tracks' | 'copiesDestroyed'>): readonly KeyPart[] =>
  isGone(state) ? keyParts : state.copiesDestroyed ? ['copies'] : [];

/** Names of keys that are there although the journal says that they are destroyed. */
export const undestroyedKeys = (state: RequestState, isThere: (key: string) => boolean): string[] =>
  destroyedParts(state).map((part) => keyOf(state.requestId, part)).filter(isThere);

/** At start, and over whatever was restored from a backup, before anything is served. */
export async function finishDestruction({ requests, shred }: Pick<DestroyParts, 'requests' | 'shred'>, isThere: (key: string) => boolean): Promise<void> {
  const still = requests.ids().flatMap((id) => undestroyedKeys(requests.state(id), isThere));
  if (still.length > 0) await shred(still);
}

/** While the gate runs, again and again: keys that a destruction left, what lies under them, and objects that could not be removed. Problems: those of `destroyWith`. */
export async function finishLeft({ requests, objects, shred, keysThere }: DestroyParts & { keysThere(): readonly string[] }): Promise<void> {
  const there = new Set(keysThere());
  const still = new Set(requests.ids().flatMap((id) => undestroyedKeys(requests.state(id), (key) => there.has(key))));
  await doAll([
    async () => void (still.size > 0 && (await shred([...still]))),
    async () => void (still.size > 0 && (await removeAll(objects, await idsUnder(objects, still)))),
    () => removeAll(objects, objects.unremoved),
  ]);
}

/** By what their headers say: the lists that named them are gone, or open no more. */
async function idsUnder(objects: Objects, keys: ReadonlySet<string>): Promise<string[]> {
  const ids: string[] = [];
  const pace = makePace();
  for (const id of await objects.list()) {
    if (pace.isDue()) await pace.rest();
    const key = keyOver(objects.folder, id);
    if (key !== null && keys.has(key)) ids.push(id);
  }
  return ids;
}

/** One that cannot be read now keeps the others of them back no more than a damaged one does: the next start removes it, for nothing names it. */
function keyOver(folder: string, id: string): string | null {
  try {
    const head = headOf(folder, id);
    return typeof head === 'object' ? head.key : null;
  } catch {
    return null;
  }
}

/** One after the other, whatever becomes of the one before; then the first failure is told. */
export async function doAll(steps: readonly (() => Promise<void> | void)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await (async () => step())().catch((cause: unknown) => failures.push(cause));
  if (failures.length > 0) throw failures[0];
}
