// Cookies on their way: the video system's session stays here, those that name a skin may live in the browser, no other passes.
import type { WebFront } from '../../domain/web-front.js';
import type { WebSession } from './sessions.js';

const MOST_COOKIES = 20;
const value = /^[\w.:%|+,@/=~-]{0,512}$/;

/** For the request to the system; null: none. Of the browser's own only those of its pages. */
export function cookieForSystem({ isPageCookie }: Pick<WebFront, 'isPageCookie'>, { cookies }: WebSession, fromBrowser: string | undefined): string | null {
  const pages = (fromBrowser ?? '')
    .split(';')
    .map((pair) => readPair(pair))
    .filter(([name, text]) => isPageCookie(name) && value.test(text))
    .slice(0, MOST_COOKIES);
  const all = new Map([...pages, ...cookies]);
  return all.size === 0 ? null : [...all].map(([name, text]) => `${name}=${text}`).join('; ');
}

/** What the system sets: kept in the session, or given on where it names a page's looks. */
export function cookiesForBrowser(
  { isPageCookie }: Pick<WebFront, 'isPageCookie'>,
  session: WebSession,
  fromSystem: readonly string[],
  isSecure: boolean,
): string[] {
  const given: string[] = [];
  for (const line of fromSystem.slice(0, 2 * MOST_COOKIES)) {
    const [pair = '', ...attributes] = line.split(';');
    const [name, text] = readPair(pair);
    if (!/^[\w.-]{1,64}$/.test(name) || !value.test(text)) continue;
    const age = attributes.map(readPair).find(([attribute]) => attribute.toLowerCase() === 'max-age')?.[1];
    const expires = attributes.map(readPair).find(([attribute]) => attribute.toLowerCase() === 'expires')?.[1];
    const isOver = age !== undefined ? Number(age) <= 0 : expires !== undefined && Date.parse(expires) <= Date.parse('1980-01-01');
    if (isPageCookie(name)) given.push(`${name}=${text}; Path=/; SameSite=Lax${isSecure ? '; Secure' : ''}; Max-Age=${isOver ? 0 : 31_536_000}`);
    else if (isOver || text === '' || text === 'deleted') session.cookies.delete(name);
    else if (session.cookies.size < MOST_COOKIES || session.cookies.has(name)) session.cookies.set(name, text);
  }
  return given;
}

function readPair(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair.trim(), ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}
