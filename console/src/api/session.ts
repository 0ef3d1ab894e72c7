// Who is signed in on this page. The session itself is a cookie that no script can read; what is kept here is the name, what the menu needs, and
// the word that shows the gate that a page of its own asks. Kept in memory alone: a reload asks the gate again.
import { useSyncExternalStore } from 'react';
import type { Operations } from './schema.js';

export type Session = Operations['GET /api/v1/session']['answer'];
export type Act = Session['may'][number];

/**
 * `unknown`: not asked yet. `out`: nobody. `in`: this person. `over`: it was this person, whose page stays as it is behind the question for the
 * password; `locked`: because nobody touched it.
 */
export type Standing =
  | { kind: 'unknown' | 'out' }
  | { kind: 'in'; session: Session }
  | { kind: 'over'; session: Session; locked: boolean };

let standing: Standing = { kind: 'unknown' };
const listeners = new Set<() => void>();
const waiting = new Set<() => void>();

function become(next: Standing): void {
  standing = next;
  for (const listener of [...listeners]) listener();
  if (next.kind === 'in') for (const go of [...waiting]) waiting.delete(go), go();
}

export const current = (): Standing => standing;
export const csrfOf = (): string | null => (standing.kind === 'in' ? standing.session.csrf : null);

export const signedIn = (session: Session): void => become({ kind: 'in', session });
export const signedOut = (): void => become({ kind: 'out' });
/** Of nobody's page nothing is to be kept. */
export const sessionOver = (locked = false): void => {
  if (standing.kind === 'in') become({ kind: 'over', session: standing.session, locked });
  else if (standing.kind === 'unknown') become({ kind: 'out' });
};

/** Until the same person is signed in again; rejects where the page is left before. */
export const untilSignedIn = (signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (standing.kind === 'in') return resolve();
    const go = (): void => {
      signal?.removeEventListener('abort', leave);
      resolve();
    };
    const leave = (): void => {
      waiting.delete(go);
      reject(signal?.reason as Error);
    };
    waiting.add(go);
    signal?.addEventListener('abort', leave, { once: true });
  });

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useStanding = (): Standing => useSyncExternalStore(subscribe, current);

/** On pages that are shown to whoever is, or was, signed in. */
export function useSession(): Session {
  const now = useStanding();
  if (now.kind !== 'in' && now.kind !== 'over') throw new Error('Nobody is signed in.');
  return now.session;
}
