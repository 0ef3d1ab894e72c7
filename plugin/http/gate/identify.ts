// Whose session this is: the name that the video system itself gives for it, and the one person to whom the configuration gives that name.
import { Problem } from '../../domain/problem.js';
import type { Person } from '../../domain/subject.js';
import { deadline } from './deadline.js';
import { loginOf } from './sessions.js';
import type { Walk, WebGateParts } from './web-gate.js';

/** A sign-out there, or an account closed there, counts here after so long at the latest. */
const BELIEVED_MS = 60_000;
const LOOK_UP_MS = 10_000;

export interface Caller {
  /** The name on the video system; null: nobody is signed in. */
  account: string | null;
  /** Null: the account is nobody's, or whose it is has no open account here. */
  person: Person | null;
  /** Of the video system. */
  administrator: boolean;
}

/** Problems `vms-unreachable`, `vms-fault`, `store-unavailable`: then nobody is anybody. */
export async function identify({ web, people, personOf, now }: WebGateParts, { session, token }: Walk): Promise<Caller> {
  const at = now().getTime();
  const known = session.account;
  if (!known || at - known.askedAt > BELIEVED_MS || at < known.askedAt) {
    const login = loginOf(session, token);
    const isNobody = login.token === null && Object.keys(login.cookies).length === 0;
    session.account = { name: isNobody ? null : await web.whoami(login, deadline(LOOK_UP_MS)), askedAt: at };
  }
  const account = session.account!.name;
  const mapped = account === null ? undefined : people.get(account);
  return { account, person: mapped ? await personOf(mapped.user) : null, administrator: mapped?.administrator ?? false };
}

/** Who asks for footage is one named person, or gets none. Problems `token-missing`, `not-permitted`, those of `identify`. */
export async function personAsking(gate: WebGateParts, walk: Walk): Promise<Person> {
  walk.caller ??= await identify(gate, walk);
  const { account, person } = walk.caller;
  if (account === null) throw new Problem('token-missing', 'Sign in on the video system’s page first.');
  if (person === null) throw new Problem('not-permitted', 'This account of the video system belongs to no named person; footage is shown to named people alone.');
  return person;
}
