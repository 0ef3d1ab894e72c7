// `execute:dual`: who carries out what was granted. The order of `executions` is the strictness.
import { executions } from '../../domain/duty.js';
import { isOneOf, later, type DutyCraft } from './reading.js';

export const execute: DutyCraft<'execute'> = {
  read: (text) => (isOneOf(executions, text) ? { kind: 'execute', by: text } : { wanted: `execute: and one of ${executions.join(', ')}` }),
  write: ({ by }) => by,
  stricter: (a, b) => ({ kind: 'execute', by: later(executions, a.by, b.by) }),
  apply: (draft, { by }) => ({ ...draft, execute: by }),
  of: (draft) => (draft.execute ? { kind: 'execute', by: draft.execute } : null),
};
