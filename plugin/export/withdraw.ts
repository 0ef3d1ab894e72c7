// The applicant takes a request back, any time before the release.
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Requests } from './requests.js';

/** Problems: `request-unknown`, `not-permitted`, `state-conflict`. */
export async function withdraw({ requests }: { requests: Requests }, person: Person, requestId: string): Promise<RequestState> {
  return requests.take(requestId, async (turn) => {
    const { applicant, enteredBy } = turn.state.requested;
    if (person.pseudonym !== applicant && person.pseudonym !== enteredBy)
      throw new Problem('not-permitted', `Only the applicant of ${requestId}, or who typed it in, takes it back.`);
    await turn.append({ event: 'request-withdrawn', by: person.pseudonym, data: {} });
    return turn.state;
  });
}
