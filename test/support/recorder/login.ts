// The recorder's side of a login: HTTP and RTSP digest (RFC 7616) and WS-UsernameToken.
import { createHash, randomBytes } from 'node:crypto';
import type { Faults } from './faults.js';
import { valuesOf } from './xml.js';

export interface Account {
  user: string;
  password: string;
}

const realm = 'recorder-in-a-box';

export interface Digest {
  /** Values of the WWW-Authenticate headers, one each. */
  challenges(verdict: 'no' | 'stale'): string[];
  judge(header: string | undefined, method: string, target: string): 'yes' | 'no' | 'stale';
}

/** Fields of an Authorization header. Its line carries bytes; a name beyond ASCII is UTF-8 in them. */
function fieldsOf(header: string): Map<string, string | undefined> {
  const fields = Buffer.from(header.slice(7), 'latin1')
    .toString('utf8')
    .matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g);
  return new Map([...fields].map(([, name = '', quoted, bare]) => [name, quoted?.replace(/\\(.)/g, '$1') ?? bare]));
}

/** Who signs in, by digest or by token; judged elsewhere. */
export const userOf = (header: string | undefined, xml: string): string =>
  (header?.startsWith('Digest ') ? fieldsOf(header).get('username') : valuesOf(xml, 'Username')[0]) ?? '';

/** RTSP recorders often leave qop and algorithm out; `qop` says whether this one does. Each challenge has a nonce of its own, and a count
 *  is taken once for each nonce. */
export function makeDigest(accounts: readonly Account[], faults: Faults, qop: boolean): Digest {
  const live = new Map<string, { uses: number; counts: Set<string | undefined> }>();
  const spent = new Set<string>();

  const isRight = (given: Map<string, string | undefined>, method: string, target: string): boolean => {
    const algorithm = given.get('algorithm') ?? 'MD5';
    if (!(faults.algorithms ?? ['MD5']).some((offered) => offered === algorithm)) return false;
    const hash = (text: string): string =>
      createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(text)
        .digest('hex');
    const account = accounts.find(({ user }) => user === given.get('username'));
    if (given.get('uri') !== target || !account) return false;
    const [a1, a2] = [hash(`${account.user}:${realm}:${account.password}`), hash(`${method}:${target}`)];
    const own = given.get('nonce');
    const middle = qop ? `${own}:${given.get('nc')}:${given.get('cnonce')}:${given.get('qop')}` : own;
    return given.get('response') === hash(`${a1}:${middle}:${a2}`);
  };

  const judge: Digest['judge'] = (header, method, target) => {
    if (!header?.startsWith('Digest ')) return 'no';
    const given = fieldsOf(header);
    if (!isRight(given, method, target)) return 'no';
    const nonce = given.get('nonce') ?? '';
    if (spent.has(nonce)) return 'stale';
    const known = live.get(nonce);
    if (!known || (qop && known.counts.has(given.get('nc')))) return 'no';
    known.counts.add(given.get('nc'));
    if (++known.uses >= (faults.nonceUses ?? Infinity)) {
      spent.add(nonce);
      live.delete(nonce);
    }
    return 'yes';
  };

  const challenges: Digest['challenges'] = (verdict) => {
    const nonce = randomBytes(16).toString('hex');
    live.set(nonce, { uses: 0, counts: new Set() });
    const line = (algorithm: string): string =>
      `Digest realm="${realm}", nonce="${nonce}"${qop ? ', qop="auth"' : ''}` +
      `${qop || faults.algorithms ? `, algorithm=${algorithm}` : ''}${verdict === 'stale' ? ', stale=true' : ''}`;
    return [...(faults.basicToo ? [`Basic realm="${realm}"`] : []), ...(faults.algorithms ?? ['MD5']).map(line)];
  };
  return { judge, challenges };
}

/** Password digest of the WS-Security UsernameToken profile, made at most 20 s away from the recorder's clock. */
export function acceptsToken(xml: string, accounts: readonly Account[], now: Date): boolean {
  const value = (name: string): string => valuesOf(xml, name)[0] ?? '';
  const [nonce, created] = [value('Nonce'), value('Created')];
  const age = Math.abs(Date.parse(created) - now.getTime());
  const account = accounts.find(({ user }) => user === value('Username'));
  if (!account || !nonce || !(age <= 20_000)) return false;
  const expected = createHash('sha1')
    .update(Buffer.concat([Buffer.from(nonce, 'base64'), Buffer.from(created + account.password)]))
    .digest('base64');
  return value('Password') === expected;
}
