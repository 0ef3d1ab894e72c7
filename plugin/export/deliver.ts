// Who may fetch a released package, and what they are handed: the archive, a function of the sealed list and the journal.
import type { PackagePart, RequestEvents } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Readable } from '../delivery/readable.js';
import type { Journal } from '../journal/journal.js';
import type { Manifest } from '../evidence/manifest-schema.js';
import { packageFiles } from '../evidence/package.js';
import type { PackageFile } from '../evidence/read-exactly.js';
import { zipLayout, writeZip } from '../evidence/zip.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson } from './custody.js';
import type { PackageIndex } from './fulfil.js';

type Sealed = RequestEvents['package-sealed'];

/** Packages of a request, by name. */
export const packagesOf = (state: RequestState): { part: PackagePart; sealed: Sealed }[] =>
  state.package ? [{ part: 'whole', sealed: state.package }] : [];

/** Problem `state-conflict`: the request has no such package. */
export function sealedPart(state: RequestState, part: PackagePart): Sealed {
  const found = packagesOf(state).find((it) => it.part === part);
  if (!found) throw new Problem('state-conflict', `Request ${state.requestId} has no package ${part}.`);
  return found.sealed;
}

/** The applicant, who typed it in, and who released it. */
export const receiversOf = ({ requested, release }: RequestState): string[] => [
  requested.applicant,
  requested.enteredBy,
  ...(release?.executors ?? []),
];

/** Problems: `not-permitted`, `state-conflict`. */
export function judgeReceiver(state: RequestState, person: string): NonNullable<RequestState['release']> {
  const { release, requestId } = state;
  if (!receiversOf(state).includes(person))
    throw new Problem('not-permitted', `Only the applicant and the executors of ${requestId} may fetch its package.`);
  if (!release) throw new Problem('state-conflict', `Request ${requestId} is ${state.state}; its package is not released.`);
  return release;
}

/** May one more download of this package begin? Problems: `not-permitted`, `state-conflict`, `release-expired`. */
export function judgeDownload(state: RequestState, person: string, part: PackagePart, now: Date): void {
  const { expiresAt, downloads } = judgeReceiver(state, person);
  if (Date.parse(expiresAt) <= now.getTime()) throw new Problem('release-expired', `The release of ${state.requestId} ended at ${expiresAt}.`);
  const fetched = state.transfers.filter((it) => it.part === part).length;
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
async function packaged({ journal, objects }: { journal: Journal; objects: Objects }, state: RequestState, sealed: Sealed): Promise<PackageFile[]> {
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
