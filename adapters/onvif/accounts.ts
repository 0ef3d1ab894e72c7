// Who else could replay: the recorder's own list of accounts, read with an administrator's login that is used once and not kept.
import type { Vms, VmsAccount } from '../../plugin/domain/vms.js';
import { Problem } from '../../plugin/domain/problem.js';
import { readClock } from './clock.js';
import { makeDevice, type Device } from './device.js';
import { asProblem, label, list, member, text } from './soap.js';
import { makeTranscript } from './transcript.js';

/** User levels (ONVIF Core, tt:UserLevel). The default access policy gives READ_MEDIA, which covers search, replay and export, to each of them
 *  from `User` up; `Anonymous` may only ask what needs no login. A level that we do not know (`Extended`) is counted as one that may. */
const mayNot: ReadonlySet<string> = new Set(['Anonymous']);
const mostAccounts = 1000;

/** Problems: `vms-refused` (no administrator of it), `vms-unreachable`, `vms-fault`. Nothing of the login stays behind. */
export async function accounts(
  device: Device,
  administrator: Parameters<Vms['accounts']>[0],
  signal: AbortSignal,
): Promise<readonly VmsAccount[]> {
  const theirs = makeDevice({ ...device.account, user: administrator.user, password: administrator.password }, device.limits, device.now);
  const options = { signal, transcript: makeTranscript() };
  // A login by token carries a time, which must be the recorder's.
  await readClock(theirs, options);
  const reply = await theirs.soap.call('GetUsers', theirs.url, '', options).catch((thrown: unknown) => {
    throw asProblem(thrown);
  });
  const listed = list(member(reply, 'User'));
  if (listed.length > mostAccounts) throw new Problem('vms-fault', `The recorder lists more than ${mostAccounts} accounts.`);
  return listed.flatMap((entry) => {
    const [user, level] = [text(entry, 'Username'), text(entry, 'UserLevel') ?? ''];
    return user ? [{ user: label(user), level: label(level) || 'unknown', mayReplay: !mayNot.has(level) }] : [];
  });
}
