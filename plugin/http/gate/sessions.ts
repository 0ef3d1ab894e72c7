// The browser's session with the gate, and behind it the one on the video system, which never leaves. What the browser holds opens nothing there.
import { hash as digest, randomBytes } from 'node:crypto';
import type { Instant } from '../../domain/span.js';
import type { Footage, VmsLogin } from '../../domain/web-front.js';
import type { Asked } from '../../domain/asked.js';
import type { Sitting } from '../../export/watch-live.js';
import { readCookie } from '../credentials.js';

/** As long as ZoneMinder's own. */
const IDLE_MS = 60 * 60_000;
const MOST_SESSIONS = 20_000;
/** Of one session: tokens that it was given, streams and archives that it began. */
const MOST_HELD = 200;

export interface WebSession {
  /** What the video system set for it. */
  cookies: Map<string, string>;
  /** What stands in a page in a credential's place → the credential. */
  tokens: Map<string, string>;
  /** The name it has on the video system, and when that was asked. */
  account: { name: string | null; askedAt: number } | null;
  sitting: Sitting;
  /** Streams and archives that this session began, by their key: what each is. */
  begun: Map<string, Begun>;
  usedAt: number;
}

export type Begun =
  | { kind: 'live' }
  | { kind: 'playback'; event: string; from: Instant; to: Instant; startedAt: number; ratePercent: number }
  | { kind: 'archive'; footage: readonly Footage[] };

const hash = (secret: string): string => digest('sha256', secret, 'base64url');
/** 256 bits: nobody guesses one, and a copy of this map opens none. Letters and digits alone: scripts of the system's pages find what stands for
 *  a credential in an address as such (`/auth=[a-z0-9]+/`), and would leave the rest of anything else behind a new one. */
const draw = (): string => randomBytes(32).toString('hex');

/** The browser's cookie. `__Host-` only over TLS (RFC 6265bis, 4.1.3.2). */
export const webCookie = (isSecure: boolean): string => (isSecure ? '__Host-exportgate-web' : 'exportgate-web');

export class WebSessions {
  readonly #byCookie = new Map<string, WebSession>();
  readonly #byToken = new Map<string, WebSession>();

  constructor(
    private readonly now: () => Date,
    readonly isSecure: boolean,
  ) {}

  /** The session that a request names by its cookie, or by what stands for a credential in its address; else a new one. Problem `credentials-ambiguous`. */
  of(cookieHeader: string | undefined, { params }: Pick<Asked, 'params'>): { session: WebSession; cookie: string | null; token: string | null } {
    const cookie = readCookie(cookieHeader, webCookie(this.isSecure));
    const token = params.get('token') ?? null;
    const known = this.byCookie(cookie);
    if (known) return { session: known, cookie, token };
    // Who signs in begins anew: else they would sign in within the session of whoever showed them the address.
    if (bringsPassword(params)) return { session: this.begin(), cookie: null, token };
    // A page's own addresses show what stands for its relay hash: by it the session is found, and nothing more.
    return { session: this.byToken(token) ?? this.byToken(params.get('auth') ?? null) ?? this.begin(), cookie: null, token };
  }

  /** Null for a cookie that is nobody's, or no longer. */
  byCookie(cookie: string | null): WebSession | null {
    return cookie === null ? null : this.#alive(this.#byCookie, cookie);
  }

  byToken(token: string | null): WebSession | null {
    return token === null ? null : this.#alive(this.#byToken, token);
  }

  begin(): WebSession {
    return { cookies: new Map(), tokens: new Map(), account: null, sitting: new Map(), begun: new Map(), usedAt: this.now().getTime() };
  }

  /** The cookie for a session: a new one each time, so that nobody signs in under one that somebody else planted. */
  cookieFor(session: WebSession, before: string | null): string {
    if (before !== null) this.#byCookie.delete(hash(before));
    const cookie = draw();
    this.#remember(this.#byCookie, cookie, session);
    return cookie;
  }

  /** The header that gives the browser a new cookie. Lax: the page that asks for a reason leads back from another site. */
  setCookie(session: WebSession, before: string | null): string {
    return `${webCookie(this.isSecure)}=${this.cookieFor(session, before)}; Path=/; HttpOnly; SameSite=Lax${this.isSecure ? '; Secure' : ''}`;
  }

  /** What stands in the place of a credential of the video system. The same one for the same credential. */
  tokenFor(session: WebSession, credential: string): string {
    for (const [token, known] of session.tokens) if (known === credential) return token;
    const token = draw();
    if (session.tokens.size >= MOST_HELD) for (const oldest of [...session.tokens.keys()].slice(0, 1)) this.#byToken.delete(hash(oldest));
    put(session.tokens, token, credential, MOST_HELD);
    this.#remember(this.#byToken, token, session);
    return token;
  }

  /** Somebody signs in under it: what it gave out before is another person's. At a desk of several, a page's address is soon copied. */
  forgetGiven(session: WebSession): void {
    for (const [key, it] of this.#byToken) if (it === session) this.#byToken.delete(key);
    for (const map of [session.tokens, session.begun, session.sitting]) map.clear();
    session.account = null;
  }

  /** Visits of nobody go first: whoever opens the sign-in page thousands of times signs nobody out. */
  #remember(map: Map<string, WebSession>, secret: string, session: WebSession): void {
    if (map.size >= MOST_SESSIONS) {
      for (const [key, it] of map) {
        if (!isNobodys(it)) continue;
        map.delete(key);
        break;
      }
    }
    put(map, hash(secret), session, MOST_SESSIONS);
  }

  #alive(map: Map<string, WebSession>, secret: string): WebSession | null {
    const key = hash(secret);
    const session = map.get(key);
    const now = this.now().getTime();
    if (!session || now - session.usedAt > IDLE_MS) {
      map.delete(key);
      return null;
    }
    session.usedAt = now;
    // The one unused longest stands first, and goes first.
    map.delete(key);
    map.set(key, session);
    return session;
  }
}

/** Who has signed in was asked for by name, or has a credential of the system in a page. */
const isNobodys = ({ account, tokens }: WebSession): boolean => !account?.name && tokens.size === 0;

/** A sign-in by name and password, as the systems' own pages and programs send it. */
export const bringsPassword = (params: Asked['params']): boolean => params.has('password') || params.has('pass');

/** Bounded: what came first goes. */
export function put<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}

export const loginOf = ({ cookies, tokens }: WebSession, token: string | null): VmsLogin => ({
  cookies: Object.fromEntries(cookies),
  token: (token !== null && tokens.get(token)) || null,
});
