// What the stream program (zms) reads in a query: its first sixteen pairs, the last of a name. It decodes nothing, so a value that had to
// be decoded is another one to it.
import type { Asked } from '../../plugin/domain/asked.js';
import { blocked } from './lookup.js';

const mostPairs = 16;

/** Problem `route-blocked`: more pairs than it reads, a name twice, or a value that it would read differently. */
export function zmsParams({ query }: Asked): ReadonlyMap<string, string> {
  if (query.length > mostPairs) throw blocked(`The stream program reads ${mostPairs} parameters and no more.`);
  const found = new Map<string, string>();
  for (const [name, value] of query) {
    if (found.has(name)) throw blocked(`The request names ${name.slice(0, 32)} twice.`);
    if (!/^[\w.-]{0,1024}$/.test(value)) throw blocked(`The stream program would read ${name.slice(0, 32)} differently.`);
    found.set(name, value);
  }
  return found;
}
