// A browser's cookie: which requests with it count, case by case, over the wire; and that it is not to be had by a page of somebody else's.
import assert from 'node:assert/strict';
import { presentedBy, readCookie } from '../../plugin/http/credentials.js';
import { aGate, password, shanghai, type TestGate } from '../support/gate.js';
import { ask, asJson, type RawAnswer } from './raw.js';

type Headers = Record<string, string>;

describe('a session cookie', () => {
  let gate: TestGate;
  let cookie: string;
  let csrf: string;
  let token: string;
  const json = { 'content-type': 'application/json' };
  const post = (target: string, body: object, headers: Headers = {}): Promise<RawAnswer> =>
    ask(gate.url, { method: 'POST', target, headers: { ...json, ...headers }, body: JSON.stringify(body) });
  const codeOf = ({ status, text }: RawAnswer): string => (status < 400 ? 'ok' : (JSON.parse(text) as { code: string }).code);
  const login = { user: shanghai.officer, password };

  before(async () => {
    gate = await aGate();
    await gate.as(shanghai.officer);
    token = asJson<{ token: string }>(await post('/api/v1/session', login)).token;
    const answer = await post('/api/v1/session', { ...login, cookie: true }, { origin: gate.url });
    const [set] = answer.headers['set-cookie']!;
    assert.match(set!, /^__Host-exportgate=[\w.-]+; Secure; HttpOnly; Path=\/; SameSite=Strict$/);
    cookie = set!.split(';')[0]!;
    ({ csrf } = asJson<{ csrf: string }>(answer));
    assert.ok(!answer.text.includes(cookie.split('=')[1]!), 'the cookie is in the body too');
    assert.ok(!('token' in asJson<object>(answer)), 'a browser gets no token');
  });
  after(() => gate.close());

  /** What comes with the cookie (or not) → how a request that changes something ends. `own` stands for the gate's own address. */
  const unsafe: readonly (readonly [what: string, headers: (own: string, good: string) => Headers, code: string])[] = [
    ['Origin and CSRF token', (own, good) => ({ origin: own, 'x-csrf-token': good }), 'ok'],
    ['Origin, CSRF token, Sec-Fetch-Site: same-origin', (own, good) => ({ origin: own, 'x-csrf-token': good, 'sec-fetch-site': 'same-origin' }), 'ok'],
    ['no Origin', (_own, good) => ({ 'x-csrf-token': good }), 'csrf-refused'],
    ['an empty Origin', (_own, good) => ({ origin: '', 'x-csrf-token': good }), 'csrf-refused'],
    ['Origin: null', (_own, good) => ({ origin: 'null', 'x-csrf-token': good }), 'csrf-refused'],
    ['a foreign Origin', (_own, good) => ({ origin: 'https://elsewhere.example', 'x-csrf-token': good }), 'csrf-refused'],
    ['an Origin that begins like ours', (own, good) => ({ origin: `${own}.elsewhere.example`, 'x-csrf-token': good }), 'csrf-refused'],
    ['an Origin with another port', (own, good) => ({ origin: own.replace(/\d+$/, '1'), 'x-csrf-token': good }), 'csrf-refused'],
    ['an Origin with another scheme', (own, good) => ({ origin: own.replace('http:', 'https:'), 'x-csrf-token': good }), 'csrf-refused'],
    ['an Origin with a path', (own, good) => ({ origin: `${own}/`, 'x-csrf-token': good }), 'csrf-refused'],
    ['only a Referer of ours', (own, good) => ({ referer: `${own}/`, 'x-csrf-token': good }), 'csrf-refused'],
    ['Sec-Fetch-Site: cross-site', (own, good) => ({ origin: own, 'x-csrf-token': good, 'sec-fetch-site': 'cross-site' }), 'csrf-refused'],
    ['Sec-Fetch-Site: same-site', (own, good) => ({ origin: own, 'x-csrf-token': good, 'sec-fetch-site': 'same-site' }), 'csrf-refused'],
    ['Sec-Fetch-Site: none', (own, good) => ({ origin: own, 'x-csrf-token': good, 'sec-fetch-site': 'none' }), 'csrf-refused'],
    ['no CSRF token', (own) => ({ origin: own }), 'csrf-refused'],
    ['an empty CSRF token', (own) => ({ origin: own, 'x-csrf-token': '' }), 'csrf-refused'],
    ['a CSRF token with a letter changed', (own, good) => ({ origin: own, 'x-csrf-token': `${good[0] === 'A' ? 'B' : 'A'}${good.slice(1)}` }), 'csrf-refused'],
    ['a Bearer token beside it', (own, good) => ({ origin: own, 'x-csrf-token': good, authorization: `Bearer ${token}` }), 'credentials-ambiguous'],
    ['a Basic login beside it', (own, good) => ({ origin: own, 'x-csrf-token': good, authorization: 'Basic dXNlcjpwYXNz' }), 'credentials-ambiguous'],
  ];
  for (const [what, headers, code] of unsafe)
    it(`with ${what}: ${code}`, async () => {
      const answer = await post('/api/v1/explain', question, { cookie, ...headers(gate.url, csrf) });
      assert.equal(codeOf(answer), code, answer.text);
    });

  it('opens a reading request without more, from a page of ours or a typed address', async () => {
    for (const headers of [{}, { 'sec-fetch-site': 'none' }, { 'sec-fetch-site': 'same-origin' }])
      assert.equal((await ask(gate.url, { target: '/api/v1/requests', headers: { cookie, ...headers } })).status, 200);
  });

  const forged: readonly (readonly [what: string, make: (good: string) => string, code: string])[] = [
    ['with a letter changed', (good) => `${good.slice(0, -2)}${good.at(-2) === 'A' ? 'B' : 'A'}${good.at(-1)}`, 'token-invalid'],
    ['of another session', (good) => good.replace(/=[0-9a-f]{8}/, '=00000000'), 'token-invalid'],
    ['of another generation', (good) => good.replace('.0.', '.1.'), 'token-invalid'],
    ['that is empty', () => '__Host-exportgate=', 'token-invalid'],
    ['that is a megaphone', () => `__Host-exportgate=${'x'.repeat(4_000)}`, 'token-invalid'],
    ['twice', (good) => `${good}; ${good}`, 'credentials-ambiguous'],
    ['without its prefix', (good) => good.replace('__Host-', ''), 'token-missing'],
    ['under a name that ends like it', (good) => `x${good}`, 'token-missing'],
  ];
  for (const [what, make, code] of forged)
    it(`${what}: ${code}`, async () => assert.equal(codeOf(await ask(gate.url, { target: '/api/v1/requests', headers: { cookie: make(cookie) } })), code));

  it('is not a token, and a token is not a cookie', async () => {
    const value = cookie.split('=')[1]!;
    assert.equal(codeOf(await ask(gate.url, { target: '/api/v1/requests', headers: { authorization: `Bearer ${value}` } })), 'token-invalid');
    assert.equal(codeOf(await ask(gate.url, { target: '/api/v1/requests', headers: { cookie: `__Host-exportgate=${token}` } })), 'token-invalid');
    assert.equal(codeOf(await post('/api/v1/session/renewal', { renewal: value })), 'token-invalid');
  });

  it('is not given to who does not show that a page of ours asks', async () => {
    for (const headers of [{}, { origin: 'https://elsewhere.example' }, { origin: gate.url, 'sec-fetch-site': 'cross-site' }] as Headers[])
      assert.equal(codeOf(await post('/api/v1/session', { ...login, cookie: true }, headers)), 'csrf-refused');
  });

  it('tells a page again who it is and what to send along; signing out ends it and takes the cookie back', async () => {
    const seen = asJson<{ user: string; csrf: string }>(await ask(gate.url, { target: '/api/v1/session', headers: { cookie } }));
    assert.deepEqual([seen.user, seen.csrf], [shanghai.officer, csrf]);
    const out = await post('/api/v1/session/end', {}, { cookie, origin: gate.url, 'x-csrf-token': csrf });
    assert.match(out.headers['set-cookie']![0]!, /^__Host-exportgate=; .*Max-Age=0$/);
    assert.equal(codeOf(await ask(gate.url, { target: '/api/v1/session', headers: { cookie } })), 'token-invalid');
  });

  it('is found by its whole name alone', () => {
    assert.equal(readCookie('a=1; __Host-exportgate=x.y; b=2', '__Host-exportgate'), 'x.y');
    assert.equal(readCookie(undefined, '__Host-exportgate'), null);
    assert.deepEqual(presentedBy({ method: 'DELETE', headers: { authorization: 'Bearer x' } }, 'https://gate.example'), { kind: 'token', text: 'x' });
  });
});

const question = { as: shanghai.officer, camera: 'sh-yf-gate', act: 'request', basis: 'COURT', from: '2026-03-01T00:00:00Z', to: '2026-03-01T01:00:00Z' };
