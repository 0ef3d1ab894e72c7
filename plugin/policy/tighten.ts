// Each layer only tightens the one below: no basis but those of urgency is lighter than the ordinary ones, and what one city adds to
// its tier opens nothing that the tier keeps closed.
import type { Basis } from '../domain/basis.js';
import { facts } from '../domain/decision.js';
import type { Duty } from '../domain/duty.js';
import type { Fault } from '../domain/problem.js';
import type { Law } from './law.js';
import { paced, type Pace } from './pace.js';
import { basesOf, type RowIndex } from './row-index.js';
import { isExport, type PolicyRow } from './rows.js';
import { coversAll, strictest, writeDuty } from './strictest.js';

/** Danger does not wait for four voices; rows that name these may ask for fewer. */
const urgentBases: readonly Basis[] = ['ADMIN_URGENT', 'EMERGENCY_RESCUE'];
/** Under these a request only shows the footage, whatever its row says (kind-duties.ts); an `export` would still be a file. */
const seenBases: readonly Basis[] = ['CITIZEN_VIEW', 'INTERNAL_SECURITY'];
const mayBeLight = (row: PolicyRow, basis: Basis): boolean =>
  urgentBases.includes(basis) || (row.act === 'request' && seenBases.includes(basis));

export async function judgeTightening(rows: readonly PolicyRow[], index: RowIndex, law: Law, pace: Pace): Promise<Fault[]> {
  const faults: Fault[] = [];
  for await (const row of paced(rows, pace)) {
    if (row.effect === 'deny') continue;
    if (isExport(row.act)) faults.push(...(await judgeLightness(row, index, law, pace)));
    if (row.source.startsWith('cities/')) faults.push(...judgeWidening(row, index));
  }
  return faults;
}

/**
 * What a role may ask for under one basis is at least what some role is asked for on the ordinary ones: there, for each group and camera
 * that the ordinary rows name, and for each fact. Otherwise a row for one basis alone would be the way round the others.
 */
async function judgeLightness(row: PolicyRow, index: RowIndex, law: Law, pace: Pace): Promise<Fault[]> {
  // A row for a fact only adds to those that stand whatever the facts.
  if (row.basis === 'ordinary' || row.when !== '*') return [];
  for (const basis of basesOf(row.basis).filter((it) => !mayBeLight(row, it)))
    for (const place of index.within(row.place)) {
      if (pace.isDue()) await pace.rest();
      const found = ordinaryRoles(row, place, index).map((role) => firstShortfall(row, basis, place, role, index, law));
      if (found.length === 0 || found.includes(null)) continue;
      const { object, fact, lacking, sources } = found[0]!;
      const there = [place, ...(object === row.object ? [] : [object]), ...(fact === '*' ? [] : [`where ${fact}`])].join(', ');
      return [
        {
          code: 'basis-lighter',
          where: `${row.source}:1`,
          detail:
            `Under ${basis} (${there}) ${row.role} is asked for less than the ordinary rows ask for (${sources.join(', ')}), which only ` +
            `${urgentBases.join(' and ')} may, and what is only seen. Lacking or weaker: ${lacking.join(' ')}. Add it to this row, or a row like the ordinary one for ${row.role}.`,
        },
      ];
    }
  return [];
}

/** Roles that may ask for this row's object on the ordinary bases, whatever the facts. */
function ordinaryRoles(row: PolicyRow, place: string, index: RowIndex): string[] {
  const rows = index.at(index.around(place), row.act);
  const isBar = (other: PolicyRow): boolean =>
    other.effect === 'allow' && other.basis === 'ordinary' && other.when === '*' && index.objectCovers(other.object, row.object);
  return [...new Set(rows.filter(isBar).map(({ role }) => role))];
}

interface Shortfall {
  object: string;
  fact: PolicyRow['when'];
  lacking: readonly string[];
  /** The ordinary rows that ask for it. */
  sources: readonly string[];
}

/** Null where the row's role is asked for at least as much as the other one, each fact and object by itself: together they only add up. */
function firstShortfall(row: PolicyRow, basis: Basis, place: string, role: string, index: RowIndex, law: Law): Shortfall | null {
  const named = index
    .at(index.around(place), row.act)
    .filter((other) => other.role === role && other.basis === 'ordinary' && index.objectCovers(row.object, other.object))
    .map(({ object }) => object);
  for (const object of new Set([row.object, ...named]))
    for (const fact of ['*', ...facts] as const) {
      const mine = index.asked(row.role, place, row.act, basis, object, fact).flatMap(({ duties }) => duties);
      const theirs = index.asked(role, place, row.act, 'ordinary', object, fact);
      const bar = strictest(theirs.flatMap(({ duties }) => duties)).filter((duty) => isAskedUnder(duty, basis, law));
      if (coversAll(mine, bar)) continue;
      const more = theirs.filter(
        ({ duties }) =>
          !coversAll(
            mine,
            duties.filter((duty) => isAskedUnder(duty, basis, law)),
          ),
      );
      const lacking = more.flatMap(({ duties }) => duties).filter((duty) => isAskedUnder(duty, basis, law) && !coversAll(mine, [duty]));
      return { object, fact, lacking: [...new Set(lacking.map(writeDuty))], sources: more.map(({ source }) => source) };
    }
  return null;
}

/** Papers and officers are an organ's; of others the floor says what they show. */
const isAskedUnder = ({ kind }: Duty, basis: Basis, law: Law): boolean =>
  law.bases[basis].organ || (kind !== 'instrument' && kind !== 'officers');

/** What a city's file allows must be allowed by the tier already, to that role: the city's row then adds duties. */
function judgeWidening(row: PolicyRow, index: RowIndex): Fault[] {
  const below = index.companions(row).some((other) => other.effect === 'allow' && !other.source.startsWith('cities/'));
  return below
    ? []
    : [
        {
          code: 'city-widens',
          where: `${row.source}:1`,
          detail:
            `A city’s file only tightens: no tier row with when * lets ${row.role} ${row.act} ${row.object} under ${row.basis}. ` +
            'Put the allowing row into the tier file, and here what this city asks beside it.',
        },
      ];
}
