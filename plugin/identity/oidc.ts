// Signing in at an identity provider (OpenID Connect Core 1.0, code flow with PKCE, state and nonce). The one door to openid-client.
import * as client from 'openid-client';
import { Problem } from '../domain/problem.js';
import { isUserId, type RoleName, type UserId } from '../domain/subject.js';
import { Tickets } from './tickets.js';

export interface OidcParts {
  /** Nobody else's word counts. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Of the gate: where the provider sends people back to. Asked late: the port may be any free one. */
  redirectUrl: () => string;
  /** The claim that is the user’s id without `user:`. */
  userClaim: string;
  roleClaim: string;
  /** What the provider calls a role → what the gate calls it. */
  roles: Readonly<Record<string, RoleName>>;
  /** Words in `amr`, or the one of `acr`, that mean that the provider saw a second factor. */
  secondFactorAmr: readonly string[];
  now: () => Date;
}

/** What the provider said of somebody. */
export interface Word {
  user: UserId;
  roles: readonly RoleName[];
  isSecondFactor: boolean;
}

export interface Oidc {
  /** Where to send the browser, and the ticket that it must bring back. Problem `oidc-unavailable`. */
  start(): Promise<{ url: string; ticket: string }>;
  /** `query`: what the provider sent the browser back with. Problems: `oidc-refused`, `oidc-unavailable`. */
  finish(ticket: string | null, query: string): Promise<Word>;
  /** Keeps a word for the moment in which a local second factor is typed. */
  hold(word: Word): string;
  held(ticket: string | null): Word;
}

/** How long somebody may take at the provider. */
const FLOW_MS = 10 * 60_000;
const TYPING_MS = 3 * 60_000;
const TIMEOUT_SECONDS = 10;
const LONGEST_ANSWER = 1024 * 1024;

interface Flow {
  state: string;
  nonce: string;
  verifier: string;
}

export function makeOidc(parts: OidcParts): Oidc {
  const flows = new Tickets<Flow>(FLOW_MS, parts.now);
  const words = new Tickets<Word>(TYPING_MS, parts.now);
  let found: Promise<client.Configuration> | null = null;
  const provider = (): Promise<client.Configuration> =>
    (found ??= discover(parts).catch((thrown: unknown) => {
      // Asked again at the next sign-in.
      found = null;
      throw thrown;
    }));
  return {
    async start() {
      const config = await provider();
      const flow = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: parts.redirectUrl(),
        scope: 'openid profile',
        response_type: 'code',
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, ticket: flows.put(flow) };
    },
    async finish(ticket, query) {
      const flow = flows.take(ticket);
      if (!flow) throw refused('It was not begun in this browser, took longer than ten minutes, or came back twice');
      const config = await provider();
      return readWord(parts, await claimsOf(config, new URL(`${parts.redirectUrl()}?${query}`), flow));
    },
    hold: (word) => words.put(word),
    held(ticket) {
      const word = words.take(ticket);
      if (!word) throw refused('Nobody waits here for a second factor');
      return word;
    },
  };
}

async function discover({ issuer, clientId, clientSecret }: OidcParts): Promise<client.Configuration> {
  const url = new URL(issuer);
  // The configuration takes http for loopback alone.
  const execute = url.protocol === 'http:' ? [client.allowInsecureRequests] : [];
  try {
    const config = await client.discovery(url, clientId, undefined, client.ClientSecretBasic(clientSecret), {
      execute,
      timeout: TIMEOUT_SECONDS,
      [client.customFetch]: fetchLittle,
    });
    // Else the signature of an ID token is taken on trust, because it came over TLS (OpenID Connect Core, 3.1.3.7, 6).
    client.enableNonRepudiationChecks(config);
    return config;
  } catch (cause) {
    throw new Problem('oidc-unavailable', 'The identity provider does not describe itself; its address or the network is wrong.', {
      cause,
    });
  }
}

/** A provider answers with little; one that does not end must not fill the memory. */
const fetchLittle: client.CustomFetch = async (url, options) => {
  const response = await fetch(url, options as RequestInit);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > LONGEST_ANSWER) throw new TypeError('The identity provider’s answer is too long.');
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  const body = [204, 304].includes(status) ? null : Buffer.concat(chunks);
  return new Response(body, { status, statusText, headers: withoutCoding(headers) });
};

/** What was read is no longer compressed. */
function withoutCoding(headers: Headers): Headers {
  const plain = new Headers(headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) plain.delete(name);
  return plain;
}

type Claims = Readonly<Record<string, unknown>>;

/** ID token, with what the provider tells at its userinfo endpoint alone; the ID token's own words stand. */
async function claimsOf(config: client.Configuration, url: URL, { state, nonce, verifier }: Flow): Promise<Claims> {
  try {
    const answer = await client.authorizationCodeGrant(config, url, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const claims = answer.claims()!;
    if (!config.serverMetadata().userinfo_endpoint) return claims;
    return { ...(await client.fetchUserInfo(config, answer.access_token, claims.sub)), ...claims };
  } catch (cause) {
    throw translate(cause);
  }
}

function translate(cause: unknown): Problem {
  const { code, error } = cause as { code?: string; error?: string };
  if (code === 'OAUTH_TIMEOUT' || (cause instanceof TypeError && code === undefined))
    return new Problem('oidc-unavailable', 'The identity provider does not answer.', { cause });
  return refused(
    error === 'access_denied' ? 'The identity provider let nobody in' : 'Its answer does not fit what was asked, or is not genuine',
    cause,
  );
}

function readWord({ userClaim, roleClaim, roles, secondFactorAmr }: OidcParts, claims: Claims): Word {
  const user = `user:${textOf(claims[userClaim])}`;
  if (!isUserId(user)) throw refused(`Its claim ${userClaim} is no name of a user here`);
  const told = [claims[roleClaim] ?? []].flat().map(textOf);
  const seen = [claims['amr'] ?? [], claims['acr'] ?? []].flat().map(textOf);
  return {
    user,
    // Own members alone: a role called `constructor` is none.
    roles: told.flatMap((name) => (Object.hasOwn(roles, name) ? [roles[name]!] : [])),
    isSecondFactor: secondFactorAmr.some((word) => seen.includes(word)),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const refused = (detail: string, cause?: unknown): Problem => new Problem('oidc-refused', `${detail}; begin again.`, { cause });
