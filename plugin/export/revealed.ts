// The personal values behind a request, from the erasable table. Erased, the request still stands; only the words are gone.
import type { Commitment } from '../domain/audit-event.js';
import type { Application } from '../domain/export-request.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Store } from '../store/store.js';

/** What papers print in the place of what was erased. */
export const erasedWord = '〔已删除〕';

/** null once it was erased. */
export async function applicationOf(state: RequestState, store: Store): Promise<Application | null> {
  if (isErased(state)) return null;
  const revealed = await store.personal.reveal(state.application);
  return revealed ? (revealed.value as Application) : null;
}

/** Nothing can be made of it any more. */
export const isErased = ({ erased, application }: Pick<RequestState, 'erased' | 'application'>): boolean => erased.includes(application);

export const unitOf = (state: RequestState, store: Store): Promise<string> => textOf(state, state.requested.unit, store);

/** Of a list of names; one word where it was erased. */
export async function namesOf({ erased }: RequestState, commitment: Commitment, store: Store): Promise<readonly string[]> {
  const revealed = erased.includes(commitment) ? null : await store.personal.reveal(commitment);
  return revealed ? (revealed.value as readonly string[]) : [erasedWord];
}

export async function textOf({ erased }: RequestState, commitment: Commitment, store: Store): Promise<string> {
  // Between the entry and the erasure the value is still there; the store's copy is made in that moment, and must not keep it.
  const revealed = erased.includes(commitment) ? null : await store.personal.reveal(commitment);
  return revealed ? String(revealed.value) : erasedWord;
}
