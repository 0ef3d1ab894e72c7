// Somebody who speaks to a gate: signs in when first needed, and gets the next token before the session ends.
import { Problem } from '../domain/problem.js';

/** The code of a second factor, at this moment. */
export type OneTimePassword = () => string | Promise<string>;

export interface Credentials {
  user: string;
  password: string;
  /** Asked for when it is needed: a code lives for half a minute. */
  otp?: OneTimePassword;
}

interface Tokens {
  token: string;
  renewal: string | null;
}

type Post = <T>(path: string, body: unknown) => Promise<T>;

export class Login {
  /** One at a time: two renewals at once would look like a copied one. */
  #tokens: Promise<Tokens> | null;

  constructor(
    private readonly credentials: Credentials | null,
    token: string | null = null,
  ) {
    this.#tokens = token === null ? null : Promise.resolve({ token, renewal: null });
  }

  async token(post: Post): Promise<string> {
    return (await (this.#tokens ??= this.#signIn(post))).token;
  }

  /** The one after a token that was refused; null where there is none. */
  async next(refused: string, post: Post): Promise<string | null> {
    const { token, renewal } = (await this.#tokens) ?? { token: null, renewal: null };
    if (token !== null && token !== refused) return token;
    if (renewal === null) return null;
    this.#tokens = post<{ token: string; renewal: string }>('/api/v1/session/renewal', { renewal });
    return this.#tokens.then(
      (tokens) => tokens.token,
      () => {
        this.#tokens = Promise.resolve({ token: refused, renewal: null });
        return null;
      },
    );
  }

  async #signIn(post: Post): Promise<Tokens> {
    if (!this.credentials) throw new Problem('token-missing', 'The gate wants to know who asks.');
    const { user, password, otp } = this.credentials;
    const code = await otp?.();
    try {
      return await post<Tokens>('/api/v1/session', { user, password, ...(code !== undefined && { otp: code }) });
    } catch (thrown) {
      this.#tokens = null;
      throw thrown;
    }
  }
}
