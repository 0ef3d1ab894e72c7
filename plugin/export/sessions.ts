// Sessions: begun by a sign-in, renewed or idle, ended by who owns them, by an administrator, or by a copied renewal token.
import type { Pseudonym, SessionEnd } from '../domain/audit-event.js';
import { Problem } from '../domain/problem.js';
import type { Person, UserId } from '../domain/subject.js';
import { readMark } from '../identity/session-marks.js';
import type { Session } from '../store/sessions.js';
import { expectFit, isManager, openAccount, personOf, type PeopleParts } from './people.js';
import { SESSION_MS, type Vouched } from './roll.js';

/** Without a renewal, or with a cookie without a request. */
const IDLE_MS = 30 * 60_000;
/** A cookie's last use is written down no more often. */
const TOUCH_MS = 60_000;
/** Of one person at once; the oldest ends for the next. */
const MOST = 20;

/** A program's session: a short token, and what to get the next one with. */
export interface TokenAnswer {
  session: string;
  token: string;
  /** When the token ends. */
  expiresAt: string;
  renewal: string;
  /** When the session ends at the latest. */
  endsAt: string;
}

/** A browser's session. `cookie` goes into the cookie and nowhere else. */
export interface CookieAnswer {
  session: string;
  cookie: string;
  csrf: string;
  endsAt: string;
}

/** What a request brought. */
export type Presented = { kind: 'token'; text: string } | { kind: 'cookie'; text: string; csrf: string | null; isUnsafe: boolean } | null;

const endOf = ({ startedAt }: Pick<Session, 'startedAt'>): string => new Date(Date.parse(startedAt) + SESSION_MS).toISOString();

/** Problem `journal-unwritable`: a sign-in that cannot be recorded does not happen. */
export async function beginSession(parts: PeopleParts, { account: { user }, pseudonym }: Vouched, kind: Session['kind']): Promise<Session> {
  const { journal, store, roll, now, newId } = parts;
  const surplus = (await sessionsOf(parts, user)).slice(0, -(MOST - 1));
  for (const { id } of surplus) await end(parts, { id, user }, 'too-many', pseudonym);
  roll.learn(await journal.append({ event: 'signed-in', by: pseudonym, data: { account: pseudonym } }));
  const started = now();
  const session = { id: newId(), user, kind, startedAt: started.toISOString() };
  await store.sessions.add(session, new Date(started.getTime() - SESSION_MS).toISOString());
  return { ...session, generation: 0, usedAt: session.startedAt, ended: false };
}

export function answerTokens({ tokens, marks }: PeopleParts, person: Person, session: Session): TokenAnswer {
  const { token, expiresAt } = tokens.issueToken(person, session.id);
  const renewal = marks.make(session, session.generation);
  return { session: session.id, token, expiresAt: expiresAt.toISOString(), renewal, endsAt: endOf(session) };
}

export const answerCookie = ({ marks }: PeopleParts, session: Session): CookieAnswer => ({
  session: session.id,
  cookie: marks.make(session, 0),
  csrf: marks.csrf(session),
  endsAt: endOf(session),
});

/**
 * The next token for a renewal token, and the next renewal token. One that was exchanged already was copied by somebody: the session ends.
 * Problems: `token-invalid`, `reinvitation-needed`.
 */
export const renewSession = (parts: PeopleParts, renewal: string): Promise<TokenAnswer & { person: Person }> =>
  parts.changes.take(async () => {
    const { store, marks, now, log } = parts;
    const read = readMark(renewal);
    const session = read && (await store.sessions.get(read.id));
    if (!session || session.kind !== 'token' || !marks.isGenuine(renewal, session) || !isAlive(parts, session)) throw over();
    const found = await openAccount(parts, session.user);
    if (!found) throw over();
    expectFit(parts, found);
    if (read.generation !== session.generation || !(await store.sessions.renew(session.id, read.generation, now().toISOString()))) {
      await end(parts, session, 'renewal-reused', 'gate');
      log('warn', { event: 'renewal-reused', subject: session.user });
      throw over();
    }
    const person = personOf(found);
    return { ...answerTokens(parts, person, { ...session, generation: read.generation + 1 }), person };
  });

/** A token or a cookie counts while its session and its account do. Problems: `token-missing`, `token-invalid`, `csrf-refused`, `reinvitation-needed`. */
export async function authenticate(parts: PeopleParts, presented: Presented): Promise<Person> {
  const session = presented?.kind === 'cookie' ? await byCookie(parts, presented) : await byToken(parts, presented?.text);
  const found = await openAccount(parts, session.user);
  if (!found) throw new Problem('token-invalid', 'The account of this session is closed, or has ended.');
  expectFit(parts, found);
  return { ...personOf(found), session: session.id };
}

