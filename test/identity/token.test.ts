// Tokens: what is ours passes, and every trap of JWT is refused (RFC 8725).
import assert from 'node:assert/strict';
import { createHmac, createPublicKey, createSecretKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { Problem } from '../../plugin/domain/problem.js';
import type { Subject } from '../../plugin/domain/subject.js';
import { makeTokens, type TokenParts } from '../../plugin/identity/token.js';

const secretBytes = randomBytes(32);
const secret = createSecretKey(secretBytes);
const start = Date.parse('2026-03-01T02:00:00Z');
const at = start / 1000;
const subject: Subject = { user: 'user:li.wei', name: '李示例', unit: '示例分局' };
const good = {
  iss: 'exportgate',
  aud: 'gate-1',
  sub: subject.user,
  name: subject.name,
  unit: subject.unit,
  jti: 'id-1',
  sid: 'session-1',
  iat: at,
  exp: at + 900,
};

const gate = (over: Partial<TokenParts> = {}) =>
  makeTokens({ secret, audience: 'gate-1', lifetime: 900_000, now: () => new Date(start), newId: () => 'id-1', ...over });

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const mac = (input: string, key: Buffer | string, hash = 'sha256'): string => createHmac(hash, key).update(input).digest('base64url');
const without = (claim: keyof typeof good) => Object.fromEntries(Object.entries(good).filter(([name]) => name !== claim));

/** A token made by hand, properly signed with the gate's secret unless told otherwise. */
function aToken(
  claims: object,
  header: object = { alg: 'HS256', typ: 'JWT' },
  key: Buffer | string = secretBytes,
  hash = 'sha256',
): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${mac(input, key, hash)}`;
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const byRsa = () => {
  const input = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(good)}`;
  return `${input}.${sign('sha256', Buffer.from(input), rsa.privateKey).toString('base64url')}`;
};

const refuses = (token: unknown, code: string, tokens = gate()) =>
  assert.throws(
    () => tokens.readToken(token as string),
    (error: Problem) => error instanceof Problem && error.code === code,
  );

