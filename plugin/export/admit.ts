// The application comes in: record → decide → plan → judge → denied, returned or held. The whole path, in order.
import type { Application, Form, Item } from '../domain/export-request.js';
import type { Decision, Question } from '../domain/decision.js';
import type { Place } from '../domain/camera.js';
import { Problem, type Fault } from '../domain/problem.js';
import type { Basis, FormDefect, ReturnCode } from '../domain/basis.js';
import { isConfidential } from '../domain/kind.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Plan } from '../domain/plan.js';
import { parseInstant, type Span } from '../domain/span.js';
import type { Person, UserId } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import { judgeApplication } from '../policy/application.js';
import { makePlan, planDigest } from '../policy/plan.js';
import type { Store } from '../store/store.js';
import { nameOfficers, type OfficerParts } from './name-officers.js';
import type { Requests, Turn } from './requests.js';
import { applicationOf } from './revealed.js';
import { bindScans, isKept } from './scans.js';

interface Parts extends OfficerParts {
  journal: Journal;
  policy: Policy;
  requests: Requests;
  store: Store;
  now: () => Date;
  /** Is this camera's recorder one that the gate pulls from? */
  isConnected(camera: string): boolean;
}

/** How an application ended at the counter. `faults` say why it was returned, all at once. */
export interface Admission {
  state: RequestState;
  faults: readonly Fault[];
  decision: Decision;
}

/** Problems: `camera-unknown`, `sites-mixed`, `span-invalid`, `not-permitted`, `officer-unknown`, `journal-unwritable`. */
export async function admit(parts: Parts, typist: Person, form: Form): Promise<Admission> {
  const applicant = form.applicant ?? typist.user;
  const { application, place } = await knownOrRecorded(parts, typist, applicant, form, async () => {
    const tidied = tidy(form);
    await expectAccount(parts, applicant);
    const place = locate(parts, tidied.items, typist.user, applicant);
    const officers = await nameOfficers(parts, form.officers, { applicant, basis: form.basis, site: place.site.id });
    return { application: { ...tidied, officers }, place };
  });
  const requestId = await numberFor(parts, place, form.basis);
  return parts.requests.take(requestId, async (turn) => {
    await keepPapers(parts.store, [applicant, typist.user], requestId, application);
    await record(parts, turn, typist, applicant, place, application);
    return settle(parts, turn, applicant, application);
  });
}

/** At start: an application that a crash left between its record and its end at the counter goes on from there; nobody applies twice. */
export async function finishAdmission(parts: Omit<Parts, 'journal' | 'people'>, turn: Turn): Promise<void> {
  const { tracks, requested } = turn.state;
  if (tracks.approval === 'held' && tracks.custody === 'none') await queue(turn);
  if (tracks.approval !== 'requested') return;
  const [application, applicant] = await Promise.all([
    applicationOf(turn.state, parts.store),
    parts.store.people.userOf(requested.applicant),
  ]);
  if (application && applicant) await settle(parts, turn, applicant, application);
}

async function settle(parts: Omit<Parts, 'journal' | 'people'>, turn: Turn, applicant: UserId, application: Application): Promise<Admission> {
  // One policy for the whole step: another one may come into force meanwhile.
  const { policy } = parts;
  const late = isLate(application, parts.now());
  const decision = policy.decide(asQuestion(application, applicant, late));
  if (decision.verdict === 'deny') {
    await denyRequest(turn, decision);
    return { state: turn.state, faults: [], decision };
  }
  const plan = makePlan(decision, application.items, policy);
  const typist = await parts.store.people.userOf(turn.state.requested.enteredBy);
  const faults = [
    ...judgeApplication(application, plan, policy.law, parts.now()),
    ...(await missingScans(parts.store, typist ? [applicant, typist] : [applicant], application)),
    ...foreignCameras(parts, application.items),
  ];
  if (faults.length > 0) {
    await returnRequest(turn, decision, plan, faults);
    return { state: turn.state, faults, decision };
  }
  await turn.append({
    event: 'export-held',
    by: 'gate',
    data: { plan, planDigest: planDigest(plan), rows: decision.rows.map((row) => row.source) },
  });
  if (late) await turn.append({ event: 'deadline-missed', by: 'gate', data: { provideBy: application.instrument!.provideBy! } });
  await queue(turn);
  return { state: turn.state, faults: [], decision };
}

