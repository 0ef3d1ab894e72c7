// Granted and sealed: cut what less was granted of, render the viewing copies, write and sign the manifest, seal it, record its hash. May be run twice.
import { nextStep } from '../domain/approval.js';
import { undrawn } from '../domain/drawing.js';
import type { Artifact } from '../domain/artifact.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import type { RequestEntry } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { leavesApart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import { keyOf } from '../domain/request-key.js';
import { fold } from '../domain/lifecycle.js';
import { gateCode } from '../domain/paper-number.js';
import type { ManifestCamera } from '../evidence/manifest-schema.js';
import type { ManifestParts } from '../evidence/manifest.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';
import type { Store } from '../store/store.js';
import { masksOf, describeMasks, type CameraMasks } from './masks.js';
import { askedSpans } from './asked-spans.js';
import { readSealedJson, type CameraIndex } from './custody.js';
import { coverNothing, cutCamera, isLess } from './cut-camera.js';
import { describeCamera, describeMissing } from './describe-camera.js';
import { enclosePage } from './enclose-page.js';
import { enclosePapers, type EnclosingParts } from './enclose-papers.js';
import { makeWorking, wantsWorking } from './make-working.js';
import { numberCopies } from './number-copies.js';
import { applicationOf, unitOf } from './revealed.js';
import { renderCamera, type RenderParts } from './render-camera.js';
import type { PeopleParts } from './people.js';
import type { Requests } from './requests.js';
import { sealPackages, type Made, type SealParts } from './seal-package.js';
import type { Speeds } from './speeds.js';

interface Parts extends RenderParts, SealParts, EnclosingParts {
  journal: Journal;
  requests: Requests;
  store: Store;
  people: Pick<PeopleParts, 'roll'>;
  objects: Objects;
  policy: Policy;
  speeds: Speeds;
  method: ManifestParts['method'];
  log: ManifestParts['log'];
  now: () => Date;
}

/** Problems: `areas-missing`, `render-failed`, `time-stamp-missing`, `object-corrupt`, `disk-full`, `journal-unwritable`, `state-conflict`. */
export async function fulfil(given: Parts, requestId: string, signal: AbortSignal): Promise<void> {
  const { requests, store } = given;
  const objects = given.objects.under(keyOf(requestId, 'copies'));
  const parts = { ...given, objects };
  const state = await begin(parts, requestId);
  const made: Artifact[] = [];
  const leavings: string[] = [];
  try {
    const text = await markText(parts, state);
    const indexes = await deliverable(parts, state, made, signal);
    const copies = numberCopies(indexes);
    const masks = await masksOf(parts, state, indexes);
    for (const index of indexes) {
      const copying = { ...copyingOf(state), areas: masks.get(index.camera)?.areas ?? [] };
      made.push(...(await timed(parts, index, () => renderCamera(parts, requestId, index, copying, text, copies, signal))));
    }
    if (wantsWorking(state.plan!)) for (const index of indexes) made.push(...(await makeWorking(parts, index, state.plan!, signal)));
    made.push(await enclosePage(objects));
    const told = await manifestParts(parts, state, indexes, masks);
    const application = await knownApplication(store, state);
    const enclose = (listed: ManifestParts): Promise<Artifact[]> => enclosePapers(parts, state, application, listed);
    const data = await sealPackages(parts, { pulled: indexes.flatMap((index) => index.artifacts), made, told, enclose }, leavings, signal);
    // Journal last: what the entry commits to is on disk already.
    await requests.take(requestId, ({ append }) => append({ event: 'package-sealed', by: 'gate', data }));
  } catch (thrown) {
    if (requests.state(requestId).package === null)
      await Promise.allSettled([...made.map((artifact) => artifact.object), ...leavings].map((object) => objects.remove(object)));
    throw thrown;
  }
}

const copyingOf = ({ plan }: RequestState) => ({
  marks: plan!.marks,
  sound: plan!.sound,
  effort: plan!.encode,
  role: plan!.masks.length > 0 ? ('masked' as const) : ('viewing' as const),
  isParentSealed: plan!.deliver !== 'package' || leavesApart(plan!),
});

/** What was learnt of it tells the next applicant how long theirs will take. */
async function timed<T>({ speeds, now }: Parts, { coverage }: CameraIndex, render: () => Promise<T>): Promise<T> {
  const began = now().getTime();
  const made = await render();
  const micros = coverage.spans.flatMap(({ parts }) => parts).reduce((sum, { facts }) => sum + facts.durationMicros, 0);
  speeds.learn('render', micros / 1000, now().getTime() - began);
  return made;
}

/**
 * Files of each camera as they are handed over: originals, or excerpts where less was granted of it than was asked for. What was not granted at
 * all is not there. What is sealed here is added to `made`.
 */
