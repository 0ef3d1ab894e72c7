// The national floor under every tier: a row may add to it and never lower it. A policy below the floor does not load, and the
// reason given is the article.
import { ordinaryBases, type Basis } from '../domain/basis.js';
import type { Site } from '../domain/camera.js';
import type { Duty, DutyKind, DutyOf } from '../domain/duty.js';
import type { Fault } from '../domain/problem.js';
import type { FloorArticle, FloorId, Law } from './law.js';
import { isExport, type PolicyRow } from './rows.js';
import { strictest } from './strictest.js';

/** F6, days. */
const leastRetentionDays = 30;
/** What a plan cannot do without. A row that forgets a limit would otherwise stand for no limit. */
const neededKinds: readonly DutyKind[] = ['span', 'cameras', 'execute', 'mark', 'original', 'downloads', 'expires'];

/** The codes that a row's basis cell stands for. */
const basesOf = (cell: PolicyRow['basis']): readonly Basis[] => (cell === 'ordinary' ? ordinaryBases : cell === '-' ? [] : [cell]);

/** The articles that concern a basis, for `explain`. */
export const articlesFor = (law: Law, basis: Basis): FloorArticle[] =>
  law.floor.filter(({ concerns }) =>
    typeof concerns === 'string' ? concerns === 'all' || law.bases[basis].organ : concerns.includes(basis),
  );

const belowFloor = (law: Law, id: FloorId, where: string, detail: string): Fault => {
  const { en, source } = law.floor.find((article) => article.id === id)!;
  return { code: 'below-floor', where, detail: `${detail} ${id}: ${en} (${source})` };
};

/**
 * The rows that stand whenever `row` does, whatever the facts: same role, same tier, `*`, the same basis, and an object that holds
 * at least as much. Their duties are the least that the row is ever worth; another role's rows are not counted on.
 */
function companions(row: PolicyRow, basis: Basis, all: readonly PolicyRow[]): PolicyRow[] {
  const wider = [row.object, '*', 'camera:*'];
  return all.filter(
    (other) =>
      other.effect === 'allow' &&
      other.when === '*' &&
      other.role === row.role &&
      other.tier === row.tier &&
      other.act === row.act &&
      basesOf(other.basis).includes(basis) &&
      wider.includes(other.object),
  );
}

const find = <K extends DutyKind>(duties: readonly Duty[], kind: K): DutyOf<K> | undefined =>
  duties.find((duty): duty is DutyOf<K> => duty.kind === kind);

/** F2, F3, F12 and the completeness of the plan, for one allowing row under one basis. */
function judgeExport(row: PolicyRow, basis: Basis, all: readonly PolicyRow[], law: Law): Fault[] {
  const where = `${row.source}:1`;
  const profile = law.bases[basis];
  const duties = strictest(companions(row, basis, all).flatMap((other) => other.duties));
  const officers = find(duties, 'officers')?.least ?? 0;
  const faults: Fault[] = [];
  if (profile.instruments.length > 0 && !find(duties, 'instrument'))
    faults.push(belowFloor(law, 'F2', where, `Under ${basis} the row needs the duty instrument:notice (in a row whose when is *).`));
  if (officers < profile.minimumOfficers)
    faults.push(
      belowFloor(law, 'F3', where, `Under ${basis} the row needs officers:${profile.minimumOfficers} or more; it has ${officers}.`),
    );
  if (!find(duties, 'approve'))
    faults.push(
      belowFloor(
        law,
        'F12',
        where,
        `Under ${basis} the row needs an approve: duty with at least one step; without one the applicant alone decides.`,
      ),
    );
  if (find(duties, 'mark') && !find(duties, 'mark')!.marks.includes('text'))
    faults.push(belowFloor(law, 'F4', where, 'A viewing copy carries the mark text, which says that it is not the original.'));
  const missing = neededKinds.filter((kind) => !find(duties, kind));
  if (missing.length > 0)
    faults.push({
      code: 'duty-missing',
      where,
      detail: `Under ${basis} no row with when * says: ${missing.join(', ')}. A limit that nobody names is no limit.`,
    });
  return faults;
}

function judgeRow(row: PolicyRow, all: readonly PolicyRow[], law: Law): Fault[] {
  if (row.effect === 'deny') return [];
  const where = `${row.source}:1`;
  if (row.basis === 'FOREIGN') return [belowFloor(law, 'F8', where, 'No row may allow anything under FOREIGN.')];
  if (row.basis === 'CITIZEN_VIEW' && (isExport(row.act) || row.act === 'release' || row.act === 'handover'))
    return [belowFloor(law, 'F11', where, `Under CITIZEN_VIEW no file leaves: the act ${row.act} cannot be allowed.`)];
  if (!isExport(row.act)) return [];
  // One basis is enough to tell: the first that falls short names the row once.
  for (const basis of basesOf(row.basis)) {
    const faults = judgeExport(row, basis, all, law);
    if (faults.length > 0) return faults;
  }
  return [];
}

/** Everything in these rows and sites that lies below the floor. */
export const judgeFloor = (rows: readonly PolicyRow[], sites: readonly { site: Site; where: string }[], law: Law): Fault[] => [
  ...rows.flatMap((row) => judgeRow(row, rows, law)),
  ...sites
    .filter(({ site }) => site.retentionDays < leastRetentionDays)
    .map(({ site, where }) =>
      belowFloor(law, 'F6', where, `${site.id} declares ${site.retentionDays} days; ${leastRetentionDays} or more are needed.`),
    ),
];
