// `notify` in exportgate.yaml: channels read whole with their secrets, every fault told at once and no secret in any.
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { checkConfig, loadConfig } from '../../plugin/config/config.js';
import { parseNetwork } from '../../plugin/domain/network.js';
import { urgentKinds } from '../../plugin/domain/notice.js';

const key = 'bot-key-633a31f6-7f9c';
const secret = 'hook-secret-0123456789';
const env = { EXPORTGATE_RECORDER_NVR_1_PASSWORD: 'swordfish', EXPORTGATE_HOOK: secret, EXPORTGATE_SHORT: 'short', EXPORTGATE_URL: `https://qyapi.example/send?key=${key}`, EXPORTGATE_PLAIN: 'http://qyapi.example/send', EXPORTGATE_WORDS: 'not an address', EXPORTGATE_LOGIN: `https://a:${key}@qyapi.example/`, EXPORTGATE_MAIL: 'mail-password-0123' };
const base = `
dataFolder: data
keysFolder: keys
policiesFolder: policies
journal: { origin: exportgate.example/sh-1 }
recorders:
  - { id: nvr-1, adapter: onvif, url: http://192.0.2.10/onvif/device_service, user: gate }
cameras: []
`;
const hooks = (...webhooks: string[]): string => `notify: { webhooks: [${webhooks.map((it) => `{ ${it} }`).join(', ')}] }`;
const mail = (keys: string): string => `notify: { mail: { ${keys} } }`;
const hook = 'name: ops, format: generic, url: "https://hooks.example/in", secretEnv: EXPORTGATE_HOOK';
const post = 'host: smtp.example, from: gate@police.example, to: [duty@police.example]';

