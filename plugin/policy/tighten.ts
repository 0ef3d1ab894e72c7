// Each layer only tightens the one below: no basis but those of urgency is lighter than the ordinary ones, and what one city adds to
// its tier opens nothing that the tier keeps closed.
import { type Basis } from '../domain/basis.js';
import type { Duty } from '../domain/duty.js';
import type { Fault } from '../domain/problem.js';
import { leastDuties } from './floor.js';
import type { Law } from './law.js';
import { paced, type Pace } from './pace.js';
import { basesOf, type RowIndex } from './row-index.js';
import { isExport, type PolicyRow } from './rows.js';
import { coversAll, writeDuty } from './strictest.js';

/** Danger does not wait for four voices; rows that name these may ask for fewer. */
const lightBases: readonly Basis[] = ['ADMIN_URGENT', 'EMERGENCY_RESCUE'];

export async function judgeTightening(rows: readonly PolicyRow[], index: RowIndex, law: Law, pace: Pace): Promise<Fault[]> {
  const faults: Fault[] = [];
  for await (const row of paced(rows, pace)) {
    if (row.effect === 'deny') continue;
    if (isExport(row.act)) faults.push(...judgeLightness(row, index, law));
    if (row.source.startsWith('cities/')) faults.push(...judgeWidening(row, index));
  }
  return faults;
}

function judgeLightness(row: PolicyRow, index: RowIndex, law: Law): Fault[] {
  // What `ordinary` rows ask for where this row stands, for whatever role: one of them must be matched.
  const ordinary = index
    .at(index.around(row.place), row.act)
    .filter(({ effect, basis, when }) => effect === 'allow' && basis === 'ordinary' && when === '*');
  // A row for a fact only adds to those that stand whatever the facts.
  if (row.basis === 'ordinary' || row.when !== '*' || ordinary.length === 0) return [];
  for (const basis of basesOf(row.basis).filter((it) => !lightBases.includes(it))) {
    const duties = leastDuties(row, basis, index);
    const asked = ordinary.map((other) => leastDuties(other, 'ordinary', index).filter((duty) => isAskedUnder(duty, basis, law)));
    if (asked.some((bar) => coversAll(duties, bar))) continue;
    const lacking = asked[0]!.filter((duty) => !coversAll(duties, [duty])).map(writeDuty);
    const sources = [ordinary[0]!, ...index.companions(ordinary[0]!).filter((other) => other.when === '*')].map(({ source }) => source);
    return [
      {
        code: 'basis-lighter',
        where: `${row.source}:1`,
        detail:
          `Under ${basis} this row asks for less than the ordinary rows do (${sources.join(', ')}), which only ` +
          `${lightBases.join(' and ')} may. Lacking or weaker here: ${lacking.join(' ')}.`,
      },
    ];
  }
  return [];
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
