// At start: sealed objects that no entry names are the leavings of a crash. What the journal names stays.
import { namedObjects, type NamedObjectsParts } from './named-objects.js';

/**
 * Where one list cannot be read, nobody knows what it names: then nothing is removed, and that request alone fails when its files are
 * wanted. A gate that did not start for one bad object would be stopped by it.
 */
export async function sweep(parts: NamedObjectsParts): Promise<void> {
  const known = new Set<string>();
  for await (const named of namedObjects(parts)) {
    if ('unreadable' in named) return;
    known.add(named.object);
  }
  await parts.objects.sweep(known);
}
