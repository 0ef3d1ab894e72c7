// What goes on to the system: built anew from what was judged, in one spelling. Nothing of the client's own bytes is in it.
import type { Asked, AskedMethod, Param } from '../../domain/asked.js';
import { Problem } from '../../domain/problem.js';
import type { RouteTable } from '../../domain/route-table.js';
import { encodePart, encodeSegment } from './percent.js';
import { isStripped } from './strip.js';
import { isStreamProgram } from './zms-query.js';

export interface Rebuilt {
  method: AskedMethod;
  /** Origin form, with the base path. */
  target: string;
  /** Of the body; null without one. */
  contentType: string | null;
  body: Buffer | null;
}

export interface Changes {
  /** What the gate puts in, in the query; it stands in the place of what has the same name. */
  add?: readonly Param[];
  /** Names that the table strips and that this request keeps: the password on a sign-in. */
  keep?: readonly string[];
}

export function rebuild(table: RouteTable, asked: Asked, { add = [], keep = [] }: Changes = {}): Rebuilt {
  const added = new Set(add.map(([name]) => name));
  const goesOn = ([name]: Param): boolean => !added.has(name) && (keep.includes(name) || !isStripped(table, name));
  const query = [...asked.query.filter(goesOn), ...add];
  const path = table.basePath + asked.path.split('/').map(encodeSegment).join('/');
  const written = isStreamProgram(table, asked.path) ? writeZmsQuery(query) : writePairs(query, table);
  const target = written === '' ? path : `${path}?${written}`;
  return { method: asked.method, target, ...writeBody(table, asked, asked.form.filter(goesOn), (name) => goesOn([name, ''])) };
}

function writeBody(
  table: RouteTable,
  { method, json }: Asked,
  form: readonly Param[],
  mayGoOn: (name: string) => boolean,
): Pick<Rebuilt, 'contentType' | 'body'> {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return { contentType: null, body: null };
  if (json !== undefined) return { contentType: 'application/json', body: Buffer.from(JSON.stringify(outermost(json, mayGoOn))) };
  if (form.length === 0) return { contentType: null, body: null };
  return { contentType: 'application/x-www-form-urlencoded', body: Buffer.from(writePairs(form, table)) };
}

/** Only the outermost names of a JSON body are parameters. */
function outermost(json: unknown, mayGoOn: (name: string) => boolean): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  return Object.fromEntries(Object.entries(json).filter(([name]) => mayGoOn(name)));
}

/** A repeated name is told from others by `[]` inside the gate; only PHP writes it so. */
const writePairs = (pairs: readonly Param[], { params }: RouteTable): string =>
  pairs.map(([name, value]) => `${encodePart(params === 'php' ? name : name.replace(/\[\]$/, ''))}=${encodePart(value)}`).join('&');

/** The stream program decodes nothing: what would have to be encoded cannot be said to it. */
function writeZmsQuery(pairs: readonly Param[]): string {
  for (const [name, value] of pairs)
    if (!/^[A-Za-z_]+$/.test(name) || !/^[\w.:,%+-]*$/.test(value))
      throw new Problem('internal', 'The gate put a value in that the stream program cannot read.');
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}
