// ZoneMinder's stream program reads its query itself (src/zms.cpp, release 1.36): pairs between `&`, the first 16, name and value between `=`,
// nothing decoded, later ones win, and what it plays is decided by the order in which they come.
import type { Param } from '../../domain/asked.js';
import type { RouteTable } from '../../domain/route-table.js';
import { ambiguous } from './ambiguous.js';
import { judgeValues } from './dispatch.js';
import { told } from './read-pairs.js';
import { isStripped } from './strip.js';

/** Of 16: what the gate adds must still be read. */
const mostPairs = 12;

const programs = new WeakMap<RouteTable, readonly RegExp[]>();

/** A program's path: some route of the table asks what the program reads in its query. */
export function isStreamProgram(table: RouteTable, path: string): boolean {
  let known = programs.get(table);
  if (!known) programs.set(table, (known = pathsOfPrograms(table)));
  return known.some((pattern) => pattern.test(path));
}

function pathsOfPrograms({ routes }: RouteTable): RegExp[] {
  const patterns = routes.filter(({ when }) => when.some(({ src }) => src === 'zms')).map(({ path }) => path);
  return patterns.filter(({ source }, at) => patterns.findIndex((each) => each.source === source) === at);
}

/** In order, each name once. Problem `path-ambiguous`. */
export function readZmsQuery(query: string, table: RouteTable): Param[] {
  const pairs = query.split('&').filter((token) => token !== '');
  const found = pairs.map((token): Param => {
    const [, name = '', value = ''] = /^([A-Za-z_]+)=([^=]*)$/.exec(token) ?? [];
    if (name === '') throw ambiguous('Each part of this query is a name of letters, “=” and a value.');
    // What never goes on need not be readable. Nothing else is encoded here: the program would not decode it.
    if (!isStripped(table, name) && !/^[A-Za-z0-9_.:,-]*$/.test(value))
      throw ambiguous(`The value of ${told(name)} has letters that this program does not decode.`);
    return [name, value];
  });
  const names = found.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice) throw ambiguous(`${told(twice)} is there twice.`);
  if (names.filter((name) => !isStripped(table, name)).length > mostPairs) throw ambiguous(`There are more than ${mostPairs} names.`);
  judgeValues(found, table, ambiguous);
  return found;
}

/** What the program plays: `event`, `monitor`, `fifo`; empty where it is told neither. */
export function zmsSource(query: readonly Param[]): string {
  return query.reduce((source, [name, value]) => {
    if (name === 'source') return value === 'event' || value === 'fifo' ? value : 'monitor';
    if (name === 'event' || name === 'frame') return 'event';
    return name === 'monitor' && source === '' ? 'monitor' : source;
  }, '');
}
