// At start: sealed objects that no entry names are the leavings of a crash. What the journal names stays.
import { Problem } from '../domain/problem.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson, type CameraIndex } from './custody.js';
import type { PackageIndex } from './fulfil.js';
import type { Requests } from './requests.js';

interface Parts {
  requests: Requests;
  objects: Objects;
  /** Sealed objects that entries about the policy name. */
  policyTexts: readonly string[];
  /** Sealed objects that scans of papers lie in. */
  scans: readonly string[];
}

/**
 * Where one list cannot be read, nobody knows what it names: then nothing is removed, and that request alone fails when its files are
 * wanted. A gate that did not start for one bad object would be stopped by it.
 */
export async function sweep({ requests, objects, policyTexts, scans }: Parts): Promise<void> {
  const known = new Set<string>([...policyTexts, ...scans]);
  for (const id of requests.ids()) {
    const { takes, package: packed, tracks } = requests.state(id);
    if (tracks.custody === 'expired') continue;
    const lists = [...takes.map((take) => take.index), ...(packed ? [packed.index] : [])];
    for (const list of lists) {
      known.add(list.object);
      const found = await readSealedJson<CameraIndex | PackageIndex>(objects, list).catch(unreadable);
      if (found === null) return;
      for (const artifact of found.artifacts) known.add(artifact.object);
    }
  }
  await objects.sweep(known);
}

function unreadable(thrown: unknown): null {
  if (thrown instanceof Problem && thrown.code === 'object-corrupt') return null;
  throw thrown;
}
