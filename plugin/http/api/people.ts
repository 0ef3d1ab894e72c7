// Signing in, the first administrator, further accounts.
import { Problem } from '../../domain/problem.js';
import { operation, type Operation } from '../operation.js';
import { accountSchema, sessionSchema, setupSchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const signIn = operation<ApiParts, typeof sessionSchema>({
  method: 'post',
  path: '/api/v1/session',
  summary: 'User and password → a token of 15 minutes at most',
  open: true,
  guarded: true,
  body: sessionSchema,
  async run(parts, { body, request }) {
    const { token, expiresAt, subject } = await parts.signIn(body.user, body.password, request.ip ?? '');
    return { status: 201, body: { token, expiresAt, ...subject } };
  },
});

const setUp = operation<ApiParts, typeof setupSchema>({
  method: 'post',
  path: '/api/v1/setup',
  summary: 'The first administrator, with the one-time token that the first start printed',
  open: true,
  guarded: true,
  body: setupSchema,
  async run(parts, { body: { token, ...account } }) {
    await parts.setUp(token, account);
    return { status: 201, body: { user: account.user } };
  },
});

const add = operation<ApiParts, typeof accountSchema>({
  method: 'post',
  path: '/api/v1/accounts',
  summary: 'A further account; what it may do is written in policies/roles.csv',
  body: accountSchema,
  async run(parts, { subject, body }) {
    if (!parts.policy.allows(subject.user, 'manage', 'account:*', null))
      throw new Problem('not-permitted', 'Adding accounts needs the act manage.');
    await parts.createAccount(subject.pseudonym, body);
    return { status: 201, body: { user: body.user } };
  },
});

export const peopleOperations: readonly Operation<ApiParts>[] = [signIn, setUp, add];
