// Names that never go on from a client: credentials of the system, and what would turn one request into another.
import type { RouteTable } from '../../domain/route-table.js';

/** A name of a parameter or header, in any case; an entry of the table that ends in `*` holds for every name that begins so. */
export function isStripped({ strip }: RouteTable, name: string): boolean {
  const folded = name.toLowerCase();
  return strip.some((entry) => {
    const each = entry.toLowerCase();
    return each.endsWith('*') ? folded.startsWith(each.slice(0, -1)) : each === folded;
  });
}
