// The page behind a link: what waits, and how it is fetched. To look at it burns nothing, so that a chat's preview, a mail filter or a stranger may;
// its form, from a browser that is signed in, begins the counted transfer.
import { createHash } from 'node:crypto';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { RequestState } from '../domain/lifecycle.js';
import { packageParts, type PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import { inBeijing } from '../export/beijing.js';
import { packagesOf } from '../export/deliver.js';
import { recordRefusal } from '../export/refusal.js';
import { findLink } from '../export/tell-delivery.js';
import { addressOf } from './api/deliveries.js';
import type { ApiParts } from './api/parts.js';
import { expectOwnPage, readCookie, sessionCookie } from './credentials.js';

const style = `body{font:16px/1.6 "Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
h1{font-size:1.4rem}small,.en{color:#5a6675}.en{font-family:system-ui,sans-serif}section{border:1px solid #cdd5df;border-radius:8px;padding:1rem 1.2rem;margin:1rem 0}
button{font:inherit;padding:.5rem 1.2rem;margin-top:.8rem}.fault{border-color:#b3261e;color:#b3261e}code{word-break:break-all}`;

const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;

/** `readForm`: bounded. Mounted before anything parses JSON. */
export function mountDeliveries(app: Express, parts: ApiParts, slowed: RequestHandler, readForm: RequestHandler): void {
  app.get('/deliveries/:link', slowed, async (request, response) => show(parts, await stateOf(parts, request), response));
  app.post('/deliveries/:link', slowed, readForm, async (request, response) => {
    const state = await stateOf(parts, request);
    try {
      const address = await begin(parts, state, request);
      response.redirect(303, addressOf(address));
    } catch (thrown) {
      const problem = Problem.from(thrown);
      if (problem.status >= 500) throw problem;
      show(parts, state, response, problem);
    }
  });
}

async function stateOf(parts: ApiParts, { params, originalUrl }: Request): Promise<RequestState> {
  const state = originalUrl.includes('?') ? null : await findLink(parts, String(params['link']));
  if (!state) throw new Problem('not-found', 'This link leads nowhere; ask who sent it for the whole of it.');
  return state;
}

/** Whoever makes a browser send this knows the link, and sends it from a page of ours: that stands here for the token that a script would send along. */
async function begin(parts: ApiParts, { requestId }: RequestState, request: Request): Promise<string> {
  const cookie = readCookie(request.headers.cookie, sessionCookie);
  if (cookie === null) throw new Problem('token-missing', 'Sign in with this browser first, or fetch it with the command line.');
  expectOwnPage(request, parts.url);
  const person = await parts.authenticate({ kind: 'cookie', text: cookie, csrf: null, isUnsafe: false });
  const part = packageParts.find((it) => it === ((request.body ?? {}) as { part?: unknown }).part);
  if (!part) throw new Problem('body-malformed', 'The form is not complete.');
  const { address } = await recordRefusal(parts, person, 'export', requestId, () => parts.transfers.begin(person, requestId, { part, form: 'zip' }));
  return address;
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const both = (zh: string, en: string): string => `${zh} <span class="en" lang="en">${en}</span>`;

function show({ now }: ApiParts, state: RequestState, response: Response, fault: Problem | null = null): void {
  const isOver = Date.parse(state.release!.expiresAt) <= now().getTime();
  response
    .status(fault ? fault.status : isOver ? 410 : 200)
    .set('Content-Security-Policy', policy)
    // Under no-referrer a browser sends the form with `Origin: null`. And the link is nobody else's.
    .set({ 'Referrer-Policy': 'same-origin', 'X-Robots-Tag': 'noindex, nofollow' })
    .type('html')
    .send(pageOf(state, isOver, fault));
}

const partWords: Record<PackagePart, readonly [zh: string, en: string]> = { whole: ['', ''], copies: ['查阅件', 'the copies'], originals: ['原件', 'the originals'] };

function pageOf(state: RequestState, isOver: boolean, fault: Problem | null): string {
  const { requestId, release } = state;
  const forms = packagesOf(state).map(
    ({ part }) => `<form method="post"><input type="hidden" name="part" value="${part}"><button type="submit">${both(`领取${partWords[part][0]}（计一次）`, `Fetch ${partWords[part][1]} (counts once)`)}</button></form>`,
  );
  const open = `<section><p>${both('领取人本人登录后领取；打开本页不计次数，断开可续传。', 'For its receiver, signed in. To open this page counts nothing; what is cut off goes on.')}</p>
${forms.join('\n')}
<p>${both('或用命令行：', 'Or with the command line:')} <code>exportgate request fetch ${escape(requestId)} --out ${escape(requestId)}.aes.zip</code></p>
<p>${both('文件为 AES-256 加密压缩包，用 7-Zip 打开；口令由执行人另行告知，不随本链接发送。', 'The file is an AES-256 ZIP, which 7-Zip opens; the passphrase comes from the executor by another way, never with this link.')}</p></section>`;
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>录像领取 · Delivery</title><meta name="robots" content="noindex"><meta name="viewport" content="width=device-width"><style>${style}</style></head><body>
<h1>${both('录像领取', 'Delivery of footage')}</h1>
<p>${both('调取编号', 'Request')} <code>${escape(requestId)}</code></p>
${fault ? `<section class="fault" role="alert">${both(`未接受（${fault.code}）。`, escape(fault.detail))}</section>` : ''}
${isOver ? `<section>${both('领取期限已过。', 'The time for fetching it is over.')}</section>` : open}
<p><small>${both(`截止 ${inBeijing(release!.expiresAt)}（北京时间）。每次领取均登记。`, 'Until then, Beijing time. Each fetch is recorded.')}</small></p></body></html>`;
}
