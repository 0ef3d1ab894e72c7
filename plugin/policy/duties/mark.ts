// `mark:text+clock+tile`: what the viewing copy carries, so that nobody takes it for the original (F4).
import { marks } from '../../domain/duty.js';
import { eitherOf, readWords, type DutyCraft } from './reading.js';

export const mark: DutyCraft<'mark'> = {
  read(text) {
    const asked = readWords(marks, text);
    return asked ? { kind: 'mark', marks: asked } : { wanted: `mark: and ${marks.join('+')}, or some of them` };
  },
  write: (duty) => duty.marks.join('+'),
  stricter: (a, b) => ({ kind: 'mark', marks: eitherOf(marks, a.marks, b.marks) }),
  apply: (draft, duty) => ({ ...draft, marks: duty.marks }),
  of: (draft) => (draft.marks?.length ? { kind: 'mark', marks: draft.marks } : null),
};
