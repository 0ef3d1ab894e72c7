// Signing in at the identity provider: the browser is sent there, comes back with a code, and gets a session cookie.
import type { Request, Response } from 'express';
import { Problem } from '../../domain/problem.js';
import { enterByProvider } from '../../export/enter.js';
import type { Oidc } from '../../identity/oidc.js';
import { consolePath } from '../console-files.js';
import { dropCookie, expectOwnPage, readCookie, setTicket, ticketCookie } from '../credentials.js';
import { operation, type Operation } from '../operation.js';
import { otpSchema, type emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';
import { welcome } from './session.js';

const start = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/session/oidc',
  summary: 'Sends the browser to the identity provider',
  open: true,
  answers: 'text/html',
  async run(parts, { response }) {
    const { url, ticket } = await providerOf(parts).start();
    response.append('Set-Cookie', setTicket(ticket, 600));
    response.redirect(303, url);
    return null;
  },
});

const back = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/session/oidc/callback',
  summary: 'Where the identity provider sends the browser back to; a session cookie, or the question for the local second factor',
  open: true,
  answers: 'text/html',
  async run(parts, { request, response, query }) {
    const oidc = providerOf(parts);
    const word = await oidc.finish(ticketOf(request), query.toString());
    response.append('Set-Cookie', dropCookie(ticketCookie));
    const entered = await enterByProvider(parts.people, word, null, request.ip ?? '');
    if (entered) return goOn(response.status(200), () => welcome(parts, entered, response), consolePath);
    response.append('Set-Cookie', setTicket(oidc.hold(word), 180));
    return goOn(response.status(200), () => undefined, `${consolePath}?second-factor`);
  },
});

const second = operation<ApiParts, typeof otpSchema>({
  method: 'post',
  path: '/api/v1/session/oidc/second-factor',
  summary: 'The local second factor, where the identity provider saw none → a session cookie',
  open: true,
  guarded: true,
  body: otpSchema,
  async run(parts, { request, response, body: { otp } }) {
    expectOwnPage(request, parts.url);
    const word = providerOf(parts).held(ticketOf(request));
    response.append('Set-Cookie', dropCookie(ticketCookie));
    const entered = await enterByProvider(parts.people, word, otp, request.ip ?? '');
    return welcome(parts, entered!, response);
  },
});

function providerOf({ oidc }: ApiParts): Oidc {
  if (!oidc) throw new Problem('not-found', 'This gate has no identity provider; sign in with user and password.');
  return oidc;
}

const ticketOf = (request: Request): string | null => readCookie(request.headers.cookie, ticketCookie);

/** Not a redirect: the browser would count it as the provider's, and a Strict cookie would not come along. */
function goOn(response: Response, before: () => unknown, path: string): null {
  before();
  response
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${path}"><a href="${path}">继续 Go on</a></html>`,
    );
  return null;
}

export const oidcOperations: readonly Operation<ApiParts>[] = [start, back, second];
