// What else happens to a request on its way: taken back, called back, its paper served, held, its values erased, its glass broken.
import { z } from 'zod';
import { glassReasons } from '../../domain/audit-event.js';
import type { Act } from '../../domain/decision.js';
import type { RequestState } from '../../domain/lifecycle.js';
import { parseInstant } from '../../domain/span.js';
import type { Person } from '../../domain/subject.js';
import { breakGlass } from '../../export/break-glass.js';
import { closeCase, destroyOriginal } from '../../export/destroy.js';
import { acceptPaper, closeEmergency, recordCallBack, servePaper } from '../../export/emergency.js';
import { erasable, erase } from '../../export/erase.js';
import { liftHold, placeHold } from '../../export/holds.js';
import { recordRefusal } from '../../export/refusal.js';
import { withdraw } from '../../export/withdraw.js';
import { operation, type Operation } from '../operation.js';
import { emptySchema, instrumentSchema, instantSchema, line, officersSchema } from '../schemas.js';
import { answerOf } from './answer.js';
import type { ApiParts } from './parts.js';

const callBackSchema = z.strictObject({ directory: z.string().max(32), confirmed: z.boolean() });
const paperSchema = z.strictObject({ instrument: instrumentSchema, officers: officersSchema.optional() });
const acceptanceSchema = z.strictObject({ servedAt: instantSchema });
const closingSchema = z.strictObject({ explanation: line(500) });
const glassSchema = z.strictObject({ reason: z.enum(glassReasons) });
const holdSchema = z.strictObject({ until: instantSchema.nullable().default(null), reason: line(500) });
const erasureSchema = z.strictObject({ field: z.enum(erasable) });

/** A move of one request: refused ones are recorded under the act, the answer is where it stands now. */
const move = <S extends z.ZodType>(
  at: string,
  summary: string,
  act: Act,
  body: S,
  step: (parts: ApiParts, subject: Person, id: string, body: z.infer<S>) => Promise<RequestState>,
): Operation<ApiParts> =>
  operation<ApiParts, S>({
    method: 'post',
    path: `/api/v1/requests/{id}/${at}`,
    summary,
    body,
    async run(parts, call) {
      const id = call.params['id']!;
      const state = await recordRefusal(parts, call.subject, act, id, () => step(parts, call.subject, id, call.body));
      parts.wake(state.requestId);
      return { status: 201, body: await answerOf(parts, call.subject, state) };
    },
  });

export const matterOperations: readonly Operation<ApiParts>[] = [
  move('withdrawal', 'Take a request back before its release (撤回)', 'request', emptySchema, (parts, person, id) =>
    withdraw(parts, person, id),
  ),
  move('call-backs', 'Record a call back to a number of the directory (回拨核实)', 'review', callBackSchema, recordCallBack),
  move('paper', 'The paper of an emergency, which came later (补交文书)', 'request', paperSchema, servePaper),
  move(
    'paper/acceptance',
    'Accept the paper of an emergency: the one that you saw, by the instant at which it was served (核验补交文书)',
    'review',
    acceptanceSchema,
    (parts, person, id, { servedAt }) => acceptPaper(parts, person, id, parseInstant(servedAt)),
  ),
  move(
    'closing',
    'End an emergency of which no paper came, with an explanation (说明后关闭)',
    'review',
    closingSchema,
    (parts, person, id, { explanation }) => closeEmergency(parts, person, id, explanation),
  ),
  move(
    'glass',
    'Set missing voices aside so that the officer may watch; two administrators, one reason (破窗)',
    'manage',
    glassSchema,
    (parts, person, id, { reason }) => breakGlass(parts, person, id, reason),
  ),
  move('hold', 'Nothing of the request is deleted while it stands (保全)', 'inspect', holdSchema, placeHold),
  move('hold/lifting', 'Lift the hold (解除保全)', 'inspect', emptySchema, (parts, person, id) => liftHold(parts, person, id)),
  move(
    'erasures',
    'Erase a personal value whose time has passed (删除个人信息)',
    'destroy',
    erasureSchema,
    (parts, person, id, { field }) => erase(parts, person, id, field),
  ),
  move('case-closing', 'The case is closed: its sealed original is needed no longer (结案)', 'request', emptySchema, (parts, person, id) => closeCase(parts, person, id)),
  move('destruction', 'Ask for the destruction of the sealed original, or confirm it as a second person (双人销毁)', 'destroy', emptySchema, (parts, person, id) =>
    destroyOriginal(parts, person, id),
  ),
];
