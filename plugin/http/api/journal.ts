// The journal for those who may read it.
import { Problem } from '../../domain/problem.js';
import { operation, type Operation } from '../operation.js';
import { type emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const MOST = 500;

const entries = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/journal',
  summary: 'Entries from an index on (?from, ?count); without ?from the last ones',
  async run({ journal, policy, reads }, { subject, query }) {
    if (!policy.allows(subject.user, 'read-journal', 'journal:*', null))
      throw new Problem('not-permitted', 'Reading the journal needs the act read-journal.');
    const count = Math.min(MOST, Math.max(1, Number.parseInt(query.get('count') ?? '50', 10) || 50));
    const asked = query.has('from') ? Number.parseInt(query.get('from')!, 10) || 0 : journal.size - count;
    const from = Math.min(journal.size, Math.max(0, asked));
    await reads.tellJournal(subject, from, count);
    return { status: 200, body: { size: journal.size, entries: journal.read(from, count) } };
  },
});

export const journalOperations: readonly Operation<ApiParts>[] = [entries];
