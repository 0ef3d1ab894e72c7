// One request as a row of the store: what lists and searches need, in clear, erasable.
import { nextStep } from '../domain/approval.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { RequestRow } from '../store/requests.js';
import type { Store } from '../store/store.js';
import { unitOf } from './revealed.js';

export async function rowOf(state: RequestState, store: Store): Promise<RequestRow> {
  const { requested, tracks } = state;
  const nameOf = async (person: string): Promise<string> => (await store.people.userOf(person)) ?? person;
  return {
    id: state.requestId,
    state: state.state,
    ...tracks,
    city: requested.city,
    site: requested.site,
    unit: await unitOf(state, store),
    basis: requested.basis,
    applicant: await nameOf(requested.applicant),
    entered_by: await nameOf(requested.enteredBy),
    requested_at: state.requestedAt,
    provide_by: state.instrument?.provideBy ?? null,
    waits_for_step: tracks.approval === 'held' ? (nextStep(state)?.step ?? null) : null,
    late: state.late ? 1 : 0,
  };
}
