// Names that decide what a system does: which spellings they have, and what their values look like.
import type { Param } from '../../domain/asked.js';
import type { RouteTable } from '../../domain/route-table.js';
import type { Refuse } from './ambiguous.js';
import { told } from './read-pairs.js';

const bare = (key: string): string => key.replace(/\[\]$/, '');

export const isDispatchBase = ({ dispatchKeys }: RouteTable, base: string): boolean => dispatchKeys.some((key) => bare(key) === base);

/** A name of this base may be spelled so. */
export const mayBeNamed = (table: RouteTable, base: string, spelled: string): boolean =>
  !isDispatchBase(table, base) || table.dispatchKeys.includes(spelled);

/** Refuses words and numbers that the system would read though they are not written as it writes them itself. */
export function judgeValues(params: readonly Param[], { valueKeys, dispatchValue, idKeys, idValue }: RouteTable, refuse: Refuse): void {
  for (const [name, value] of params) {
    if (dispatchValue && valueKeys.includes(name) && !dispatchValue.test(value))
      throw refuse(`The value of ${told(name)} is not a plain word.`);
    if (idValue && idKeys.includes(name) && !idValue.test(value)) throw refuse(`The value of ${told(name)} is not a plain number.`);
  }
}
