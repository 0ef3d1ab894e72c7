// `officers:2`: so many officers, at least, must be named in the application. `officers:2/recorded`: in administrative cases one who
// leads an auxiliary will do where the whole act is recorded on audio and video (ADMIN 52); without the exception is stricter.
import { readWhole, type DutyCraft } from './reading.js';

const exception = '/recorded';

export const officers: DutyCraft<'officers'> = {
  read(text) {
    const orRecorded = text.endsWith(exception);
    const least = readWhole(orRecorded ? text.slice(0, -exception.length) : text, 1, 9);
    return least === null ? { wanted: 'officers:N with N from 1 to 9, or officers:N/recorded' } : { kind: 'officers', least, orRecorded };
  },
  write: ({ least, orRecorded }) => `${least}${orRecorded ? exception : ''}`,
  stricter: (a, b) => ({ kind: 'officers', least: Math.max(a.least, b.least), orRecorded: a.orRecorded && b.orRecorded }),
  apply: (draft, { least, orRecorded }) => ({ ...draft, officers: least, orRecorded }),
  of: ({ officers: least, orRecorded }) => (least === undefined ? null : { kind: 'officers', least, orRecorded: orRecorded ?? false }),
};
