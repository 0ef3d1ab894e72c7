// Query and form of a system that reads names as they are. Which of two values wins differs from one to the next, and inside one between the
// part that authorises and the part that answers: so there are no two.
import type { Param } from '../../domain/asked.js';
import type { RouteTable } from '../../domain/route-table.js';
import type { Refuse } from './ambiguous.js';
import { told } from './read-pairs.js';

/** Names that the table lists with `[]` may be repeated: they are lists. */
export function plainParams(pairs: readonly Param[], table: RouteTable, refuse: Refuse): Param[] {
  const seen = new Set<string>();
  return pairs.map(([name, value]): Param => {
    // Brackets build structures in some readers; a blank is dropped by some.
    if (/[\][\s;]/.test(name)) throw refuse(`${told(name)} is a name that not every reader takes as it is.`);
    const asList = `${name}[]`;
    if (table.dispatchKeys.includes(asList)) return [asList, value];
    const folded = name.toLowerCase();
    if (seen.has(folded)) throw refuse(`${told(name)} is there twice.`);
    seen.add(folded);
    return [name, value];
  });
}
