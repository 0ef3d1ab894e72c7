// What is left of destroyed files: their paths, sizes and sums, sealed under no request's key, so that years later a copy in anybody's hands can be told
// for what it is.
import type { Artifact } from '../domain/artifact.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson, sealBytes, type CameraIndex } from './custody.js';
import { packageLists } from './named-objects.js';
import type { PackageIndex } from './seal-package.js';

export interface SumLine extends Pick<Artifact, 'path' | 'role' | 'bytes' | 'sha256' | 'sm3'> {
  /** Was it in the package? */
  delivered: boolean;
  /** Gone with this entry; else it lies under the original's key and goes with that. */
  destroyed: boolean;
}
export interface SumList {
  version: 1;
  requestId: string;
  files: readonly SumLine[];
}

const lineOf = ({ path, role, bytes, sha256, sm3 }: Artifact, delivered: boolean, destroyed: boolean): SumLine => ({
  ...{ path, role, bytes, sha256, sm3, delivered, destroyed },
});

/** What the copies' key holds, and what of the original was handed over with it. Problem `object-corrupt`. */
export async function sumsOfCopies(objects: Objects, state: RequestState): Promise<SumLine[]> {
  const originals = new Set((await originalsOf(objects, state)).map(({ object }) => object));
  const lists = await Promise.all(packageLists(state.package).map((list) => readSealedJson<PackageIndex>(objects, list)));
  // What tells of the pull lies in both packages of a request that has two.
  const delivered = new Map(lists.flatMap(({ artifacts }) => artifacts).map((it) => [it.object, it]));
  return [
    ...[...delivered.values()].map((it) => lineOf(it, true, !originals.has(it.object))),
    ...lists.flatMap(({ withheld = [] }) => withheld).map((it) => lineOf(it, false, true)),
  ];
}

/** Problem `object-corrupt`. */
export async function sumsOfOriginal(objects: Objects, state: RequestState): Promise<SumLine[]> {
  return (await originalsOf(objects, state)).map((it) => lineOf(it, false, true));
}

async function originalsOf(objects: Objects, { takes }: RequestState): Promise<Artifact[]> {
  const indexes = await Promise.all(takes.map(({ index }) => readSealedJson<CameraIndex>(objects, index)));
  return indexes.flatMap(({ artifacts }) => [...artifacts]);
}

/** Under the master key: it outlives what it tells of. Problem `disk-full`. */
export async function sealSums(objects: Objects, requestId: string, files: readonly SumLine[]) {
  const list: SumList = { version: 1, requestId, files };
  return {
    files: files.filter((file) => file.destroyed).length,
    bytes: files.reduce((sum, file) => sum + (file.destroyed ? file.bytes : 0), 0),
    list: await sealBytes(objects, Buffer.from(canonicalJson(list))),
  };
}