/** Recorders overwrite: the footage is fetched and sealed now, while people approve. */
const queue = (turn: Turn) => turn.append({ event: 'preserve-queued', by: 'gate', data: { why: 'submitted' } });

const inUtc = <T extends Span>(span: T): T => ({ ...span, from: parseInstant(span.from), to: parseInstant(span.to) });

/** Problem `span-invalid`. */
export const parseItems = (items: readonly Item[]): Item[] => items.map(inUtc);

/** Footage that can be there: it begins before it ends, and is over. Problem `span-invalid`. */
export function judgeSpans(items: readonly Item[], at: Date): void {
  const now = at.toISOString();
  for (const { camera, from, to } of items) {
    if (from >= to) throw new Problem('span-invalid', `The span of ${camera} ends (${to}) before it starts (${from}).`);
    if (to > now) throw new Problem('span-invalid', `The span of ${camera} ends at ${to}, which lies in the future (now ${now}).`);
  }
}

/** Every instant in the one spelling: they are compared as text, and stand in papers that know no other. Problem `span-invalid`. */
export function tidy<F extends Pick<Application, 'items' | 'instrument'>>({ items, instrument, ...form }: F) {
  const provideBy = instrument?.provideBy === undefined ? {} : { provideBy: parseInstant(instrument.provideBy) };
  const paper = instrument && { ...instrument, ...provideBy, covers: instrument.covers.map(inUtc) };
  return { ...form, items: parseItems(items), ...(paper && { instrument: paper }) };
}

export const isLate = (application: Pick<Application, 'instrument'>, now: Date): boolean =>
  application.instrument?.provideBy !== undefined && Date.parse(application.instrument.provideBy) < now.getTime();

export const asQuestion = (application: Application, user: UserId, late: boolean): Question => ({
  user,
  act: 'request',
  basis: application.basis,
  ...(application.purpose && { purpose: application.purpose }),
  items: application.items,
  late,
});

/** The papers that the form names, and where. */
const papersOf = ({ instrument, officers }: Pick<Application, 'instrument' | 'officers'>): [where: string, sha256: string][] =>
  (
    [
      ['instrument.scanSha256', instrument?.scanSha256],
      ['instrument.approval.scanSha256', instrument?.approval?.scanSha256],
      ...officers.map(({ cardSha256 }, at) => [`officers[${at}].cardSha256`, cardSha256] as const),
    ] as const
  ).flatMap(([where, sha256]) => (sha256 ? [[where, sha256]] : []));

/** A hash is no paper: the scan behind it was uploaded, by who types it in or by the applicant. */
export async function missingScans(
  store: Store,
  people: readonly UserId[],
  form: Pick<Application, 'instrument' | 'officers'>,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const [where, sha256] of papersOf(form)) {
    const kept = await Promise.all([...new Set(people)].map((user) => isKept(store, user, sha256)));
    if (!kept.includes(true))
      faults.push({
        code: 'INSTRUMENT_UNREADABLE',
        where,
        detail: 'No scan of this hash was uploaded by the applicant or by who types it in; upload it first.',
      });
  }
  return faults;
}

/** Before the entry: what a recorded request names is not swept. */
const keepPapers = async (store: Store, people: readonly UserId[], requestId: string, form: Application): Promise<void> => {
  const lacking = new Set((await missingScans(store, people, form)).map(({ where }) => where));
  await bindScans(store, requestId, [
    ...new Set(
      papersOf(form)
        .filter(([where]) => !lacking.has(where))
        .map(([, sha256]) => sha256),
    ),
  ]);
};

const foreignCameras = ({ isConnected }: Pick<Parts, 'isConnected'>, items: readonly Item[]): Fault[] =>
  [...new Set(items.map((item) => item.camera))]
    .filter((camera) => !isConnected(camera))
    .map((camera) => ({ code: 'NOT_OUR_SYSTEM', where: camera, detail: `The gate pulls from no recorder that records ${camera}.` }));

