// Which screen is shown: what stands behind the # of the address. The gate serves one page, and nobody else learns which request is looked at.
import { useSyncExternalStore } from 'react';

/** `/requests/EG-…`, always with its first slash. */
export const currentPath = (): string => location.hash.slice(1).split('?')[0] || '/';

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};

export const usePath = (): string => useSyncExternalStore(subscribe, currentPath);

export const linkTo = (path: string): string => `#${path}`;
export const goTo = (path: string): void => {
  location.hash = path;
};

/** `/requests/:id` over `/requests/EG-1` → `{ id: 'EG-1' }`; null where it does not fit. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    if (part.startsWith(':')) found[part.slice(1)] = decode(given[at]!);
    else if (part !== given[at]) return null;
  }
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
