// Which camera a live answer shows: only where every parameter is one that cannot lead into the past.
import type { Asked } from '../../plugin/domain/asked.js';
import type { Route } from '../../plugin/domain/route-table.js';
import { blocked } from './lookup.js';
import { zmsParams } from './zms-params.js';

const params: Record<string, RegExp> = {
  monitor: /^[1-9]\d{0,9}$/,
  source: /^monitor$/,
  mode: /^(jpeg|single)$/,
  scale: /^[1-9]\d{0,2}$/,
  maxfps: /^\d{1,3}(\.\d{1,2})?$/,
  connkey: /^\d{1,10}$/,
  rand: /^\d{1,12}$/,
};

const credentials = ['auth', 'token', 'user', 'pass', 'username', 'password'];

/** The monitor's number; null where the request shows no picture. Problem `route-blocked`. */
export function liveOf(asked: Asked, route: Route): string | null {
  if (route.class !== 'live' || !/^\/cgi-bin\//.test(asked.path)) return null;
  // What the client brings of credentials never goes on.
  const told = new Map([...zmsParams(asked)].filter(([name]) => !credentials.includes(name)));
  for (const [name, value] of told)
    if (!Object.hasOwn(params, name) || !params[name]!.test(value)) throw blocked(`A live picture is not asked for with ${name.slice(0, 32)} like this.`);
  const monitor = told.get('monitor');
  if (monitor === undefined) throw blocked('The request names no camera.');
  return monitor;
}
