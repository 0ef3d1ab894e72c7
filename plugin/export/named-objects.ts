// Sealed objects that somebody may still want: those that entries name, by their lists, and those of kept scans.
import type { SealedPackage } from '../domain/audit-event.js';
import { isGone, type RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson, type CameraIndex } from './custody.js';
import type { PackageIndex } from './seal-package.js';
import type { Requests } from './requests.js';

export interface Named {
  object: string;
  /** Of the plaintext. */
  bytes: number;
  sha256: string;
  /** Null: of no request. */
  requestId: string | null;
}
/** A list that cannot be read: what it names nobody knows. */
export interface Unreadable {
  unreadable: string;
}

export interface NamedObjectsParts {
  requests: Requests;
  objects: Objects;
  /** Sealed texts that entries about the policy name. */
  policyTexts: readonly Omit<Named, 'requestId'>[];
  /** Sealed objects that scans of papers lie in. */
  scans: readonly Omit<Named, 'requestId'>[];
}

/** One request after the other: only its lists are held. */
export async function* namedObjects(parts: NamedObjectsParts): AsyncGenerator<Named | Unreadable> {
  for (const text of [...parts.policyTexts, ...parts.scans]) yield { ...text, requestId: null };
  for (const requestId of parts.requests.ids()) yield* namedOf(parts, requestId);
}

/** Of one request, as it stands now. */
export async function* namedOf({ requests, objects }: Pick<NamedObjectsParts, 'requests' | 'objects'>, requestId: string): AsyncGenerator<Named | Unreadable> {
  const state = requests.state(requestId);
  const { takes, drawings, package: packed, release, copiesDestroyed, destroyed } = state;
  // What was destroyed stays known by its sums.
  for (const end of [copiesDestroyed, destroyed]) if (end?.list) yield { ...end.list, requestId };
  if (isGone(state)) return;
  for (const { index } of drawings) yield { ...index, requestId };
  if (release && !copiesDestroyed) yield { ...release.delivery, requestId };
  for (const list of [...takes.map((take) => take.index), ...(copiesDestroyed ? [] : packageLists(packed))]) {
    yield { ...list, requestId };
    const found = await readSealedJson<CameraIndex | PackageIndex>(objects, list).catch(unreadable);
    if (found === null) yield { unreadable: list.object };
    else for (const artifact of [...found.artifacts, ...withheldIn(found)]) yield { ...artifact, requestId };
  }
}

/** Or was it rightly destroyed since somebody named it? Where a list cannot be read, it counts as named. */
export async function isStillNamed(parts: Pick<NamedObjectsParts, 'requests' | 'objects'>, requestId: string, object: string): Promise<boolean> {
  for await (const named of namedOf(parts, requestId)) if ('unreadable' in named || named.object === object) return true;
  return false;
}

/** Lists of what is in a package, or in both. */
export const packageLists = (packed: RequestState['package']): SealedPackage['index'][] =>
  packed ? [packed, ...(packed.originals ? [packed.originals] : [])].map(({ index }) => index) : [];

const withheldIn = (found: CameraIndex | PackageIndex): PackageIndex['artifacts'] => ('manifest' in found ? (found.withheld ?? []) : []);

function unreadable(thrown: unknown): null {
  if (thrown instanceof Problem && thrown.code === 'object-corrupt') return null;
  throw thrown;
}
