// The officers on the form are parties too: whoever's card stands there has no further hand in it, nor has anybody in their right.
import { isSameCard } from '../domain/account.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { UserId } from '../domain/subject.js';
import type { Store } from '../store/store.js';
import { applicationOf } from './revealed.js';

/** By the card that was seen when the account was made; the custodian's own staff may have none. */
export async function isNamed(store: Store, state: RequestState, user: UserId): Promise<boolean> {
  const card = await store.accounts.cardOf(user);
  if (card === null) return false;
  const { officers = [] } = (await applicationOf(state, store)) ?? {};
  return officers.some((officer) => isSameCard(officer, card));
}

/** Problem `own-request`. */
export async function expectNotNamed(store: Store, state: RequestState, user: UserId): Promise<void> {
  if (await isNamed(store, state, user))
    throw new Problem('own-request', 'The form names this person as one of its officers; they act no further on it.');
}
