// `officers:2`: so many officers, at least, must be named in the application.
import { readWhole, type DutyCraft } from './reading.js';

export const officers: DutyCraft<'officers'> = {
  read(text) {
    const least = readWhole(text, 1, 9);
    return least === null ? { wanted: 'officers:N with N from 1 to 9' } : { kind: 'officers', least };
  },
  write: ({ least }) => `${least}`,
  stricter: (a, b) => (a.least >= b.least ? a : b),
  apply: (draft, { least }) => ({ ...draft, officers: least }),
  of: ({ officers }) => (officers === undefined ? null : { kind: 'officers', least: officers }),
};
