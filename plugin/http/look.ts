// Where somebody who was stopped at a video system's pages says why they look: on the gate's own host, under a ticket that names the attempt.
// The ticket opens nothing by itself: whoever holds it can state a reason for its person, who alone is shown anything for it.
import type { Express, Request, RequestHandler, Response } from 'express';
import { Problem } from '../domain/problem.js';
import type { Item } from '../domain/export-request.js';
import { admit } from '../export/admit.js';
import type { Viewings } from '../export/viewings.js';
import type { ApiParts } from './api/parts.js';
import { expectOwnPage } from './credentials.js';
import { reasonPage, reasonPolicy } from './gate/reason-page.js';
import { lookSchema, type LookForm } from './schemas.js';
import type { Ticket, Tickets } from './gate/tickets.js';

export interface LookParts {
  tickets: Tickets;
  viewings: Viewings;
  /** Recorder → the origin of its pages at the gate. */
  origins: ReadonlyMap<string, string>;
}

/** `readForm`: of a form, bounded. Mounted before anything parses JSON. */
export function mountLook(app: Express, parts: ApiParts, slowed: RequestHandler, readForm: RequestHandler): void {
  app.get('/look/:ticket', slowed, async (request, response) => show(parts, ticketOf(parts, request), response));
  app.post('/look/:ticket', slowed, readForm, async (request, response) => {
    expectOwnPage(request, parts.url);
    const ticket = ticketOf(parts, request);
    const read = lookSchema.safeParse(request.body);
    if (!read.success) return show(parts, ticket, response, { zh: '表单不完整。', en: 'The form is not complete.' });
    if (!parts.look.tickets.spend(ticket, read.data.form))
      return show(parts, ticket, response, { zh: '此表单已提交过或已过期，请重新填写。', en: 'This form was sent already, or is too old; fill it in again.' });
    try {
      const applied = await act(parts, ticket, read.data);
      if (applied === null) return void response.redirect(303, ticket.backTo);
      return await show(parts, ticket, response, null, applied);
    } catch (thrown) {
      const problem = Problem.from(thrown);
      if (problem.status >= 500) throw problem;
      const more = problem.faults?.map(({ detail }) => detail).join(' ') ?? '';
      return show(parts, ticket, response, { zh: `未接受（${problem.code}）。`, en: [problem.detail, more].filter(Boolean).join(' ') }, null, problem.status);
    }
  });
}

function ticketOf({ look }: ApiParts, { params, originalUrl }: Request): Ticket {
  const ticket = originalUrl.includes('?') ? null : look.tickets.find(String(params['ticket']));
  if (!ticket) throw new Problem('not-found', 'This page has expired: open the footage on the video system’s page again.');
  return ticket;
}

/** The number of the application that was made; null where the footage may be looked at now. */
async function act(parts: ApiParts, ticket: Ticket, form: LookForm): Promise<string | null> {
  const { person, item, recorder } = ticket;
  const { viewings } = parts.look;
  if (form.act === 'view') {
    await viewings.open(person, recorder, { camera: item.camera, from: fromBeijing(form.from), to: fromBeijing(form.to) }, form.reason);
    return null;
  }
  if (form.act === 'link') {
    const mine = await viewings.linkable(person, item.camera, item);
    if (!mine.some(({ state, open }) => open && state.requestId === form.request))
      throw new Problem('request-unknown', 'No granted request of this number is yours and covers this footage.');
    viewings.link(person, form.request);
    return null;
  }
  const { state, decision, faults } = await admit(parts, person, {
    basis: 'INTERNAL_SECURITY',
    items: [item],
    officers: [],
    reason: form.reason,
    ticket: form.ticket,
  });
  if (decision.verdict === 'deny') throw new Problem('request-denied', `The policy does not allow it (${state.requestId}).`);
  if (faults.length > 0) throw new Problem('request-returned', `The application ${state.requestId} is returned.`, { faults });
  parts.wake(state.requestId);
  viewings.link(person, state.requestId);
  return state.requestId;
}

/** `2026-03-01T10:00:00` of the form. */
const fromBeijing = (local: string): string => new Date(`${local}+08:00`).toISOString();

async function show(
  parts: ApiParts,
  ticket: Ticket,
  response: Response,
  fault: { zh: string; en: string } | null = null,
  applied: string | null = null,
  status = fault ? 422 : 200,
): Promise<void> {
  const { look, policy } = parts;
  const { person, item } = ticket;
  const found = await look.viewings.linkable(person, item.camera, item);
  const page = reasonPage({
    ticket: look.tickets.find(ticket.id) ?? ticket,
    cameraName: policy.place(item.camera).camera.name,
    mayView: look.viewings.decide(person, item).verdict === 'allow',
    mayApply: mayApply(parts, ticket, item),
    requests: found.map(({ state, open }) => ({ id: state.requestId, state: state.state, open })),
    fault,
    applied,
  });
  response
    .status(status)
    .set('Content-Security-Policy', reasonPolicy(look.origins.get(ticket.recorder) ?? "'none'"))
    // Under no-referrer a browser sends the form with `Origin: null`.
    .set('Referrer-Policy', 'same-origin')
    .type('html')
    .send(page);
}

const mayApply = ({ policy }: ApiParts, { person }: Ticket, item: Item): boolean =>
  policy.decide({ user: person.user, act: 'request', basis: 'INTERNAL_SECURITY', items: [item], late: false }).verdict === 'allow';
