// The page on which somebody says why they look at recorded footage: plain HTML, no script, in Chinese and English. It lies on the gate's own
// host, where scripts of the video system's pages can neither read it nor send it off.
import { createHash } from 'node:crypto';
import type { State } from '../../domain/lifecycle.js';
import { inBeijing } from '../../export/beijing.js';
import { LONGEST_REASON, MOST_HOURS } from '../../export/viewings.js';
import type { Ticket } from './tickets.js';

export interface ReasonPage {
  ticket: Ticket;
  cameraName: string;
  /** A reason is enough. */
  mayView: boolean;
  /** An application for it can be made here. */
  mayApply: boolean;
  /** Requests of this person that cover it; `open`: it may be watched under it now. */
  requests: readonly { id: string; state: State; open: boolean }[];
  /** What was wrong with what was sent. */
  fault: { zh: string; en: string } | null;
  /** An application was made just now. */
  applied: string | null;
}

const style = `body{font:16px/1.6 "Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
h1{font-size:1.4rem}small,.en{color:#5a6675}.en{font-family:system-ui,sans-serif}section{border:1px solid #cdd5df;border-radius:8px;padding:1rem 1.2rem;margin:1rem 0}
label{display:block;margin:.6rem 0 .2rem}textarea,input[type=text],input[type=datetime-local]{width:100%;box-sizing:border-box;font:inherit;padding:.4rem}
button{font:inherit;padding:.5rem 1.2rem;margin-top:.8rem}.fault{border-color:#b3261e;color:#b3261e}.done{border-color:#1e6b3a}dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem}dt{color:#5a6675}dd{margin:0}`;

/** `frontOrigin`: where the form's answer sends people back to; browsers hold redirects of a form to this list too. */
export const reasonPolicy = (frontOrigin: string): string =>
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'self' ${frontOrigin}; frame-ancestors 'none'; base-uri 'none'`;

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const both = (zh: string, en: string): string => `${zh} <span class="en" lang="en">${en}</span>`;
/** `2026-03-01T10:00:00`, Beijing time, as the input wants it. */
const asInput = (instant: string): string => new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 19);

const states: Partial<Record<State, [zh: string, en: string]>> = {
  held: ['审批中', 'waits for approval'],
  'preserve-queued': ['等待保全', 'waits for its footage'],
  granted: ['已批准', 'granted'],
  viewable: ['可查看', 'viewable'],
  released: ['已放行', 'released'],
};

export function reasonPage({ ticket, cameraName, mayView, mayApply, requests, fault, applied }: ReasonPage): string {
  const { item, person, formToken } = ticket;
  const hidden = (act: string): string => `<input type="hidden" name="form" value="${formToken}"><input type="hidden" name="act" value="${act}">`;
  const parts = [
    fault && `<section class="fault" role="alert">${both(escape(fault.zh), escape(fault.en))}</section>`,
    applied &&
      `<section class="done" role="status">${both(`申请 ${applied} 已提交。批准后，原地址即可打开。`, `Request ${applied} is filed. Once it is granted, the same address opens.`)}</section>`,
    mayView && !ticket.file && viewForm(item, hidden('view')),
    requests.length > 0 && requestList(requests, hidden),
    // Once is enough: an empty form below would ask for a second.
    mayApply && !ticket.file && applied === null && applyForm(hidden('apply')),
    !mayApply && !mayView && `<section>${both('策略不允许您在此查看。可另行申请调取。', 'The policy lets you look at nothing here. Apply for it in another way.')}</section>`,
    ticket.file && `<section>${both('打包下载须有已放行的调取申请。', 'Archives leave only under a request that was released.')}</section>`,
  ];
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>说明查看事由 · State the reason</title><meta name="viewport" content="width=device-width"><style>${style}</style></head><body>
<h1>${both('查看录像须说明事由', 'Looking at recorded footage takes a reason')}</h1>
<dl><dt>摄像机 Camera</dt><dd>${escape(cameraName)} <small>${escape(item.camera)}</small></dd>
<dt>时段 Span</dt><dd>${inBeijing(item.from)} – ${inBeijing(item.to)} <small>北京时间 Beijing time</small></dd>
<dt>查看人 Person</dt><dd>${escape(person.name)}，${escape(person.unit)}</dd></dl>
${parts.filter(Boolean).join('\n')}
<p><small>${both('每次查看均登记，画面带有查看人标记。此次请求已记录。', 'Each viewing is recorded, and the picture bears its viewer’s mark. This request was recorded.')}</small></p>
<p><a href="${escape(ticket.backTo)}">${both('返回', 'Back')}</a></p></body></html>`;
}

const viewForm = (item: Ticket['item'], hidden: string): string => `<section><form method="post">${hidden}
<label for="reason">${both('事由', 'Reason')}</label><textarea id="reason" name="reason" rows="3" minlength="2" maxlength="${LONGEST_REASON}" required></textarea>
<label for="from">${both('自', 'From')}</label><input id="from" name="from" type="datetime-local" step="1" value="${asInput(item.from)}" required>
<label for="to">${both(`至（最长 ${MOST_HOURS} 小时）`, `to (${MOST_HOURS} hours at most)`)}</label><input id="to" name="to" type="datetime-local" step="1" value="${asInput(new Date(Math.ceil(Date.parse(item.to) / 1000) * 1000).toISOString())}" required>
<button type="submit">${both('登记并查看', 'Record and look')}</button></form></section>`;

const requestList = (requests: ReasonPage['requests'], hidden: (act: string) => string): string => `<section>${both('依据您已提交的申请', 'Under a request of yours')}
${requests
  .map(({ id, state, open }) => {
    const [zh, en] = states[state] ?? [state, state];
    const button = open ? `<button type="submit">${both('据此查看', 'Look under it')}</button>` : '';
    return `<form method="post">${hidden('link')}<input type="hidden" name="request" value="${escape(id)}"><code>${escape(id)}</code> ${both(zh, en)} ${button}</form>`;
  })
  .join('\n')}</section>`;

const applyForm = (hidden: string): string => `<section><form method="post">${hidden}
<strong>${both('提交查看申请', 'Apply to look')}</strong>
<label for="why">${both('事由', 'Reason')}</label><textarea id="why" name="reason" rows="3" minlength="2" maxlength="${LONGEST_REASON}" required></textarea>
<label for="ticket">${both('工单号', 'Ticket number')}</label><input id="ticket" name="ticket" type="text" maxlength="64" required>
<button type="submit">${both('提交', 'Apply')}</button></form></section>`;
