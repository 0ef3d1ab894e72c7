// The raw target has one spelling or none. A path that two programs could read differently is refused, not repaired.
import { Problem } from '../domain/problem.js';

const LONGEST = 2048;
const segment = /^[A-Za-z0-9._~-]+$/;

/** Raw request target → path segments and query. Problem `path-ambiguous`. */
export function canonical(target: string): { path: string; query: URLSearchParams } {
  const [path = '', query = '', ...more] = target.split('?');
  if (target.length > LONGEST || more.length > 0 || !path.startsWith('/') || target.includes('#')) throw ambiguous();
  const parts = path === '/' ? [] : path.slice(1).split('/');
  // No percent-encoding, empty or dot segment, backslash or parameter: nothing of ours is named that way.
  if (parts.some((part) => !segment.test(part) || part === '.' || part === '..')) throw ambiguous();
  return { path, query: new URLSearchParams(query) };
}

const ambiguous = (): Problem =>
  new Problem(
    'path-ambiguous',
    'Write the path in plain letters, digits, “-”, “_”, “.” and “~”, without empty, “.”, “..” or encoded parts.',
  );
