// Does the application hold what its plan asks for? Formal defects only, all at once, by the return codes (F9). A length is no
// defect, a passed deadline is none, and neither is a notice without its approver's name: that usually stays on the stub.
import type { Basis, FormDefect, ReturnCode } from '../domain/basis.js';
import type { Application, Item, Officer } from '../domain/export-request.js';
import { kindOf } from '../domain/kind.js';
import { approvalKinds, coveredSpans, type ApprovalPaper, type LegalInstrument } from '../domain/legal-instrument.js';
import type { Plan } from '../domain/plan.js';
import type { Fault } from '../domain/problem.js';
import { contains, hours, mergeSpans } from '../domain/span.js';
import type { Law } from './law.js';

const defect = (code: ReturnCode | FormDefect, where: string, detail: string): Fault => ({ code, where, detail });

/** Empty when nothing is to be corrected. `where` is a path in the application. */
export function judgeApplication(application: Application, plan: Plan, law: Law, now: Date): Fault[] {
  if (application.basis === 'FOREIGN')
    return [defect('FOREIGN_REQUEST', 'basis', 'A foreign body asks through the competent authority; nothing is provided here.')];
  return [
    ...(paperComesLater(application, plan) ? [] : judgeInstrument(application, plan, law, now)),
    ...judgeOfficers(application, plan),
    ...judgeCards(application, now),
    ...judgeKind(application),
    ...judgeAmount(application, plan),
  ];
}

/** Danger does not wait for a paper; nothing leaves before it is there. */
const paperComesLater = ({ basis, purpose, instrument }: Application, { paperHours }: Plan): boolean =>
  kindOf({ basis, purpose }) === 'emergency' && paperHours !== null && instrument === undefined;

const isScanHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
const scanMissing = 'The scan or e-sealed file is missing: its SHA-256 has 64 hex digits.';

function judgeInstrument({ instrument, basis, items }: Application, plan: Plan, law: Law, now: Date): Fault[] {
  if (plan.papers.length === 0) return [];
  const accepted = law.bases[basis].instruments;
  if (!instrument) return [defect('NO_INSTRUMENT', 'instrument', `Under ${basis} one of these is needed: ${accepted.join(', ')}.`)];
  const faults: Fault[] = [];
  if (!isScanHash(instrument.scanSha256)) faults.push(defect('INSTRUMENT_UNREADABLE', 'instrument.scanSha256', scanMissing));
  for (const name of ['number', 'issuer'] as const)
    if (!instrument[name]?.trim())
      faults.push(defect('INSTRUMENT_UNREADABLE', `instrument.${name}`, `The instrument’s ${name} is not given.`));
  if (!isPastDay(instrument.issuedOn, now))
    faults.push(
      defect('INSTRUMENT_UNREADABLE', 'instrument.issuedOn', 'The day of issue must be a day such as 2026-03-01, not later than today.'),
    );
  if (instrument.sealPresent !== true)
    faults.push(defect('SEAL_MISSING', 'instrument.sealPresent', 'The instrument does not bear the organ’s seal.'));
  if (!accepted.includes(instrument.type))
    faults.push(
      defect(
        'POWER_NOT_SHOWN',
        'instrument.type',
        `A ${instrument.type} does not carry the basis ${basis}; accepted: ${accepted.join(', ')}.`,
      ),
    );
  if (plan.papers.includes('approval')) faults.push(...judgeApproval(instrument.approval));
  return [...faults, ...items.flatMap((item, index) => judgeScope(item, index, instrument))];
}

/** What some cities ask beside the notice (Chongqing, order 230, article 18). */
function judgeApproval(approval: ApprovalPaper | undefined): Fault[] {
  const where = 'instrument.approval';
  if (!approval) return [defect('POWER_NOT_SHOWN', where, `Beside the notice one of these is needed: ${approvalKinds.join(', ')}.`)];
  const faults: Fault[] = [];
  if (!isScanHash(approval.scanSha256)) faults.push(defect('INSTRUMENT_UNREADABLE', `${where}.scanSha256`, scanMissing));
  if (!approval.issuer?.trim()) faults.push(defect('INSTRUMENT_UNREADABLE', `${where}.issuer`, 'The approval’s issuer is not given.'));
  return faults;
}

const dayInBeijing = (now: Date): string => new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);

