// Does a request fulfil a route's condition?
import type { Asked } from '../../domain/asked.js';
import type { Condition, KnownNames } from '../../domain/route-table.js';
import { isList } from './php-params.js';
import { zmsSource } from './zms-query.js';

/** `groups`: what the path's named groups caught. */
export function holds(condition: Condition, asked: Asked, groups: Readonly<Record<string, string>>, known: KnownNames): boolean {
  const values = valuesOf(condition, asked, groups);
  const { eq, in: among, re, present, absent } = condition;
  if (absent) return values.length === 0 && !isShaped(condition, asked);
  if (present && values.length === 0) return isShaped(condition, asked);
  if (values.length === 0) return false;
  return values.every(
    (value) =>
      (eq === undefined || value === eq) &&
      (among === undefined || among.includes(value)) &&
      (re === undefined || re.test(value)) &&
      isKnown(condition.known, value, known),
  );
}

function valuesOf({ src, name }: Condition, asked: Asked, groups: Readonly<Record<string, string>>): readonly string[] {
  if (src === 'path') return one(groups[name]);
  if (src === 'json') return pointed(asked.json, name);
  if (src === 'zms' && name === '_source') return one(zmsSource(asked.query));
  if (src === 'param') return isList(name) ? (asked.lists.get(name) ?? []) : one(asked.params.get(name));
  return asked.query.filter(([each]) => each === name).map(([, value]) => value);
}

const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);

/** A list or structure of that name is there: it is not absent, though it has no value of its own. */
function isShaped({ src, name }: Condition, { query, form }: Asked): boolean {
  const sides = src === 'param' ? [...query, ...form] : src === 'query' ? query : [];
  return sides.some(([each]) => each.startsWith(`${name}[`));
}

/** RFC 6901, but for the case of names: some readers do not look at it. Numbers and words as text, a structure as an empty one. */
function pointed(json: unknown, pointer: string): readonly string[] {
  const found = pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, step) => {
      if (typeof value !== 'object' || value === null) return undefined;
      const wanted = step.replaceAll('~1', '/').replaceAll('~0', '~').toLowerCase();
      return Object.entries(value).find(([name]) => name.toLowerCase() === wanted)?.[1];
    }, json);
  if (found === undefined) return [];
  return [typeof found === 'object' ? '' : String(found as string | number | boolean)];
}

function isKnown(list: Condition['known'], value: string, { cameras, streams, birdseye }: KnownNames): boolean {
  if (list === undefined) return true;
  if (list === 'stream') return streams.has(value);
  return cameras.has(value) || (list === 'camera_or_birdseye' && birdseye && value === 'birdseye');
}
