// Joining and leaving: set-up, invitations, their confirmation and acceptance, one's own password, accounts and their end.
import { accept, setUp } from '../../export/accept.js';
import { changePassword, closeAccount, listAccounts } from '../../export/accounts.js';
import { confirmInvitation, invite, openInvitations } from '../../export/invite.js';
import { expectManager } from '../../export/people.js';
import { recordRefusal } from '../../export/refusal.js';
import { Problem } from '../../domain/problem.js';
import { isUserId, type Person } from '../../domain/subject.js';
import { emptyAnswer, joinedAnswer } from '../answers.js';
import { operation, type Operation } from '../operation.js';
import { acceptanceSchema, confirmationSchema, emptySchema, invitationSchema, passwordSchema, setupSchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const first = operation<ApiParts, typeof setupSchema, typeof joinedAnswer>({
  method: 'post',
  path: '/api/v1/setup',
  summary: 'An administrator’s account, with the machine’s one-time token: the first, or one that nobody can invite any more',
  open: true,
  guarded: true,
  body: setupSchema,
  answer: joinedAnswer,
  async run({ people }, { body: { token, ...account } }) {
    return { status: 201, body: await setUp(people, token, account) };
  },
});

const ask = operation<ApiParts, typeof invitationSchema>({
  method: 'post',
  path: '/api/v1/invitations',
  summary:
    'Invites somebody whose card was seen → a one-time code, shown once; for an administrator’s account a second administrator confirms first',
  body: invitationSchema,
  async run(parts, { subject, body: { card, expiresAt, ...whom } }) {
    const wish = { ...whom, card: card ? { ...card, sha256: card.sha256 ?? null } : null, expiresAt: expiresAt ?? null };
    const invited = await managing(parts, subject, () => invite(parts.people, subject, wish));
    return { status: invited.code === null ? 202 : 201, body: invited };
  },
});

const waiting = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/invitations',
  summary: 'Invitations that wait: for a second administrator, or to be accepted',
  async run({ people }, { subject }) {
    expectManager(people, subject);
    return { status: 200, body: { invitations: await openInvitations(people) } };
  },
});

const confirm = operation<ApiParts, typeof confirmationSchema>({
  method: 'post',
  path: '/api/v1/invitations/{id}/confirmation',
  summary: 'The second administrator’s word on an invitation → the one-time code; or the first one’s with the machine’s token',
  guarded: true,
  body: confirmationSchema,
  async run(parts, { subject, params, body: { token } }) {
    const invited = await managing(parts, subject, () => confirmInvitation(parts.people, subject, params['id']!, token ?? null));
    return { status: 201, body: invited };
  },
});

const join = operation<ApiParts, typeof acceptanceSchema, typeof joinedAnswer>({
  method: 'post',
  path: '/api/v1/invitations/acceptance',
  summary: 'A one-time code and a password of one’s own → an account; the secret of its second factor is shown once',
  open: true,
  guarded: true,
  body: acceptanceSchema,
  answer: joinedAnswer,
  async run({ people }, { body: { code, password } }) {
    return { status: 201, body: await accept(people, code, password) };
  },
});

const password = operation<ApiParts, typeof passwordSchema, typeof emptyAnswer>({
  method: 'post',
  path: '/api/v1/password',
  summary: 'One’s own password, proved again; all other sessions end',
  guarded: true,
  body: passwordSchema,
  answer: emptyAnswer,
  async run({ people }, { subject, body }) {
    await changePassword(people, subject, body);
    return { status: 201, body: {} };
  },
});

const list = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/accounts',
  summary: 'Who has an account, on which card, until when',
  async run({ people }, { subject }) {
    expectManager(people, subject);
    return { status: 200, body: { accounts: await listAccounts(people) } };
  },
});

const close = operation<ApiParts, typeof emptySchema>({
  method: 'post',
  path: '/api/v1/accounts/{user}/close',
  summary: 'Closes an account and ends its sessions; {user} with or without user:',
  body: emptySchema,
  async run(parts, { subject, params }) {
    const user = `user:${params['user']!.replace(/^user:/, '')}`;
    if (!isUserId(user)) throw new Problem('account-unknown', 'There is no open account of this name.');
    await managing(parts, subject, () => closeAccount(parts.people, subject, user));
    return { status: 201, body: {} };
  },
});

/** What is refused to somebody who signed in is recorded: also that they may not manage at all. */
const managing = <T>(parts: ApiParts, subject: Person, step: () => Promise<T>): Promise<T> =>
  recordRefusal(parts, subject, 'manage', 'account:*', async () => {
    expectManager(parts.people, subject);
    return step();
  });

export const accountOperations: readonly Operation<ApiParts>[] = [first, ask, waiting, confirm, join, password, list, close];