async function deliverable(parts: Parts, state: RequestState, made: Artifact[], signal: AbortSignal): Promise<CameraIndex[]> {
  const indexes: CameraIndex[] = [];
  const keep = (index: CameraIndex): void => {
    made.push(...index.artifacts);
    indexes.push(index);
  };
  const { items } = state.plan!;
  for (const { camera, index } of state.takes.filter((take) => isGranted(state, take.camera))) {
    const original = await readSealedJson<CameraIndex>(parts.objects, index);
    const granted = askedSpans(items, camera);
    if (isLess(granted, askedSpans(state.requested.items, camera))) keep(await cutCamera(parts, original, granted, signal));
    else indexes.push(original);
  }
  // A package has something in it, also where all that was granted is missing.
  if (isNarrowed(state))
    for (const { camera } of state.missing.filter((it) => isGranted(state, it.camera)))
      keep(await coverNothing(parts, camera, askedSpans(items, camera)));
  return indexes;
}

const isGranted = ({ plan }: RequestState, camera: string): boolean => plan!.items.some((item) => item.camera === camera);
const isNarrowed = ({ plan, requested }: RequestState): boolean => canonicalJson(plan!.items) !== canonicalJson(requested.items);

/** The voices are counted from the journal, here and now: a row in a database grants nothing. */
async function begin({ journal, requests }: Parts, requestId: string): Promise<RequestState> {
  return requests.take(requestId, async ({ append }) => {
    const state = fold(journal.entriesOf(requestId));
    if (state.tracks.approval !== 'granted' || nextStep(state) !== null)
      throw new Problem('state-conflict', `The journal does not hold every voice that the plan of ${requestId} needs.`);
    const missing = undrawn(state);
    if (missing.length > 0) throw new Problem('areas-missing', `The journal does not hold what is masked of ${missing.join(', ')}.`);
    await append({ event: 'fulfil-started', by: 'gate', data: { attempt: state.attempts.fulfil + 1 } });
    return requests.state(requestId);
  });
}

async function markText({ store, papers }: Parts, state: RequestState) {
  const application = await knownApplication(store, state);
  return {
    requestId: state.requestId,
    gate: gateCode(papers.origin),
    ...(application.instrument && { instrument: application.instrument.number }),
    unit: await unitOf(state, store),
    officers: application.officers.map((officer) => officer.name),
  };
}

async function knownApplication(store: Store, state: RequestState) {
  const application = await applicationOf(state, store);
  if (!application)
    throw new Problem('state-conflict', `The application of ${state.requestId} was erased; nothing more can be made of it.`);
  return application;
}

async function manifestParts(
  parts: Parts,
  state: RequestState,
  indexes: readonly CameraIndex[],
  masks: ReadonlyMap<string, CameraMasks>,
): Promise<Made['told']> {
  const { store, policy, journal, now, method, log } = parts;
  const { site } = policy.place(state.plan!.items[0]!.camera);
  const unit = await store.personal.reveal(state.requested.unit);
  return {
    createdAt: now().toISOString(),
    requestId: state.requestId,
    application: await knownApplication(store, state),
    requestingUnit: await unitOf(state, store),
    site,
    plan: state.plan!,
    planDigest: state.planDigest!,
    ...(isNarrowed(state) && { narrowed: { asked: state.requested.items, granted: state.plan!.items } }),
    rows: rowsOf(journal.entriesOf(state.requestId)),
    cameras: [
      ...(await Promise.all(
        indexes
          .filter(({ camera }) => state.takes.some((take) => take.camera === camera))
          .map(async (index) => ({
            ...describeCamera(index, await confirmationOf(parts, state, index.camera)),
            ...(await describeMasks(masks.get(index.camera), (person) => nameOf(parts, person))),
          })),
      )),
      ...state.missing
        .filter(({ camera }) => isGranted(state, camera))
        .map(({ camera }) => describeMissing(camera, askedSpans(state.plan!.items, camera))),
    ],
    method,
    log,
    approvals: await Promise.all(state.voices.map(async ({ step, by, at }) => ({ step, at, person: await nameOf(parts, by) }))),
    disclosures: unit
      ? [{ commitment: state.requested.unit, field: unit.field, value: unit.value as never, salt: unit.salt.toString('hex') }]
      : [],
  };
}

async function confirmationOf(parts: Pick<Parts, 'store' | 'people'>, { confirmations }: RequestState, camera: string): Promise<ManifestCamera['confirmation']> {
  const found = confirmations.find((it) => it.camera === camera);
  return found ? { person: await nameOf(parts, found.by), at: found.at, first: found.first, last: found.last } : null;
}

const rowsOf = (entries: readonly RequestEntry[]): readonly string[] =>
  entries.flatMap((entry) => (entry.event === 'export-held' ? entry.data.rows : []));

async function nameOf({ store, people }: Pick<Parts, 'store' | 'people'>, person: string): Promise<string | undefined> {
  const user = await store.people.userOf(person);
  return user === null ? undefined : (await people.roll.vouchFor(user, store))?.account.name;
}
