// Service tokens: JWS compact, HS256 (RFC 7519, RFC 8725). The one door to jsonwebtoken, which accepts much that it should not.
import type { KeyObject } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { Problem } from '../domain/problem.js';
import { secretIdOf } from '../domain/formats/key-id.js';
import { isUserId, type Subject } from '../domain/subject.js';

const algorithm = 'HS256';
const issuer = 'exportgate';
/** The longest life a token may have, milliseconds. It ends with its session; a token that was copied dies soon in any case. */
const longestLifetime = 15 * 60_000;
/** A token of ours has about 400 characters. */
const longestToken = 4_096;
const compact = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export interface Tokens {
  /** Text to hand out, and when it ends. Times have whole seconds. */
  issueToken(subject: Subject, session: string): { token: string; jti: string; expiresAt: Date };
  /** Problems: `token-missing` (nothing, or empty), `token-invalid` (anything else that is not ours, whole and current). */
  readToken(token: string | null | undefined): TokenClaims;
}

export interface TokenClaims extends Subject {
  jti: string;
  /** Which session it belongs to. */
  session: string;
  expiresAt: Date;
}

export interface TokenParts {
  /** Symmetric, 32 bytes or more. A KeyObject: jsonwebtoken takes one-character texts for keys, and is slow with them. */
  secret: KeyObject;
  /** Earlier secrets: what they signed is read until it ends. */
  formerSecrets?: readonly KeyObject[];
  /** Which gate it is for: a token of one gate is foreign to the next, even where they share a secret. */
  audience: string;
  /** Milliseconds, at most `longestLifetime`. */
  lifetime: number;
  now: () => Date;
  newId: () => string;
}

const invalid = (detail: string, cause?: unknown): Problem => new Problem('token-invalid', detail, { cause });
const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** Problems: `key-invalid` (the secret is a text, not symmetric, or short), `config-invalid` (a lifetime out of range). */
export function makeTokens({ secret, formerSecrets = [], audience, lifetime, now, newId }: TokenParts): Tokens {
  for (const each of [secret, ...formerSecrets]) judgeSecret(each);
  const keyid = kidOf(secret);
  const known = new Map([...formerSecrets, secret].map((each) => [kidOf(each), each]));
  if (!(lifetime >= 1000 && lifetime <= longestLifetime)) throw new Problem('config-invalid', 'A token lives from 1 second to 15 minutes.');
  return {
    issueToken(subject, sid) {
      const [jti, iat] = [newId(), seconds(now())];
      const exp = iat + Math.floor(lifetime / 1000);
      const claims = { iss: issuer, aud: audience, sub: subject.user, name: subject.name, unit: subject.unit, jti, sid, iat, exp };
      return { token: jsonwebtoken.sign(claims, secret, { algorithm, keyid }), jti, expiresAt: new Date(exp * 1000) };
    },
    readToken(token) {
      if (token === null || token === undefined || token === '')
        throw new Problem('token-missing', 'Sign in and send the token as “Authorization: Bearer …”.');
      return readClaims(open(token, secretFor(token, known, secret), audience, now()), now());
    },
  };
}

const kidOf = (secret: KeyObject): string => secretIdOf(secret).slice(0, 16);

/** By its `kid`, which is no more than a hint: the signature is checked under that secret. Without one it is by the secret in use. */
function secretFor(token: unknown, known: ReadonlyMap<string, KeyObject>, current: KeyObject): KeyObject {
  const { kid } = headerOf(token);
  const secret = kid === undefined ? current : known.get(kid as string);
  if (!secret) throw invalid('It is not a token of this gate.');
  return secret;
}

function headerOf(token: unknown): { kid?: unknown } {
  if (typeof token !== 'string' || token.length > longestToken) return {};
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());
    return typeof header === 'object' && header !== null ? header : {};
  } catch {
    return {};
  }
}

/** A text secret is refused even where a caller's types are lax: jsonwebtoken would take `x` for a key. */
function judgeSecret(secret: unknown): void {
  const key = secret as Partial<KeyObject> | null;
  if (typeof key !== 'object' || key?.type !== 'secret' || (key.symmetricKeySize ?? 0) < 32)
    throw new Problem('key-invalid', 'The token secret must be a symmetric KeyObject of 32 bytes or more.');
}

/** Signature, issuer, audience and times → the claims. */
function open(token: string, secret: KeyObject, audience: string, now: Date): Record<string, unknown> {
  if (typeof token !== 'string' || token.length > longestToken || !compact.test(token)) throw invalid('It is not a token of this gate.');
  try {
    const { header, payload } = jsonwebtoken.verify(token, secret, {
      complete: true,
      algorithms: [algorithm],
      issuer,
      audience,
      maxAge: `${longestLifetime / 1000}s`,
      clockTimestamp: seconds(now),
    });
    judgeHeader(header);
    if (typeof payload !== 'object') throw invalid('Its content is not a set of claims.');
    return payload;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw invalid(
      error instanceof jsonwebtoken.TokenExpiredError ? 'It has expired; sign in again.' : 'It is not a token of this gate.',
      error,
    );
  }
}

/** We write `alg`, `typ` and `kid`, so nothing else is ours. RFC 7515, 4.1.11: an unknown `crit` must be refused; jsonwebtoken ignores it. */
function judgeHeader(header: object): void {
  const strange = Object.keys(header).filter((member) => !['alg', 'typ', 'kid'].includes(member));
  if (strange.length > 0) throw invalid('Its header holds members that this gate does not write.');
}

/** jsonwebtoken lets a token without `exp` live for ever, takes a list of audiences and does not know `jti`. */
function readClaims(claims: Record<string, unknown>, now: Date): TokenClaims {
  const { sub, name, unit, jti, sid, iat, exp, aud } = claims;
  const whole =
    [sub, name, unit, jti, sid, aud].every((text) => typeof text === 'string' && text !== '') &&
    Number.isSafeInteger(iat) &&
    Number.isSafeInteger(exp);
  if (!whole || !isUserId(sub as string)) throw invalid('It lacks claims that a token of this gate has.');
  const [from, to] = [iat as number, exp as number];
  if (from > seconds(now)) throw invalid('It was issued in the future; check the clocks.');
  if (to <= from || to - from > longestLifetime / 1000) throw invalid('It lives longer than a token of this gate.');
  const [user, session] = [sub as Subject['user'], sid as string];
  return { user, name: name as string, unit: unit as string, jti: jti as string, session, expiresAt: new Date(to * 1000) };
}
