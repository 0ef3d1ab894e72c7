// The channels of `notify`: secrets read, addresses judged; every fault at once, and no value of a secret in any of them.
import { isLoopback, parseNetwork, type Network } from '../domain/network.js';
import type { NoticeKind, WebhookFormat } from '../domain/notice.js';
import type { Fault } from '../domain/problem.js';
import { fault, readUrl, type Surroundings } from './check.js';
import { fromFile } from './folders.js';
import type { RawNotify } from './notify-schema.js';
import { readTrust } from './recorder-trust.js';
import { readSecretFile } from './secret-file.js';
import { isOneLine, Secret } from './secret.js';

export interface WebhookConfig {
  name: string;
  format: WebhookFormat;
  /** The key of some vendors stands in it. */
  url: Secret;
  /** Null for a format that has none. */
  secret: Secret | null;
  /** Authorities (PEM); null: those that Node trusts. */
  ca: string | null;
  /** Null: everything but reserved ranges. */
  networks: readonly Network[] | null;
  kinds: readonly NoticeKind[];
}

export interface MailConfig {
  host: string;
  port: number;
  security: 'tls' | 'starttls' | 'none-on-loopback';
  login: { user: string; password: Secret } | null;
  from: string;
  to: readonly string[];
  ca: string | null;
  networks: readonly Network[] | null;
  kinds: readonly NoticeKind[];
}

export interface NotifyConfig {
  webhooks: readonly WebhookConfig[];
  mail: MailConfig | null;
}

type Around = Pick<Surroundings, 'file' | 'env'>;
type Read<T> = { value: T } | { faults: Fault[] };

const longestSecret = 256;
const longestUrl = 2_048;
/** Of a secret that we sign with ourselves: what can be guessed signs nothing. */
const shortestOwnSecret = 16;
/** The mail channel's name in the outbox. */
const takenName = 'mail';

/** WeCom has its key in the address alone. */
const signs = (format: WebhookFormat): boolean => format !== 'wecom';

/** `notify` whole, or every fault. Codes: `secret-missing`, `secret-open`, `not-allowed`, `missing`, `named-twice`, `file-missing`, `file-malformed`. */
export async function readNotify({ webhooks, mail }: RawNotify, around: Around): Promise<Read<NotifyConfig>> {
  const hooks = await Promise.all(webhooks.map((webhook, at) => readWebhook(webhook, `notify.webhooks[${at}]`, around)));
  const post = mail ? await readMail(mail, around) : { value: null };
  const faults = [...namesApart(webhooks), ...[...hooks, post].flatMap((it) => ('faults' in it ? it.faults : []))];
  if (faults.length > 0 || 'faults' in post) return { faults };
  return { value: { webhooks: hooks.flatMap((it) => ('value' in it ? [it.value] : [])), mail: post.value } };
}

const namesApart = (webhooks: RawNotify['webhooks']): Fault[] =>
  webhooks.flatMap(({ name }, at) =>
    name === takenName || webhooks.findIndex((other) => other.name === name) < at
      ? [
          fault(
            'named-twice',
            `notify.webhooks[${at}].name`,
            `Another channel has this name; right is one that no other has, and not ${takenName}.`,
          ),
        ]
      : [],
  );

async function readWebhook(raw: RawNotify['webhooks'][number], where: string, around: Around): Promise<Read<WebhookConfig>> {
  const { name, format, kinds } = raw;
  const networks = raw.networks?.map((it) => parseNetwork(it)!) ?? null;
  const url = await readAddress(raw, where, around);
  const secret = await readSigning(raw, where, around);
  const trust = await readCa(raw.caFile, where, around);
  const faults = [url, secret, trust].flatMap((it) => ('faults' in it ? it.faults : []));
  if (faults.length > 0 || 'faults' in url || 'faults' in secret || 'faults' in trust) return { faults };
  faults.push(...judgeUrl(url.value.reveal(), networks, where));
  return faults.length > 0
    ? { faults }
    : { value: { name, format, url: url.value, secret: secret.value, ca: trust.value, networks, kinds } };
}

async function readAddress({ url, urlEnv, urlFile }: RawNotify['webhooks'][number], where: string, around: Around): Promise<Read<Secret>> {
  if ([url, urlEnv, urlFile].filter((it) => it !== undefined).length !== 1)
    return { faults: [fault(url ? 'not-allowed' : 'missing', `${where}.url`, 'Right is exactly one of url, urlEnv and urlFile.')] };
  if (url !== undefined) return { value: new Secret(url) };
  return readSecret({ env: urlEnv, file: urlFile }, ['urlEnv', 'urlFile'], 'the address of the webhook', longestUrl, where, around);
}

async function readSigning(
  { format, secretEnv, secretFile }: RawNotify['webhooks'][number],
  where: string,
  around: Around,
): Promise<Read<Secret | null>> {
  const isGiven = secretEnv !== undefined || secretFile !== undefined;
  if (!signs(format))
    return isGiven
      ? {
          faults: [
            fault(
              'not-allowed',
              `${where}.secretEnv`,
              `The format ${format} signs nothing: its key stands in the address. Right is no secret.`,
            ),
          ],
        }
      : { value: null };
  if (!isGiven)
    return { faults: [fault('missing', `${where}.secretFile`, `The format ${format} is signed; right is secretEnv or secretFile.`)] };
  const read = await readSecret(
    { env: secretEnv, file: secretFile },
    ['secretEnv', 'secretFile'],
    'the secret of the webhook',
    longestSecret,
    where,
    around,
  );
  if ('value' in read && format === 'generic' && read.value.reveal().length < shortestOwnSecret)
    return {
      faults: [
        fault(
          'not-allowed',
          `${where}.secretFile`,
          `The secret is short; right is one line of ${shortestOwnSecret} characters or more, made at random.`,
        ),
      ],
    };
  return read;
}

