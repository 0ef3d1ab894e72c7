// The page behind a link: what waits, and how it is fetched. To look at it burns nothing, so that a chat's preview, a mail filter or a stranger may;
// its forms sign its receiver in, and begin the counted transfer in the form that they choose. No script.
import { createHash } from 'node:crypto';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { RequestState } from '../domain/lifecycle.js';
import { packageParts, type PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import { inBeijing } from '../export/beijing.js';
import { judgeReceiver, partsFor } from '../export/deliver.js';
import { enter } from '../export/enter.js';
import { recordRefusal } from '../export/refusal.js';
import { endSession } from '../export/sessions.js';
import { findLink } from '../export/tell-delivery.js';
import type { Asked } from '../export/wrap.js';
import type { Person } from '../domain/subject.js';
import { addressOf } from './api/deliveries.js';
import { welcome } from './api/session.js';
import type { ApiParts } from './api/parts.js';
import { expectOwnPage, readCookie, sessionCookie } from './credentials.js';
import { sessionSchema } from './schemas.js';

const style = `body{font:16px/1.6 "Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
h1{font-size:1.4rem}small,.en{color:#5a6675}.en{font-family:system-ui,sans-serif}section{border:1px solid #cdd5df;border-radius:8px;padding:1rem 1.2rem;margin:1rem 0}
label{display:block;margin:.6rem 0 .2rem}.choice{margin:.2rem 0}input[type=text],input[type=password]{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.4rem}fieldset{border:1px solid #cdd5df;border-radius:6px;margin:.8rem 0}button{font:inherit;padding:.5rem 1.2rem;margin-top:.8rem}.fault{border-color:#b3261e;color:#b3261e}code{word-break:break-all}`;

const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;

/** `readForm`: bounded; `guarded`: signing in is guessed at here too. Mounted before anything parses JSON. */
export function mountDeliveries(app: Express, parts: ApiParts, slowed: RequestHandler, guarded: RequestHandler, readForm: RequestHandler): void {
  app.get('/deliveries/:link', slowed, async (request, response) => {
    const state = await stateOf(parts, request);
    show(parts, state, response, await visitorOf(parts, request));
  });
  app.post('/deliveries/:link', guarded, readForm, async (request, response) => {
    const state = await stateOf(parts, request);
    const said = (request.body ?? {}) as Said;
    try {
      if (said.act === 'sign-in') return show(parts, state, response, await signIn(parts, state, request, response, said));
      const address = await begin(parts, state, request, said);
      return response.redirect(303, addressOf(address));
    } catch (thrown) {
      const problem = Problem.from(thrown);
      if (problem.status >= 500) throw problem;
      return show(parts, state, response, await visitorOf(parts, request), problem);
    }
  });
}

/** A form's fields, as strangers send them. */
type Said = Partial<Record<'act' | 'part' | 'form' | 'recipient' | 'user' | 'password' | 'otp', unknown>>;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Who looks: null without a session, which a link from elsewhere brings along neither (SameSite=Strict). */
async function visitorOf(parts: ApiParts, { headers }: Request): Promise<Person | null> {
  try {
    const text = readCookie(headers.cookie, sessionCookie);
    return text === null ? null : await parts.authenticate({ kind: 'cookie', text, csrf: null, isUnsafe: false });
  } catch (thrown) {
    if (Problem.from(thrown).status >= 500) throw thrown;
    return null;
  }
}

/** As the API signs in, but for this link alone: who is no receiver of it keeps no session. */
async function signIn(parts: ApiParts, state: RequestState, request: Request, response: Response, { user, password, otp }: Said): Promise<Person> {
  // A page of somebody else's must not sign our people in as somebody.
  expectOwnPage(request, parts.url);
  const login = sessionSchema.safeParse({ user: textOf(user).trim(), password: textOf(password), ...(textOf(otp).trim() && { otp: textOf(otp).trim() }), cookie: true });
  if (!login.success) throw new Problem('login-failed', 'User, password and, where the account has one, the six digits of the second factor.');
  const { cookie: _, ...known } = login.data;
  const entered = await enter(parts.people, known, 'cookie', request.ip ?? '');
  try {
    await recordRefusal(parts, entered.person, 'export', state.requestId, async () => void judgeReceiver(state, entered.person.pseudonym));
  } catch (thrown) {
    await endSession(parts.people, entered.person, entered.session.id);
    throw thrown;
  }
  welcome(parts, entered, response);
  return entered.person;
}

async function stateOf(parts: ApiParts, { params }: Request): Promise<RequestState> {
  // What a chat or a mail filter hangs on behind it changes nothing.
  const state = await findLink(parts, String(params['link']));
  if (!state) throw new Problem('not-found', 'This link leads nowhere; ask who sent it for the whole of it.');
  return state;
}

/** Whoever makes a browser send this knows the link, and sends it from a page of ours: that stands here for the token that a script would send along. */
async function begin(parts: ApiParts, { requestId }: RequestState, request: Request, said: Said): Promise<string> {
  const cookie = readCookie(request.headers.cookie, sessionCookie);
  if (cookie === null) throw new Problem('token-missing', 'Sign in first, here or with the command line.');
  expectOwnPage(request, parts.url);
  const person = await parts.authenticate({ kind: 'cookie', text: cookie, csrf: null, isUnsafe: false });
  const part = packageParts.find((it) => it === said.part);
  if (!part) throw new Problem('body-malformed', 'The form is not complete.');
  const asked: Asked = said.form === 'age' ? { part, form: 'age', recipient: textOf(said.recipient).trim().slice(0, 80) } : { part, form: 'zip' };
  const { address } = await recordRefusal(parts, person, 'export', requestId, () => parts.transfers.begin(person, requestId, asked));
  return address;
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const both = (zh: string, en: string): string => `${zh} <span class="en" lang="en">${en}</span>`;

function show({ now }: ApiParts, state: RequestState, response: Response, visitor: Person | null, fault: Problem | null = null): void {
  const isOver = Date.parse(state.release!.expiresAt) <= now().getTime();
  response
    .status(fault ? fault.status : isOver ? 410 : 200)
    .set('Content-Security-Policy', policy)
    // Under no-referrer a browser sends the form with `Origin: null`. And the link is nobody else's.
    .set({ 'Referrer-Policy': 'same-origin', 'X-Robots-Tag': 'noindex, nofollow' })
    .type('html')
    .send(pageOf(state, visitor, isOver, fault));
}

const partWords: Record<PackagePart, readonly [zh: string, en: string]> = { whole: ['', ''], copies: ['查阅件', 'the copies'], originals: ['原件', 'the originals'] };

const field = (name: string, zh: string, en: string, more: string): string => `<label>${both(zh, en)}<input name="${name}" ${more}></label>`;

const signInForm = `<form method="post" autocomplete="on"><input type="hidden" name="act" value="sign-in">
${field('user', '用户名', 'User', 'type="text" placeholder="user:…" autocomplete="username" maxlength="80" required')}
${field('password', '密码', 'Password', 'type="password" autocomplete="current-password" maxlength="256" required')}
${field('otp', '一次性口令（六位，账号设有时填写）', 'One-time code (six digits, where the account has one)', 'type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="6"')}
<button type="submit">${both('登录', 'Sign in')}</button></form>`;

const fetchForm = (part: PackagePart): string => `<form method="post"><input type="hidden" name="part" value="${part}"><fieldset><legend>${both(`材料包${partWords[part][0] && `：${partWords[part][0]}`}`, `Package ${partWords[part][1]}`)}</legend>
<label class="choice"><input type="radio" name="form" value="zip" checked> ${both('AES-256 加密压缩包，用口令打开', 'AES-256 ZIP, opened with the passphrase')}</label>
<label class="choice"><input type="radio" name="form" value="age"> ${both('age 文件，用本人密钥打开', 'age file, opened with your own key')}</label>
${field('recipient', '本人的 age 公钥（选 age 时填写）', 'Your age public key (for age)', 'type="text" placeholder="age1…" maxlength="80"')}
<button type="submit">${both(`领取${partWords[part][0]}（计一次）`, `Fetch ${partWords[part][1]} (counts once)`)}</button></fieldset></form>`;

function pageOf(state: RequestState, visitor: Person | null, isOver: boolean, fault: Problem | null): string {
  const { requestId, release } = state;
  const parts = visitor ? partsFor(state, visitor.pseudonym) : [];
  const mine = visitor && parts.length > 0;
  const forms = mine
    ? [`<p>${both('已登录：', 'Signed in:')} ${escape(visitor.name)}</p>`, ...parts.map(fetchForm)]
    : [...(visitor ? [`<p>${both('已登录的账号不是领取人；请以领取人账号登录。', 'The account that is signed in is not the receiver’s; sign in as the receiver.')}</p>`] : []), signInForm];
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
