// What a request asks for: the first route of the table that fits, or nothing that is known. Whatever is not listed does not pass.
import type { Asked } from '../../domain/asked.js';
import { footageClasses, type KnownNames, type Route, type RouteTable, type WebClass } from '../../domain/route-table.js';
import { holds } from './conditions.js';
import { isStripped } from './strip.js';

export interface Classified {
  /** `unknown`: no route fits; it does not pass. */
  class: WebClass | 'unknown';
  /** The route that decided; null where none did. */
  route: Route | null;
  /** What the path's named groups caught. */
  groups: Readonly<Record<string, string>>;
}

export function classify(table: RouteTable, asked: Asked, known: KnownNames): Classified {
  for (const route of table.routes) {
    const caught = route.path.exec(asked.path);
    if (!caught || (asked.upgrade && !mayUpgrade(route))) continue;
    const groups: Record<string, string> = Object.fromEntries(
      Object.entries(caught.groups ?? {}).filter(([, value]) => value !== undefined),
    );
    if (!namesFit(table, route, asked) || !route.when.every((condition) => holds(condition, asked, groups, known))) continue;
    if (methodFits(route, asked)) return { class: route.class, route, groups };
    // A way to footage with another method never falls through to a wider route.
    if (footageClasses.includes(route.class)) return { class: 'deny', route, groups };
  }
  return { class: 'unknown', route: null, groups: {} };
}

/** A WebSocket passes where the table says so; elsewhere an upgrade only meets routes that do not pass as they are. */
const mayUpgrade = ({ ws, class: kind }: Route): boolean => ws || kind === 'deny' || kind === 'export' || kind === 'playback';

/** HEAD asks for what GET asks for. */
const methodFits = ({ methods }: Route, { method }: Asked): boolean =>
  methods === '*' || methods.includes(method) || (method === 'HEAD' && methods.includes('GET'));

function namesFit(table: RouteTable, { allowParams, denyParams }: Route, { query, form, json }: Asked): boolean {
  const members = typeof json === 'object' && json !== null ? Object.keys(json) : [];
  const names = [...query.map(([name]) => name), ...form.map(([name]) => name), ...members];
  if (denyParams && names.some((name) => denyParams.test(name))) return false;
  return allowParams === null || names.every((name) => allowParams.includes(name) || isStripped(table, name));
}
