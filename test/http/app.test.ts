// The people's edge over the wire: every failure is a problem document with nothing internal in it, and only what is meant to be open is open.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { problems, type ProblemCode } from '../../plugin/domain/problem.js';
import { operations } from '../../plugin/http/api/index.js';
import { aGate, anApplication, password, shanghai, type TestGate } from '../support/gate.js';
import { submit, until } from '../support/walk.js';
import { ask, asJson, type Question, type RawAnswer } from './raw.js';

interface Document {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  instance: string;
  faults?: { code: string; where: string; detail: string }[];
}

const members = ['type', 'title', 'status', 'code', 'detail', 'instance', 'requestId', 'reasons', 'faults'];
/** What an answer must never tell: places of this machine and of our code, foreign errors, secrets. */
const internal = /node_modules|plugin\/|adapters\/|\.[jt]s\b|\bat .+:\d+:\d+|Error:|ENOENT|EACCES|SQLITE|sqlite|box-password|correct-horse|SELECT |scrypt/;

/** A problem document of this code, whole, and without anything internal. */
function assertProblem(answer: RawAnswer, code: string, gate: TestGate): Document {
  const found = asJson<Document>(answer);
  assert.equal(found.code, code, answer.text);
  const { status, title } = problems[code as ProblemCode];
  assert.deepEqual([answer.status, found.status, found.title, found.type], [status, status, title, `urn:problem:${code}`]);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  assert.match(found.instance, /^urn:uuid:[0-9a-f-]{36}$/);
  assert.deepEqual(Object.keys(found).filter((member) => !members.includes(member)), []);
  assert.ok(found.detail.length > 0 && found.detail.length < 500);
  assert.doesNotMatch(answer.text, internal);
  for (const secret of [gate.folder, gate.recorder.url, String(gate.recorder.port)]) assert.equal(answer.text.includes(secret), false, secret);
  assert.equal(answer.headers['cache-control'], 'no-store');
  if (status === 401) assert.match(String(answer.headers['www-authenticate']), /^Bearer/);
  return found;
}

