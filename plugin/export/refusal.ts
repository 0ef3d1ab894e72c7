// A refused act leaves its trace (F1): who tried what on which request, and which code they got, before they get it.
import type { Act } from '../domain/decision.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';

interface Parts {
  journal: Journal;
  policy: Policy;
}

/** Runs `step`; what it refuses is recorded and thrown on. A fault of the gate's own is no attempt of anybody. */
export async function recordRefusal<T>(
  { journal, policy }: Parts,
  person: Person,
  act: Act,
  request: string,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (thrown) {
    const problem = Problem.from(thrown);
    if (problem.status < 500 && problem.code !== 'request-unknown')
      await journal.append({
        event: 'act-refused',
        by: person.pseudonym,
        data: { act, request, code: problem.code, policyVersion: policy.version },
      });
    throw problem;
  }
}