/**
 * While an answer lasts: the session it began in has not ended, nor the account. Its token may be over, which was good when it was asked for;
 * and whoever is being answered is not idle. Problems: `token-invalid`, `reinvitation-needed`.
 */
export async function expectStill(parts: PeopleParts, person: Person): Promise<void> {
  const session = await parts.store.sessions.get(person.session ?? '');
  if (!session || session.user !== person.user || isOver(parts, session)) throw over();
  const found = await openAccount(parts, session.user);
  // A closed account's name may have been given anew.
  if (!found || found.pseudonym !== person.pseudonym) throw over();
  expectFit(parts, found);
}

async function byToken(parts: PeopleParts, text: string | undefined): Promise<Session> {
  const { user, session: id } = parts.tokens.readToken(text);
  const session = await parts.store.sessions.get(id);
  if (!session || session.user !== user || session.kind !== 'token' || !isAlive(parts, session)) throw over();
  return session;
}

async function byCookie(parts: PeopleParts, { text, csrf, isUnsafe }: Extract<Presented, { kind: 'cookie' }>): Promise<Session> {
  const { store, marks, now } = parts;
  const read = readMark(text);
  const session = read && (await store.sessions.get(read.id));
  if (!session || session.kind !== 'cookie' || read.generation !== 0 || !marks.isGenuine(text, session) || !isAlive(parts, session))
    throw over();
  if (isUnsafe && !(csrf && marks.isCsrf(csrf, session)))
    throw new Problem('csrf-refused', 'Send the csrf of the sign-in’s answer (GET /api/v1/session tells it again) as X-CSRF-Token.');
  if (now().getTime() - Date.parse(session.usedAt) > TOUCH_MS) await store.sessions.touch(session.id, now().toISOString());
  return session;
}

/** Who speaks, and until when; with a cookie also what a page must send along. */
export async function showSession(parts: PeopleParts, person: Person): Promise<{ session: string; csrf: string | null; endsAt: string }> {
  const session = await parts.store.sessions.get(person.session ?? '');
  if (!session) throw over();
  return { session: session.id, csrf: session.kind === 'cookie' ? parts.marks.csrf(session) : null, endsAt: endOf(session) };
}

const isAlive = (parts: PeopleParts, session: Session): boolean =>
  !isOver(parts, session) && parts.now().getTime() < Date.parse(session.usedAt) + IDLE_MS;

/** Ended, or at its latest end. The database alone cannot bring an ended session back. */
const isOver = ({ roll, now }: PeopleParts, { id, ended, startedAt }: Session): boolean =>
  ended || roll.hasEnded(id) || now().getTime() >= Date.parse(startedAt) + SESSION_MS;

/** Those that still count, oldest first. */
export const sessionsOf = async (parts: PeopleParts, user: UserId): Promise<Session[]> =>
  (await parts.store.sessions.openOf(user)).filter((session) => isAlive(parts, session));

/** Everybody's, the newest first. */
export const allSessions = async (parts: PeopleParts): Promise<Session[]> =>
  (await parts.store.sessions.open(1_000)).filter((session) => isAlive(parts, session));

/** One's own, or with `manage` anybody's. Problem `session-unknown`: also for one that is somebody else's. */
export async function endSession(parts: PeopleParts, by: Person, id: string): Promise<void> {
  const session = await parts.store.sessions.get(id);
  const may = session && (session.user === by.user || isManager(parts, by.user));
  if (!may || !isAlive(parts, session)) throw new Problem('session-unknown', 'No session of this number is open.');
  await end(parts, session, session.id === by.session ? 'signed-out' : 'ended', by.pseudonym);
}

/** All sessions of a person but one; idle ones too, which a clock set back would bring to life again. */
export async function endAll(parts: PeopleParts, user: UserId, why: SessionEnd, by: Pseudonym, except?: string): Promise<void> {
  for (const session of await parts.store.sessions.openOf(user)) if (session.id !== except && !isOver(parts, session)) await end(parts, session, why, by);
}

async function end(
  { journal, store, roll }: PeopleParts,
  { id, user }: Pick<Session, 'id' | 'user'>,
  why: SessionEnd,
  by: Pseudonym,
): Promise<void> {
  const account = await store.people.pseudonymOf(user);
  roll.learn(await journal.append({ event: 'session-ended', by, data: { account, session: id, why } }));
  await store.sessions.end(id);
}

const over = (): Problem => new Problem('token-invalid', 'The session has ended; sign in again.');
