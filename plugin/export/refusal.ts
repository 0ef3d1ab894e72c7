// A refused act leaves its trace (F1): who tried what on which request, and which code they got, before they get it.
import type { Act } from '../domain/decision.js';
import { isConfidential } from '../domain/kind.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import type { LendersParts } from './lenders.js';
import { mayRead } from './may-read.js';
import type { Requests } from './requests.js';

interface Parts extends LendersParts {
  journal: Journal;
  readonly policy: Policy;
  requests: Requests;
}

/** As `numberFor` makes them, so that an entry holds no text of a stranger's. */
const requestNumber = /^EG-[1-9]\d{5}-[A-Z0-9-]{2,16}-\d{4}-\d{6,9}$/;

/**
 * Runs `step`; what it refuses is recorded and thrown on. A fault of the gate's own is no attempt of anybody. Whoever may not read a
 * confidential request does nothing to it either, and hears what they would hear of a number that does not exist; both are recorded, for
 * everybody sees the journal grow.
 */
export async function recordRefusal<T>(parts: Parts, person: Person, act: Act, request: string, step: () => Promise<T>): Promise<T> {
  const isHidden = await isHiddenFrom(parts, person, request);
  const isNobodys = requestNumber.test(request) && !parts.requests.isKnown(request);
  const unknown = new Problem('request-unknown', `There is no request ${request}.`);
  try {
    if (isNobodys) throw unknown;
    if (isHidden) throw new Problem('not-permitted', 'The request is confidential.');
    return await step();
  } catch (thrown) {
    const { journal, policy } = parts;
    const problem = Problem.from(thrown);
    if (problem.status < 500 && (problem.code !== 'request-unknown' || isNobodys))
      await journal.append({
        event: 'act-refused',
        by: person.pseudonym,
        data: { act, request, code: problem.code, policyVersion: policy.version },
      });
    if (isHidden) throw unknown;
    throw problem;
  }
}

async function isHiddenFrom(parts: Parts, person: Person, request: string): Promise<boolean> {
  const state = parts.requests.isKnown(request) ? parts.requests.state(request) : null;
  if (state === null || !isConfidential(state.requested.basis)) return false;
  // Whom originals were released to may fetch them, and is told no more of it.
  return person.pseudonym !== state.release?.originalsFor && !(await mayRead(parts, state, person));
}
