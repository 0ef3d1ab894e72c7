// Which login comes next, after the recorder wanted one: HTTP digest where it challenges, else a WS-UsernameToken; never both in one request.
// The threat: recorders lock accounts, so credentials go at most twice per call, and no refused login is repeated as it was.
import type { Challenge } from './digest.js';

export type Login = { kind: 'none' } | { kind: 'digest'; challenge: Challenge; count: number } | { kind: 'token' };

export interface Attempt {
  as: Login;
  /** The same login, challenge and all, was accepted earlier. */
  proven: boolean;
  /** How many requests of this call carried credentials. */
  sent: number;
  /** A digest challenge that can be answered, if one came. */
  challenge: Challenge | null;
}

/** `remeasure`: a token carries a time, and the recorder's clock may have been set. */
type Step = Login | 'remeasure' | 'refused';

const most = 2;

export function nextLogin({ as, proven, sent, challenge }: Attempt): Step {
  if (sent >= most) return 'refused';
  if (challenge) {
    // A nonce that ran out is renewed; a fresh one refused means that user or password is wrong.
    const renewed = as.kind !== 'digest' || proven || challenge.stale;
    return renewed ? { kind: 'digest', challenge, count: 0 } : 'refused';
  }
  if (as.kind === 'none') return { kind: 'token' };
  return as.kind === 'token' ? 'remeasure' : 'refused';
}
