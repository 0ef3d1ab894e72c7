// Signing in and out: tokens for programs, a cookie for browsers, renewal, and whose sessions are open.
import { enter } from '../../export/enter.js';
import { isManager } from '../../export/people.js';
import { allSessions, answerCookie, answerTokens, endSession, renewSession, sessionsOf, showSession, type CookieAnswer } from '../../export/sessions.js';
import type { Subject } from '../../domain/subject.js';
import type { Entered } from '../../export/enter.js';
import { officeOf } from '../../policy/offices.js';
import type { Response } from 'express';
import { dropCookie, expectOwnPage, sessionCookie, setCookie } from '../credentials.js';
import { emptyAnswer, sessionAnswer, sessionsAnswer, signInAnswer } from '../answers.js';
import { operation, type Answer, type Operation } from '../operation.js';
import { emptySchema, renewalSchema, sessionSchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const signIn = operation<ApiParts, typeof sessionSchema, typeof signInAnswer>({
  method: 'post',
  path: '/api/v1/session',
  summary: 'User, password and second factor → a token of 15 minutes at most and what renews it; with cookie: true a session cookie',
  open: true,
  guarded: true,
  body: sessionSchema,
  answer: signInAnswer,
  async run({ people, url }, { body: { cookie, ...login }, request, response }) {
    // A page of somebody else's must not sign our people in as somebody.
    if (cookie) expectOwnPage(request, url);
    const entered = await enter(people, login, cookie ? 'cookie' : 'token', request.ip ?? '');
    if (cookie) return welcome({ people }, entered, response);
    const { user, name, unit } = entered.person;
    return { status: 201, body: { ...answerTokens(people, entered.person, entered.session), user, name, unit } };
  },
});

type CookieTold = Omit<CookieAnswer, 'cookie'> & Subject;

/** A browser's answer: the cookie in its header, and never in the body. */
export function welcome(
  { people }: Pick<ApiParts, 'people'>,
  { person: { user, name, unit }, session }: Entered,
  response: Response,
): Answer<CookieTold> {
  const { cookie, ...told } = answerCookie(people, session);
  response.append('Set-Cookie', setCookie(cookie));
  return { status: 201, body: { ...told, user, name, unit } };
}

const show = operation<ApiParts, typeof emptySchema, typeof sessionAnswer>({
  method: 'get',
  path: '/api/v1/session',
  summary: 'Who is signed in here, until when, with which roles, and what a page must send along',
  answer: sessionAnswer,
  async run({ people, policy }, { subject }) {
    const { user, name, unit } = subject;
    const roles = policy.holdings.filter((it) => it.user === user).map(({ role, place }) => ({ role, place }));
    return { status: 200, body: { ...(await showSession(people, subject)), user, name, unit, roles, may: officeOf(policy, user).acts } };
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

const signOut = operation<ApiParts, typeof emptySchema, typeof emptyAnswer>({
  method: 'post',
  path: '/api/v1/session/end',
  summary: 'Sign out: this session ends',
  body: emptySchema,
  answer: emptyAnswer,
  async run({ people }, { subject, response }) {
    await endSession(people, subject, subject.session!);
    response.append('Set-Cookie', dropCookie(sessionCookie));
    return { status: 201, body: {} };
  },
});

const list = operation<ApiParts, typeof emptySchema, typeof sessionsAnswer>({
  method: 'get',
  path: '/api/v1/sessions',
  summary: 'One’s own open sessions; with ?all=true and the act manage everybody’s',
  query: ['all'],
  answer: sessionsAnswer,
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

const end = operation<ApiParts, typeof emptySchema, typeof emptyAnswer>({
  method: 'post',
  path: '/api/v1/sessions/{id}/end',
  summary: 'Ends a session: one’s own, or with the act manage anybody’s',
  body: emptySchema,
  answer: emptyAnswer,
  async run({ people }, { subject, params }) {
    await endSession(people, subject, params['id']!);
    return { status: 201, body: {} };
  },
});

export const sessionOperations: readonly Operation<ApiParts>[] = [signIn, show, renew, signOut, list, end];
