// `approve:step+step`: these steps must agree, each by another person.
import { allNames, readSum, type DutyCraft } from './reading.js';

export const approve: DutyCraft<'approve'> = {
  read(text) {
    const steps = readSum(text);
    return steps ? { kind: 'approve', steps: steps.sort() } : { wanted: 'approve:step+step with steps of steps.csv, each once' };
  },
  write: ({ steps }) => steps.join('+'),
  stricter: (a, b) => ({ kind: 'approve', steps: allNames(a.steps, b.steps) }),
  // Another duty may have asked for a step already.
  apply: (draft, { steps }) => ({ ...draft, steps: allNames(draft.steps ?? [], steps) }),
  of: ({ steps }) => (steps?.length ? { kind: 'approve', steps: [...steps].sort() } : null),
};
