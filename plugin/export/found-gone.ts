// After a restore the journal may be older than the copy of the keys: what that copy knows of as destroyed or erased is put down in the journal, before
// anything is served, so that it is told as what it is, and not as something that nothing opens.
import type { Commitment } from '../domain/audit-event.js';
import { canMove } from '../domain/lifecycle.js';
import { keyOf, keyParts } from '../domain/request-key.js';
import type { Instant } from '../domain/span.js';
import { destroyedParts } from './destroy-with.js';
import type { Requests } from './requests.js';

export interface KnownGone {
  /** When this was written down. */
  at: Instant;
  /** Names of keys. */
  destroyed: readonly string[];
  erased: readonly Commitment[];
}

/** Says nothing twice. What came after the journal's end is none of its requests. Problem `journal-unwritable`. */
export async function recordFound(requests: Requests, { at, destroyed, erased }: KnownGone): Promise<void> {
  const [gone, mute] = [new Set(destroyed), new Set<string>(erased)];
  for (const id of requests.ids())
    await requests.take(id, async (turn) => {
      const known = destroyedParts(turn.state);
      const keys = keyParts.filter((part) => !known.includes(part)).map((part) => keyOf(id, part)).filter((key) => gone.has(key));
      const event = keys.includes(keyOf(id, 'original')) ? 'footage-found-destroyed' : 'copies-found-destroyed';
      if (keys.length > 0 && canMove(turn.state.tracks, event)) await turn.append({ event, by: 'gate', data: { keys, knownAt: at } });
      const { words, requested, erased: already } = turn.state;
      for (const value of [...words, { field: 'unit', commitment: requested.unit }])
        if (mute.has(value.commitment) && !already.includes(value.commitment)) await turn.append({ event: 'personal-erased', by: 'gate', data: value });
    });
}
