// The personal values behind a request, from the erasable table. Erased, the request still stands; only the words are gone.
import type { Application } from '../domain/export-request.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Store } from '../store/store.js';

/** null once it was erased. */
export async function applicationOf(state: RequestState, store: Store): Promise<Application | null> {
  const revealed = await store.personal.reveal(state.application);
  return revealed ? (revealed.value as Application) : null;
}

export async function unitOf(state: RequestState, store: Store): Promise<string> {
  const revealed = await store.personal.reveal(state.requested.unit);
  return revealed ? String(revealed.value) : '〔已删除〕';
}
