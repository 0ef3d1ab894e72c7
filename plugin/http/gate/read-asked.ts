// A client's request, read once, in the way in which the system behind the gate reads it. Everything afterwards is decided on what comes out
// here, and what goes on is built from it.
import { askedMethods, type Asked, type AskedMethod, type Param } from '../../domain/asked.js';
import { Problem } from '../../domain/problem.js';
import type { RouteTable } from '../../domain/route-table.js';
import { ambiguous, malformed } from './ambiguous.js';
import { canonicalTarget } from './canonical-target.js';
import { judgeValues } from './dispatch.js';
import { joinParams } from './join-params.js';
import { phpParams } from './php-params.js';
import { plainParams } from './plain-params.js';
import { valuesOf, type RawRequest } from './raw-request.js';
import { readForm } from './read-form.js';
import { readPairs } from './read-pairs.js';
import { isStreamProgram, readZmsQuery } from './zms-query.js';

/**
 * Problems `path-ambiguous` (the address), `body-malformed`, `body-too-large` (the body, or how it is framed), `method-unknown` (a method or
 * upgrade that does not pass), `route-unknown` (outside the system's base path).
 */
export function readAsked(table: RouteTable, raw: RawRequest): Asked {
  const method = readMethod(raw);
  judgeFraming(raw);
  const { path, query: text } = canonicalTarget(table, raw.target);
  const program = isStreamProgram(table, path);
  const query = program ? readZmsQuery(text, table) : readQuery(table, text);
  const { form, json } = readForm(table, raw);
  // The program does not look at a body: whoever sends one means it for somebody else.
  if (program && raw.body.length > 0) throw malformed('This program takes no body.');
  return { method, path, query, form, json, ...joinParams(table, query, form), upgrade: raw.upgrade };
}

function readQuery(table: RouteTable, text: string): Param[] {
  // Some readers separate at “;” too.
  if (table.params === 'plain' && text.includes(';')) throw ambiguous('“;” is encoded in an address.');
  const pairs = readPairs(text, ambiguous);
  const query = (table.params === 'php' ? phpParams : plainParams)(pairs, table, ambiguous);
  judgeValues(query, table, ambiguous);
  return query;
}

function readMethod({ method, upgrade, headers, body }: RawRequest): AskedMethod {
  const known = askedMethods.find((each) => each === method);
  if (!known) throw new Problem('method-unknown', `The methods are ${askedMethods.join(', ')}.`);
  const upgrades = valuesOf(headers, 'upgrade');
  // Another protocol on this connection would not be looked at by anybody.
  const webSocket = upgrades.length === 1 && upgrades[0]!.toLowerCase() === 'websocket' && known === 'GET' && body.length === 0;
  if ((upgrade || upgrades.length > 0) && !(upgrade && webSocket))
    throw new Problem('method-unknown', 'A connection becomes a WebSocket by GET, or stays as it is.');
  return known;
}

/** Where a body ends, and that nothing else does, has one reading (RFC 9112 §6, RFC 9110 §10.1.1). */
function judgeFraming({ headers, upgrade }: RawRequest): void {
  const lengths = valuesOf(headers, 'content-length');
  const codings = valuesOf(headers, 'transfer-encoding');
  if (lengths.length > 1 || codings.length > 1 || (lengths.length > 0 && codings.length > 0)) throw malformed('The body has one length.');
  // Node reads none of it: it would be taken for what the WebSocket says.
  if (upgrade && (lengths.length > 0 || codings.length > 0)) throw malformed('An upgrade has no body.');
  if (lengths.some((length) => !/^[0-9]{1,15}$/.test(length))) throw malformed('The length of a body is a number.');
  if (codings.some((coding) => coding.toLowerCase() !== 'chunked')) throw malformed('The body comes whole or chunked.');
  if (valuesOf(headers, 'expect').some((expected) => expected.toLowerCase() !== '100-continue'))
    throw malformed('Nothing but 100-continue is expected.');
  // A folded line, and what would end one.
  if (headers.some(([name, value]) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[\u0000\r\n]/.test(value)))
    throw malformed('A header is one line.');
}
