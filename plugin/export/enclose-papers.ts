// The papers travel with the package: made from what its manifest tells and from the journal, sealed like any other file, before the manifest lists them.
import type { Artifact } from '../domain/artifact.js';
import type { Application } from '../domain/export-request.js';
import { packageName } from '../domain/package-part.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { RequestEntry } from '../domain/audit-event.js';
import { eCertificate } from '../documents/e-certificate.js';
import { evidenceList } from '../documents/evidence-list.js';
import type { HandOver } from '../documents/hand-over.js';
import { makePaper, type Making, type Paper } from '../documents/paper.js';
import { productionNote } from '../documents/production-note.js';
import { receipt, type Receipt } from '../documents/receipt.js';
import { registerExtract } from '../documents/register-extract.js';
import { comparePaths } from '../evidence/layout.js';
import { contentsOf, type ManifestParts } from '../evidence/manifest.js';
import { maskNumber } from '../evidence/mask-number.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';
import { sealBytes } from './custody.js';
import { makingOf, type PaperDesk } from './paper-making.js';
import { registerSheet } from './register-cells.js';
import { placeOf } from './place-of.js';
import { makeNames, rowOf, type RegisterRow, type RowParts } from './register-row.js';
import { idWords, instrumentWords } from './register-words.js';
import { erasedWord } from './revealed.js';

export interface EnclosingParts extends RowParts {
  journal: Journal;
  objects: Objects;
  readonly policy: Policy;
  papers: PaperDesk;
}

/** Acts on footage that are rows of the register, of those that a request can have before its package is made. */
const rowEvents = ['export-requested', 'frame-inspected', 'footage-viewed', 'glass-broken'] as const;
type RowEvent = Extract<RequestEntry, { event: (typeof rowEvents)[number] }>;

/** Artifacts of the role `document`, sealed. Removes what it made when it fails. Problems: `seal-missing`, `disk-full`. */
export async function enclosePapers(parts: EnclosingParts, state: RequestState, application: Application, told: ManifestParts): Promise<Artifact[]> {
  const { objects, policy, papers } = parts;
  const making = (floor: readonly string[]): Promise<Making> => makingOf(papers, policy, new Date(told.createdAt), floor, told.part);
  const given = handOverOf(parts, state, application, told);
  const contents = contentsOf(told.artifacts);
  const sheet = registerSheet(policy, await rowsOf(parts, state));
  const wanted: readonly (readonly [name: string, floor: readonly string[], make: (making: Making) => Paper])[] = [
    ['evidence-list', ['F2', 'F5'], (it) => evidenceList(given, it)],
    ['production-note', ['F4', 'F5'], (it) => productionNote(given, it)],
    ['e-certificate', ['F5'], (it) => eCertificate(given, it, contents)],
    ['receipt', ['F5'], (it) => receipt(asReceipt(given, told.part), it)],
    ['register-extract', ['F1', 'F7'], (it) => registerExtract(state.requestId, given.custodian, sheet, it)],
  ];
  const made: Artifact[] = [];
  try {
    for (const [name, floor, make] of wanted) {
      const bearing = await making(floor);
      const bytes = await makePaper(make(bearing), bearing, { contents, manifest: null });
      made.push({ path: `documents/${name}.pdf`, role: 'document', ...(await sealBytes(objects, bytes)) });
    }
    return made;
  } catch (thrown) {
    await Promise.allSettled(made.map(({ object }) => objects.remove(object)));
    throw thrown;
  }
}

async function rowsOf(parts: EnclosingParts, { requestId }: RequestState): Promise<RegisterRow[]> {
  const names = makeNames(parts);
  const rows: RegisterRow[] = [];
  for (const entry of parts.journal.entriesOf(requestId)) if (isRow(entry)) rows.push({ number: rows.length + 1, ...(await rowOf(parts, names, entry, [])) });
  return rows;
}

const isRow = (entry: RequestEntry): entry is RowEvent => (rowEvents as readonly string[]).includes(entry.event);

function handOverOf({ policy, journal, papers }: EnclosingParts, state: RequestState, application: Application, told: ManifestParts): HandOver {
  const { requestId } = state;
  const { instrument, officers } = application;
  const entries = journal.entriesOf(requestId);
  // Of several tries the one that sealed: nothing sealed before a failure is in the package.
  const pull = entries.findLast((entry) => entry.event === 'preserve-started');
  const sealedAt = (camera: string) => entries.findLast((entry) => entry.event === 'footage-sealed' && entry.data.camera === camera)?.at ?? null;
  const { bases } = policy.law;
  const { site } = told;
  return {
    requestId,
    packageId: told.packageId,
    caseNumber: application.caseNumber ?? null,
    reason: application.reason,
    basis: `${bases[application.basis].zh}(${bases[application.basis].article})`,
    instrument: instrument
      ? { ...instrument, type: instrumentWords[instrument.type], provideBy: instrument.provideBy ?? null }
      : null,
    requestingUnit: told.requestingUnit,
    officers: officers.map(({ name, unit, idKind, idNumber }) => ({ name, unit, idKind: idWords[idKind], idNumber: maskNumber(idNumber) })),
    custodian: `${policy.city(site.city).name} ${site.name}(${site.id})`,
    retentionDays: policy.site(site.id).retentionDays,
    approvals: told.approvals.map(({ step, person, at }) => ({ step: policy.steps.find((it) => it.step === step)?.zh ?? step, person: person ?? erasedWord, at })),
    recordingReference: application.recordingReference ?? null,
    requestedAt: state.requestedAt,
    pullStartedAt: pull?.at ?? null,
    cameras: told.cameras.map((camera) => ({ ...camera, name: placeOf(policy, camera.camera)?.camera.name ?? '', sealedAt: sealedAt(camera.camera) })),
    files: told.artifacts.toSorted((a, b) => comparePaths(a.path, b.path)),
    original: originalIn(told),
    fileName: packageName(requestId, told.part ?? 'whole'),
    retainDays: state.plan!.retainDays,
    planDigest: told.planDigest,
    policyVersion: told.plan.policyVersion,
    method: told.method,
    log: told.log,
    algorithm: papers.algorithm,
    isStamped: papers.isStamped,
  };
}

/** Of a camera of which less was granted a cut is here: it is not called the original. */
function originalIn({ artifacts, narrowed, part }: ManifestParts): HandOver['original'] {
  if (artifacts.some(({ role }) => role === 'excerpt')) return 'excerpt';
  if (artifacts.some(({ role }) => role === 'original')) return 'here';
  return part !== 'copies' ? 'kept' : narrowed ? 'excerpt' : 'apart';
}

/** As far as it is known before anything is handed over: a form with places to write on. Whom originals go to that leave apart is said at the release. */
const asReceipt = ({ requestId, instrument, custodian, requestingUnit, officers, fileName, files }: HandOver, part: ManifestParts['part']): Receipt => ({
  ...{ requestId, fileName },
  instrument: instrument && `${instrument.type} ${instrument.number}`,
  custodian,
  requestingUnit: part === 'originals' ? null : requestingUnit,
  files: files.length,
  bytes: files.reduce((sum, file) => sum + file.bytes, 0),
  giver: null,
  receivers: part === 'originals' ? [] : officers.map(({ name, unit, idKind, idNumber }) => ({ name, unit, known: `${idKind} ${idNumber}` })),
  ...{ at: null, place: null, medium: null, form: null, copy: null, confirmed: null, refusal: null, remarks: null },
  ...{ fetches: [], signatures: [] },
});
