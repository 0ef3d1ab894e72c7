// `mark:text+clock`: what the viewing copy carries, so that nobody takes it for the original (F4).
import { marks } from '../../domain/duty.js';
import { isOneOf, readSum, type DutyCraft } from './reading.js';

export const mark: DutyCraft<'mark'> = {
  read(text) {
    const asked = readSum(text);
    if (!asked?.every((word) => isOneOf(marks, word))) return { wanted: `mark: and ${marks.join('+')}, or one of them` };
    return { kind: 'mark', marks: marks.filter((word) => asked.includes(word)) };
  },
  stricter: (a, b) => ({ kind: 'mark', marks: marks.filter((word) => a.marks.includes(word) || b.marks.includes(word)) }),
  apply: (draft, duty) => ({ ...draft, marks: duty.marks }),
};
