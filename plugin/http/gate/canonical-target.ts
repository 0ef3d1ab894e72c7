// A raw request target has one reading or none. Classifying one spelling and forwarding another is how most ways round a gate work, so what
// two programs could read differently is refused, and what goes on is written anew from what was read here.
import { Problem } from '../../domain/problem.js';
import type { RouteTable } from '../../domain/route-table.js';
import { ambiguous } from './ambiguous.js';
import { percentDecode } from './percent.js';
import { isStreamProgram } from './zms-query.js';

/** Apache's LimitRequestLine, less the method: what is longer is refused behind the gate anyway. */
const longestTarget = 8000;
const longestPath = 2048;
const mostSegments = 64;

export interface CanonicalTarget {
  /** Behind the base path, decoded once; begins with `/`. */
  path: string;
  /** As it came, without the question mark; empty without one. */
  query: string;
}

/** Problems `path-ambiguous`; `route-unknown` outside the base path. */
export function canonicalTarget(table: RouteTable, target: string): CanonicalTarget {
  if (target.length > longestTarget) throw ambiguous(`The address is longer than ${longestTarget} letters.`);
  // Absolute form, authority form and `*` name the host a second time, or no path at all.
  if (!target.startsWith('/')) throw ambiguous('The address must begin with “/”: no host, no “*”.');
  // Bytes that end a line or a string in one reader and not in another.
  if (/[\u0000-\u0020\u007f-\u{10ffff}\\#]/u.test(target))
    throw ambiguous('Blanks, control characters, “\\”, “#” and letters outside ASCII are encoded in an address.');
  const cut = target.indexOf('?');
  const raw = cut < 0 ? target : target.slice(0, cut);
  const path = behind(table, canonicalPath(table, raw));
  judgeSegments(table, path);
  return { path, query: cut < 0 ? '' : target.slice(cut + 1) };
}

function canonicalPath(table: RouteTable, raw: string): string {
  if (raw.length > longestPath) throw ambiguous(`The path is longer than ${longestPath} letters.`);
  // A slash, backslash, NUL or percent sign that appears by decoding is read as one by some and not by others.
  if (/%(?:2f|5c|00|25)/i.test(raw)) throw ambiguous('An encoded slash, backslash, NUL or percent sign has no place in a path.');
  const decoded = percentDecode(raw, { plus: false });
  if (decoded === null) throw ambiguous('The path is not UTF-8 in whole percent escapes.');
  if (/[\u0000-\u001f\u007f-\u009f\\;]/.test(decoded)) throw ambiguous('Control characters, “\\” and “;” have no place in a path.');
  const path = table.mergeSlashes ? decoded.replace(/\/{2,}/g, '/') : decoded;
  if (path.includes('//')) throw ambiguous('A path has no empty parts.');
  if (/[. ](?:\/|$)/.test(path)) throw ambiguous('No part of a path is “.” or “..”, or ends in a dot or a blank.');
  return path;
}

function behind({ basePath }: RouteTable, path: string): string {
  if (path === basePath) throw ambiguous(`The address ends in “/”: ${basePath}/`);
  if (!path.startsWith(`${basePath}/`)) throw new Problem('route-unknown', `Nothing passes outside ${basePath}/.`);
  return path.slice(basePath.length);
}

/** What stands behind a program's name reaches the program all the same, whatever it looks like. */
function judgeSegments(table: RouteTable, path: string): void {
  const segments = path.slice(1).split('/');
  if (segments.length > mostSegments) throw ambiguous(`The path has more than ${mostSegments} parts.`);
  const isProgram = (segment: string, at: number): boolean =>
    (table.params === 'php' && /\.php$/i.test(segment)) || isStreamProgram(table, `/${segments.slice(0, at + 1).join('/')}`);
  if (segments.slice(0, -1).some(isProgram)) throw ambiguous('Nothing follows the name of a program.');
}
