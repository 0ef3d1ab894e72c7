// What a request brings to say who asks: a token, or a browser's cookie. A cookie comes by itself, from any page that makes the browser ask;
// so with one a request that changes something must also show that a page of ours made it.
import type { Request } from 'express';
import { Problem } from '../domain/problem.js';
import type { Presented } from '../export/sessions.js';

/** `__Host-`: set by this host alone, over TLS, for all of its paths (RFC 6265bis, 4.1.3.2). */
export const sessionCookie = '__Host-exportgate';
/** Binds a sign-in at the identity provider to the browser. Lax: the provider's page sends the browser back, and Strict would not come along. */
export const ticketCookie = '__Host-exportgate-oidc';

const attributes = 'Secure; HttpOnly; Path=/';
export const setCookie = (value: string): string => `${sessionCookie}=${value}; ${attributes}; SameSite=Strict`;
export const setTicket = (value: string, seconds: number): string =>
  `${ticketCookie}=${value}; ${attributes}; SameSite=Lax; Max-Age=${seconds}`;
export const dropCookie = (name: string): string => `${name}=; ${attributes}; SameSite=Strict; Max-Age=0`;

type Asked = Pick<Request, 'method' | 'headers'>;

/** Null where it brings nothing. `ownUrl`: the address that people use. Problems: `credentials-ambiguous`, `csrf-refused`. */
export function presentedBy({ method, headers }: Asked, ownUrl: string): Presented {
  const cookie = readCookie(headers.cookie, sessionCookie);
  if (headers.authorization !== undefined && cookie !== null)
    throw new Problem('credentials-ambiguous', 'The request has a session cookie and an Authorization header; send one of the two.');
  if (cookie === null) {
    const text = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
    return text === undefined ? null : { kind: 'token', text };
  }
  const isUnsafe = method !== 'GET' && method !== 'HEAD';
  if (isUnsafe) expectOwnPage({ headers }, ownUrl);
  const csrf = headers['x-csrf-token'];
  return { kind: 'cookie', text: cookie, csrf: typeof csrf === 'string' ? csrf : null, isUnsafe };
}

/** Problem `csrf-refused`. Browsers send Origin with every POST; who leaves it out with a cookie is not one that we know. */
export function expectOwnPage({ headers }: Pick<Asked, 'headers'>, ownUrl: string): void {
  const { origin, 'sec-fetch-site': site } = headers;
  const own = new URL(ownUrl).origin;
  if (origin !== own) throw new Problem('csrf-refused', `With a cookie the header Origin must be ${own}.`);
  if (site !== undefined && site !== 'same-origin') throw new Problem('csrf-refused', 'With a cookie Sec-Fetch-Site must be same-origin.');
}

/** Null without one. Problem `credentials-ambiguous`: two of one name, of which a proxy and we might each believe another. */
export function readCookie(header: string | undefined, name: string): string | null {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  if (values.length > 1) throw new Problem('credentials-ambiguous', `The cookie ${name} came more than once.`);
  return values[0] ?? null;
}
