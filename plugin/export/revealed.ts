// The personal values behind a request, from the erasable table. Erased, the request still stands; only the words are gone.
import type { Application } from '../domain/export-request.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Store } from '../store/store.js';

/** null once it was erased. */
export async function applicationOf(state: RequestState, store: Store): Promise<Application | null> {
  if (state.erased.includes(state.application)) return null;
  const revealed = await store.personal.reveal(state.application);
  return revealed ? (revealed.value as Application) : null;
}

export async function unitOf(state: RequestState, store: Store): Promise<string> {
  // Between the entry and the erasure the value is still there; the store's copy is made in that moment, and must not keep it.
  const revealed = state.erased.includes(state.requested.unit) ? null : await store.personal.reveal(state.requested.unit);
  return revealed ? String(revealed.value) : '〔已删除〕';
}
