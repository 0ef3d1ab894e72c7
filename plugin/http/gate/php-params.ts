// Query and form as PHP reads them: last wins, the body over the query, names rewritten. What PHP would read under another name than the one
// that was sent is refused, and so is what could be put together in more than one way.
import type { Param } from '../../domain/asked.js';
import type { RouteTable } from '../../domain/route-table.js';
import type { Refuse } from './ambiguous.js';
import { isDispatchBase, mayBeNamed } from './dispatch.js';
import { phpName, spellPhpName, type PhpName } from './php-name.js';
import { told } from './read-pairs.js';

/** Nothing that a page writes is nested deeper. */
const deepest = 16;

/** Of one side, query or form: every name once but lists; a repeated name keeps its first place and its last value, as in PHP. */
export function phpParams(pairs: readonly Param[], table: RouteTable, refuse: Refuse): Param[] {
  const shape = new Shape();
  const found: Param[] = [];
  const places = new Map<string, number>();
  for (const [sent, value] of pairs) {
    const name = phpName(sent);
    if (!name || spellPhpName(name) !== sent) throw refuse(`${told(sent)} is a name that PHP reads as another one, or not at all.`);
    if (!mayBeNamed(table, name.base, sent)) throw refuse(`${told(sent)} decides what is done and has one spelling.`);
    if (!shape.fits(name)) throw refuse(`${told(sent)} stands beside a name of another shape.`);
    const place = places.get(sent);
    if (place === undefined || isList(sent)) {
      places.set(sent, found.length);
      found.push([sent, value]);
      continue;
    }
    if (isDispatchBase(table, name.base)) throw refuse(`${told(sent)} decides what is done and is there twice.`);
    found[place] = [sent, value];
  }
  return found;
}

export const isList = (name: string): boolean => name.endsWith('[]');

/** What each name is so far: a value, a list, or a structure. */
class Shape {
  private readonly kinds = new Map<string, 'value' | 'list' | 'structure'>();

  fits({ base, indexes }: PhpName): boolean {
    if (indexes.length > deepest || indexes.slice(0, -1).includes(null) || /[\][]/.test(base)) return false;
    const steps = [base, ...indexes];
    return steps.every((step, at) => {
      if (step === null) return true;
      // A blank before an index is skipped by PHP where a bracket follows; an opening one inside is kept: neither is written by a page.
      if (at > 0 && (/^\s/.test(step) || step.includes('['))) return false;
      const kind = at === steps.length - 1 ? 'value' : steps[at + 1] === null ? 'list' : 'structure';
      const key = spellPhpName({ base, indexes: indexes.slice(0, at) });
      const known = this.kinds.get(key) ?? kind;
      this.kinds.set(key, known);
      return known === kind;
    });
  }
}
