// The gate's own account on ZoneMinder: a login, a token for its questions, a new one when it is refused. Everything goes as a form, so
// that neither password nor token stands in an address, which the video system's web server writes into its log.
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { Problem } from '../../plugin/domain/problem.js';
import { exchange, typeOf, type Answer, type Question } from './http.js';
import { dataBytes, type Limits } from './limits.js';
import { hideInJson } from './redact.js';
import { readLogin, type LoginAnswer } from './schemas.js';
import type { Transcript } from './transcript.js';

export interface CallOptions {
  signal: AbortSignal;
  transcript: Transcript;
}

export interface Asking {
  /** In the interface for programs, without `.json`, encoded: `events/7`. */
  path: string;
  query?: Record<string, string>;
  /** Reads unless it says otherwise. */
  method?: 'GET' | 'PUT';
  form?: Record<string, string>;
}

export interface FileAsked {
  type: RegExp;
  /** Bytes. */
  most: number;
  /** A longer one is cut there; else it is a fault. */
  cut?: boolean;
  /** First and last byte. */
  range?: readonly [from: number, to: number];
}

export interface Api {
  /** What an answer says; null where there is no such thing (404). Problems: `vms-unreachable`, `vms-refused`, `vms-fault`. */
  data<T>(asking: Asking, read: (json: unknown) => T, options: CallOptions): Promise<T | null>;
  /** The same with what stands around it: headers, and the milliseconds that it took. */
  told<T>(
    asking: Asking,
    read: (json: unknown) => T,
    options: CallOptions,
  ): Promise<{ value: T | null; headers: Answer['headers']; tookMs: number }>;
  /** A file by the pages' program (`index.php`): films and pictures. An answer of another type than `type`, which 404 is not, is a refusal:
   *  ZoneMinder writes its errors as pages. Problems as above. */
  file(form: Record<string, string>, asked: FileAsked, options: CallOptions): Promise<Answer>;
  /** Whether it wants a login at all. Known after the first question. */
  isOpen(): boolean;
}

/** A token is not used in the last minute of its life. */
const spare = 60_000;
const mostLogin = 64 * 1024;

interface Token {
  /** Empty where no login is wanted. */
  access: string;
  refresh: string | null;
  /** By `performance.now`. */
  until: number;
}

const refused = (): Problem => new Problem('vms-refused', 'The video system refused the gate’s account.');