/** One site, known cameras, possible spans, and a typist who may type for the applicant. */
function locate(parts: Parts, items: readonly Item[], typist: UserId, applicant: UserId): Place {
  const places = items.map((item) => parts.policy.place(item.camera));
  const [first] = places;
  if (!first) throw new Problem('span-invalid', 'The application names no camera.');
  if (places.some((place) => place.site.id !== first.site.id))
    throw new Problem(
      'sites-mixed',
      `Cameras of one site in one application; here: ${[...new Set(places.map((p) => p.site.id))].join(', ')}.`,
    );
  judgeSpans(items, parts.now());
  if (typist !== applicant && !parts.policy.allows(typist, 'review', 'request:*', first.site.id))
    throw new Problem('not-permitted', `Only the custodian’s own staff at ${first.site.id} may type in an application for somebody else.`);
  return first;
}

/** An application that names what does not exist is an access attempt too (F1): recorded, by who made it, before it is refused. */
async function knownOrRecorded<T>(
  { store, journal }: Parts,
  typist: Person,
  applicant: UserId,
  { basis, items, reason }: Pick<Form, 'basis' | 'items' | 'reason'>,
  check: () => Promise<T>,
): Promise<T> {
  try {
    return await check();
  } catch (thrown) {
    const problem = Problem.from(thrown);
    const [pseudonym, why] = await Promise.all([store.people.pseudonymOf(applicant), store.personal.conceal('reason', reason)]);
    await journal.append({
      event: 'request-refused',
      by: typist.pseudonym,
      data: { code: problem.code, applicant: pseudonym, basis, items, reason: why },
    });
    throw problem;
  }
}

async function expectAccount({ store }: Parts, user: UserId): Promise<void> {
  if (!(await store.accounts.get(user))) throw new Problem('not-permitted', `There is no account ${user} to apply for.`);
}

/** Where the numbers of confidential requests begin: in one row with the others they would be gaps, and tell how many there are and when. */
const CONFIDENTIAL_FROM = 900_000;

async function numberFor(parts: Parts, place: Place, basis: Basis): Promise<string> {
  const { store, requests, now } = parts;
  const { site, city } = place;
  // Asia/Shanghai decides the year: people read the number.
  const year = Number(new Intl.DateTimeFormat('en', { timeZone: 'Asia/Shanghai', year: 'numeric' }).format(now()));
  const number = isConfidential(basis)
    ? CONFIDENTIAL_FROM + (await store.numbers.nextNumber(`${site.id}/confidential`, year))
    : await store.numbers.nextNumber(site.id, year);
  const id = `EG-${city.code}-${site.id}-${year}-${String(number).padStart(6, '0')}`;
  // A database that was brought back from a copy counts numbers again that the journal has given away.
  return requests.isKnown(id) ? numberFor(parts, place, basis) : id;
}

/** The data that the entry commits to is put first, then the entry. */
async function record({ store }: Parts, turn: Turn, typist: Person, applicant: UserId, place: Place, application: Application) {
  const account = (await store.accounts.get(applicant))!;
  const [applicantName, unit, form] = await Promise.all([
    applicant === typist.user ? typist.pseudonym : store.people.pseudonymOf(applicant),
    store.personal.conceal('unit', account.unit),
    store.personal.conceal('application', application),
  ]);
  const { instrument } = application;
  await turn.append({
    event: 'export-requested',
    by: typist.pseudonym,
    data: {
      basis: application.basis,
      ...(application.purpose === 'publication' && { purpose: application.purpose }),
      city: place.city.code,
      site: place.site.id,
      items: application.items,
      officers: application.officers.length,
      applicant: applicantName,
      enteredBy: typist.pseudonym,
      unit,
      application: form,
      instrument: instrument ? { type: instrument.type, scanSha256: instrument.scanSha256, provideBy: instrument.provideBy ?? null } : null,
    },
  });
}

/** Recorded with its rows and the policy that said no. */
export async function denyRequest(turn: Turn, decision: Decision): Promise<void> {
  const rows = decision.rows.map((row) => row.source);
  await turn.append({
    event: 'export-denied',
    by: 'gate',
    data: { reasons: decision.reasons, rows, policyVersion: decision.policyVersion },
  });
}

/** The gate itself gives it back, with the codes of every formal defect. */
export async function returnRequest(turn: Turn, decision: Decision, plan: Plan, faults: readonly Fault[]): Promise<void> {
  const codes = [...new Set(faults.map((fault) => fault.code))] as (ReturnCode | FormDefect)[];
  const rows = decision.rows.map((row) => row.source);
  const { policyVersion } = decision;
  await turn.append({
    event: 'export-returned',
    by: 'gate',
    data: { codes, step: null, policyVersion, rows, planDigest: planDigest(plan) },
  });
}