describe('token', () => {
  it('is read back as it was issued, and ends when it says', () => {
    const { token, jti, expiresAt } = gate().issueToken(subject, 'session-1');
    assert.equal(jti, 'id-1');
    assert.deepEqual(gate().readToken(token), { ...subject, jti: 'id-1', session: 'session-1', expiresAt });
    assert.equal(expiresAt.toISOString(), '2026-03-01T02:15:00.000Z');
  });

  it('made by hand with the same claims passes, so that the refusals below are for their own reason', () => {
    assert.equal(gate().readToken(aToken(good)).user, 'user:li.wei');
  });

  it('of a former secret is read until it ends, by its kid alone', () => {
    const newer = createSecretKey(randomBytes(32));
    const { token } = gate().issueToken(subject, 'session-1');
    const after = gate({ secret: newer, formerSecrets: [secret] });
    assert.equal(after.readToken(token).user, subject.user);
    assert.equal(after.readToken(after.issueToken(subject, 'session-2').token).session, 'session-2');
    refuses(token, 'token-invalid', gate({ secret: newer, formerSecrets: [secret], now: () => new Date(start + 900_000) }));
    refuses(token, 'token-invalid', gate({ secret: newer }));
    refuses(after.issueToken(subject, 'session-2').token, 'token-invalid');
    const { kid } = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string };
    assert.match(kid, /^[0-9a-f]{16}$/);
    refuses(aToken(good, { alg: 'HS256', typ: 'JWT', kid }, newer.export()), 'token-invalid', after);
    for (const wrong of ['', 0, null, [kid], { kid }, kid.toUpperCase(), `${kid} `, '__proto__'])
      refuses(aToken(good, { alg: 'HS256', typ: 'JWT', kid: wrong }), 'token-invalid', gate());
  });

  it('holds to the last second and not to the next', () => {
    const { token } = gate().issueToken(subject, 'session-1');
    assert.ok(gate({ now: () => new Date(start + 899_999) }).readToken(token));
    refuses(token, 'token-invalid', gate({ now: () => new Date(start + 900_000) }));
  });

  const traps: [string, () => unknown, string?][] = [
    ['nothing', () => undefined, 'token-missing'],
    ['an empty text', () => '', 'token-missing'],
    ['an object', () => ({ toString: () => aToken(good) })],
    ['alg none without a signature', () => `${part({ alg: 'none', typ: 'JWT' })}.${part(good)}.`],
    ['alg none with one', () => aToken(good, { alg: 'none', typ: 'JWT' })],
    ['alg None', () => aToken(good, { alg: 'None', typ: 'JWT' })],
    ['no alg', () => aToken(good, { typ: 'JWT' })],
    ['HS512 with the right secret', () => aToken(good, { alg: 'HS512', typ: 'JWT' }, secretBytes, 'sha512')],
    ['RS256, properly signed', () => byRsa()],
    ['HS256 keyed with a public key', () => aToken(good, undefined, publicPem)],
    ['another secret', () => aToken(good, undefined, randomBytes(32))],
    ['an empty secret', () => aToken(good, undefined, '')],
    ['crit', () => aToken(good, { alg: 'HS256', typ: 'JWT', crit: ['exp'] })],
    ['kid', () => aToken(good, { alg: 'HS256', typ: 'JWT', kid: '../../etc/passwd' })],
    ['jwk', () => aToken(good, { alg: 'HS256', typ: 'JWT', jwk: { kty: 'oct', k: 'AAAA' } })],
    ['b64 false', () => aToken(good, { alg: 'HS256', typ: 'JWT', b64: false, crit: ['b64'] })],
    ['no exp', () => aToken(without('exp'))],
    ['exp as a text', () => aToken({ ...good, exp: String(at + 900) })],
    ['no iat', () => aToken(without('iat'))],
    ['iat in the future', () => aToken({ ...good, iat: at + 60, exp: at + 600 })],
    ['nbf in the future', () => aToken({ ...good, nbf: at + 60 })],
    ['a life of a day', () => aToken({ ...good, exp: at + 86_400 })],
    ['an old issue with a late end', () => aToken({ ...good, iat: at - 3_600, exp: at + 60 })],
    ['expired', () => aToken({ ...good, iat: at - 900, exp: at })],
    ['no jti', () => aToken(without('jti'))],
    ['jti as a number', () => aToken({ ...good, jti: 1 })],
    ['no session', () => aToken(without('sid'))],
    ['a session that is empty', () => aToken({ ...good, sid: '' })],
    ['no issuer', () => aToken(without('iss'))],
    ['a foreign issuer', () => aToken({ ...good, iss: 'other' })],
    ['no audience', () => aToken(without('aud'))],
    ['a foreign audience', () => aToken({ ...good, aud: 'gate-2' })],
    ['two audiences', () => aToken({ ...good, aud: ['gate-1', 'gate-2'] })],
    ['no subject', () => aToken(without('sub'))],
    ['a role for a subject', () => aToken({ ...good, sub: 'role:executor' })],
    ['a subject without prefix', () => aToken({ ...good, sub: 'li.wei' })],
    ['no name', () => aToken(without('name'))],
    ['claims that are a text', () => aToken('text' as unknown as object)],
    ['claims that are null', () => aToken(null as unknown as object)],
    ['four parts', () => `${aToken(good)}.x`],
    ['padding', () => `${aToken(good)}=`],
    ['a blank before it', () => ` ${aToken(good)}`],
    ['a line break after it', () => `${aToken(good)}\n`],
    ['a megabyte', () => aToken({ ...good, more: 'x'.repeat(1_000_000) })],
  ];
  for (const [what, make, code = 'token-invalid'] of traps) it(`with ${what} is refused: ${code}`, () => refuses(make(), code));

  it('that was changed in any character is refused', () => {
    const { token } = gate().issueToken(subject, 'session-1');
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AQgw_-.=z9'), (place, char) => {
        fc.pre(token[place] !== char);
        refuses(token.slice(0, place) + char + token.slice(place + 1), 'token-invalid');
      }),
      { numRuns: 300 },
    );
  });

  it('of another gate with the same secret is refused', () =>
    refuses(gate({ audience: 'gate-2' }).issueToken(subject, 'session-1').token, 'token-invalid'));

  it('is never told in the problem', () => {
    const token = aToken({ ...good, exp: at });
    assert.throws(
      () => gate().readToken(token),
      (error: Problem) => !error.message.includes(token) && !error.detail.includes('li.wei'),
    );
  });

  const secrets: [string, unknown][] = [
    ['a text', 'x'.repeat(64)],
    ['bytes', randomBytes(32)],
    ['a short key', createSecretKey(randomBytes(31))],
    ['a public key', createPublicKey(publicPem)],
    ['a private key', rsa.privateKey],
    ['nothing', undefined],
    ['null', null],
    ['something shaped like a key', { type: 'secret' }],
  ];
  for (const [what, key] of secrets)
    it(`is not made with ${what} for a secret`, () => {
      assert.throws(
        () => gate({ secret: key as KeyObject }),
        (error: Problem) => error.code === 'key-invalid',
      );
    });

  for (const lifetime of [0, -1, 999, 900_001, Number.NaN, Number.POSITIVE_INFINITY])
    it(`does not live for ${lifetime} ms`, () =>
      assert.throws(
        () => gate({ lifetime }),
        (error: Problem) => error.code === 'config-invalid',
      ));
});
