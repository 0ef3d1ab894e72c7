// The gate's own account on ZoneMinder: it may look, and mark an event as kept; nothing else. Its password is known to the gate alone.
import { randomBytes } from 'node:crypto';
import type { InstallPlace, InstallStep, Machine } from '../../../plugin/domain/install.js';
import { Problem } from '../../../plugin/domain/problem.js';
import type { Row, ZmDatabase } from './database.js';
import { lookAtFile } from './put-file.js';
import { lookAtRow } from './put-row.js';
import type { InstallRecord, Thing } from './record.js';
import { isLookUp, lookUp, signIn } from './sign-in.js';

/** `Events: Edit`: an event that a hold covers is archived, so that ZoneMinder does not delete it. */
const rights: Row = {
  Language: '',
  Enabled: '1',
  Stream: 'View',
  Events: 'Edit',
  Control: 'None',
  Monitors: 'View',
  Groups: 'None',
  Devices: 'None',
  Snapshots: 'None',
  System: 'None',
  // Empty: all cameras.
  MonitorIds: '',
  APIEnabled: '1',
};

const words = { step: 'account', zh: '网关自己的账户:可查录像与标记保留,别无权限', en: 'the gate’s own account: looks, and marks events as kept; no other right' };

export async function makeAccount(
  place: InstallPlace,
  { machine, database, record, base, dry }: { machine: Machine; database: ZmDatabase; record: InstallRecord; base: URL; dry: boolean },
): Promise<InstallStep> {
  const { user, passwordFile, owner } = place;
  const account: Thing = { kind: 'row', table: 'Users', name: user };
  const secret: Thing = { kind: 'file', path: passwordFile, whole: true };
  const found = await lookAtRow(database, 'Users', user);
  // An account of a person that the configuration names by mistake would lose its rights here, and its password.
  if (found && found['System'] !== 'None' && !record.holds(account))
    return { ...words, verdict: 'failed', detail: `The account ${user} is an administrator’s; right is a name in the configuration that nobody else uses.`, changes: [], proofs: [] };
  const differing = Object.entries(rights).filter(([column, value]) => found?.[column] !== value);
  const password = (await lookAtFile(passwordFile))?.content.toString('utf8').replace(/\r?\n$/, '') ?? '';
  const works = found !== null && password !== '' && (await signIn(base, user, password)) !== null;
  const told = [
    ...(found === null ? [`Users ${user}: made`] : differing.map(([column, value]) => `Users ${user}: ${column} ${found[column] ?? 'null'} → ${value}`)),
    ...(works ? [] : [`Users ${user}: a new password, in ${passwordFile}`]),
  ];
  if (dry) return { ...words, verdict: told.length > 0 ? 'would' : 'already', detail: '', changes: told, proofs: [] };
  if (told.length > 0) {
    const fresh = works ? null : randomBytes(24).toString('base64url');
    // The password first: after a crash in between nobody knows one that counts, and the next try makes another.
    if (fresh !== null) await record.put(words.step, secret, Buffer.from(`${fresh}\n`), { mode: 0o600, ...(owner ?? { uid: 0, gid: 0 }) });
    await record.put(words.step, account, { ...rights, Password: fresh === null ? found!['Password']! : await hashed(machine, fresh) });
  }
  const tokens = await signIn(base, user, (await lookAtFile(passwordFile))!.content.toString('utf8').trimEnd());
  const events = tokens && (await lookUp(base, `token=${tokens.access}`));
  const proofs = [
    { what: 'POST api/host/login.json', before: works ? '200' : '401', after: tokens ? '200' : '401' },
    { what: 'GET api/events.json', before: works ? '200' : 'not tried', after: events ? String(events.status) : 'not tried' },
  ];
  const well = events !== null && isLookUp(events);
  return { ...words, verdict: !well ? 'failed' : told.length > 0 ? 'done' : 'already', detail: well ? '' : 'ZoneMinder does not let the account look events up.', changes: told, proofs };
}

/** bcrypt, by the PHP that ZoneMinder itself runs on. */
async function hashed(machine: Machine, password: string): Promise<string> {
  const { code, stdout } = await machine.run('php', ['-r', 'echo password_hash(stream_get_contents(STDIN), PASSWORD_BCRYPT);'], password);
  if (code === 0 && /^\$2y\$\d\d\$[./A-Za-z0-9]{53}$/.test(stdout)) return stdout;
  throw new Problem('config-invalid', `php ${code === 127 ? 'is not there' : 'made no digest of the password'}; right is PHP’s command line (Debian: apt-get install php-cli).`);
}
