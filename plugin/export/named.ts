// The officers on the form are parties too: whoever's card stands there has no further hand in it, nor has anybody in their right.
import { isSameCard } from '../domain/account.js';
import type { Application } from '../domain/export-request.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { UserId } from '../domain/subject.js';
import type { Store } from '../store/store.js';

/** On any of its forms; a late paper makes a new one. By the card that was seen when the account was made; the custodian's own staff may have none. */
export async function isNamed(store: Store, state: RequestState, user: UserId): Promise<boolean> {
  const card = await store.accounts.cardOf(user);
  if (card === null) return false;
  for (const { field, commitment } of state.words) {
    if (field !== 'application' || state.erased.includes(commitment)) continue;
    const form = (await store.personal.reveal(commitment))?.value as Application | undefined;
    if (form?.officers.some((officer) => isSameCard(officer, card))) return true;
  }
  return false;
}

/** Problem `own-request`. */
export async function expectNotNamed(store: Store, state: RequestState, user: UserId): Promise<void> {
  if (await isNamed(store, state, user))
    throw new Problem('own-request', 'The form names this person as one of its officers; they act no further on it.');
}
