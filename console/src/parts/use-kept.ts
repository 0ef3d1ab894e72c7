// What is typed and not sent yet, in memory: it outlives the screen and the session it was typed in, and never the page.
import { useCallback, useState } from 'react';

const kept = new Map<string, unknown>();

/** `key`: the screen and what it is about. As useState, and `forget` when it was sent. */
export function useKept<T>(key: string, initial: T): [value: T, change: (next: T) => void, forget: () => void] {
  const [, show] = useState(0);
  const value = kept.has(key) ? (kept.get(key) as T) : initial;
  const change = useCallback((next: T) => (kept.set(key, next), show((before) => before + 1)), [key]);
  const forget = useCallback(() => (kept.delete(key), show((before) => before + 1)), [key]);
  return [value, change, forget];
}
