// The body of a request: a form, JSON, or a refusal. What the gate cannot read does not go on, for it could decide what is done.
import type { Param } from '../../domain/asked.js';
import { Problem } from '../../domain/problem.js';
import type { RouteTable } from '../../domain/route-table.js';
import { malformed } from './ambiguous.js';
import { judgeValues } from './dispatch.js';
import { phpParams } from './php-params.js';
import { plainParams } from './plain-params.js';
import { valuesOf, type RawRequest } from './raw-request.js';
import { readJson } from './read-json.js';
import { readMultipart } from './read-multipart.js';
import { boundPairs, readPairs } from './read-pairs.js';

/** Bytes. PHP's own limit is 8 MB; no page that may pass sends a quarter of this, and reading it must not hold others up. */
export const largestBody = 256 * 1024;

/** Methods whose body every reader reads, and none leaves out. */
const carrying = ['POST', 'PUT', 'PATCH', 'DELETE'];

export interface Body {
  form: Param[];
  /** Undefined: it was no JSON. */
  json: unknown;
}

/** Problems `body-malformed`, `body-too-large`. */
export function readForm(table: RouteTable, { method, headers, body }: RawRequest): Body {
  if (body.length > largestBody) throw new Problem('body-too-large', `A body has at most ${largestBody} bytes.`);
  const types = valuesOf(headers, 'content-type');
  if (types.length > 1) throw malformed('The body has one Content-Type.');
  if (valuesOf(headers, 'content-encoding').some((coding) => coding.toLowerCase() !== 'identity'))
    throw malformed('The body comes as it is, without a Content-Encoding.');
  if (body.length === 0) return { form: [], json: undefined };
  if (!carrying.includes(method)) throw malformed(`${method} has no body here.`);
  const [contentType = ''] = types;
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  // Another way of dispatching than the table knows would pass unjudged.
  if (!table.bodyTypes.includes(type)) throw malformed(`A body here is ${table.bodyTypes.join(' or ')}; this one is of another type.`);
  if (type === 'multipart/form-data')
    return { form: judged(boundPairs(readMultipart(contentType, body), malformed), table), json: undefined };
  if (parameters.some((parameter) => !/^charset="?utf-8"?$/.test(parameter))) throw malformed('The body is UTF-8.');
  if (type === 'application/json') return { form: [], json: readJson(body) };
  return { form: judged(readPairs(body.toString('latin1'), malformed), table), json: undefined };
}

function judged(pairs: readonly Param[], table: RouteTable): Param[] {
  const params = (table.params === 'php' ? phpParams : plainParams)(pairs, table, malformed);
  judgeValues(params, table, malformed);
  return params;
}
