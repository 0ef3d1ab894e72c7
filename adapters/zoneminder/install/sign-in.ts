// ZoneMinder's interface for programs, as the gate's own account uses it.
import { ask, type Answer } from './ask.js';

export interface Tokens {
  access: string;
  refresh: string;
  /** `auth=…` of the old way, where ZoneMinder still gives one; without a session of its pages it is empty. */
  legacy: string | null;
}

/** Null: refused. Problem `vms-unreachable`. */
export async function signIn(base: URL, user: string, pass: string): Promise<Tokens | null> {
  const { status, body } = await ask(base, `${base.pathname}api/host/login.json`, { method: 'POST', form: { user, pass } });
  if (status !== 200) return null;
  const given = jsonOf(body) as { access_token?: unknown; refresh_token?: unknown; credentials?: unknown } | null;
  if (typeof given?.access_token !== 'string') return null;
  const { access_token: access, refresh_token: refresh, credentials } = given;
  return { access, refresh: typeof refresh === 'string' ? refresh : '', legacy: typeof credentials === 'string' && /^auth=./.test(credentials) ? credentials : null };
}

/** The events, one of them: what the gate asks before it decides anything. */
export const lookUp = (base: URL, credential: string): Promise<Answer> => ask(base, `${base.pathname}api/events.json?limit=1&${credential}`);

export const isLookUp = ({ status, body }: Answer): boolean => status === 200 && Array.isArray((jsonOf(body) as { events?: unknown } | null)?.events);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
