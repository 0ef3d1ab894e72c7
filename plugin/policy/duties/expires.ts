// `expires:72h`: how long after the release the link lives.
import { readHours, type DutyCraft } from './reading.js';

export const expires: DutyCraft<'expires'> = {
  read(text) {
    const hours = readHours(text);
    return hours === null ? { wanted: 'expires:Nh, such as expires:72h, at most a year' } : { kind: 'expires', hours };
  },
  write: ({ hours }) => `${hours}h`,
  stricter: (a, b) => (a.hours <= b.hours ? a : b),
  apply: (draft, { hours }) => ({ ...draft, expiresHours: hours }),
  of: ({ expiresHours }) => (expiresHours === undefined ? null : { kind: 'expires', hours: expiresHours }),
};
