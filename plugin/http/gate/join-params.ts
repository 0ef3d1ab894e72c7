// Query and form together, as the system behind reads them.
import type { Asked, Param } from '../../domain/asked.js';
import type { RouteTable } from '../../domain/route-table.js';
import { malformed } from './ambiguous.js';
import { isDispatchBase } from './dispatch.js';
import { isList } from './php-params.js';
import { told } from './read-pairs.js';

const baseOf = (name: string): string => name.replace(/\[.*$/s, '');

/** Problem `body-malformed`: the two sides say different things where one of them decides. */
export function joinParams(table: RouteTable, query: readonly Param[], form: readonly Param[]): Pick<Asked, 'params' | 'lists'> {
  const inQuery = new Map(query.filter(([name]) => !isList(name)));
  const shaped = new Set(query.filter(([name]) => name.includes('[')).map(([name]) => baseOf(name)));
  const bases = new Set(query.map(([name]) => baseOf(name)));
  for (const [name, value] of form) {
    const base = baseOf(name);
    const before = inQuery.get(name);
    // Lists and structures of both sides would be woven together by their numbers; a value and a structure replace each other.
    const woven = (name.includes('[') && bases.has(base)) || shaped.has(base);
    const differs = before !== undefined && before !== value && (table.params === 'plain' || isDispatchBase(table, base));
    if (woven || differs) throw malformed(`${told(name)} is in the address and in the body.`);
  }
  const lists = new Map<string, string[]>();
  for (const [name, value] of [...query, ...form]) if (isList(name)) lists.set(name, [...(lists.get(name) ?? []), value]);
  return { params: new Map([...query, ...form].filter(([name]) => !isList(name))), lists };
}
