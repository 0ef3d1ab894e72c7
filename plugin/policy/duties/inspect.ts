// `inspect:step+step`: the holders of these steps see the footage, marked, before they agree.
import { allNames, readSum, type DutyCraft } from './reading.js';

export const inspect: DutyCraft<'inspect'> = {
  read(text) {
    const steps = readSum(text);
    return steps ? { kind: 'inspect', steps: steps.sort() } : { wanted: 'inspect:step+step with steps of steps.csv, each once' };
  },
  write: ({ steps }) => steps.join('+'),
  stricter: (a, b) => ({ kind: 'inspect', steps: allNames(a.steps, b.steps) }),
  apply: (draft, { steps }) => ({ ...draft, inspect: steps }),
  of: (draft) => (draft.inspect?.length ? { kind: 'inspect', steps: [...draft.inspect].sort() } : null),
};
