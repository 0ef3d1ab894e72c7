// Destroying, whoever wants it: the entry, then the keys, then the objects. What a crash leaves behind the entry is done at the next start: the keys by
// `finishDestruction`, the objects by the sweep, because nothing names them any more.
import { isGone, type RequestState } from '../domain/lifecycle.js';
import { keyOf, keyParts, type KeyPart } from '../domain/request-key.js';
import type { Objects } from '../store/objects.js';
import { namedOf } from './named-objects.js';
import type { Requests } from './requests.js';

export interface DestroyParts {
  requests: Requests;
  objects: Objects;
  /** Destroys these keys here and in their backup. Problems: `key-invalid`, `store-unavailable`. */
  shred(keys: readonly string[]): Promise<void>;
}

/** `record` writes the entry that says so: no key goes before it. Problems: those of `record` and `shred`, `disk-full`. */
export async function destroyWith(parts: DestroyParts, requestId: string, ended: readonly KeyPart[], record: () => Promise<void>): Promise<void> {
  // While the lists of what is to go can still be read.
  const before = await idsOf(parts, requestId);
  await record();
  await parts.shred(ended.map((part) => keyOf(requestId, part)));
  const after = await idsOf(parts, requestId);
  if (after.isWhole) for (const id of before.ids) if (!after.ids.has(id)) await parts.objects.remove(id);
}

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

/** At start, and over whatever was restored from a backup, before anything is served. */
export async function finishDestruction({ requests, shred }: Pick<DestroyParts, 'requests' | 'shred'>, isThere: (key: string) => boolean): Promise<void> {
  const left = requests.ids().flatMap((id) => destroyedParts(requests.state(id)).map((part) => keyOf(id, part)));
  const still = left.filter(isThere);
  if (still.length > 0) await shred(still);
}
