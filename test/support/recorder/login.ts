// The recorder's side of a login: HTTP and RTSP digest (RFC 7616, MD5) and WS-UsernameToken.
import { createHash, randomBytes } from 'node:crypto';
import { valuesOf } from './xml.js';

export interface Account {
  user: string;
  password: string;
}

const realm = 'recorder-in-a-box';
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export interface Digest {
  challenge: string;
  accepts(header: string | undefined, method: string, target: string): boolean;
}

/** One nonce for the recorder's life. RTSP recorders often leave qop out; `qop` says whether this one does. */
export function makeDigest(account: Account, qop: boolean): Digest {
  const nonce = randomBytes(16).toString('hex');
  const accepts = (header: string | undefined, method: string, target: string): boolean => {
    if (!header?.startsWith('Digest ')) return false;
    // A header line carries bytes; a name beyond ASCII is UTF-8 in them.
    const fields = Buffer.from(header.slice(7), 'latin1')
      .toString('utf8')
      .matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g);
    const given = new Map([...fields].map(([, name = '', quoted, bare]) => [name, quoted?.replace(/\\(.)/g, '$1') ?? bare]));
    if (given.get('nonce') !== nonce || given.get('uri') !== target || given.get('username') !== account.user) return false;
    const [a1, a2] = [md5(`${account.user}:${realm}:${account.password}`), md5(`${method}:${target}`)];
    const middle = qop ? `${nonce}:${given.get('nc')}:${given.get('cnonce')}:${given.get('qop')}` : nonce;
    return given.get('response') === md5(`${a1}:${middle}:${a2}`);
  };
  return { challenge: `Digest realm="${realm}", nonce="${nonce}"${qop ? ', qop="auth", algorithm=MD5' : ''}`, accepts };
}

/** Password digest of the WS-Security UsernameToken profile, made at most 20 s away from the recorder's clock. */
export function acceptsToken(xml: string, account: Account, now: Date): boolean {
  const value = (name: string): string => valuesOf(xml, name)[0] ?? '';
  const [nonce, created] = [value('Nonce'), value('Created')];
  const age = Math.abs(Date.parse(created) - now.getTime());
  if (!nonce || !(age <= 20_000)) return false;
  const expected = createHash('sha1')
    .update(Buffer.concat([Buffer.from(nonce, 'base64'), Buffer.from(created + account.password)]))
    .digest('base64');
  return value('Username') === account.user && value('Password') === expected;
}
