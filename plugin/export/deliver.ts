// Who may fetch a released package, and what they are handed: the archive, a function of the sealed list and the journal.
import type { SealedPackage } from '../domain/audit-event.js';
import { isGone, type RequestState } from '../domain/lifecycle.js';
import type { PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import type { Readable } from '../delivery/readable.js';
import type { Journal } from '../journal/journal.js';
import type { Manifest } from '../evidence/manifest-schema.js';
import { packageFiles } from '../evidence/package.js';
import type { PackageFile } from '../evidence/read-exactly.js';
import { zipLayout, writeZip } from '../evidence/zip.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson } from './custody.js';
import type { PackageIndex } from './seal-package.js';

/** Packages of a request, by name: the only one, or two where the originals leave apart. */
export function packagesOf({ package: sealed }: RequestState): { part: PackagePart; sealed: SealedPackage }[] {
  if (!sealed) return [];
  const { originals } = sealed;
  if (!originals) return [{ part: 'whole', sealed }];
  return [{ part: 'copies', sealed }, { part: 'originals', sealed: originals }];
}

/** Problem `state-conflict`: the request has no such package. */
export function sealedPart(state: RequestState, part: PackagePart): SealedPackage {
  const parts = packagesOf(state);
  const found = parts.find((it) => it.part === part);
  if (!found) throw new Problem('state-conflict', `Request ${state.requestId} has no package ${part}; it has: ${parts.map((it) => it.part).join(', ') || 'none'}.`);
  return found.sealed;
}

/** Who released it; and the applicant, or of the originals who was named for them. Whoever typed it in for the applicant is of the giving side, and receives nothing. */
function receiversOf({ requested, release }: RequestState, part: PackagePart): (string | undefined)[] {
  const receivers = part === 'originals' ? [release?.originalsFor] : [requested.applicant];
  return [...receivers, ...(release?.executors ?? [])];
}

/** `part` left out: of any of its packages. Problems: `not-permitted`, `state-conflict`. */
export function judgeReceiver(state: RequestState, person: string, part?: PackagePart): NonNullable<RequestState['release']> {
  const { release, requestId } = state;
  const named = part ? [part] : packagesOf(state).map((it) => it.part);
  // Before there is any package, its applicant is told that.
  const parts: readonly PackagePart[] = named.length > 0 ? named : ['whole'];
  if (!parts.some((it) => receiversOf(state, it).includes(person)))
    throw new Problem('not-permitted', `Only the applicant and the executors of ${requestId} may fetch its package; originals that leave apart, who was named for them.`);
  if (!release) throw new Problem('state-conflict', `Request ${requestId} is ${state.state}; its package is not released.`);
  return release;
}

/** Which packages this person may have. */
export const partsFor = (state: RequestState, person: string): PackagePart[] =>
  packagesOf(state).flatMap(({ part }) => (receiversOf(state, part).includes(person) ? [part] : []));

/** Which package is meant, where nobody says: the first that this person may have. */
export const partFor = (state: RequestState, person: string): PackagePart => partsFor(state, person)[0] ?? 'whole';

/** May this person download this package now? Problems: `not-permitted`, `state-conflict`, `release-expired`. */
export function judgeDownload(state: RequestState, person: string, part: PackagePart, now: Date): void {
  const { expiresAt } = judgeReceiver(state, person, part);
  sealedPart(state, part);
  if (state.copiesDestroyed || isGone(state)) throw new Problem('release-expired', `The package of ${state.requestId} was destroyed; its time is over.`);
  if (Date.parse(expiresAt) <= now.getTime()) throw new Problem('release-expired', `The release of ${state.requestId} ended at ${expiresAt}.`);
}

/** How often it was fetched. What the gate itself broke off, by a stop or a crash, nobody can go on with, and it counts for nobody. */
export const countOf = ({ transfers }: Pick<RequestState, 'transfers'>, part: PackagePart): number =>
  transfers.filter((it) => it.part === part && !(it.receipt === null && (it.ended?.why === 'lost' || it.ended?.why === 'stopped'))).length;

/** May one more download of a released package be counted? Problem `release-expired`. */
export function judgeCount(state: RequestState, part: PackagePart): void {
  const { downloads } = state.release!;
  const fetched = countOf(state, part);
  if (fetched >= downloads)
    throw new Problem('release-expired', `The package of ${state.requestId} was fetched ${fetched} times, which is all that its plan allows.`);
}

/** The archive, any range of it. Problems: `state-conflict`, `checkpoint-uncosigned`, `object-corrupt`. */
export async function archiveOf(parts: { journal: Journal; objects: Objects }, state: RequestState, part: PackagePart): Promise<Readable> {
  const files = await packaged(parts, state, sealedPart(state, part));
  return { bytes: zipLayout(files).total, read: (from, to) => writeZip(files, from, to) };
}

/**
 * The archive is a function of the sealed index, the journal up to package-sealed and the checkpoint that covers it, which is chosen once:
 * the same bytes each time. Problem `checkpoint-uncosigned`.
 */
export async function packaged({ journal, objects }: { journal: Journal; objects: Objects }, state: RequestState, sealed: SealedPackage): Promise<PackageFile[]> {
  const index = await readSealedJson<PackageIndex>(objects, sealed.index);
  const history = journal.entriesOf(state.requestId);
  const entries = history.slice(0, history.findIndex((entry) => entry.event === 'package-sealed') + 1);
  // By the key that the signed manifest names, also where the log has another one since.
  const { vkey } = (JSON.parse(index.manifest) as Manifest).log;
  const covering = await journal.covering(entries.at(-1)!.index + 1, vkey);
  return packageFiles({
    manifest: Buffer.from(index.manifest, 'utf8'),
    envelope: index.envelope,
    timeStamp: index.timeStamp === undefined ? null : Buffer.from(index.timeStamp, 'base64'),
    entries,
    checkpoint: covering.note,
    proof: (at) => journal.proof(at, covering),
    artifacts: index.artifacts.map((artifact) => ({
      ...artifact,
      read: (from: number, to: number) => objects.read(artifact.object, from, to),
    })),
  });
}