describe('the people’s edge', () => {
  let gate: TestGate;
  let time = new Date('2026-11-23T08:00:00.000Z');
  let token: string;
  const json = { 'content-type': 'application/json' };
  const signIn = async (user: string, word = password): Promise<RawAnswer> =>
    ask(gate.url, { method: 'POST', target: '/api/v1/session', headers: json, body: JSON.stringify({ user, password: word }) });
  const bearer = (): Record<string, string> => ({ authorization: `Bearer ${token}` });

  before(async () => {
    gate = await aGate({ now: () => time });
    for (const user of [shanghai.officer, 'user:sh.pan']) await gate.as(user);
    token = asJson<{ token: string }>(await signIn(shanghai.officer)).token;
  });
  after(() => gate.close());

  it('keeps an idle connection longer than a minute: a move that comes as we close it would be lost', async () => {
    const { headers } = await ask(gate.url, { target: '/api/v1/health', headers: { connection: 'keep-alive' } });
    assert.ok(Number(/timeout=(\d+)/.exec(String(headers['keep-alive']))?.[1]) > 60, String(headers['keep-alive']));
  });

  const form = JSON.stringify(anApplication());
  const wrong: readonly (readonly [what: string, question: Question, code: ProblemCode])[] = [
    ['an address that is none', { target: '/nowhere' }, 'not-found'],
    ['a root of nothing', { method: 'POST', target: '/' }, 'not-found'],
    ['another case of letters', { target: '/API/v1/health' }, 'not-found'],
    ['a slash behind it', { target: '/api/v1/health/' }, 'path-ambiguous'],
    ['dots', { target: '/api/v1/../v1/health' }, 'path-ambiguous'],
    ['encoded dots', { target: '/api/v1/%2e%2e/v1/health' }, 'path-ambiguous'],
    ['an encoded slash', { target: '/api%2fv1/health' }, 'path-ambiguous'],
    ['two slashes', { target: '//api/v1/health' }, 'path-ambiguous'],
    ['a backslash', { target: '/api\\v1/health' }, 'path-ambiguous'],
    ['a parameter', { target: '/api/v1/health;x=1' }, 'path-ambiguous'],
    ['a fragment', { target: '/api/v1/health#x' }, 'path-ambiguous'],
    ['the absolute form', { target: 'http://elsewhere.example/api/v1/health' }, 'path-ambiguous'],
    ['2049 characters', { target: `/${'a'.repeat(2048)}` }, 'path-ambiguous'],
    ['a method that the address does not take', { method: 'DELETE', target: '/api/v1/requests' }, 'method-unknown'],
    ['PUT of one request', { method: 'PUT', target: '/api/v1/requests/EG-1' }, 'method-unknown'],
    ['DELETE of the session', { method: 'DELETE', target: '/api/v1/session' }, 'method-unknown'],
    ['an identity provider where there is none', { target: '/api/v1/session/oidc' }, 'not-found'],
    ['a code that nobody gave', { method: 'POST', target: '/api/v1/invitations/acceptance', headers: json, body: JSON.stringify({ code: '00000000-00000000-00000000-00000000', password }) }, 'invitation-invalid'],
    ['a renewal that is none', { method: 'POST', target: '/api/v1/session/renewal', headers: json, body: JSON.stringify({ renewal: 'x' }) }, 'token-invalid'],
    ['OPTIONS', { method: 'OPTIONS', target: '/api/v1/requests' }, 'method-unknown'],
    ['TRACE', { method: 'TRACE', target: '/api/v1/health' }, 'method-unknown'],
    ['a body that is too large', { method: 'POST', target: '/api/v1/requests', headers: json, body: `"${'x'.repeat(256 * 1024)}"` }, 'body-too-large'],
    ['a gzip bomb', { method: 'POST', target: '/api/v1/requests', headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(64 * 1024 * 1024)) }, 'body-too-large'],
    ['gzip that is none', { method: 'POST', target: '/api/v1/requests', headers: { ...json, 'content-encoding': 'gzip' }, body: form }, 'body-malformed'],
    ['an unknown encoding', { method: 'POST', target: '/api/v1/requests', headers: { ...json, 'content-encoding': 'zstd-x' }, body: form }, 'body-malformed'],
    ['what is not JSON', { method: 'POST', target: '/api/v1/requests', headers: json, body: '{"basis":' }, 'body-malformed'],
    ['JSON that is no object', { method: 'POST', target: '/api/v1/requests', headers: json, body: '"x"' }, 'body-malformed'],
    ['a charset that is not UTF-8', { method: 'POST', target: '/api/v1/requests', headers: { 'content-type': 'application/json; charset=gb18030' }, body: form }, 'body-malformed'],
    ['a token that is missing', { target: '/api/v1/requests' }, 'token-missing'],
    ['a scheme that is not ours', { target: '/api/v1/requests', headers: { authorization: 'Basic dXNlcjpwYXNz' } }, 'token-missing'],
    ['a token that is none', { target: '/api/v1/requests', headers: { authorization: 'Bearer a.b.c' } }, 'token-invalid'],
    ['a set-up of a gate that is set up', { method: 'POST', target: '/api/v1/setup', headers: json, body: JSON.stringify({ token: 'x', user: 'user:root.bai', name: '白', unit: 'x', password }) }, 'setup-closed'],
  ];
  for (const [what, question, code] of wrong)
    it(`${what}: ${code}`, async () => void assertProblem(await ask(gate.url, question), code, gate));

  const refused: readonly (readonly [what: string, question: Question, code: ProblemCode])[] = [
    ['an empty body', { method: 'POST', target: '/api/v1/requests' }, 'body-malformed'],
    ['a form sent as text', { method: 'POST', target: '/api/v1/requests', headers: { 'content-type': 'text/plain' }, body: form }, 'body-malformed'],
    ['a list', { method: 'POST', target: '/api/v1/requests', headers: json, body: '[]' }, 'body-malformed'],
    ['a deep nest', { method: 'POST', target: '/api/v1/requests', headers: json, body: `{"items":${'['.repeat(60_000)}${']'.repeat(60_000)}}` }, 'body-malformed'],
    ['a member named __proto__', { method: 'POST', target: '/api/v1/requests', headers: json, body: form.replace('{', '{"__proto__":{"admin":true},') }, 'body-malformed'],
    ['a line break in a name', { method: 'POST', target: '/api/v1/requests', headers: json, body: form.replace('陆一舟', '陆\\n一舟') }, 'body-malformed'],
    ['a request that is none', { target: '/api/v1/requests/EG-310000-SH-YUNFAN-2026-999999' }, 'request-unknown'],
    ['a name that every object has', { target: '/api/v1/requests/constructor' }, 'request-unknown'],
    ['a voice on what is not there', { method: 'POST', target: '/api/v1/requests/EG-1/reviews', headers: json, body: '{"verdict":"approve","planDigest":"sha256:none"}' }, 'request-unknown'],
    ['a release of what is not there', { method: 'POST', target: '/api/v1/requests/EG-1/release', headers: json, body: '{}' }, 'request-unknown'],
    ['a link to what is not there', { target: '/api/v1/requests/EG-1/link' }, 'request-unknown'],
    ['a state that is none', { target: '/api/v1/requests?state=lost' }, 'body-malformed'],
    ['the journal, by an applicant', { target: '/api/v1/journal' }, 'not-permitted'],
    ['an account with a password', { method: 'POST', target: '/api/v1/accounts', headers: json, body: JSON.stringify({ user: 'user:x', name: 'x', unit: 'x', password }) }, 'method-unknown'],
    ['an invitation, by an applicant', { method: 'POST', target: '/api/v1/invitations', headers: json, body: JSON.stringify({ user: 'user:x', name: 'x', unit: 'x' }) }, 'not-permitted'],
    ['the accounts, by an applicant', { target: '/api/v1/accounts' }, 'not-permitted'],
    ['an end of an account, by an applicant', { method: 'POST', target: '/api/v1/accounts/sh.pan/close', headers: json, body: '{}' }, 'not-permitted'],
    ['a session that is nobody’s', { method: 'POST', target: '/api/v1/sessions/EG-1/end', headers: json, body: '{}' }, 'session-unknown'],
    ['a question for somebody else', { method: 'POST', target: '/api/v1/explain', headers: json, body: JSON.stringify({ as: 'user:sh.pan', camera: 'sh-yf-gate', act: 'request', basis: 'COURT', from: '2026-03-01T00:00:00Z', to: '2026-03-01T01:00:00Z' }) }, 'not-permitted'],
  ];
  for (const [what, question, code] of refused)
    it(`signed in, ${what}: ${code}`, async () =>
      void assertProblem(await ask(gate.url, { ...question, headers: { ...question.headers, ...bearer() } }), code, gate));

  it('a 405 names what the address takes', async () => {
    assert.equal((await ask(gate.url, { method: 'DELETE', target: '/api/v1/requests' })).headers.allow, 'POST, GET');
    assert.equal((await ask(gate.url, { method: 'PUT', target: '/api/v1/health' })).headers.allow, 'GET');
  });

  it('HEAD runs no operation: a look at a package is no fetch of it', async () => {
    const answer = await ask(gate.url, { method: 'HEAD', target: '/api/v1/requests/EG-1/link', headers: bearer() });
    assert.deepEqual([answer.status, answer.text], [405, '']);
  });

  describe('a token', () => {
    const list = (authorization: string): Promise<RawAnswer> => ask(gate.url, { target: '/api/v1/requests', headers: { authorization } });
    it('opens what is not open', async () => assert.equal((await list(`Bearer ${token}`)).status, 200));
    it('with one letter changed does not', async () => {
      const at = token.lastIndexOf('.') - 5;
      assertProblem(await list(`Bearer ${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`), 'token-invalid', gate);
    });
    it('without its signature does not', async () => {
      const [, claims] = token.split('.');
      const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
      for (const forged of [`${header}.${claims}.`, `${header}.${claims}.x`]) assertProblem(await list(`Bearer ${forged}`), 'token-invalid', gate);
    });
    it('of another gate does not', async () => {
      const other = await aGate({ now: () => time });
      try {
        await other.as(shanghai.officer);
        const body = JSON.stringify({ user: shanghai.officer, password });
        const foreign = asJson<{ token: string }>(await ask(other.url, { method: 'POST', target: '/api/v1/session', headers: json, body }));
        assertProblem(await list(`Bearer ${foreign.token}`), 'token-invalid', gate);
      } finally {
        await other.close();
      }
    });
    it('ends after 15 minutes', async () => {
      const before = time;
      time = new Date(before.getTime() + 14 * 60_000);
      assert.equal((await list(`Bearer ${token}`)).status, 200);
      time = new Date(before.getTime() + 16 * 60_000);
      assertProblem(await list(`Bearer ${token}`), 'token-invalid', gate);
      token = asJson<{ token: string }>(await signIn(shanghai.officer)).token;
    });
  });

  it('every answer carries the headers that keep a browser from doing more with it', async () => {
    for (const target of ['/api/v1/health', '/apply', '/api/v1/openapi.json', '/api/v1/keys/gate.pub', '/nowhere']) {
      const { headers } = await ask(gate.url, { target });
      assert.match(String(headers['content-security-policy']), /default-src 'none'/, target);
      assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/, target);
      assert.deepEqual(
        [headers['x-content-type-options'], headers['referrer-policy'], headers['x-powered-by'], headers['cache-control'], headers['access-control-allow-origin']],
        ['nosniff', 'no-referrer', undefined, 'no-store', undefined], target,
      );
    }
  });

  describe('openapi.json', () => {
    interface Described {
      openapi: string;
      paths: Record<string, Record<string, { security: unknown[]; summary: string; requestBody?: { content: Record<string, { schema: object }> } }>>;
      components: { schemas: { Problem: { properties: { code: { enum: string[] } } } } };
    }
    const described = async (): Promise<Described> => asJson<Described>(await ask(gate.url, { target: '/api/v1/openapi.json' }));

    it('lists every operation that is mounted, and no other', async () => {
      const { paths, openapi, components } = await described();
      assert.equal(openapi, '3.1.0');
      const listed = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
      assert.deepEqual(listed.sort(), operations.map(({ method, path }) => `${method} ${path}`).sort());
      assert.deepEqual(components.schemas.Problem.properties.code.enum, Object.keys(problems));
    });
    it('each of them answers; without a token only the open ones do', async () => {
      for (const [path, methods] of Object.entries((await described()).paths))
        for (const [method, { security }] of Object.entries(methods)) {
          const body = method === 'post' ? { headers: json, body: '{}' } : {};
          const answer = await ask(gate.url, { method: method.toUpperCase(), target: path.replaceAll(/\{\w+\}/g, 'EG-1'), ...body });
          const code = answer.status < 400 ? null : asJson<Document>(answer).code;
          const expected = security.length > 0 ? 'token-missing' : method === 'post' ? 'body-malformed' : path.includes('/oidc') ? 'not-found' : null;
          assert.equal(code, expected, `${method} ${path}`);
        }
    });
  });

  it('/apply tells a stopped client’s user in two languages how to apply, and runs nothing', async () => {
    const { status, headers, text } = await ask(gate.url, { target: '/apply' });
    assert.deepEqual([status, headers['content-type']], [200, 'text/html; charset=utf-8']);
    assert.match(text, /录像须经申请调取/);
    assert.match(text, /Recorded footage leaves by application only/);
    assert.match(text, /不提供法律意见/);
    assert.doesNotMatch(text, /<script|javascript:|\son\w+=|<style|style=/i);
  });

  it('health tells version, policy and the journal’s size, and nothing else', async () => {
    const health = asJson<Record<string, unknown>>(await ask(gate.url, { target: '/api/v1/health' }));
    assert.deepEqual(Object.keys(health).sort(), ['journalSize', 'policyVersion', 'version']);
    assert.match(String(health['policyVersion']), /^sha256:[0-9a-f]{64}$/);
    assert.ok(Number(health['journalSize']) > 0);
  });

  it('an application is followed by server-sent events, by those who may read it', async () => {
    const { requestId } = await submit(gate);
    await until(gate, requestId, (seen) => seen.custody === 'sealed');
    const stop = new AbortController();
    const response = await fetch(`${gate.url}/api/v1/requests/${requestId}/progress`, { headers: bearer(), signal: stop.signal });
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    const { value } = (await response.body!.getReader().read()) as { value?: Uint8Array };
    stop.abort();
    const [first] = new TextDecoder().decode(value).split('\n\n');
    const [event, data] = first!.split('\n');
    assert.equal(event, 'event: progress');
    assert.deepEqual(JSON.parse(data!.slice('data: '.length)), { requestId, stage: 'pull', camera: 'sh-yf-street', percent: 100 });
    assertProblem(await ask(gate.url, { target: `/api/v1/requests/${requestId}/progress` }), 'token-missing', gate);
  });

  describe('signing in', () => {
    it('says the same for a wrong password and for nobody', async () => {
      const [wrongWord, nobody] = [await signIn('user:sh.pan', 'wrong-horse-battery-7'), await signIn('user:sh.nobody')];
      assert.equal(assertProblem(wrongWord, 'login-failed', gate).detail, assertProblem(nobody, 'login-failed', gate).detail);
    });
    it('stops after ten failures, for that name alone, also for the right password, and opens again after 15 minutes', async () => {
      for (let tries = 2; tries <= 10; tries++) assert.equal((await signIn('user:sh.pan', 'wrong-horse-battery-7')).status, 401);
      assertProblem(await signIn('user:sh.pan'), 'too-many-requests', gate);
      assert.equal((await signIn(shanghai.officer)).status, 201);
      time = new Date(time.getTime() + 15 * 60_000 + 1000);
      assert.equal((await signIn('user:sh.pan')).status, 201);
    });
    it('is slowed down by address, whatever the names', async () => {
      const codes = [];
      for (let tries = 0; tries < 31; tries++) codes.push((await signIn(`nobody ${tries}`)).status);
      assert.equal(codes.at(-1), 429);
    });
  });
});
