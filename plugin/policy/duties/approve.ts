// `approve:step+step`: these steps must agree, each by another person.
import { readSum, type DutyCraft } from './reading.js';

export const approve: DutyCraft<'approve'> = {
  read(text) {
    const steps = readSum(text);
    return steps ? { kind: 'approve', steps: steps.sort() } : { wanted: 'approve:step+step with steps of steps.csv, each once' };
  },
  stricter: (a, b) => ({ kind: 'approve', steps: [...new Set([...a.steps, ...b.steps])].sort() }),
  apply: (draft, { steps }) => ({ ...draft, steps }),
};
