// Who a session or a token is on ZoneMinder, by what ZoneMinder says: the box in which its pages ask whether to sign out.
import { Problem } from '../../plugin/domain/problem.js';
import type { VmsLogin } from '../../plugin/domain/web-front.js';
import type { Device } from './device.js';
import { exchange } from './http.js';
import { readModal } from './schemas.js';

const mostBytes = 1024 * 1024;
const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#039;': "'", '&amp;': '&' };

/** In each of its languages the name stands in quotes, in the first paragraph; quotes and brackets in the name itself are escaped. */
function nameIn(html: string): string | null {
  const name = /<p>[^<']{0,200}'([^'<]{0,300})'[^<]{0,200}<\/p>/.exec(html)?.[1];
  return name === undefined ? null : name.replace(/&(?:lt|gt|quot|#039|amp);/g, (entity) => entities[entity]!);
}

/** Null: nobody is signed in. Problems `vms-unreachable`, `vms-fault`. */
export async function whoami({ base, account, limits }: Device, { cookies, token }: VmsLogin, signal: AbortSignal): Promise<string | null> {
  const session = cookies['ZMSESSID'];
  if (token === null && session === undefined) return null;
  // Neither can be sent if it is something else.
  if (!/^[\w,-]{1,256}$/.test(session ?? '0') || !/^[\w.-]{1,4096}$/.test(token ?? '0')) return null;
  const url = new URL('index.php', base);
  // By GET: a form would want a token of the pages. So a client's token stands in the address, as the client itself would send it.
  url.search = new URLSearchParams({ request: 'modal', modal: 'logout', ...(token !== null && { token }) }).toString();
  const headers: Record<string, string> = session === undefined ? {} : { cookie: `ZMSESSID=${session}` };
  const answer = await exchange({ url, form: null, headers, tls: account.tls, most: mostBytes, milliseconds: limits.askMs, signal });
  if (answer.status === 401 || answer.status === 403 || answer.status === 302) return null;
  let name: string | null = null;
  try {
    name = answer.status === 200 ? nameIn(readModal(JSON.parse(answer.body.toString('utf8'))).html) : null;
  } catch {
    // Told below: an answer in another form says nothing of anybody.
  }
  // A session that is over is told in the same words, and bears no name.
  if (name === '') return null;
  if (name === null) throw new Problem('vms-fault', 'The video system does not say whose session this is.');
  return name;
}
