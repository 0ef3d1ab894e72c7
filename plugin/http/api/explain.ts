// What the running policy says to a question, before anything is applied for.
import { z } from 'zod';
import { acts } from '../../domain/decision.js';
import { bases } from '../../domain/basis.js';
import { isRequestEntry } from '../../domain/audit-event.js';
import { isConfidential } from '../../domain/kind.js';
import { Problem } from '../../domain/problem.js';
import { parseInstant } from '../../domain/span.js';
import { isUserId, type UserId } from '../../domain/subject.js';
import { mayRead } from '../../export/may-read.js';
import { explainEntry } from '../../export/explain-entry.js';
import { explain } from '../../policy/explain.js';
import { operation, type Operation } from '../operation.js';
import type { emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const explainSchema = z.strictObject({
  as: z.custom<UserId>((value) => typeof value === 'string' && isUserId(value), 'a user like user:li.wei').optional(),
  camera: z.string().max(32),
  act: z.enum(acts),
  basis: z.enum([...bases, '-']),
  from: z.string().max(40),
  to: z.string().max(40),
  late: z.boolean().default(false),
});

const ask = operation<ApiParts, typeof explainSchema>({
  method: 'post',
  path: '/api/v1/explain',
  summary: 'Verdict, rows and duties for a question; for somebody else only with the act edit-policy',
  body: explainSchema,
  async run({ policy }, { subject, body: { as = subject.user, camera, act, basis, from, to, late } }) {
    if (as !== subject.user && !policy.allows(subject.user, 'edit-policy', 'policy:*', null))
      throw new Problem('not-permitted', 'Asking for somebody else needs the act edit-policy.');
    return {
      status: 201,
      body: explain(policy, { user: as, act, basis, items: [{ camera, from: parseInstant(from), to: parseInstant(to) }], late }),
    };
  },
});

const askAgain = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/explain/{entry}',
  summary: 'A recorded decision made again under the policy that was in force then, by its journal entry',
  async run(parts, { subject, params }) {
    const { policy } = parts;
    if (!policy.allows(subject.user, 'edit-policy', 'policy:*', null) && !policy.allows(subject.user, 'read-journal', 'journal:*', null))
      throw new Problem('not-permitted', 'Asking for a past decision needs the act edit-policy or read-journal.');
    const entry = params['entry']!;
    if (!/^\d{1,9}$/.test(entry)) throw new Problem('entry-unknown', 'An entry is named by its index, a whole number.');
    const found = parts.journal.read(Number(entry), 1)[0];
    if (found && isRequestEntry(found)) {
      const state = parts.requests.state(found.requestId);
      if (isConfidential(state.requested.basis) && !(await mayRead(parts, state, subject)))
        throw new Problem('entry-unknown', `Entry ${entry} tells no decision that you may ask for.`);
      await parts.reads.tell(subject, found.requestId);
    }
    return { status: 200, body: await explainEntry(parts, Number(entry)) };
  },
});

export const explainOperations: readonly Operation<ApiParts>[] = [ask, askAgain];
