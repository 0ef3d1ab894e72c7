// Digest access authentication (RFC 7616), MD5 and SHA-256, with their sessions, for HTTP and RTSP alike.
import { createHash, randomBytes } from 'node:crypto';

export interface Account {
  user: string;
  password: string;
}

export interface Challenge {
  realm: string;
  nonce: string;
  algorithm: 'MD5' | 'SHA-256';
  /** `MD5-sess`, `SHA-256-sess`: the password's part is bound to the nonces (RFC 7616, section 3.4.2). */
  session: boolean;
  /** The algorithm as the server spelt it, to be sent back; null where it named none. */
  spelling: string | null;
  qop: boolean;
  opaque: string | null;
  stale: boolean;
}

const hashes = { MD5: 'md5', 'SHA-256': 'sha256' } as const;

/** Splits one or several joined challenges: `Digest a="1", b=2, Basic realm="x"`. */
function splitChallenges(header: string): { scheme: string; parameters: Map<string, string> }[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  const token = /[\s,]*(?:([A-Za-z][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([A-Za-z][\w-]*)(?=\s|,|$))/y;
  for (let part = token.exec(header); part; part = token.exec(header)) {
    const [, name, quoted, bare, scheme] = part;
    if (scheme) found.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    else found.at(-1)?.parameters.set((name ?? '').toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  }
  return found;
}

function readChallenge(parameters: Map<string, string>): Challenge | null {
  const [realm, nonce] = [parameters.get('realm'), parameters.get('nonce')];
  const spelling = parameters.get('algorithm') ?? null;
  const [, algorithm, session] = /^(MD5|SHA-256)(-SESS)?$/.exec((spelling ?? 'MD5').toUpperCase()) ?? [];
  const offered = parameters
    .get('qop')
    ?.split(',')
    .map((each) => each.trim().toLowerCase());
  if (realm === undefined || nonce === undefined || (algorithm !== 'MD5' && algorithm !== 'SHA-256')) return null;
  // A session's part is made of the client's nonce, which is only sent with qop.
  if (offered ? !offered.includes('auth') : session) return null;
  const stale = parameters.get('stale')?.toLowerCase() === 'true';
  const rest = { qop: offered !== undefined, opaque: parameters.get('opaque') ?? null, stale };
  return { realm, nonce, algorithm, session: session !== undefined, spelling, ...rest };
}

/** The best challenge of all `WWW-Authenticate` headers: SHA-256 before MD5. Null where none can be answered. */
export function chooseChallenge(headers: readonly string[]): Challenge | null {
  const usable = headers
    .flatMap(splitChallenges)
    .filter(({ scheme }) => scheme === 'digest')
    .map(({ parameters }) => readChallenge(parameters))
    .filter((challenge) => challenge !== null);
  return usable.find(({ algorithm }) => algorithm === 'SHA-256') ?? usable[0] ?? null;
}

export interface Answer {
  method: string;
  /** Exactly as in the request line: path and query for HTTP, the whole URL for RTSP. */
  uri: string;
  /** How often this nonce was used, from 1. */
  count: number;
  cnonce?: string;
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** The `Authorization` header. Text beyond ASCII goes as UTF-8 bytes, one character each, which is what a header line carries. */
export function answerChallenge(
  challenge: Challenge,
  account: Account,
  { method, uri, count, cnonce = randomBytes(12).toString('hex') }: Answer,
): string {
  const hash = (text: string): string => createHash(hashes[challenge.algorithm]).update(text).digest('hex');
  const nc = count.toString(16).padStart(8, '0');
  const middle = challenge.qop ? `${challenge.nonce}:${nc}:${cnonce}:auth` : challenge.nonce;
  const secret = hash(`${account.user}:${challenge.realm}:${account.password}`);
  const bound = challenge.session ? hash(`${secret}:${challenge.nonce}:${cnonce}`) : secret;
  const response = hash(`${bound}:${middle}:${hash(`${method}:${uri}`)}`);
  const parts = [
    `username=${quote(account.user)}`,
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(uri)}`,
    `response="${response}"`,
    ...(challenge.spelling === null ? [] : [`algorithm=${challenge.algorithm}${challenge.session ? '-sess' : ''}`]),
    ...(challenge.opaque === null ? [] : [`opaque=${quote(challenge.opaque)}`]),
    ...(challenge.qop ? [`qop=auth`, `nc=${nc}`, `cnonce="${cnonce}"`] : []),
  ];
  return Buffer.from(`Digest ${parts.join(', ')}`, 'utf8').toString('latin1');
}
