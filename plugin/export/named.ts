// The officers on the form are parties too: whoever's card stands there agrees to nothing of it and hands nothing of it over.
import { isSameCard } from '../domain/account.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { UserId } from '../domain/subject.js';
import type { Store } from '../store/store.js';
import { applicationOf } from './revealed.js';

/** By the card that was seen when the account was made; the custodian's own staff may have none. Problem `own-request`. */
export async function expectNotNamed(store: Store, state: RequestState, user: UserId): Promise<void> {
  const card = await store.accounts.cardOf(user);
  if (card === null) return;
  const { officers = [] } = (await applicationOf(state, store)) ?? {};
  if (officers.some((officer) => isSameCard(officer, card)))
    throw new Problem('own-request', 'The form names this person as one of its officers; they act no further on it.');
}