describe('config of notify', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'config-notify-'));
    await mkdir(join(folder, 'policies'));
    await writeFile(join(folder, 'secret.txt'), `${secret}\n`, { mode: 0o600 });
    await writeFile(join(folder, 'open.txt'), secret);
    await chmod(join(folder, 'open.txt'), 0o644);
    await writeFile(join(folder, 'lines.txt'), `${secret}\nmore`, { mode: 0o600 });
    await writeFile(join(folder, 'url.txt'), `https://qyapi.example/send?key=${key}\n`, { mode: 0o600 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (notify: string): Promise<string> => {
    await writeFile(join(folder, 'exportgate.yaml'), base + notify);
    return join(folder, 'exportgate.yaml');
  };
  const load = async (notify: string) => (await loadConfig(await write(notify), env, [{ kind: 'onvif' }])).notify;

  it('webhooks: defaults, secrets that do not print, frozen', async () => {
    const { webhooks, mail: none } = await load(hooks(hook, 'name: bot, format: wecom, urlFile: url.txt, kinds: [granted], networks: [10.0.0.0/8, "fd12::/16"]'));
    assert.equal(none, null);
    const [ops, bot] = webhooks;
    assert.deepEqual({ ...ops, url: ops!.url.reveal(), secret: ops!.secret!.reveal() }, { name: 'ops', format: 'generic', url: 'https://hooks.example/in', secret, ca: null, networks: null, kinds: urgentKinds });
    assert.deepEqual({ ...bot, url: bot!.url.reveal() }, { name: 'bot', format: 'wecom', url: `https://qyapi.example/send?key=${key}`, secret: null, ca: null, networks: ['10.0.0.0/8', 'fd12::/16'].map((it) => parseNetwork(it)), kinds: ['granted'] });
    assert.doesNotMatch(inspect(webhooks, { depth: 9 }) + JSON.stringify(webhooks), new RegExp(`${key}|${secret}|hooks\\.example`));
    assert.throws(() => void (webhooks as unknown[]).push({}), TypeError);
  });

  const mails: readonly (readonly [string, string, unknown])[] = [
    ['tls by default', post, { security: 'tls', port: 465, networks: null, login: null }],
    ['STARTTLS with a login', `${post}, security: starttls, user: gate, passwordEnv: EXPORTGATE_MAIL`, { security: 'starttls', port: 587, networks: null, login: ['gate', 'mail-password-0123'] }],
    ['in the clear: this machine alone', `${post}, security: none-on-loopback`, { security: 'none-on-loopback', port: 25, networks: ['127.0.0.0/8', '::1/128'].map((it) => parseNetwork(it)), login: null }],
    ['a port of one’s own', `${post}, port: 2525`, { security: 'tls', port: 2525, networks: null, login: null }],
  ];
  for (const [what, text, expected] of mails)
    it(`mail: ${what}`, async () => {
      const { security, port, networks, login } = (await load(mail(text))).mail!;
      assert.deepEqual({ security, port, networks, login: login && [login.user, login.password.reveal()] }, expected);
    });

  it('an authority of one’s own is read at start', async () => {
    const pem = await readFile(new URL('../fixtures/tls/named-cert.pem', import.meta.url), 'utf8');
    await writeFile(join(folder, 'ca.pem'), pem);
    assert.equal((await load(hooks(`${hook}, caFile: ca.pem`))).webhooks[0]!.ca, pem);
    assert.equal((await load(mail(`${post}, caFile: ca.pem`))).mail!.ca, pem);
  });

  it('plain http to this machine, where that is said', async () =>
    assert.equal((await load(hooks(hook.replace('https://hooks.example', 'http://127.0.0.1:8080').concat(', networks: [127.0.0.0/8, "::1"]')))).webhooks.length, 1));

  const wrong: readonly (readonly [string, string, readonly string[]])[] = [
    ['an unknown format', hooks(hook.replace('generic', 'slack')), ['not-allowed notify.webhooks[0].format']],
    ['a name that is none', hooks(hook.replace('name: ops', 'name: "Ops 1"')), ['not-allowed notify.webhooks[0].name']],
    ['one name twice', hooks(hook, hook), ['named-twice notify.webhooks[1].name']],
    ['the mail channel’s name', hooks(hook.replace('name: ops', 'name: mail')), ['named-twice notify.webhooks[0].name']],
    ['a secret in the file', hooks(`${hook}, secret: ${secret}`), ['unknown-key notify.webhooks[0].secret']],
    ['plain http', hooks(hook.replace('https:', 'http:')), ['not-allowed notify.webhooks[0].url']],
    ['plain http within wide networks', hooks(`${hook.replace('https:', 'http:')}, networks: [127.0.0.0/8, 10.0.0.0/8]`), ['not-allowed notify.webhooks[0].url']],
    ['plain http from the environment', hooks('name: bot, format: wecom, urlEnv: EXPORTGATE_PLAIN'), ['not-allowed notify.webhooks[0].url']],
    ['another scheme', hooks(hook.replace('https:', 'file:')), ['not-allowed notify.webhooks[0].url']],
    ['a login in the address', hooks(hook.replace('https://', `https://a:${key}@`)), ['not-allowed notify.webhooks[0].url']],
    ['a login in the address, from the environment', hooks('name: bot, format: wecom, urlEnv: EXPORTGATE_LOGIN'), ['not-allowed notify.webhooks[0].url']],
    ['words from the environment', hooks('name: bot, format: wecom, urlEnv: EXPORTGATE_WORDS'), ['not-allowed notify.webhooks[0].url']],
    ['no address', hooks('name: bot, format: wecom'), ['missing notify.webhooks[0].url']],
    ['two addresses', hooks(`${hook}, urlFile: url.txt`), ['not-allowed notify.webhooks[0].url']],
    ['no secret where one signs', hooks('name: ding, format: dingtalk, url: "https://oapi.example/robot/send?access_token=x"'), ['missing notify.webhooks[0].secretFile']],
    ['a secret where none is', hooks('name: bot, format: wecom, urlEnv: EXPORTGATE_URL, secretEnv: EXPORTGATE_HOOK'), ['not-allowed notify.webhooks[0].secretEnv']],
    ['a short secret of one’s own', hooks(hook.replace('EXPORTGATE_HOOK', 'EXPORTGATE_SHORT')), ['not-allowed notify.webhooks[0].secretFile']],
    ['two secrets', hooks(`${hook}, secretFile: secret.txt`), ['not-allowed notify.webhooks[0].secretFile']],
    ['a secret that is not there', hooks(hook.replace('EXPORTGATE_HOOK', 'EXPORTGATE_NOTHING')), ['secret-missing notify.webhooks[0].secretEnv']],
    ['a file that is not there', hooks(hook.replace('secretEnv: EXPORTGATE_HOOK', 'secretFile: nowhere.txt')), ['secret-missing notify.webhooks[0].secretFile']],
    ['a file that all may read', hooks(hook.replace('secretEnv: EXPORTGATE_HOOK', 'secretFile: open.txt')), ['secret-open notify.webhooks[0].secretFile']],
    ['a file of two lines', hooks(hook.replace('secretEnv: EXPORTGATE_HOOK', 'secretFile: lines.txt')), ['secret-missing notify.webhooks[0].secretFile']],
    ['an authority that is none', hooks(`${hook}, caFile: secret.txt`), ['file-malformed notify.webhooks[0].caFile']],
    ['a network that is none', hooks(`${hook}, networks: [10.0.0.0/33]`), ['not-allowed notify.webhooks[0].networks[0]']],
    ['no networks at all', hooks(`${hook}, networks: []`), ['not-allowed notify.webhooks[0].networks']],
    ['an unknown kind', hooks(`${hook}, kinds: [granted, everything]`), ['not-allowed notify.webhooks[0].kinds[1]']],
    ['no kinds', hooks(`${hook}, kinds: []`), ['not-allowed notify.webhooks[0].kinds']],
    ['seventeen webhooks', hooks(...Array.from({ length: 17 }, (_, at) => hook.replace('ops', `ops-${at}`))), ['not-allowed notify.webhooks']],
    ['mail in the clear to elsewhere', mail(`${post}, security: none-on-loopback, networks: [10.0.0.0/8]`), ['not-allowed notify.mail.networks']],
    ['mail without security', mail(`${post}, security: none`), ['not-allowed notify.mail.security']],
    ['a user without a password', mail(`${post}, user: gate`), ['missing notify.mail.passwordFile']],
    ['a password without a user', mail(`${post}, passwordEnv: EXPORTGATE_MAIL`), ['missing notify.mail.user']],
    ['a password in the file', mail(`${post}, user: gate, password: x`), ['unknown-key notify.mail.password', 'missing notify.mail.passwordFile']],
    ['nobody to write to', mail(post.replace('duty@police.example', '')), ['not-allowed notify.mail.to']],
    ['a header in an address', mail(post.replace('[duty@police.example]', '["duty@police.example\\r\\nBcc: x@y.example"]')), ['not-allowed notify.mail.to[0]']],
    ['a name beside an address', mail(post.replace('gate@police.example', '"Gate <gate@police.example>"')), ['not-allowed notify.mail.from']],
    ['faults of several channels at once', `notify: { webhooks: [{ ${hook.replace('https:', 'http:')} }, { name: bot, format: wecom }], mail: { ${post}, user: gate } }`, ['not-allowed notify.webhooks[0].url', 'missing notify.webhooks[1].url', 'missing notify.mail.passwordFile']],
  ];
  for (const [what, text, expected] of wrong)
    it(`${what}: ${expected.join(', ')}`, async () => {
      const faults = await checkConfig(await write(text), env, [{ kind: 'onvif' }]);
      const told = faults.map(({ code, where }) => `${code} ${where}`);
      if (what === 'a password in the file') assert.ok(told.includes(expected[0]!), told.join());
      else assert.deepEqual(told, expected);
      assert.doesNotMatch(JSON.stringify(faults), new RegExp(`${key}|${secret}`));
    });
});
