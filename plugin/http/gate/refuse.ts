// The no, in a form that its client can show: a page for who navigates, a picture or a clip for what a page embeds, a problem document for
// programs and for whatever the gate itself could not do. What a browser says of itself chooses this form and nothing else.
import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import type { Problem } from '../../domain/problem.js';
import { problemDocument } from '../answer-problem.js';
import type { NoticePictures } from '../../media/notice-picture.js';

export type NoForm = 'page' | 'picture' | 'clip' | 'document';

/** Fetch metadata where the browser sends it (not over plain HTTP on a network), else what it accepts. */
export function noFormOf({ 'sec-fetch-dest': destination, accept = '', range }: http.IncomingHttpHeaders): NoForm {
  if (destination === 'document' || destination === 'iframe' || destination === 'frame') return 'page';
  if (destination === 'image') return 'picture';
  if (destination === 'video') return 'clip';
  if (destination !== undefined) return 'document';
  if (/\btext\/html\b/.test(accept)) return 'page';
  if (/^\s*(image\/|video\/)/.test(accept)) return accept.trim().startsWith('image/') ? 'picture' : 'clip';
  return range !== undefined && accept === '*/*' ? 'clip' : 'document';
}

/** `link`: where a reason can be stated; null: nowhere. `pictureLink`: the same for pictures, each of which costs a drawing: one address for all
 *  thumbnails of a page. */
export interface No {
  problem: Problem;
  zh: string;
  link: string | null;
  pictureLink: string | null;
  /** Is told where a picture that says no cannot be made. */
  undrawn(cause: unknown): void;
}

const common = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'same-origin' };

export async function answerNo(pictures: NoticePictures, headers: http.IncomingHttpHeaders, method: string, response: http.ServerResponse, no: No): Promise<void> {
  const { problem, link } = no;
  const form = noFormOf(headers);
  const retry = problem.code === 'capacity-exceeded' ? { 'Retry-After': '15' } : {};
  // Its own page, on the gate's own host: scripts of the video system's pages can neither read it nor send it off.
  if (form === 'page' && link && method === 'GET') return void response.writeHead(303, { ...common, Location: link, 'Content-Length': 0 }).end();
  const { status, type, body } = form === 'page' ? page(no) : form === 'document' ? document(no) : await pictured(pictures, form, no);
  response.writeHead(status, { ...common, ...retry, 'Content-Type': type, 'Content-Length': body.length });
  response.end(method === 'HEAD' ? undefined : body);
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function page({ problem, zh, link }: No) {
  const go = link ? `<p><a href="${escape(link)}" rel="noreferrer">说明事由 · State the reason</a></p>` : '';
  const text = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>未放行 · Not let through</title></head><body>
<h1>未放行 <small>Not let through</small></h1><p>${escape(zh)}</p><p>${escape(problem.detail)}</p>${go}<p><small>${problem.code} · 此次请求已记录 This request was recorded</small></p></body></html>`;
  return { status: problem.status, type: 'text/html; charset=utf-8', body: Buffer.from(text) };
}

function document({ problem, link }: No) {
  const told = { ...problemDocument(problem, `urn:uuid:${randomUUID()}`), ...(link && { link }) };
  return { status: problem.status, type: 'application/problem+json', body: Buffer.from(JSON.stringify(told)) };
}

/** Where the gate itself cannot, it says so by the status, which players, proxies and watchers of the gate go by; and what it draws with may be what fails. */
async function pictured(pictures: NoticePictures, form: 'picture' | 'clip', no: No) {
  const { problem, zh, pictureLink } = no;
  if (problem.status >= 500) return document(no);
  const notice = { lines: [zh, problem.detail], link: pictureLink };
  try {
    // A player shows nothing of an answer that is not 200: the clip says in its pictures that it is none.
    if (form === 'clip') return { status: 200, type: 'video/mp4', body: await pictures.clip(notice) };
    return { status: problem.status, type: 'image/jpeg', body: await pictures.picture(notice, 'jpeg') };
  } catch (cause) {
    no.undrawn(cause);
    return document(no);
  }
}
