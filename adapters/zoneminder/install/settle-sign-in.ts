// Ways to sign in that ZoneMinder keeps for old clients, and the secret with which it signs what it gives out.
import { randomBytes } from 'node:crypto';
import type { InstallStep, Proof } from '../../../plugin/domain/install.js';
import { ask } from './ask.js';
import type { ZmDatabase } from './database.js';
import { lookAtRow } from './put-row.js';
import type { InstallRecord } from './record.js';
import { isLookUp, lookUp, signIn, type Tokens } from './sign-in.js';

interface Parts {
  database: ZmDatabase;
  record: InstallRecord;
  base: URL;
  settings: ReadonlyMap<string, string>;
  /** Of the gate's account. */
  login: { user: string; password: string };
  dry: boolean;
}

const config = (name: string) => ({ kind: 'row', table: 'Config', name }) as const;

/** What stands in /etc/zm counts before the database (includes/config.php), so it is a person's to change. */
const overridden = (settings: ReadonlyMap<string, string>, name: string): string =>
  settings.has(name) ? `${name} stands in /etc/zm, which counts before the database; right is to take it out there, then to begin again.` : '';

const wanted: readonly { name: string; right: string; when(value: string): boolean }[] = [
  // A name or a password in every address of the pages, or a name alone as proof.
  { name: 'ZM_AUTH_RELAY', right: 'hashed', when: (value) => value !== 'hashed' },
  // Name and password in any address of the interface for programs, and hashes beside its tokens.
  { name: 'ZM_OPT_USE_LEGACY_API_AUTH', right: '0', when: (value) => value !== '0' },
];

export async function settleSignIn({ database, record, base, settings, login, dry }: Parts): Promise<InstallStep> {
  const words = { step: 'sign-in', zh: '关闭旧式登录方式', en: 'old ways to sign in are closed' };
  const rows = await Promise.all(wanted.map(async (it) => ({ ...it, value: (await lookAtRow(database, 'Config', it.name))?.['Value'] ?? null })));
  const differing = rows.filter(({ value, when }) => value !== null && when(value));
  const changes = differing.map(({ name, value, right }) => `Config ${name}: ${value} → ${right}`);
  const blocked = differing.map(({ name }) => overridden(settings, name)).filter(Boolean);
  if (blocked.length > 0) return { ...words, verdict: 'left', detail: blocked.join(' '), changes: [], proofs: [] };
  if (dry) return { ...words, verdict: changes.length > 0 ? 'would' : 'already', detail: '', changes, proofs: [] };
  // Name and password beside the question itself: what the old way allows. In the body, because addresses are logged; of a question that
  // changes nothing by whatever method it is put.
  const old = () => ask(base, `${base.pathname}api/host/getVersion.json`, { method: 'POST', form: { user: login.user, pass: login.password } });
  const before = await old();
  for (const { name, right } of differing) await record.put(words.step, config(name), { Value: right });
  const after = await old();
  const proofs: Proof[] = [{ what: 'POST api/host/getVersion.json with name and password', before: String(before.status), after: changes.length > 0 ? String(after.status) : null }];
  const well = after.status === 401 || after.status === 403;
  return { ...words, verdict: !well ? 'failed' : changes.length > 0 ? 'done' : 'already', detail: well ? '' : 'ZoneMinder still takes a name and a password beside any question.', changes, proofs };
}

const secretName = 'ZM_AUTH_HASH_SECRET';

/** Whoever held a token, a hash in an address or the secret itself holds nothing afterwards. Once for an installation: a second run keeps it. */
export async function rotateSecret({ database, record, base, settings, login, dry }: Parts): Promise<InstallStep> {
  const words = { step: 'secret', zh: '更换签名密钥:此前的令牌与会话全部失效', en: 'the signing secret is changed: every earlier token and session ends' };
  const changes = [`Config ${secretName}: changed`];
  const blocked = overridden(settings, secretName);
  if (blocked) return { ...words, verdict: 'left', detail: blocked, changes: [], proofs: [] };
  if (record.holds(config(secretName))) return { ...words, verdict: 'already', detail: '', changes: [], proofs: [] };
  if (dry) return { ...words, verdict: 'would', detail: '', changes, proofs: [] };
  const earlier = await signIn(base, login.user, login.password);
  const before = earlier && (await triedWith(base, earlier));
  await record.put(words.step, config(secretName), { Value: randomBytes(32).toString('hex') });
  // Sessions of the pages hold a name, and where hashes are off nothing of the secret.
  await database.change('DELETE FROM `Sessions`');
  const after = earlier && (await triedWith(base, earlier));
  const again = await signIn(base, login.user, login.password);
  const looks = again !== null && isLookUp(await lookUp(base, `token=${again.access}`));
  const proofs: Proof[] = [
    ...(before ?? []).map(({ what, status }, at) => ({ what: `${what} from before`, before: String(status), after: String(after![at]!.status) })),
    { what: 'GET api/events.json with a new token', before: 'not tried', after: looks ? '200' : 'refused' },
  ];
  const well = looks && (after ?? []).every(({ status }) => status === 401);
  return { ...words, verdict: well ? 'done' : 'failed', detail: well ? '' : 'An earlier token still counts, or a new one does not.', changes, proofs };
}

/** What each credential brings. */
async function triedWith(base: URL, { access, refresh, legacy }: Tokens): Promise<{ what: string; status: number }[]> {
  const refreshed = await ask(base, `${base.pathname}api/host/login.json`, { method: 'POST', form: { token: refresh } });
  return [
    { what: 'GET api/events.json with a token', status: (await lookUp(base, `token=${access}`)).status },
    { what: 'POST api/host/login.json with a renewal', status: refreshed.status },
    ...(legacy === null ? [] : [{ what: 'GET api/events.json with a hash', status: (await lookUp(base, legacy)).status }]),
  ];
}
