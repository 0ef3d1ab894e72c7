// Signing in at a real identity provider: what it confirms counts, what is forged, replayed or left out does not, and it gives nobody anything.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Client } from '../../plugin/cli/client.js';
import { makeOidc } from '../../plugin/identity/oidc.js';
import { aGate, shanghai, type TestGate } from '../support/gate.js';
import { join } from '../support/people.js';
import { aProvider, clientId, clientSecret, throughProvider, type Somebody, type TestProvider } from '../support/provider.js';
import { problemOf } from '../support/walk.js';
import { ask, type RawAnswer } from './raw.js';

const callback = '/api/v1/session/oidc/callback';

describe('an identity provider', function () {
  this.timeout(60_000);
  let gate: TestGate;
  let provider: TestProvider;
  let folder: string;
  let codes: () => string;
  const clerk = shanghai.steps[0];

  before(async () => {
    provider = await aProvider();
    folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-oidc-'));
    await fs.promises.writeFile(path.join(folder, 'secret'), `${clientSecret}\n`, { mode: 0o600 });
    gate = await aGate({
      config: `oidc:
  issuer: ${provider.issuer}
  clientId: ${clientId}
  clientSecretFile: ${path.join(folder, 'secret')}
  roles: { detective: role:police.investigator, "evidence clerk": role:evidence-clerk, boss: role:administrator }
  secondFactorAmr: [otp, mfa]
`,
    });
    provider.serve(`${gate.url}${callback}`);
    await gate.as(shanghai.officer);
    const invited = await (await gate.as('user:root.luo')).post<{ code: string }>('/api/v1/invitations', { user: clerk, name: '周示例', unit: '示例' });
    const login = await join(gate.url, '/api/v1/invitations/acceptance', { code: invited.code }, () => new Date());
    codes = login.otp as () => string;
  });
  after(async () => {
    await gate.close();
    await provider.close();
    await fs.promises.rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    provider.tamper = null;
    provider.next = officer;
  });

  const officer: Somebody = { name: 'sh.lu', roles: ['detective'] };
  const cookieOf = ({ headers }: RawAnswer, name: string): string | null =>
    (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]!).find((pair) => pair.startsWith(`${name}=`) && !pair.endsWith('=')) ?? null;
  const codeOf = ({ status, text }: RawAnswer): string => (status < 400 ? 'ok' : (JSON.parse(text) as { code: string }).code);

  async function begin(): Promise<{ url: string; ticket: string }> {
    const answer = await ask(gate.url, { target: '/api/v1/session/oidc' });
    assert.equal(answer.status, 303, answer.text);
    assert.match(answer.headers['set-cookie']![0]!, /^__Host-exportgate-oidc=[\w-]{43}; Secure; HttpOnly; Path=\/; SameSite=Lax; Max-Age=600$/);
    return { url: answer.headers.location!, ticket: cookieOf(answer, '__Host-exportgate-oidc')! };
  }
  const comeBack = (back: URL, cookie: string | null): Promise<RawAnswer> =>
    ask(gate.url, { target: `${back.pathname}${back.search}`, headers: cookie === null ? {} : { cookie } });
  async function enter(who: Somebody): Promise<RawAnswer> {
    provider.next = who;
    const { url, ticket } = await begin();
    return comeBack(await throughProvider(url, provider.issuer), ticket);
  }

  it('is asked by code, with PKCE, state and nonce, and lets in whom it confirms', async () => {
    const { url, ticket } = await begin();
    const asked = new URL(url);
    assert.equal(asked.origin, provider.issuer);
    const { response_type, code_challenge_method, redirect_uri, scope } = Object.fromEntries(asked.searchParams);
    assert.deepEqual([response_type, code_challenge_method, redirect_uri, scope], ['code', 'S256', `${gate.url}${callback}`, 'openid profile']);
    for (const name of ['state', 'nonce', 'code_challenge']) assert.ok(asked.searchParams.get(name)!.length >= 43, name);
    const answer = await comeBack(await throughProvider(url, provider.issuer), ticket);
    assert.equal(answer.status, 200, answer.text);
    const cookie = cookieOf(answer, '__Host-exportgate')!;
    assert.ok(!answer.text.includes(cookie.split('=')[1]!));
    const seen = await ask(gate.url, { target: '/api/v1/session', headers: { cookie } });
    assert.equal((JSON.parse(seen.text) as { user: string }).user, shanghai.officer);
  });

  const others: readonly (readonly [what: string, who: Somebody, code: string, detail: RegExp])[] = [
    ['more roles than roles.csv gives', { name: 'sh.lu', roles: ['detective', 'boss'] }, 'ok', /./],
    ['a single role as a text', { name: 'sh.lu', roles: 'detective' }, 'ok', /./],
    ['no role', { name: 'sh.lu', roles: [] }, 'roles-unconfirmed', /role:police\.investigator/],
    ['a role that is not mapped', { name: 'sh.lu', roles: ['inspector'] }, 'roles-unconfirmed', /role:police\.investigator/],
    ['the gate’s own name of the role', { name: 'sh.lu', roles: ['role:police.investigator'] }, 'roles-unconfirmed', /role:police\.investigator/],
    ['a role that every object has', { name: 'sh.lu', roles: ['constructor', '__proto__'] }, 'roles-unconfirmed', /role:police\.investigator/],
    ['roles that are no texts', { name: 'sh.lu', roles: [{ detective: true }, 7] }, 'roles-unconfirmed', /role:police\.investigator/],
    ['somebody who has no account here', { name: 'sh.stranger', roles: ['detective'] }, 'oidc-refused', /user:sh\.stranger/],
    ['an administrator’s role for somebody who has no account here', { name: 'root.new', roles: ['boss'] }, 'oidc-refused', /user:root\.new/],
    ['a name that is none', { name: 'Sh Lu', roles: ['detective'] }, 'oidc-refused', /preferred_username/],
  ];
  for (const [what, who, code, detail] of others)
    it(`tells ${what}: ${code}`, async () => {
      const answer = await enter(who);
      assert.equal(codeOf(answer), code, answer.text);
      assert.match(answer.text, detail);
      assert.equal(cookieOf(answer, '__Host-exportgate') === null, code !== 'ok');
    });

  it('that saw a second factor is believed; where it saw none, the local one is asked for, once', async () => {
    const boss: Somebody = { name: clerk.slice(5), roles: ['evidence clerk'] };
    const seen = await enter({ ...boss, amr: ['pwd', 'otp'] });
    assert.ok(cookieOf(seen, '__Host-exportgate'), seen.text);
    for (const amr of [undefined, ['pwd']]) {
      const asked = await enter({ ...boss, ...(amr && { amr }) });
      assert.deepEqual([asked.status, cookieOf(asked, '__Host-exportgate')], [200, null]);
    }
    const second = async (otp: string, more: Record<string, string> = { origin: gate.url }): Promise<RawAnswer> => {
      const ticket = cookieOf(await enter(boss), '__Host-exportgate-oidc')!;
      return ask(gate.url, { method: 'POST', target: '/api/v1/session/oidc/second-factor', headers: { cookie: ticket, 'content-type': 'application/json', ...more }, body: JSON.stringify({ otp }) });
    };
    assert.equal(codeOf(await second('000000')), 'login-failed');
    assert.equal(codeOf(await second(codes(), {})), 'csrf-refused');
    const right = await second(codes());
    assert.ok(cookieOf(right, '__Host-exportgate'), right.text);
    const page = await ask(gate.url, { target: '/api/v1/session', headers: { cookie: cookieOf(right, '__Host-exportgate')! } });
    assert.equal((JSON.parse(page.text) as { user: string }).user, clerk);
  });

  it('sends somebody back who did not begin here, or twice: refused', async () => {
    const [mine, foreign] = [await begin(), await begin()];
    const back = await throughProvider(mine.url, provider.issuer);
    assert.equal(codeOf(await comeBack(back, null)), 'oidc-refused');
    assert.equal(codeOf(await comeBack(back, foreign.ticket)), 'oidc-refused');
    assert.equal(codeOf(await comeBack(back, mine.ticket)), 'ok');
    assert.equal(codeOf(await comeBack(back, mine.ticket)), 'oidc-refused');
  });

  /** What happens to the address that the browser is sent back to. */
  const detours: readonly (readonly [what: string, change: (query: URLSearchParams) => void])[] = [
    ['another state', (query) => query.set('state', 'x'.repeat(43))],
    ['no state', (query) => query.delete('state')],
    ['two states', (query) => query.append('state', 'x')],
    ['another code', (query) => query.set('code', 'x'.repeat(43))],
    ['no code', (query) => query.delete('code')],
    ['another issuer', (query) => query.set('iss', 'https://elsewhere.example')],
    ['an error', (query) => query.set('error', 'access_denied')],
  ];
  for (const [what, change] of detours)
    it(`sends somebody back with ${what}: refused`, async () => {
      const { url, ticket } = await begin();
      const back = await throughProvider(url, provider.issuer);
      change(back.searchParams);
      assert.equal(codeOf(await comeBack(back, ticket)), 'oidc-refused');
    });

  it('gives a code that was used, in another browser’s sign-in: refused', async () => {
    const used = await begin();
    const code = (await throughProvider(used.url, provider.issuer)).searchParams.get('code')!;
    const other = await begin();
    const back = await throughProvider(other.url, provider.issuer);
    back.searchParams.set('code', code);
    assert.equal(codeOf(await comeBack(back, other.ticket)), 'oidc-refused');
  });

  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claimsOf = (token: unknown): Record<string, unknown> => JSON.parse(Buffer.from((token as string).split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
  const signed = (claims: object, key: KeyObject, header: object = { alg: 'RS256', kid: provider.keyId }): string => {
    const input = `${part(header)}.${part(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  };
  const foreignKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const past = Math.floor(Date.now() / 1000) - 7_200;
  /** The ID token on its way → what is put in its place. */
  const forgeries: readonly (readonly [what: string, forge: (token: string, claims: Record<string, unknown>) => string | undefined, code: string])[] = [
    ['signed anew by the provider’s own key, so that the refusals below are for their own reason', (_token, claims) => signed(claims, provider.key), 'ok'],
    ['with other claims under the old signature', (token, claims) => [token.split('.')[0], part({ ...claims, preferred_username: 'root.luo' }), token.split('.')[2]].join('.'), 'oidc-refused'],
    ['signed by a foreign key', (_token, claims) => signed(claims, foreignKey), 'oidc-refused'],
    ['signed by a foreign key of another name', (_token, claims) => signed(claims, foreignKey, { alg: 'RS256', kid: 'other' }), 'oidc-refused'],
    ['that brings its key along', (_token, claims) => signed(claims, foreignKey, { alg: 'RS256', jwk: foreignKey.export({ format: 'jwk' }) }), 'oidc-refused'],
    ['of alg none', (_token, claims) => `${part({ alg: 'none' })}.${part(claims)}.`, 'oidc-refused'],
    ['of alg HS256 under the client’s secret', (_token, claims) => hs256(claims, clientSecret), 'oidc-refused'],
    ['of another sign-in’s nonce', (_token, claims) => signed({ ...claims, nonce: 'x'.repeat(43) }, provider.key), 'oidc-refused'],
    ['without a nonce', (_token, claims) => signed({ ...claims, nonce: undefined }, provider.key), 'oidc-refused'],
    ['for another client', (_token, claims) => signed({ ...claims, aud: 'other' }, provider.key), 'oidc-refused'],
    ['of another issuer', (_token, claims) => signed({ ...claims, iss: 'https://elsewhere.example' }, provider.key), 'oidc-refused'],
    ['that has expired', (_token, claims) => signed({ ...claims, iat: past - 60, exp: past }, provider.key), 'oidc-refused'],
    ['of somebody else than userinfo speaks of', (_token, claims) => signed({ ...claims, sub: 'root.luo' }, provider.key), 'oidc-refused'],
    ['that is missing', () => undefined, 'oidc-refused'],
  ];
  const hs256 = (claims: object, secret: string): string => {
    const input = `${part({ alg: 'HS256' })}.${part(claims)}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  for (const [what, forge, code] of forgeries)
    it(`gives an ID token ${what}: ${code}`, async () => {
      provider.tamper = (answer) => ({ ...answer, id_token: forge(answer['id_token'] as string, claimsOf(answer['id_token'])) });
      const answer = await enter(officer);
      assert.equal(codeOf(answer), code, answer.text);
      assert.doesNotMatch(answer.text, /eyJ|secret of the test/);
    });

  it('of a closed account lets nobody in, and a refused sign-in is on record', async () => {
    const before = await journalSize();
    assert.equal(codeOf(await enter({ name: 'sh.lu', roles: [] })), 'roles-unconfirmed');
    assert.equal(await journalSize(), before + 1);
    await (await gate.as('user:root.luo')).post('/api/v1/accounts/sh.lu/close', {});
    assert.equal(codeOf(await enter(officer)), 'oidc-refused');
  });
  const journalSize = async (): Promise<number> => (await new Client(gate.url, null, 'x').get<{ journalSize: number }>('/api/v1/health')).journalSize;

  describe('that is not there', () => {
    const parts = { clientId, clientSecret, redirectUrl: () => 'http://127.0.0.1:1/', userClaim: 'sub', roleClaim: 'roles', roles: {}, secondFactorAmr: [], now: () => new Date() };
    const serve = async (answer: http.RequestListener, step: (issuer: string) => Promise<void>): Promise<void> => {
      const server = http.createServer(answer);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        await step(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    };
    const answers: readonly (readonly [what: string, answer: http.RequestListener])[] = [
      ['hangs up', (request) => void request.socket.destroy()],
      ['answers 500', (_request, response) => void response.writeHead(500).end()],
      ['speaks of another issuer', (_request, response) => void response.setHeader('content-type', 'application/json').end(JSON.stringify({ issuer: 'https://elsewhere.example' }))],
      ['sends elsewhere', (_request, response) => void response.writeHead(302, { location: 'https://elsewhere.example' }).end()],
      ['does not come to an end', (_request, response) => {
        response.setHeader('content-type', 'application/json');
        const more = (): void => void (response.destroyed || response.write('x'.repeat(64 * 1024), () => setImmediate(more)));
        more();
      }],
    ];
    for (const [what, answer] of answers)
      it(`and ${what}: oidc-unavailable`, () =>
        serve(answer, async (issuer) => assert.equal((await problemOf(makeOidc({ ...parts, issuer }).start()))?.code, 'oidc-unavailable')));
  });

});
