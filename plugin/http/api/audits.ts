// What the gate found about itself, for those who may read the journal; and one begun at once.
import type { Pseudonym } from '../../domain/audit-event.js';
import { Problem } from '../../domain/problem.js';
import type { Person } from '../../domain/subject.js';
import { operation, type Operation } from '../operation.js';
import type { emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const MOST = 200;

function expectReader({ policy }: ApiParts, subject: Person): void {
  if (!policy.allows(subject.user, 'read-journal', 'journal:*', null))
    throw new Problem('not-permitted', 'Self-audits are for those who hold the act read-journal.');
}

/** The gate itself, or the person by the name of the account. */
const nameOf = async ({ store }: ApiParts, by: Pseudonym): Promise<string> => (by === 'gate' ? 'gate' : ((await store.people.userOf(by)) ?? by));

const list = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/audits',
  summary: 'The last self-audits, newest first (自检): when, by whom, how many findings; and whether one is under way',
  async run(parts, { subject }) {
    expectReader(parts, subject);
    const audits = parts.audits.list().slice(0, MOST);
    return { status: 200, body: { running: parts.audits.isRunning, audits: await Promise.all(audits.map(async (it) => ({ ...it, by: await nameOf(parts, it.by) }))) } };
  },
});

const one = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/audits/{id}',
  summary: 'One self-audit: its report, and the signed envelope that carries it (DSSE)',
  async run(parts, { subject, params }) {
    expectReader(parts, subject);
    const { summary, report, envelope } = await parts.audits.read(params['id']!);
    return { status: 200, body: { ...summary, by: await nameOf(parts, summary.by), report, envelope } };
  },
});

const begin = operation<ApiParts, typeof emptySchema>({
  method: 'post',
  path: '/api/v1/audits',
  summary: 'Begin a self-audit now; its report stands in the list when it is over',
  async run(parts, { subject }) {
    expectReader(parts, subject);
    // Not waited for: it reads everything that is sealed. What fails is in the operators' log.
    void parts.audits.begin(subject.pseudonym);
    return { status: 202, body: { running: true } };
  },
});

export const auditOperations: readonly Operation<ApiParts>[] = [list, one, begin];
