// Joining a gate as people do: invited, with a password of one's own, and with the second factor that the roles ask for.
import { Client } from '../../plugin/cli/client.js';
import type { Credentials } from '../../plugin/cli/login.js';
import { codeAt, fromBase32, stepOf } from '../../plugin/identity/totp.js';

export const password = 'correct-horse-battery-7';

export interface Joined {
  user: string;
  secondFactor: { secret: string; uri: string } | null;
}

/** The codes of a second factor: each one further than the last, for the gate takes none twice, and one step ahead. */
export function codesOf(secret: string, now: () => Date): () => string {
  let last = 0;
  return () => codeAt(fromBase32(secret)!, (last = Math.max(stepOf(now()), last + 1)));
}

/** Set-up or acceptance: a password of one's own, and then the login that it makes. */
export async function join(url: string, path: string, said: object, now: () => Date): Promise<Credentials> {
  const { user, secondFactor } = await new Client(url, null).post<Joined>(path, { ...said, password });
  return { user, password, ...(secondFactor && { otp: codesOf(secondFactor.secret, now) }) };
}

export interface Whom {
  user: string;
  name: string;
  unit: string;
  card?: { idKind: string; idNumber: string };
  /** Left out: as long as the gate gives. */
  expiresAt?: string;
}

/** Invited by an administrator, where it takes two confirmed by another, and accepted. */
export async function joinGate(url: string, whom: Whom, administrator: Client, second: () => Promise<Client>, now: () => Date): Promise<Credentials> {
  const asked = await administrator.post<{ id: string; code: string | null }>('/api/v1/invitations', whom);
  const { code } = asked.code === null ? await (await second()).post<{ code: string }>(`/api/v1/invitations/${asked.id}/confirmation`, {}) : asked;
  return join(url, '/api/v1/invitations/acceptance', { code }, now);
}
