// `retain:7d`: days after receipt until the gate's export copy is to be destroyed, unless a hold covers it. Shorter is stricter
// (799 art 17: delete what has served its purpose). The sealed original follows the site's row, not this.
import { readWith, type DutyCraft } from './reading.js';

export const retain: DutyCraft<'retain'> = {
  read(text) {
    const days = readWith('d', text, 1, 3660);
    return days === null ? { wanted: 'retain:Nd, such as retain:7d, at most ten years' } : { kind: 'retain', days };
  },
  write: ({ days }) => `${days}d`,
  stricter: (a, b) => (a.days <= b.days ? a : b),
  apply: (draft, { days }) => ({ ...draft, retainDays: days }),
  of: ({ retainDays }) => (retainDays === undefined ? null : { kind: 'retain', days: retainDays }),
};
