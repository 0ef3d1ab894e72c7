// Who stands in for whom during a leave (请假委托).
import { z } from 'zod';
import { Problem } from '../../domain/problem.js';
import { parseInstant } from '../../domain/span.js';
import type { RoleName } from '../../domain/subject.js';
import { delegate, endDelegation, type Delegation } from '../../export/delegations.js';
import { operation, type Operation } from '../operation.js';
import { emptySchema, instantSchema, user } from '../schemas.js';
import type { ApiParts } from './parts.js';

const delegationSchema = z.strictObject({
  to: user,
  role: z.custom<RoleName>((value) => typeof value === 'string' && /^role:[a-z0-9.-]{1,40}$/.test(value), 'a role like role:unit-head'),
  site: z.string().max(16),
  from: instantSchema,
  until: instantSchema,
});

async function tell({ store }: ApiParts, { by, to, ...rest }: Delegation) {
  return { ...rest, by: await store.people.userOf(by), to: await store.people.userOf(to) };
}

const make = operation<ApiParts, typeof delegationSchema>({
  method: 'post',
  path: '/api/v1/delegations',
  summary: 'Let somebody take your steps at a site from a day to a day',
  body: delegationSchema,
  async run(parts, { subject, body }) {
    const wish = { ...body, from: parseInstant(body.from), until: parseInstant(body.until) };
    return { status: 201, body: await tell(parts, await delegate(parts, subject, wish)) };
  },
});

const list = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/delegations',
  summary: 'Delegations that you made or received, and those of sites whose requests you may inspect',
  async run(parts, { subject }) {
    const mine = parts.delegations
      .all()
      .filter(
        ({ by, to, site }) => [by, to].includes(subject.pseudonym) || parts.policy.allows(subject.user, 'inspect', 'request:*', site),
      );
    return { status: 200, body: { delegations: await Promise.all(mine.map((it) => tell(parts, it))) } };
  },
});

const end = operation<ApiParts, typeof emptySchema>({
  method: 'post',
  path: '/api/v1/delegations/{id}/end',
  summary: 'End a delegation that you made or received',
  body: emptySchema,
  async run(parts, { subject, params }) {
    if (!/^\d{1,12}$/.test(params['id']!)) throw new Problem('not-found', 'A delegation is named by a whole number.');
    await endDelegation(parts, subject, Number(params['id']));
    return { status: 201, body: {} };
  },
});

export const delegationOperations: readonly Operation<ApiParts>[] = [make, list, end];
