// Signing in and out of a browser's session: the cookie is the gate's to set and to take back, and no script ever holds it.
import { ask, askSession } from '../api/ask.js';
import { Problem } from '../api/problem.js';
import { signedIn, signedOut } from '../api/session.js';
import { tellOthers } from './other-windows.js';

export interface Login {
  user: string;
  password: string;
  otp?: string | undefined;
}

/** As people type it: with or without `user:`. */
export const userOf = (typed: string): string => `user:${typed.trim().toLowerCase().replace(/^user:/, '')}`;

/** Problems: `login-failed`, `too-many-requests`, `reinvitation-needed`. */
export async function enter({ user, password, otp }: Login): Promise<void> {
  await ask('POST /api/v1/session', { body: { user: userOf(user), password, ...(otp?.trim() && { otp: otp.trim() }), cookie: true } }, { isSignIn: true });
  await goOn();
}

/** Behind an identity provider that saw no second factor. */
export async function enterSecond(otp: string): Promise<void> {
  await ask('POST /api/v1/session/oidc/second-factor', { body: { otp: otp.trim() } }, { isSignIn: true });
  await goOn();
}

async function goOn(): Promise<void> {
  const session = await askSession();
  signedIn(session);
  tellOthers(session.user);
}

/** Who is signed in already, after the page was loaded. Problems: those of an answer that did not come. */
export async function findSession(signal: AbortSignal): Promise<void> {
  try {
    signedIn(await askSession(signal));
  } catch (thrown) {
    if (thrown instanceof Problem && (thrown.isSessionEnd || thrown.code === 'reinvitation-needed')) return signedOut();
    throw thrown;
  }
}

/** Ends the session at the gate; where that does not answer, the page forgets it all the same. */
export async function endSession(): Promise<void> {
  await ask('POST /api/v1/session/end', { body: {} }, { isSignIn: true, limitMs: 5_000 }).catch(() => undefined);
  tellOthers(null);
}

/** Nothing of one person stays in memory for the next. */
export async function leave(): Promise<void> {
  await endSession();
  location.replace(location.pathname);
}
