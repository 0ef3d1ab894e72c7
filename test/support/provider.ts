// A real identity provider (oidc-provider) on loopback, with somebody in front of it who can change what its token endpoint answers.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** Whom the provider lets in next, and what it says of them. */
export interface Somebody {
  name: string;
  roles: unknown;
  amr?: string[];
}

export interface TestProvider {
  issuer: string;
  /** The key that its ID tokens are signed with. */
  key: KeyObject;
  keyId: string;
  next: Somebody;
  /** Changes the answer of the token endpoint on its way. */
  tamper: ((answer: Record<string, unknown>) => Record<string, unknown>) | null;
  /** Its client comes to be known when its address is. */
  serve(redirectUrl: string): void;
  close(): Promise<void>;
}

export const clientId = 'exportgate';
export const clientSecret = 'a secret of the test and of nothing else';

export async function aProvider(): Promise<TestProvider> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyId = 'provider-1';
  let handle: http.RequestListener = (_request, response) => void response.writeHead(503).end();
  const inner = http.createServer((request, response) => handle(request, response));
  const outer = http.createServer((request, response) => void pass(request, response).catch(() => response.destroy()));
  for (const server of [inner, outer]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const portOf = (server: http.Server): number => (server.address() as AddressInfo).port;
  const issuer = `http://127.0.0.1:${portOf(outer)}`;
  const provider: TestProvider = {
    issuer, key: privateKey, keyId, next: { name: 'nobody', roles: [] }, tamper: null,
    serve: (redirectUrl) => void (handle = listenerOf(provider, redirectUrl)),
    close: async () => {
      for (const server of [inner, outer]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };

  async function pass(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) =>
      http.request({ port: portOf(inner), method: request.method, path: request.url, headers: request.headers }, resolve).once('error', reject).end(Buffer.concat(chunks)),
    );
    const body: Buffer[] = [];
    for await (const chunk of answer) body.push(chunk as Buffer);
    let bytes = Buffer.concat(body);
    if (request.url === '/token' && answer.statusCode === 200 && provider.tamper)
      bytes = Buffer.from(JSON.stringify(provider.tamper(JSON.parse(bytes.toString()) as Record<string, unknown>)));
    const { 'content-length': _length, 'transfer-encoding': _coding, ...headers } = answer.headers;
    response.writeHead(answer.statusCode!, headers).end(bytes);
  }
  return provider;
}

function listenerOf(test: TestProvider, redirectUrl: string): http.RequestListener {
  const real = new Provider(test.issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUrl] }],
    jwks: { keys: [{ ...test.key.export({ format: 'jwk' }), kid: test.keyId, use: 'sig', alg: 'RS256' } as never] },
    cookies: { keys: ['a key of the test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/login/${uid}` },
    claims: { openid: ['sub', 'amr'], profile: ['preferred_username', 'roles'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: test.next.name, roles: test.next.roles as never }) }),
    // Nobody is asked whether the gate may know who they are.
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({ clientId, accountId: context.oidc.session!.accountId! });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  });
  const callback = real.callback();
  return (request, response) => {
    if (!request.url?.startsWith('/login/')) return void callback(request, response);
    const { name, amr } = test.next;
    void real.interactionFinished(request, response, { login: { accountId: name, ...(amr && { amr }) } }, { mergeWithLastSubmission: false });
  };
}

/** Follows the provider's redirects as a browser does, with its cookies, until it is sent back to the gate. Gives that address. */
export async function throughProvider(start: string, issuer: string): Promise<URL> {
  const jar = new Map<string, string>();
  let url = new URL(start);
  for (let hops = 0; hops < 10 && url.origin === issuer; hops++) {
    const response = await fetch(url, { redirect: 'manual', headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      jar.set(name!, value!);
    }
    const to = response.headers.get('location');
    if (to === null) throw new Error(`The provider answered ${response.status}: ${await response.text()}`);
    url = new URL(to, url);
  }
  return url;
}
