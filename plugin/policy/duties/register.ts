// `register:5y`: how long the access register is kept. Never under three years (F7).
import { readWith, type DutyCraft } from './reading.js';

export const register: DutyCraft<'register'> = {
  read(text) {
    const years = readWith('y', text, 1, 30);
    return years === null ? { wanted: 'register:Ny, such as register:3y, at most 30' } : { kind: 'register', years };
  },
  write: ({ years }) => `${years}y`,
  stricter: (a, b) => (a.years >= b.years ? a : b),
  apply: (draft, { years }) => ({ ...draft, registerYears: years }),
  of: ({ registerYears }) => (registerYears === undefined ? null : { kind: 'register', years: registerYears }),
};
