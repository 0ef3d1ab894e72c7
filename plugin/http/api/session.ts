// Signing in and out: tokens for programs, a cookie for browsers, renewal, and whose sessions are open.
import { enter } from '../../export/enter.js';
import { isManager } from '../../export/people.js';
import { allSessions, answerCookie, answerTokens, endSession, renewSession, sessionsOf, showSession } from '../../export/sessions.js';
import type { Entered } from '../../export/enter.js';
import type { Response } from 'express';
import { dropCookie, expectOwnPage, sessionCookie, setCookie } from '../credentials.js';
import { operation, type Answer, type Operation } from '../operation.js';
import { emptySchema, renewalSchema, sessionSchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const signIn = operation<ApiParts, typeof sessionSchema>({
  method: 'post',
  path: '/api/v1/session',
  summary: 'User, password and second factor → a token of 15 minutes at most and what renews it; with cookie: true a session cookie',
  open: true,
  guarded: true,
  body: sessionSchema,
  async run({ people, url }, { body: { cookie, ...login }, request, response }) {
    // A page of somebody else's must not sign our people in as somebody.
    if (cookie) expectOwnPage(request, url);
    const entered = await enter(people, login, cookie ? 'cookie' : 'token', request.ip ?? '');
    if (cookie) return welcome({ people }, entered, response);
    const { user, name, unit } = entered.person;
    return { status: 201, body: { ...answerTokens(people, entered.person, entered.session), user, name, unit } };
  },
});

/** A browser's answer: the cookie in its header, and never in the body. */
export function welcome(
  { people }: Pick<ApiParts, 'people'>,
  { person: { user, name, unit }, session }: Entered,
  response: Response,
): Answer {
  const { cookie, ...told } = answerCookie(people, session);
  response.append('Set-Cookie', setCookie(cookie));
  return { status: 201, body: { ...told, user, name, unit } };
}

const show = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/session',
  summary: 'Who is signed in here, until when, and what a page must send along',
  async run({ people }, { subject }) {
    const { user, name, unit } = subject;
    return { status: 200, body: { ...(await showSession(people, subject)), user, name, unit } };
  },
});

const renew = operation<ApiParts, typeof renewalSchema>({
  method: 'post',
  path: '/api/v1/session/renewal',
  summary: 'A renewal token, once → the next token and the next renewal token',
  open: true,
  guarded: true,
  body: renewalSchema,
  async run({ people }, { body: { renewal } }) {
    const { person, ...told } = await renewSession(people, renewal);
    const { user, name, unit } = person;
    return { status: 201, body: { ...told, user, name, unit } };
  },
});

const signOut = operation<ApiParts, typeof emptySchema>({
  method: 'post',
  path: '/api/v1/session/end',
  summary: 'Sign out: this session ends',
  body: emptySchema,
  async run({ people }, { subject, response }) {
    await endSession(people, subject, subject.session!);
    response.append('Set-Cookie', dropCookie(sessionCookie));
    return { status: 201, body: {} };
  },
});

const list = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/sessions',
  summary: 'One’s own open sessions; with ?all=true and the act manage everybody’s',
  async run({ people }, { subject, query }) {
    const all = query.get('all') === 'true' && isManager(people, subject.user);
    const found = all ? await allSessions(people) : await sessionsOf(people, subject.user);
    const sessions = found.map(({ id, user, kind, startedAt, usedAt }) => ({
      id,
      user,
      kind,
      startedAt,
      usedAt,
      isThis: id === subject.session,
    }));
    return { status: 200, body: { sessions } };
  },
});

const end = operation<ApiParts, typeof emptySchema>({
  method: 'post',
  path: '/api/v1/sessions/{id}/end',
  summary: 'Ends a session: one’s own, or with the act manage anybody’s',
  body: emptySchema,
  async run({ people }, { subject, params }) {
    await endSession(people, subject, params['id']!);
    return { status: 201, body: {} };
  },
});

export const sessionOperations: readonly Operation<ApiParts>[] = [signIn, show, renew, signOut, list, end];
