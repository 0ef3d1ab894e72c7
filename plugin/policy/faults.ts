// Faults of files that may have hundreds of thousands of lines.
import type { Fault } from '../domain/problem.js';

/** One by one: as arguments of one call so many would not fit on the stack. */
export function add<T>(list: T[], more: Iterable<T>): void {
  for (const each of more) list.push(each);
}

/** As many as a person mends before looking again. */
const MOST_TOLD = 1_000;

/** The first of them; where there are more, a last one says how many. */
export const told = (faults: readonly Fault[]): readonly Fault[] =>
  faults.length <= MOST_TOLD
    ? faults
    : [
        ...faults.slice(0, MOST_TOLD),
        { code: 'faults-more', where: '.', detail: `${faults.length - MOST_TOLD} more faults; mend these first.` },
      ];
