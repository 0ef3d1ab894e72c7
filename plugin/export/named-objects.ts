// Sealed objects that somebody may still want: those that entries name, by their lists, and those of kept scans.
import { Problem } from '../domain/problem.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson, type CameraIndex } from './custody.js';
import type { PackageIndex } from './fulfil.js';
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
export async function* namedObjects({ requests, objects, policyTexts, scans }: NamedObjectsParts): AsyncGenerator<Named | Unreadable> {
  for (const text of [...policyTexts, ...scans]) yield { ...text, requestId: null };
  for (const requestId of requests.ids()) {
    const { takes, drawings, package: packed, release, tracks } = requests.state(requestId);
    if (tracks.custody === 'expired') continue;
    for (const { index } of drawings) yield { ...index, requestId };
    if (release) yield { ...release.delivery, requestId };
    for (const list of [...takes.map((take) => take.index), ...(packed ? [packed.index] : [])]) {
      yield { ...list, requestId };
      const found = await readSealedJson<CameraIndex | PackageIndex>(objects, list).catch(unreadable);
      if (found === null) yield { unreadable: list.object };
      else for (const artifact of [...found.artifacts, ...withheldIn(found)]) yield { ...artifact, requestId };
    }
  }
}

const withheldIn = (found: CameraIndex | PackageIndex): PackageIndex['artifacts'] => ('manifest' in found ? (found.withheld ?? []) : []);

function unreadable(thrown: unknown): null {
  if (thrown instanceof Problem && thrown.code === 'object-corrupt') return null;
  throw thrown;
}
