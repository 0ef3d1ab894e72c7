// Faults of files that may have hundreds of thousands of lines.
import type { Fault } from '../domain/problem.js';
import { faultWords } from './fault-words.js';

/** One by one: as arguments of one call so many would not fit on the stack. */
export function add<T>(list: T[], more: Iterable<T>): void {
  for (const each of more) list.push(each);
}

/** As many as a person mends before looking again. */
const MOST_TOLD = 1_000;

/** The first of them, with their Chinese words; where there are more, a last one says how many. */
export function told(faults: readonly Fault[]): readonly Fault[] {
  const rest = faults.length - MOST_TOLD;
  const more: Fault[] = rest > 0 ? [{ code: 'faults-more', where: '.', detail: `${rest} more faults; mend these first.` }] : [];
  return [...faults.slice(0, MOST_TOLD), ...more].map((fault) => ({ ...fault, zh: words[fault.code] }));
}

const words: Readonly<Record<string, string>> = faultWords;