/** https, or http to this machine alone and said so. */
function judgeUrl(text: string, networks: readonly Network[] | null, where: string): Fault[] {
  const url = readUrl(text);
  const at = `${where}.url`;
  if (!url || !/^https?:$/.test(url.protocol) || url.hash !== '')
    return [fault('not-allowed', at, 'It is no address of a webhook; right is one like https://hooks.example/path.')];
  if (url.username || url.password) return [fault('not-allowed', at, 'It holds a user or password; right is the address alone.')];
  const isLocal = networks !== null && networks.every(isLoopback);
  if (url.protocol === 'http:' && !isLocal)
    return [fault('not-allowed', at, 'Plain http is for this machine alone; right is https, or http with networks: [127.0.0.0/8].')];
  return [];
}

/** The usual port of each (RFC 8314, RFC 5321). */
const usualPorts = { tls: 465, starttls: 587, 'none-on-loopback': 25 } as const;
const loopbackOnly = ['127.0.0.0/8', '::1/128'].map((it) => parseNetwork(it)!);

async function readMail(raw: NonNullable<RawNotify['mail']>, around: Around): Promise<Read<MailConfig>> {
  const where = 'notify.mail';
  const { host, security, user, from, to, kinds } = raw;
  const given = raw.networks?.map((it) => parseNetwork(it)!) ?? null;
  const isPlain = security === 'none-on-loopback';
  const password = await readLogin(raw, where, around);
  const trust = await readCa(raw.caFile, where, around);
  const faults = [password, trust].flatMap((it) => ('faults' in it ? it.faults : []));
  if (isPlain && given && !given.every(isLoopback))
    faults.push(
      fault(
        'not-allowed',
        `${where}.networks`,
        'Mail in the clear is for this machine alone; right is tls or starttls, or networks of loopback.',
      ),
    );
  if (faults.length > 0 || 'faults' in password || 'faults' in trust) return { faults };
  const login = user !== undefined && password.value ? { user, password: password.value } : null;
  const networks = given ?? (isPlain ? loopbackOnly : null);
  return { value: { host, port: raw.port ?? usualPorts[security], security, login, from, to, ca: trust.value, networks, kinds } };
}

async function readLogin(
  { user, passwordEnv, passwordFile }: NonNullable<RawNotify['mail']>,
  where: string,
  around: Around,
): Promise<Read<Secret | null>> {
  const isGiven = passwordEnv !== undefined || passwordFile !== undefined;
  if (user === undefined && isGiven)
    return { faults: [fault('missing', `${where}.user`, 'A password is named and no user; right is both or neither.')] };
  if (user === undefined) return { value: null };
  if (!isGiven)
    return {
      faults: [fault('missing', `${where}.passwordFile`, 'A user is named and no password; right is passwordEnv or passwordFile.')],
    };
  return readSecret(
    { env: passwordEnv, file: passwordFile },
    ['passwordEnv', 'passwordFile'],
    'the password',
    longestSecret,
    where,
    around,
  );
}

async function readSecret(
  named: { env: string | undefined; file: string | undefined },
  [envKey, fileKey]: readonly [string, string],
  what: string,
  longest: number,
  where: string,
  { file, env }: Around,
): Promise<Read<Secret>> {
  const refuse = (code: string, key: string, detail: string) => ({ faults: [fault(code, `${where}.${key}`, detail)] });
  if (named.env !== undefined && named.file !== undefined)
    return refuse('not-allowed', fileKey, `${envKey} is given too; right is one of the two.`);
  const right = `right is ${what}, one line of at most ${longest} characters`;
  if (named.file !== undefined) {
    const found = await readSecretFile(fromFile(file, named.file), longest);
    if (!found) return refuse('secret-missing', fileKey, `The file cannot be read; ${right}, in a file that this process may read.`);
    if (found.open) return refuse('secret-open', fileKey, 'Everybody on this machine may read the file; right is mode 0600 or 0640.');
    return isOneLine(found.text, longest)
      ? { value: new Secret(found.text) }
      : refuse('secret-missing', fileKey, `The file is empty or not one line; ${right}.`);
  }
  const text = env[named.env ?? ''] ?? '';
  return isOneLine(text, longest)
    ? { value: new Secret(text) }
    : refuse('secret-missing', envKey, `The environment variable ${named.env ?? ''} is not set, empty or not one line; ${right}.`);
}

async function readCa(caFile: string | undefined, where: string, around: Around): Promise<Read<string | null>> {
  if (caFile === undefined) return { value: null };
  const read = await readTrust({ caFile }, where, around);
  if ('faults' in read) return { faults: read.faults.map((it) => ({ ...it, where: `${where}.caFile` })) };
  return { value: read.tls && 'ca' in read.tls ? read.tls.ca : null };
}
