// The national floor under every tier: a row may add to it and never lower it. A policy below the floor does not load, and the
// reason given is the article.
import type { Basis } from '../domain/basis.js';
import type { Site } from '../domain/camera.js';
import type { Duty, DutyKind, DutyOf } from '../domain/duty.js';
import type { Fault } from '../domain/problem.js';
import type { FloorArticle, FloorId, Law } from './law.js';
import { paced, type Pace } from './pace.js';
import { basesOf, type RowIndex } from './row-index.js';
import { isExport, type PolicyRow } from './rows.js';
import { strictest } from './strictest.js';

/** F6, days. */
const leastRetentionDays = 30;
/** F7, years. */
const leastRegisterYears = 3;
/** What a plan cannot do without. A row that forgets a limit would otherwise stand for no limit. */
const neededKinds: readonly DutyKind[] = ['span', 'cameras', 'execute', 'mark', 'original', 'downloads', 'expires'];

/** The articles that concern a basis, for `explain`. */
export const articlesFor = (law: Law, basis: Basis): FloorArticle[] =>
  law.floor.filter(({ concerns }) =>
    typeof concerns === 'string' ? concerns === 'all' || law.bases[basis].organ : concerns.includes(basis),
  );

const belowFloor = (law: Law, id: FloorId, where: string, detail: string): Fault => {
  const { zh, en, source } = law.floor.find((article) => article.id === id)!;
  return { code: 'below-floor', where, detail: `${detail} ${id}: ${zh} ${en} (${source})` };
};

/**
 * The duties that always stand where `row` does, under a basis (or under all that `ordinary` stands for): its own, if it holds whatever the facts, and those of rows that match
 * whenever it does. Another role's rows are not counted on.
 */
const leastDuties = (row: PolicyRow, basis: PolicyRow['basis'], index: RowIndex): Duty[] =>
  strictest(
    [row, ...index.companions(row, basis)].filter(({ effect, when }) => effect === 'allow' && when === '*').flatMap(({ duties }) => duties),
  );

const find = <K extends DutyKind>(duties: readonly Duty[], kind: K): DutyOf<K> | undefined =>
  duties.find((duty): duty is DutyOf<K> => duty.kind === kind);

/** F2, F3, F4, F7, F12 and the completeness of the plan, for one allowing row under one basis. */
function judgeExport(row: PolicyRow, basis: Basis, index: RowIndex, law: Law): Fault[] {
  const where = `${row.source}:1`;
  const profile = law.bases[basis];
  const duties = leastDuties(row, basis, index);
  const officers = find(duties, 'officers')?.least ?? 0;
  const register = find(duties, 'register')?.years ?? leastRegisterYears;
  const marks = find(duties, 'mark')?.marks;
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
  if (marks && !marks.includes('text'))
    faults.push(belowFloor(law, 'F4', where, 'A viewing copy carries the mark text, which says that it is not the original.'));
  if (register < leastRegisterYears)
    faults.push(belowFloor(law, 'F7', where, `The row needs register:${leastRegisterYears}y or longer; it has ${register}y.`));
  const missing = neededKinds.filter((kind) => !find(duties, kind));
  if (missing.length > 0)
    faults.push({
      code: 'duty-missing',
      where,
      detail: `Under ${basis} no row with when * says: ${missing.join(', ')}. A limit that nobody names is no limit.`,
    });
  return faults;
}

function judgeRow(row: PolicyRow, index: RowIndex, law: Law): Fault[] {
  const where = `${row.source}:1`;
  if (row.effect === 'deny') {
    const refuses = isExport(row.act) && (row.when === 'over-soft' || row.when === 'over-hard' || row.when === 'late');
    return refuses
      ? [belowFloor(law, 'F9', where, `A request is not denied because it is ${row.when}; ask for one more voice there (approve:…).`)]
      : [];
  }
  if (row.basis === 'FOREIGN') return [belowFloor(law, 'F8', where, 'No row may allow anything under FOREIGN.')];
  if (!isExport(row.act)) return [];
  if (row.basis === 'CITIZEN_VIEW' && row.act !== 'request')
    return [belowFloor(law, 'F11', where, `Under CITIZEN_VIEW no file leaves: the act ${row.act} cannot be allowed.`)];
  if (row.basis === 'CITIZEN_VIEW' && row.when === '*' && find(leastDuties(row, row.basis, index), 'deliver')?.what !== 'view')
    return [belowFloor(law, 'F11', where, 'Under CITIZEN_VIEW nothing leaves: the row says deliver:view.')];
  // One basis is enough to tell: the first that falls short names the row once.
  for (const basis of basesOf(row.basis)) {
    const faults = judgeExport(row, basis, index, law);
    if (faults.length > 0) return faults;
  }
  return [];
}

/** Everything in these rows and sites that lies below the floor. */
export async function judgeFloor(
  rows: readonly PolicyRow[],
  index: RowIndex,
  sites: readonly { site: Site; where: string }[],
  law: Law,
  pace: Pace,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for await (const row of paced(rows, pace)) faults.push(...judgeRow(row, index, law));
  for (const { site, where } of sites)
    if (site.retentionDays < leastRetentionDays)
      faults.push(
        belowFloor(law, 'F6', where, `${site.id} declares ${site.retentionDays} days; ${leastRetentionDays} or more are needed.`),
      );
  return faults;
}
