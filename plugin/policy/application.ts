// Does the application hold what its plan asks for? Formal defects only, all at once, by the return codes (F9). A length is no
// defect, a passed deadline is none, and neither is a notice without its approver's name: that usually stays on the stub.
import type { FormDefect, ReturnCode } from '../domain/basis.js';
import type { Application, Item, Officer } from '../domain/export-request.js';
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
  return [...judgeInstrument(application, plan, law, now), ...judgeOfficers(application.officers, plan), ...judgeAmount(application, plan)];
}

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

/** Not after today, by the calendar of the paper's country (UTC+8, no summer time). */
function isPastDay(day: string, now: Date): boolean {
  const today = new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
  const read = /^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T00:00:00Z`) : null;
  return read !== null && !Number.isNaN(read.getTime()) && read.toISOString().startsWith(day) && day <= today;
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

/** F3. One paper, one person: an officer listed twice, or without name, unit or number, does not make two. */
function judgeOfficers(officers: readonly Officer[], plan: Plan): Fault[] {
  const identified = officers.filter(({ name, unit, idNumber }) => [name, unit, idNumber].every((text) => text.trim() !== ''));
  const people = new Set(
    identified.map(({ idKind, idNumber }) => `${idKind} ${idNumber.normalize('NFKC').replace(/\s/g, '').toUpperCase()}`),
  );
  if (people.size >= plan.officers) return [];
  return [
    defect(
      'OFFICER_COUNT',
      'officers',
      `${plan.officers} officers with name, unit and ID number are needed; ${people.size} different ones are given.`,
    ),
  ];
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
