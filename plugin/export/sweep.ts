// At start: sealed objects that no entry names are the leavings of a crash. What the journal names stays.
import type { Objects } from '../store/objects.js';
import { readSealedJson, type CameraIndex } from './custody.js';
import type { PackageIndex } from './fulfil.js';
import type { Requests } from './requests.js';

export async function sweep({ requests, objects }: { requests: Requests; objects: Objects }): Promise<void> {
  const known = new Set<string>();
  for (const id of requests.ids()) {
    const { takes, package: packed } = requests.state(id);
    const lists = [...takes.map((take) => take.index), ...(packed ? [packed.index] : [])];
    for (const list of lists) {
      known.add(list.object);
      const { artifacts } = await readSealedJson<CameraIndex | PackageIndex>(objects, list);
      for (const artifact of artifacts) known.add(artifact.object);
    }
  }
  await objects.sweep(known);
}