/** Not after today, by the calendar of the paper's country (UTC+8, no summer time). */
function isPastDay(day: string, now: Date): boolean {
  const read = /^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T00:00:00Z`) : null;
  return read !== null && !Number.isNaN(read.getTime()) && read.toISOString().startsWith(day) && day <= dayInBeijing(now);
}

/** Instants compare as text once they are spelt alike. */
const utc = (instant: string): string => new Date(instant).toISOString();

/** F2: camera and time lie inside what the instrument describes. Adjoining scopes count as one. */
function judgeScope({ camera, from, to }: Item, index: number, instrument: LegalInstrument): Fault[] {
  const scopes = coveredSpans(instrument, camera);
  // A scope whose times cannot be read, or that ends before it starts, covers nothing.
  const covered = mergeSpans(scopes.filter((scope) => hours(scope) > 0).map((scope) => ({ from: utc(scope.from), to: utc(scope.to) })));
  if (scopes.length === 0)
    return [defect('OUT_OF_SCOPE_CAMERA', `items[${index}].camera`, `The instrument does not name the camera ${camera}.`)];
  if (covered.some((scope) => contains(scope, { from: utc(from), to: utc(to) }))) return [];
  const named = covered.map((scope) => `${scope.from} to ${scope.to}`).join('; ');
  return [
    defect(
      'OUT_OF_SCOPE_TIME',
      `items[${index}]`,
      `${from} to ${to} is not inside what the instrument names for ${camera}: ${named || 'no time'}.`,
    ),
  ];
}

/** F3. One paper, one person: an officer listed twice, or without name, unit or number, does not make two; an auxiliary makes none. */
function judgeOfficers(application: Application, plan: Plan): Fault[] {
  const identified = application.officers.filter(({ name, unit, idNumber }) => [name, unit, idNumber].every((text) => text.trim() !== ''));
  const people = new Set(identified.filter(({ auxiliary }) => !auxiliary).map(cardOf));
  const isRecorded = plan.orRecorded && isRecordedPair(application, identified, people.size);
  if (people.size >= plan.officers || isRecorded) return [];
  const exception =
    plan.orRecorded && oneWillDo.includes(application.basis) ? ' (or one with an auxiliary, and the reference of the full recording)' : '';
  return [
    defect(
      'OFFICER_COUNT',
      'officers',
      `${plan.officers} officers with name, unit and ID number are needed${exception}; ${people.size} different ones are given.`,
    ),
  ];
}

const cardOf = ({ idKind, idNumber }: Officer): string => `${idKind} ${idNumber.normalize('NFKC').replace(/\s/g, '').toUpperCase()}`;

/** ADMIN 52: one officer who leads an auxiliary, where the whole act is recorded on audio and video. */
const oneWillDo: readonly Basis[] = ['ADMIN_CASE', 'ADMIN_URGENT'];
const isRecordedPair = ({ basis, recordingReference }: Application, identified: readonly Officer[], officers: number): boolean =>
  oneWillDo.includes(basis) && officers >= 1 && identified.some(({ auxiliary }) => auxiliary) && (recordingReference?.trim() ?? '') !== '';

/** Cards that ran out; and copies where the officers do not come themselves (ADMIN 28(3): by fax or net). */
function judgeCards({ basis, officers }: Application, now: Date): Fault[] {
  const today = dayInBeijing(now);
  const isUrgent = basis === 'ADMIN_URGENT';
  return officers.flatMap(({ idValidUntil, cardSha256 }, index) => [
    ...(idValidUntil !== undefined && idValidUntil < today
      ? [defect('ID_EXPIRED', `officers[${index}].idValidUntil`, `The card was valid until ${idValidUntil}.`)]
      : []),
    ...(isUrgent && !isScanHash(cardSha256 ?? '')
      ? [
          defect(
            'card-copy-missing',
            `officers[${index}].cardSha256`,
            'An urgent application shows a copy of each officer’s card: its SHA-256.',
          ),
        ]
      : []),
  ]);
}

/** What matters that are no organ's show instead of an instrument. */
function judgeKind({ basis, purpose, visitor, ticket }: Application): Fault[] {
  const kind = kindOf({ basis, purpose });
  const isVisitor = visitor !== undefined && [visitor.name, visitor.idNumber, visitor.statement].every((text) => text.trim() !== '');
  if (kind === 'citizen-view' && !isVisitor)
    return [defect('visitor-missing', 'visitor', 'Who wants to see gives name, ID number, and what the footage has to do with them.')];
  if (kind === 'internal' && !ticket?.trim()) return [defect('ticket-missing', 'ticket', 'The number of the unit’s own ticket is needed.')];
  return [];
}

function judgeAmount({ items, necessity }: Application, plan: Plan): Fault[] {
  const cameras = new Set(items.map((item) => item.camera)).size;
  const faults: Fault[] = [];
  if (cameras > plan.cameras)
    faults.push(
      defect(
        'cameras-too-many',
        'items',
        `One application names at most ${plan.cameras} cameras here; this one names ${cameras}. Split it.`,
      ),
    );
  if (plan.facts.includes('over-soft') && !necessity?.trim())
    faults.push(
      defect('necessity-missing', 'necessity', `More than ${plan.span.softHours} hours of one camera need a statement of necessity.`),
    );
  return faults;
}
