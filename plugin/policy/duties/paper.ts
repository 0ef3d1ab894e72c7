// `paper:24h`: hours after an emergency within which its paper has to come. Until then the footage is only seen; past it the request
// escalates, stays sealed, and does not end without an explanation.
import { readHours, type DutyCraft } from './reading.js';

export const paper: DutyCraft<'paper'> = {
  read(text) {
    const hours = readHours(text);
    return hours === null ? { wanted: 'paper:Nh, such as paper:24h' } : { kind: 'paper', hours };
  },
  write: ({ hours }) => `${hours}h`,
  stricter: (a, b) => (a.hours <= b.hours ? a : b),
  apply: (draft, { hours }) => ({ ...draft, paperHours: hours }),
  of: ({ paperHours }) => (paperHours === undefined ? null : { kind: 'paper', hours: paperHours }),
};
