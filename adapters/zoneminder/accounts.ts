// Who else could watch what is recorded: ZoneMinder's own list of users, read with an administrator's login that is used once and not kept.
import type { Vms, VmsAccount } from '../../plugin/domain/vms.js';
import { Problem } from '../../plugin/domain/problem.js';
import { makeApi } from './api.js';
import type { Device } from './device.js';
import { pageRows } from './limits.js';
import { readUsers } from './schemas.js';
import { makeTranscript } from './transcript.js';

const mostAccounts = 1000;
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const label = (text: string): string => [...text.replace(unprintable, '\uFFFD')].slice(0, 100).join('');

/** Problems: `vms-refused` (no administrator of it), `vms-unreachable`, `vms-fault`. */
export async function accounts(
  { base, account, limits }: Device,
  administrator: Parameters<Vms['accounts']>[0],
  signal: AbortSignal,
): Promise<readonly VmsAccount[]> {
  if (/\p{Cc}/u.test(administrator.user + administrator.password)) throw new Problem('vms-refused', 'The login holds a control character.');
  const theirs = makeApi(base, { ...account, ...administrator }, limits);
  const options = { signal, transcript: makeTranscript() };
  const found: VmsAccount[] = [];
  for (let page = 1; ; page++) {
    const users = (await theirs.data({ path: `users/index/limit:${pageRows}/page:${page}` }, readUsers, options)) ?? [];
    for (const { Username, Enabled, Events, Stream, Monitors, System } of users) {
      // Whoever edits the system gives himself what he lacks.
      const mayReplay = Enabled && (Events !== 'None' || System === 'Edit');
      const level = `Events ${Events}, Stream ${Stream}, Monitors ${Monitors}, System ${System}${Enabled ? '' : ', switched off'}`;
      found.push({ user: label(Username), level: label(level), mayReplay });
    }
    if (users.length < pageRows) return found;
    if (found.length > mostAccounts) throw new Problem('vms-fault', `The video system lists more than ${mostAccounts} accounts.`);
  }
}
