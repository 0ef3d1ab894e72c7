// The one way to the gate: an operation of its API by name, with what it takes and answers checked by the compiler. Where the session has ended,
// the question waits behind the sign-in and is asked again: the gate did nothing of it.
import { isLeft, Problem, type Code, type Fault } from './problem.js';
import type { Operations } from './schema.js';
import { csrfOf, current, sessionOver, signedIn, untilSignedIn } from './session.js';

export type Name = keyof Operations;
export type AnswerOf<N extends Name> = Operations[N]['answer'];

type Part<K extends string, T> = [T] extends [undefined] ? unknown : Record<string, never> extends T ? { [key in K]?: T } : { [key in K]: T };
/** What an operation has to be given; `query` may always be left out. */
export type Given<N extends Name> = Part<'params', Operations[N]['params']> & Part<'body', Operations[N]['body']> & { query?: Operations[N]['query'] };
type Loose = { params?: Record<string, string>; query?: Record<string, string | undefined>; body?: unknown };

interface How {
  signal?: AbortSignal | undefined;
  /** Milliseconds for the whole answer. */
  limitMs?: number;
  /** Signing in and out: a 401 is their own answer. */
  isSignIn?: boolean;
}

const LIMIT_MS = 20_000;

/** Problems: all of the gate's, `unreachable`, `timed-out`, `answer-malformed`. Rejects with AbortError where `signal` says so. */
export async function ask<N extends Name>(name: N, given: Given<N>, how: How = {}): Promise<AnswerOf<N>> {
  for (let tried = 0; ; tried++) {
    if (!how.isSignIn && current().kind === 'over') await untilSignedIn(how.signal);
    try {
      return (await once(name, given, how)) as AnswerOf<N>;
    } catch (thrown) {
      if (!(thrown instanceof Problem) || !thrown.isSessionEnd || how.isSignIn || tried > 2) throw thrown;
      // Another window may have signed the same person in anew: then the word to send along is another.
      if (thrown.code === 'csrf-refused' && tried === 0 && (await renewed(how.signal))) continue;
      sessionOver();
      if (current().kind === 'out') throw thrown;
    }
  }
}

/** What an address is made of, for links, pictures and streams that the browser fetches by itself. */
export function addressOf<N extends Name>(name: N, given: Omit<Given<N>, 'body'>): string {
  const { params = {}, query = {} } = given as Loose;
  const path = name.slice(name.indexOf(' ') + 1).replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
  const named = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return named.length === 0 ? path : `${path}?${new URLSearchParams(named).toString()}`;
}

async function once(name: Name, given: Given<Name>, { signal, limitMs = LIMIT_MS }: How): Promise<unknown> {
  const { body } = given as Loose;
  const method = name.slice(0, name.indexOf(' '));
  const csrf = method === 'GET' ? null : csrfOf();
  const type = body instanceof Blob ? body.type : 'application/json';
  const limit = AbortSignal.timeout(limitMs);
  try {
    const response = await fetch(addressOf(name, given as never), {
      method,
      credentials: 'same-origin',
      redirect: 'error',
      headers: { ...(method === 'POST' && { 'content-type': type }), ...(csrf && { 'x-csrf-token': csrf }) },
      body: method === 'POST' ? (body instanceof Blob ? body : JSON.stringify(body ?? {})) : null,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    if (!response.ok) throw await problemOf(response);
    return response.headers.get('content-type')?.startsWith('application/json') ? ((await response.json()) as unknown) : await response.blob();
  } catch (thrown) {
    if (signal?.aborted || thrown instanceof Problem) throw thrown;
    if (limit.aborted) throw new Problem('timed-out');
    if (isLeft(thrown)) throw thrown;
    throw thrown instanceof SyntaxError ? new Problem('answer-malformed') : new Problem('unreachable');
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const said = (await response.json().catch(() => null)) as { code?: Code; detail?: string; instance?: string; requestId?: string; reasons?: string[]; faults?: Fault[] } | null;
  return new Problem(said?.code ?? 'answer-malformed', { status: response.status, ...said });
}

/** Is the same person signed in still? Then with the word that counts now. */
async function renewed(signal: AbortSignal | undefined): Promise<boolean> {
  const was = current();
  const session = await askSession(signal).catch(() => null);
  if (was.kind !== 'in' || session?.user !== was.session.user) return false;
  signedIn(session);
  return true;
}

export const askSession = (signal?: AbortSignal): Promise<AnswerOf<'GET /api/v1/session'>> => ask('GET /api/v1/session', {}, { signal, isSignIn: true });
