// The ten route tables as the gate reads them, what it is told of the systems in the tests, and a request written as a table's example.
import { routeTables } from '../../../adapters/route-tables/index.js';
import { routes as zoneminder } from '../../../adapters/zoneminder/routes.js';
import type { KnownNames, RouteTable } from '../../../plugin/domain/route-table.js';
import { loadTable } from '../../../plugin/http/gate/load-table.js';
import type { HeaderLine, RawRequest } from '../../../plugin/http/gate/raw-request.js';

export const rawTables: Readonly<Record<string, unknown>> = { zoneminder, ...routeTables };

export const tables: Readonly<Record<string, RouteTable>> = Object.fromEntries(
  Object.entries(rawTables).map(([name, data]) => [name, loadTable(data, `${name}.json`)]),
);

/** What the systems are said to have. */
export const known: KnownNames = {
  cameras: new Set(['front', 'back', 'cam1', 'cam2', '1', '2']),
  streams: new Set(['front', 'back', 'cam1', 'site/cam1']),
  birdseye: true,
};

export interface Written {
  method?: string;
  target: string;
  body?: string;
  contentType?: string;
  upgrade?: boolean;
  headers?: readonly HeaderLine[];
}

/** As a client would send it: with the headers that belong to the body and to an upgrade. */
export function aRequest({ method = 'GET', target, body = '', contentType, upgrade = false, headers = [] }: Written): RawRequest {
  const bytes = Buffer.from(body, 'latin1');
  const own: HeaderLine[] = [['Host', 'vms.example']];
  if (bytes.length > 0) own.push(['Content-Length', String(bytes.length)]);
  if (contentType) own.push(['Content-Type', contentType]);
  if (upgrade && !headers.some(([name]) => name.toLowerCase() === 'upgrade')) own.push(['Connection', 'Upgrade'], ['Upgrade', 'websocket']);
  return { method, target, headers: [...own, ...headers], body: bytes, upgrade };
}

/** `METHOD target  body`; `WS` is GET with an upgrade. */
export function fromExample(text: string): RawRequest {
  const [line = '', body = ''] = text.split(/ {2,}/);
  const [verb = '', target = ''] = line.split(' ');
  const contentType = body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded';
  return aRequest({ method: verb === 'WS' ? 'GET' : verb, target, upgrade: verb === 'WS', ...(body ? { body, contentType } : {}) });
}