export function makeApi(base: URL, account: Pick<RecorderAddress, 'user' | 'password' | 'tls'>, limits: Limits): Api {
  let token: Token | null = null;
  let signingIn: Promise<Token> | null = null;
  /** Of the pages' program: without it each question would leave a session in the video system's database. */
  let session: string | null = null;

  const send = (
    path: string,
    form: Record<string, string>,
    limit: Pick<Question, 'most' | 'cut' | 'milliseconds' | 'headers'>,
    { signal }: CallOptions,
  ) => exchange({ url: new URL(path, base), form: new URLSearchParams(form), tls: account.tls, ...limit, signal });

  const fault = (what: string, cause?: unknown): Problem =>
    new Problem('vms-fault', `The video system’s answer to ${what} cannot be read.`, { cause });

  function parse<T>({ body }: Answer, what: string, read: (json: unknown) => T): T {
    try {
      return read(JSON.parse(body.toString('utf8')));
    } catch (cause) {
      throw fault(what, cause);
    }
  }

  const asToken = (answer: LoginAnswer, refresh: string | null): Token => ({
    access: answer.access_token ?? '',
    refresh: answer.refresh_token ?? refresh,
    until: performance.now() + (answer.access_token_expires ?? 3600) * 1000 - spare,
  });

  async function signIn(options: CallOptions): Promise<Token> {
    const ask = async (form: Record<string, string>): Promise<Answer> => {
      const answer = await send('api/host/login.json', form, { most: mostLogin, milliseconds: limits.askMs }, options);
      // The answer is all token: only that it came is told.
      options.transcript.note('>', 'POST api/host/login.json');
      options.transcript.note('<', String(answer.status));
      return answer;
    };
    if (token?.refresh) {
      const renewed = await ask({ token: token.refresh });
      if (renewed.status === 200) return asToken(parse(renewed, 'login', readLogin), token.refresh);
    }
    const answer = await ask({ user: account.user, pass: account.password });
    if (answer.status === 401 || answer.status === 403) throw refused();
    if (answer.status !== 200) throw fault('login');
    return asToken(parse(answer, 'login', readLogin), null);
  }

  /** One login for all who wait for one. Who waits is not bound by the signal of who asked first. */
  async function tokenNow(options: CallOptions): Promise<Token> {
    if (token && performance.now() < token.until) return token;
    const wait = (signingIn ??= signIn({ ...options, signal: new AbortController().signal }).finally(() => (signingIn = null)));
    token = await orAbort(wait, options.signal);
    return token;
  }

  /** `ask` with a token; where it was refused, once more with a new one. */
  async function withToken(
    ask: (token: Record<string, string>) => Promise<Answer>,
    isRefused: (answer: Answer) => boolean,
    options: CallOptions,
  ) {
    for (let tries = 0; ; tries++) {
      const used = await tokenNow(options);
      const answer = await ask(used.access ? { token: used.access } : {});
      if (!isRefused(answer)) return answer;
      if (tries > 0) throw refused();
      // Somebody else may have renewed it meanwhile. The refresh token goes too: the secret that signed it may be another now.
      if (token === used) token = null;
    }
  }

  async function told<T>({ path, query = {}, method = 'GET', form = {} }: Asking, read: (json: unknown) => T, options: CallOptions) {
    const search = new URLSearchParams(query).toString();
    const what = `api/${path}.json${search && `?${search}`}`;
    let tookMs = 0;
    const answer = await withToken(
      async (own) => {
        const begun = performance.now();
        const sent = await send(what, { _method: method, ...form, ...own }, { most: dataBytes, milliseconds: limits.askMs }, options);
        tookMs = performance.now() - begun;
        options.transcript.note('>', `${method} ${what}${Object.keys(form).length > 0 ? `\n${new URLSearchParams(form).toString()}` : ''}`);
        options.transcript.note('<', `${sent.status}\n${hideInJson(sent.body.toString('utf8'))}`);
        return sent;
      },
      ({ status }) => status === 401 || status === 403,
      options,
    );
    if (answer.status === 404) return { value: null, headers: answer.headers, tookMs };
    // A redirection among them: it is not followed.
    if (answer.status !== 200) throw fault(path);
    return { value: parse(answer, path, read), headers: answer.headers, tookMs };
  }

  return {
    told,
    data: async (asking, read, options) => (await told(asking, read, options)).value,
    async file(form, { type, most, cut = false, range }, options) {
      const answer = await withToken(
        async (own) => {
          const headers = {
            ...(range && { range: `bytes=${range[0]}-${range[1]}` }),
            ...(session !== null && { cookie: `ZMSESSID=${session}` }),
          };
          const sent = await send('index.php', { ...form, ...own }, { most, cut, milliseconds: limits.pieceMs, headers }, options);
          const set = sent.headers['set-cookie']?.map((line) => /^ZMSESSID=([\w,-]{1,128});/.exec(line)?.[1]).find(Boolean);
          session = set ?? session;
          options.transcript.note('>', `index.php ${new URLSearchParams(form).toString()}${range ? ` ${range.join('-')}` : ''}`);
          options.transcript.note('<', `${sent.status} ${typeOf(sent)} ${sent.headers['content-range'] ?? ''} ${sent.body.length}`);
          return sent;
        },
        (sent) =>
          sent.status === 401 ||
          sent.status === 403 ||
          sent.status === 302 ||
          (sent.status === 200 && !type.test(typeOf(sent)) && sent.body.length > 0),
        options,
      );
      if (![200, 206, 404].includes(answer.status)) throw fault(form['view'] ?? 'index.php');
      return answer;
    },
    isOpen: () => token?.access === '',
  };
}

async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  // Who does not wait any longer must not leave a failure that nobody hears of.
  work.catch(() => undefined);
  return await new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
