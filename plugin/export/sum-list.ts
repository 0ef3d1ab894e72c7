// What is left of destroyed files: their paths, sizes and sums, sealed under no request's key, so that years later a copy in anybody's hands can be told
// for what it is.
import type { Artifact, ArtifactRole, Digest } from '../domain/artifact.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { digestOf } from '../domain/formats/digest.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import type { KeyPart } from '../domain/request-key.js';
import type { Manifest } from '../evidence/manifest-schema.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson, sealBytes, type CameraIndex } from './custody.js';
import { packagesOf } from './deliver.js';
import type { PackageIndex } from './seal-package.js';

interface FileSums extends Pick<Artifact, 'path' | 'bytes' | 'sha256' | 'sm3'> {
  role: ArtifactRole | 'manifest';
  /** Packages that it was in; none: it was in nothing that leaves. */
  packages: readonly PackagePart[];
}
export interface SumLine extends FileSums {
  /** Gone with this entry; else it lies under the original's key and goes with that. */
  destroyed: boolean;
}
export interface SumList {
  version: 1;
  requestId: string;
  files: readonly SumLine[];
  /** Of each package the digest of its evidence, which stands on every page of its papers. */
  contents: readonly Contents[];
  /** Objects that were lists and could not be read: what they named has no line here. */
  unreadable: readonly string[];
}
export interface Contents {
  part: PackagePart;
  sha256: string;
}

/** What lies there of a request, by its own lists. */
export interface Holdings {
  files: readonly (FileSums & { key: KeyPart })[];
  contents: readonly Contents[];
  unreadable: readonly string[];
}

/** A list that cannot be read keeps back neither the others nor a destruction: it is named. */
export async function holdingsOf(objects: Objects, state: RequestState): Promise<Holdings> {
  const unreadable: string[] = [];
  const read = async <T>(list: Digest & { object: string }): Promise<T | null> =>
    readSealedJson<T>(objects, list).catch((thrown: unknown) => {
      if (!(thrown instanceof Problem && thrown.code === 'object-corrupt')) throw thrown;
      unreadable.push(list.object);
      return null;
    });
  const files = new Map<string, Holdings['files'][number]>();
  const contents: Contents[] = [];
  const add = (key: KeyPart, { object, path, role, bytes, sha256, sm3 }: Artifact, part?: PackagePart): void => {
    // What was pulled stays under its own key, also where it is in a package; what tells of the pull is in both packages of a request that has two.
    const known = files.get(object) ?? { path, role, bytes, sha256, sm3, packages: [], key };
    files.set(object, part ? { ...known, packages: [...known.packages, part] } : known);
  };
  for (const { index } of state.takes) for (const it of (await read<CameraIndex>(index))?.artifacts ?? []) add('original', it);
  for (const { part, sealed } of state.copiesDestroyed ? [] : packagesOf(state)) {
    const found = await read<PackageIndex>(sealed.index);
    if (found === null) continue;
    const { bytes, sha256, sm3 } = digestOf(Buffer.from(found.manifest));
    files.set(`manifest of ${part}`, { path: 'manifest.json', role: 'manifest', bytes, sha256, sm3, packages: [part], key: 'copies' });
    contents.push({ part, sha256: (JSON.parse(found.manifest) as Manifest).contents.sha256 });
    for (const it of found.artifacts) add('copies', it, part);
    for (const it of found.withheld ?? []) add('copies', it);
  }
  return { files: [...files.values()], contents, unreadable };
}

/** What goes with these keys, and what of the rest was handed over. Under the master key: it outlives what it tells of. Problem `disk-full`. */
export async function sealSums(objects: Objects, state: RequestState, ended: readonly KeyPart[]) {
  const { files: all, contents, unreadable } = await holdingsOf(objects, state);
  const files = all
    .map(({ key, ...file }): SumLine => ({ ...file, destroyed: ended.includes(key) }))
    .filter(({ destroyed, packages }) => destroyed || packages.length > 0);
  const list: SumList = { version: 1, requestId: state.requestId, files, contents, unreadable };
  const gone = files.filter(({ destroyed }) => destroyed);
  return {
    files: gone.length,
    bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0),
    list: await sealBytes(objects, Buffer.from(canonicalJson(list))),
  };
}
